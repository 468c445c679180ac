"""The list of versions: whole, in one question, and without what others keep on the same server."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow import MlflowClient

from riskwarn.home import make_home, open_home
from riskwarn.settings import Settings
from training.models.baselines import Rate
from training.registry.registration import register
from training.registry.runs import ASKED, runs_of
from training.registry.tracking import tracking
from training.registry.versions import set_alias, versions


def test_runs_are_asked_for_at_once_and_one_that_is_gone_leaves_its_version(
    empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(empty, tmp_path / "home")
    home = open_home(tmp_path / "home", Settings(threads=1))
    for number in range(3):
        register(home, "safety", 4, Rate("zero", 4, 0.1), {"as_of": f"2026-03-0{number + 1}"}, {"log_loss": 0.5})
    set_alias(home, "safety-4-v2", "champion")
    with tracking(home) as client:
        client.create_registered_model("somebody's")
        lost, *_ = (one.run_id for one in client.search_model_versions("name = 'safety-4'") if one.version == 3)
        client.delete_run(lost)
    asked: list[str] = []
    for name in ("get_run", "search_runs"):
        real = getattr(MlflowClient, name)
        monkeypatch.setattr(
            MlflowClient, name, lambda *a, _real=real, _name=name, **k: (asked.append(_name), _real(*a, **k))[1]
        )
    found = versions(home)
    assert asked == ["search_runs"]
    assert [(one.version, one.alias, one.as_of, one.metrics) for one in found] == [
        ("safety-4-v3", None, None, {}),
        ("safety-4-v2", "champion", "2026-03-02", {"log_loss": 0.5}),
        ("safety-4-v1", None, "2026-03-01", {"log_loss": 0.5}),
    ]
    with tracking(home) as client:
        assert runs_of(client, []) == {}
        assert runs_of(client, ["0" * 32] * (2 * ASKED)) == {}


@pytest.mark.slow
def test_two_that_find_no_tables_make_them_one_after_the_other(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home", Settings(threads=1))
    words = [sys.executable, "-m", "riskwarn", "--home", str(home.path), "models", "--json"]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate() for process in both]
    assert [(process.returncode, said.strip()) for process, (said, _) in zip(both, told, strict=True)] == [
        (0, "[]")
    ] * 2
