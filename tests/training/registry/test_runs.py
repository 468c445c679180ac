"""What is noted of a run: enough to know what was trained on what, with what, and how it did at each origin."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from riskwarn.errors import ModelDamaged
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from tests.training.tasks import noisy_task
from training.models.baselines import Rate
from training.models.family import fit_family
from training.registry import facts
from training.registry.loading import load_series
from training.registry.registration import register
from training.registry.runs import EXPERIMENT
from training.registry.series import FILE, Series
from training.registry.tracking import tracking
from training.registry.versions import run_of

SERIES = Series(
    4, (date(2026, 3, 2), date(2026, 3, 9)), {"model": {"log_loss": np.array([0.5, np.nan]), "brier": np.array([0.1, 0.2])}}
)  # fmt: skip


@pytest.fixture(scope="module")
def registered(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one version of a model, and a run that failed in the middle."""
    folder = tmp_path_factory.mktemp("runs") / "home"
    shutil.copytree(empty, folder)
    home = open_home(folder, Settings(threads=1))
    task = noisy_task(grids=40, periods=90)
    model = fit_family(task, [1], task.as_of).served(1)
    parameters = {"as_of": "2026-10-05", "store_version": 17, "penalty": 0.003}
    register(home, "safety", 1, model, parameters, {"log_loss": 0.5}, family="safety-x", series=SERIES)
    return home


def test_a_run_tells_settings_seeds_libraries_lock_commit_and_data(registered: Home) -> None:
    run = run_of(registered, "safety-1-v1")
    params = run.data.params
    assert params["penalty"] == "0.003"
    assert params["trees.seed"] == "1"
    assert params["trees.deterministic"] == "1"
    assert float(params["trees.lambda_l2"]) == 10
    assert params["n_features"] == "4"
    assert (params["judged_origins"], params["last_judged"]) == ("2", "2026-03-09")
    for library in ("lightgbm", "numpy", "scipy", "scikit-learn", "python"):
        assert params[f"version.{library}"][0].isdigit(), library
    assert len(params["version.requirements_lock"]) == 64
    assert (run.data.tags.get("mlflow.source.git.commit") is not None) == (facts.ROOT / ".git").exists()
    assert run.data.tags["family"] == "safety-x"
    assert [one.dataset.digest for one in run.inputs.dataset_inputs] == ["17"]
    assert run.info.status == "FINISHED"


def test_values_of_each_origin_lie_with_the_version_and_are_refused_where_they_were_changed(registered: Home) -> None:
    found = load_series(registered, "safety-1-v1")
    assert found is not None
    assert (found.horizon, found.origins) == (4, SERIES.origins)
    assert found.of("model", "brier") == {SERIES.origins[0]: 0.1, SERIES.origins[1]: 0.2}
    assert np.isnan(found.of("model", "log_loss")[SERIES.origins[1]])
    assert found.of("nobody", "log_loss") == {}
    file = next(registered.artifacts.rglob(FILE))
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace("0.5", "0.4"), encoding="utf-8")
    with pytest.raises(ModelDamaged, match=r"series\.json"):
        load_series(registered, "safety-1-v1")
    file.write_text(whole, encoding="utf-8")


def test_a_run_that_fails_is_failed(registered: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Rate, folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Rate, "save", full)
    with pytest.raises(OSError, match="No space"):
        register(registered, "safety", 4, Rate("climatology", 4, 0.1), {}, {})
    with tracking(registered) as client:
        experiment = client.get_experiment_by_name(EXPERIMENT)
        assert experiment is not None
        runs = client.search_runs([experiment.experiment_id])
    assert sorted(run.info.status for run in runs) == ["FAILED", "FINISHED"]
