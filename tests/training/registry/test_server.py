"""The same over HTTP: `mlflow server` keeps runs, files and versions, and riskwarn registers, loads and promotes there."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import pytest

from riskwarn.errors import ModelDamaged, PromotionRefused
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from tests.training.registry.families import BASELINE, CHALLENGER, family, losses, standing
from tests.training.tasks import noisy_task
from training import champions, load_forecaster, promote, rollback
from training.models.family import fit_family
from training.registry.registration import register
from training.registry.versions import run_of, set_alias

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tracking_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """(address, folder of the files) of an MLflow server on SQLite."""
    folder = tmp_path_factory.mktemp("mlflow")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--backend-store-uri", f"sqlite:///{folder / 'server.db'}", "--artifacts-destination", str(folder / "files"),
    ]  # fmt: skip
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            program, stdout=log, stderr=log, cwd=folder, env=environment, start_new_session=True
        ) as server,
    ):
        try:
            _wait(f"http://127.0.0.1:{port}/health", server, folder / "log")
            yield f"http://127.0.0.1:{port}", folder / "files"
        finally:
            os.killpg(server.pid, 15)
            server.wait(30)


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text()
        try:
            if httpx.get(address, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())


@pytest.fixture
def remote(tracking_server: tuple[str, Path], tmp_path: Path) -> Home:
    """A home that keeps its models on the server."""
    return make_home(tmp_path / "home", Settings(threads=1, tracking_uri=tracking_server[0]))


def test_versions_are_registered_loaded_promoted_and_left_over_http(
    remote: Home, tracking_server: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = standing(remote)
    worse = family(remote, "worse", CHALLENGER, {CHALLENGER: losses(0.9), BASELINE: losses(0.6, seed=3)})
    better = family(remote, "better", CHALLENGER, {CHALLENGER: losses(0.4), BASELINE: losses(0.6, seed=3)})
    with pytest.raises(PromotionRefused, match="worse than that of"):
        promote(remote, worse[1], "whatever")
    promote(remote, better[1])
    assert [one.version for one in champions(remote)] == better
    assert load_forecaster(remote, better[0]).name == CHALLENGER
    rollback(remote, "safety")
    assert [one.version for one in champions(remote)] == first

    task = noisy_task(grids=40, periods=90)
    model = fit_family(task, [1], task.as_of).served(1)
    version, _ = register(remote, "conflict", 1, model, {"store_version": 1}, {})
    set_alias(remote, version, "champion")
    wanted = model.predict(task.inputs, [task.as_of])
    assert np.array_equal(
        load_forecaster(remote, version).predict(task.inputs, [task.as_of]).probability, wanted.probability
    )
    import mlflow

    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking_server[0])
    matrix = task.inputs.matrix
    rows = pd.DataFrame(matrix.values[:, -1].T.astype(np.float64), columns=matrix.names)
    answer = mlflow.pyfunc.load_model("models:/conflict-1@champion").predict(rows)
    assert np.array_equal(answer["probability"], wanted.probability[0])
    assert run_of(remote, version).info.status == "FINISHED"

    file = next(one for one in tracking_server[1].rglob("model.json") if "ensemble" in one.read_text())
    file.write_text(file.read_text().replace("0", "9", 1))
    with pytest.raises(ModelDamaged, match=r"model\.json"):
        load_forecaster(remote, version)
    assert not (remote.path / "mlflow.db").exists()
