"""A version is a real MLflow model: loaded by MLflow's own means, without pickle, and it answers as riskwarn does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskwarn.errors import ModelDamaged, RowsNotServed
from riskwarn.home import Home, open_home
from riskwarn.settings import Settings
from tests.training.tasks import noisy_task
from training.labels.task import ForecastTask
from training.models.baselines import Rate
from training.models.ensemble import Ensemble
from training.models.family import fit_family
from training.registry.loading import load_forecaster
from training.registry.registration import register
from training.registry.versions import run_of, set_alias


@pytest.fixture(scope="module")
def task() -> ForecastTask:
    """Two columns tell what comes; where they are unknown they say so."""
    made = noisy_task()
    made.inputs.matrix.values[0, :, ::7] = np.nan
    return made


@pytest.fixture(scope="module")
def model(task: ForecastTask) -> Ensemble:
    """A model of one period ahead."""
    return fit_family(task, [1], task.as_of).served(1)


@pytest.fixture(scope="module")
def registered(empty: Path, tmp_path_factory: pytest.TempPathFactory, model: Ensemble) -> Home:
    """A home whose champion for one period is the model, registered twice, and for four a baseline."""
    folder = tmp_path_factory.mktemp("registered") / "home"
    shutil.copytree(empty, folder)
    home = open_home(folder, Settings(threads=1))
    for _ in range(2):
        register(home, "safety", 1, model, {"kind": "model", "store_version": 3}, {"log_loss": 0.5})
    set_alias(home, "safety-1-v1", "champion")
    register(home, "safety", 4, Rate("climatology", 4, 0.1), {"kind": "climatology"}, {})
    return home


def _loaded(home: Home, monkeypatch: pytest.MonkeyPatch, name: str = "safety-1@champion"):
    import mlflow

    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", home.tracking_uri)
    return mlflow.pyfunc.load_model(f"models:/{name}")


def _rows(task: ForecastTask) -> pd.DataFrame:
    matrix = task.inputs.matrix
    return pd.DataFrame(matrix.values[:, -1].T, columns=matrix.names)


def test_mlflow_answers_rows_of_features_with_the_numbers_of_riskwarn(
    registered: Home, task: ForecastTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = _loaded(registered, monkeypatch)
    rows = _rows(task).astype("float64")
    wanted = load_forecaster(registered, "safety-1-v1").predict(task.inputs, [task.as_of])
    answer = loaded.predict(rows[rows.columns[::-1]])
    for name in ("probability", "expected_count", "lower", "upper"):
        assert np.array_equal(answer[name], getattr(wanted, name)[0]), name
    alone = loaded.predict(rows.iloc[[7]])
    assert alone["probability"].iloc[0] == pytest.approx(wanted.probability[0, 7], abs=1e-7)
    assert np.isnan(rows.iloc[7]["a"])
    assert loaded.metadata.get_input_schema().input_names() == list(load_forecaster(registered, "safety-1-v1").names)
    assert set(loaded.metadata.load_input_example(str(_folder(registered))).columns) == set(rows)
    assert not [file for file in registered.artifacts.rglob("*") if file.suffix in (".pkl", ".pickle", ".joblib")]


def test_the_server_of_mlflow_answers_a_row_of_json(
    registered: Home, task: ForecastTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fastapi.testclient import TestClient
    from mlflow.pyfunc.scoring_server import init

    rows = _rows(task)
    wanted = load_forecaster(registered, "safety-1-v1").predict(task.inputs, [task.as_of]).probability[0]
    with TestClient(init(_loaded(registered, monkeypatch))) as client:
        for place in (7, 8):  # the first has a column of which nothing is known
            split = json.loads(rows.iloc[[place]].to_json(orient="split", index=False, double_precision=15))
            answer = client.post("/invocations", json={"dataframe_split": split})
            assert answer.status_code == 200, answer.text
            assert answer.json()["predictions"][0]["probability"] == pytest.approx(wanted[place], abs=1e-6)
        split["data"][0][0] = "ENDLESS"
        endless = json.dumps({"dataframe_split": split}).replace('"ENDLESS"', "1e400")
        answer = client.post("/invocations", content=endless, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400 and "a number without end" in answer.text, answer.text


@pytest.mark.parametrize("changed", ["model.json", "columns.json", "trees-0-1.txt", "checksums.json", "MLmodel"])
def test_mlflow_is_refused_a_changed_file(registered: Home, changed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _folder(registered) / changed
    text = file.read_text(encoding="utf-8")
    old, new = {
        "checksums.json": ('"model.json": "', '"model.json": "0'),
        "MLmodel": ("checksum: ", "checksum: 0"),
    }.get(changed, ("0", "9"))
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        with pytest.raises(ModelDamaged, match=r"safety-1: .* does not match its checksum"):
            _loaded(registered, monkeypatch)
    finally:
        file.write_text(text, encoding="utf-8")


def test_a_baseline_is_an_mlflow_model_that_says_how_it_is_served(
    registered: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = _loaded(registered, monkeypatch, "safety-4/1")
    assert loaded.metadata.metadata["serves"].startswith("only through riskwarn score")
    with pytest.raises(RowsNotServed, match="climatology is a baseline"):
        loaded.predict(pd.DataFrame({"a": [1.0]}))


def test_the_same_model_has_the_same_checksum_in_every_run(registered: Home) -> None:
    sums = [file.read_bytes() for file in registered.artifacts.rglob("checksums.json") if b"trees" in file.read_bytes()]
    assert len(sums) == 2
    assert len(set(sums)) == 1


def _folder(home: Home) -> Path:
    return home.artifacts / "mlflow" / run_of(home, "safety-1-v1").info.run_id / "artifacts" / "model"
