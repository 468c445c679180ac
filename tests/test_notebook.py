"""What an analyst types in Python: the page of the first hour, run as it stands, and what stands in its way."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

from riskwarn.workspace import opening

ROOT = Path(__file__).parents[1]
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def test_the_first_hour_runs_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("RISKWARN_HOME", "RISKWARN_DATABASE_URL", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    page = doctest.testfile(str(ROOT / "docs" / "notebook.md"), module_relative=False, optionflags=OPTIONS)
    assert page.attempted > 20
    assert not page.failed
    assert not doctest.testmod(opening, optionflags=OPTIONS).failed


@pytest.mark.parametrize("name", ["features", "training", "serving"])
def test_a_file_that_shadows_a_package_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.py").write_text("MINE = 1\n", encoding="utf-8")
    script = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; import riskwarn as rw; rw.init({str(tmp_path / 'home')!r})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}
    )
    assert f"{name}.py stands in the way of riskwarn's package '{name}': rename it" in done.stderr


def test_the_command_line_pays_nothing_for_the_names_of_the_workspace() -> None:
    script = "import riskwarn, sys; assert 'riskwarn.workspace' not in sys.modules and 'pandas' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0
