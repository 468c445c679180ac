"""The same over HTTP: `mlflow server` keeps runs, files and versions, and riskwarn registers, loads and promotes there."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import numpy as np
import pandas as pd
import pytest

from riskwarn.errors import ModelDamaged, PromotionRefused, TrackingServerUnusable
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from tests.postgresql import postgresql
from tests.training.registry.families import BASELINE, CHALLENGER, FIRST, family, losses, standing
from tests.training.reports.made import made_facts
from tests.training.tasks import noisy_task
from training import champions, load_forecaster, promote, rollback, versions
from training.models.baselines import Rate
from training.models.family import fit_family
from training.registry.backtests import backtest_run, log_backtest
from training.registry.loading import load_texts
from training.registry.registration import register, together
from training.registry.runs import EXPERIMENT
from training.registry.series import Series
from training.registry.tracking import _ours, tracking
from training.registry.versions import run_of, set_alias
from training.reports import FILE, plots
from training.reports.facts import audits_of
from training.routines.recording import Registered, keep_pages
from training.routines.report import report_of_version

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def tracking_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """(address, folder of the files) of an MLflow server, on SQLite or on PostgreSQL."""
    folder = tmp_path_factory.mktemp("mlflow")
    with ExitStack() as held:
        store = f"sqlite:///{folder / 'server.db'}"
        if request.param == "postgresql":
            store = held.enter_context(postgresql()).replace("postgresql://", "postgresql+psycopg://", 1)
        yield held.enter_context(_serving(folder, store))


@contextmanager
def _serving(folder: Path, store: str) -> Iterator[tuple[str, Path]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--backend-store-uri", store, "--artifacts-destination", str(folder / "files"),
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
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:  # a busy machine: its jobs end slowly
                os.killpg(server.pid, signal.SIGKILL)


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


def test_reports_lie_on_the_server_and_are_read_from_there(
    remote: Home, tracking_server: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = made_facts()
    texts = {FILE: facts.as_json(), **plots(facts), "audits/groups.json": '{"name": "groups", "facts": {}, "rows": []}'}
    series = Series(
        1, facts.origins, {"model": {name: np.array(facts.scoring.series[name]) for name in ("log_loss", "capture_5")}}
    )
    version, run_id = register(
        remote, "safety", 1, Rate("climatology", 1, 0.1), {"store_version": 17}, {"log_loss": 0.5, "log_loss/zero": 2.0},
        series=series, drawn=["model"], files=texts,
    )  # fmt: skip
    set_alias(remote, version, "challenger")
    keep_pages(remote, Registered(version, run_id, facts, audits_of(texts)), "challenger")
    assert load_texts(remote, version) == texts
    assert version in report_of_version(remote, version, language="en").html
    assert next(one for one in versions(remote) if one.version == version).metrics == {"log_loss": 0.5}
    with tracking(remote) as client:
        left = {one.path for one in client.list_artifacts(run_id)}
        assert len(client.get_metric_history(run_id, "by_origin_log_loss/model")) == len(facts.origins)
    assert {"report.html", "model-card.md", "report.json", "plots", "audits", "series.json", "model"} <= left
    file = next(one for one in tracking_server[1].rglob(FILE))
    file.write_text(file.read_text().replace("0", "9", 1))
    with pytest.raises(ModelDamaged, match=r"report\.json"):
        report_of_version(remote, version, language="en")


def test_a_back_test_is_a_run_of_the_server_and_one_that_fails_is_failed(remote: Home) -> None:
    with pytest.raises(ZeroDivisionError), backtest_run(remote, "safety", 1):
        raise ZeroDivisionError
    with backtest_run(remote, "safety", 1) as run_id:
        parameters = {"as_of": "2026-03-02", "store_version": 3}
        series = Series(1, (FIRST,), {"model": {"log_loss": np.array([0.5])}})
        log_backtest(
            remote,
            run_id,
            "safety",
            parameters,
            {"log_loss": 0.5},
            series,
            ["model"],
            {"report.json": "{}"},
            {"a": "b"},
        )
    with tracking(remote) as client:
        experiment = client.get_experiment_by_name(EXPERIMENT)
        assert experiment is not None
        found = client.search_runs([experiment.experiment_id], "tags.kind = 'backtest'")
        assert sorted(one.info.status for one in found) == ["FAILED", "FINISHED"]
        assert [one.path for one in client.list_artifacts(run_id)] == ["report.json"]


@contextmanager
def _mortal(server: str, requests: int) -> Iterator[str]:
    """The address of a server that passes so many requests on, and then is no more."""
    left = [requests]

    class Passing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            left[0] -= 1
            if left[0] < 0:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")
            }
            headers["Accept-Encoding"] = "identity"
            answer = httpx.request(self.command, server + self.path, content=body, headers=headers, timeout=30)
            self.send_response(answer.status_code)
            for name in ("Content-Type",):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Passing) as proxy:
        Thread(target=proxy.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{proxy.server_address[1]}"
        proxy.shutdown()


def test_a_server_that_is_killed_between_two_calls_holds_a_whole_family_or_none(
    remote: Home, tracking_server: tuple[str, Path], tmp_path: Path
) -> None:
    before = {one.version for one in versions(remote)}
    for requests in range(0, 200, 3):
        with _mortal(tracking_server[0], requests) as address:
            dying = make_home(tmp_path / str(requests), Settings(threads=1, tracking_uri=address))
            try:
                with together(dying) as made:
                    for horizon in (1, 4):
                        forecaster = Rate("zero", horizon, 0.1)
                        made.append(
                            register(
                                dying, "fires", horizon, forecaster, {}, {"a": 1.0}, family=str(requests), finish=False
                            )
                        )
            except TrackingServerUnusable as error:
                assert "nothing answers" in error.message or "does not answer" in error.message, error.message
                assert {one.version for one in versions(remote)} == before, requests
                assert not [one for one in versions(remote) if one.alias and one.target == "fires"]
                continue
            break
    assert len({one.version for one in versions(remote)} - before) >= 2


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("run 9d403ab1-0403-4a: ('Connection aborted.', RemoteDisconnected('closed'))", "it does not answer"),
        ("host:40300 failed: Connection reset by peer", "it does not answer"),
        ("API request failed with error code 403 != 200", "it refuses what is asked"),
        ("error code 401. Response body: ''", "it refuses the name or password"),
    ],
)
def test_an_id_or_a_port_is_not_taken_for_a_code(message: str, said: str, tmp_path: Path) -> None:
    home = make_home(tmp_path, Settings(tracking_uri="http://127.0.0.1:1"))
    assert said in _ours(home, message).message
