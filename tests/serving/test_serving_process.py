"""The server process: bound once, several workers that share nothing but files and database, back when one is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from riskwarn.errors import HostRefused, PortTaken, SettingInvalid
from serving.api import server
from serving.api.options import Options
from serving.api.server import listening, serve
from serving.api.workers import _Worker
from serving.snapshots.current import Current
from tests.serving.command import ROOT, asked_until, children_of, errors_of, log_of, serving
from tests.serving.conftest import Made, running_application
from tests.waiting import PATIENCE


def test_a_port_that_is_taken_and_options_that_make_no_sense_are_refused(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))  # a server refuses learners; other tests need them
    with listening("127.0.0.1", 0, 5) as bound, pytest.raises(PortTaken):
        serve(made.home, port=bound.getsockname()[1])
    with pytest.raises(HostRefused):
        serve(made.home, host="0.0.0.0")
    for wrong in (
        {"root_path": "apps/"},
        {"root_path": "/a b"},
        {"frame_ancestors": "a; script-src *"},
        {"frame_ancestors": ""},
    ):
        with pytest.raises(SettingInvalid):
            Options(**wrong)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_socket_is_bound_once_and_handed_over_and_the_environment_is_left_alone(
    made: Made, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    """Between a trial and a second binding another could take the port."""
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    handed: list[tuple[int, int]] = []

    def run(_server: Any, sockets: list[socket.socket] = []) -> None:  # noqa: B006
        handed.extend(
            (one.getsockname()[1], one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)) for one in sockets
        )

    class Several:
        def __init__(self, config: Any, sockets: list[socket.socket]) -> None:
            run(self, sockets)

        def run(self) -> None:
            assert handed

    monkeypatch.setattr(uvicorn.Server, "run", run)
    monkeypatch.setattr(server, "Workers", Several)
    with listening("127.0.0.1", 0, 5) as free:
        port = free.getsockname()[1]
    before = dict(os.environ)
    serve(made.home, port=port, workers=workers)
    assert handed == [(port, 1)] and dict(os.environ) == before


def test_where_a_start_fails_no_address_is_told(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    said: list[str] = []

    def fails(_current: Any) -> None:
        raise RuntimeError("no thread can be started")

    monkeypatch.setattr(Current, "start", fails)
    with listening("127.0.0.1", 0, 5) as free:
        port = free.getsockname()[1]
    with pytest.raises(SystemExit):
        serve(made.home, port=port, ready=said.append)
    assert said == []


def test_the_first_request_finds_the_snapshot_read(made: Made) -> None:
    application = made.application()
    with running_application(application) as address:
        held = application.current.held
        assert held is not None and held.id == made.first, "before anybody asked"
        assert httpx.get(f"{address}/readyz").json()["status"] == "ok"


def test_it_is_served_by_httptools_and_uvloop() -> None:
    config = server.configuration(lambda: None, Options())
    config.load()
    assert issubclass(config.http_protocol_class.func, HttpToolsProtocol)  # type: ignore[attr-defined]
    assert config.get_loop_factory() is uvloop.new_event_loop
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name in ("httptools", "uvloop"):
        assert any(one.startswith(name) for one in declared) and f"\n{name}==" in locked, name


@pytest.mark.slow
def test_workers_switch_within_a_second_and_come_back_when_killed(made: Made) -> None:
    with serving(made.home.path, "--workers", "2") as (address, process):
        asked_until(address, "/readyz", lambda answer: answer.status_code == 200)

        def workers() -> dict[str, int]:
            """Process -> requests, as the metrics of all workers have them."""
            text = httpx.get(f"{address}/metrics").text
            return {
                line.split('worker="')[1][0]: 1 for line in text.splitlines() if line.startswith("riskwarn_degraded{")
            }

        asked_until(address, "/metrics", lambda _answer: set(workers()) == {"0", "1"})
        second = made.publish(7)
        published = time.monotonic()
        asked_until(address, "/v1/scores", lambda answer: answer.json()["snapshot"]["id"] == second)
        time.sleep(max(0, 1.2 - (time.monotonic() - published)))
        seen = {httpx.get(f"{address}/v1/scores?limit=1").json()["snapshot"]["id"] for _ in range(40)}
        assert seen == {second}, "each connection may reach another worker"
        children = children_of(process.pid)
        os.kill(children[0], signal.SIGKILL)
        asked_until(
            address, "/healthz", lambda _answer: len(set(children_of(process.pid)) - {children[0]}) >= len(children)
        )
        for _ in range(20):
            asked_until(address, "/v1/scores?limit=1", lambda answer: answer.status_code == 200)
        assert set(workers()) == {"0", "1"}, "who comes back takes the place of who is gone"
    assert not errors_of(made.home.path)


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_token_of_a_start_goes_with_it_and_that_of_a_killed_one_is_replaced(made: Made, workers: str) -> None:
    file, seen = made.home.path / server.START_TOKEN, []
    for stop in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        with serving(made.home.path, "--workers", workers) as (address, process):
            asked_until(address, "/healthz", lambda answer: answer.status_code == 200)
            seen.append(file.read_text().strip())
            right = {"Authorization": f"Bearer {seen[-1]}"}
            for token, status in (
                (right, 405),
                ({"Authorization": f"Bearer {seen[0]}"}, 405 if len(seen) == 1 else 403),
            ):
                assert httpx.put(f"{address}/v1/scores", headers=token).status_code == status
            if stop is signal.SIGKILL:
                os.killpg(process.pid, stop)
            else:
                os.kill(process.pid, stop)
            process.wait(20)
        assert file.exists() == (stop is signal.SIGKILL), "nobody was left to take it away"
    assert len(set(seen)) == 3


@pytest.mark.slow
def test_workers_serve_the_same_of_a_damaged_newest_snapshot_and_switch_back_together(made: Made) -> None:
    """One is killed and cannot read it again; the other still holds it in memory."""
    second = made.publish(7)

    def served(address: str) -> set[str]:
        return {httpx.get(f"{address}/v1/scores?limit=1").json()["snapshot"]["id"] for _ in range(40)}

    def walked(address: str) -> set[str]:
        """The snapshots of a walk, each page over a connection of its own."""
        page = httpx.get(f"{address}/v1/scores?limit=100").json()
        found = {page["snapshot"]["id"]}
        while page["next"] is not None:
            answer = httpx.get(f"{address}/v1/scores", params={"limit": 100, "cursor": page["next"]})
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found.add(page["snapshot"]["id"])
        return found

    with serving(made.home.path, "--workers", "2") as (address, process):
        asked_until(address, "/metrics", lambda answer: 'worker="1"' in answer.text)
        assert served(address) == {second}
        mend = made.damage(second, "reasons.parquet")
        children = children_of(process.pid)
        os.kill(children[0], signal.SIGKILL)
        asked_until(
            address, "/healthz", lambda _answer: len(set(children_of(process.pid)) - {children[0]}) >= len(children)
        )
        asked_until(address, "/readyz", lambda answer: answer.json()["status"] == "degraded")
        time.sleep(1.2)
        assert served(address) == {made.first} and {one for _ in range(6) for one in walked(address)} == {made.first}
        assert {httpx.get(f"{address}/readyz").json()["status"] for _ in range(20)} == {"degraded"}
        mend()
        asked_until(address, "/v1/scores", lambda answer: answer.json()["snapshot"]["id"] == second)
        time.sleep(1.2)
        assert served(address) == {second} and walked(address) == {second}


@pytest.mark.slow
def test_a_worker_that_starts_slowly_is_waited_for(made: Made, tmp_path: Path) -> None:
    """On a busy machine a start takes long; one that is replaced before it is up would never be."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, time\nif 'from multiprocessing.spawn' in ' '.join(sys.orig_argv): time.sleep(8)\n"
    )
    with serving(made.home.path, "--workers", "2", first=tmp_path) as (address, process):
        asked_until(address, "/readyz", lambda answer: answer.status_code == 200)
        began = set(children_of(process.pid))
        asked_until(address, "/metrics", lambda answer: 'worker="1"' in answer.text)
        assert set(children_of(process.pid)) == began and len(began) == 2
    assert "is gone" not in log_of(made.home.path).read_text(encoding="utf-8")


def test_a_worker_that_dies_while_it_is_asked_is_not_waited_for() -> None:
    """Its end of the pipe stays open in the process that asks: there is no end of file to tell."""
    worker = _Worker(server.configuration(lambda: None, Options()), [])
    worker.process = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
    worker.start()
    killed = threading.Timer(0.3, worker.process.kill)
    killed.start()
    started = time.monotonic()
    assert worker.ping(timeout=4 * PATIENCE) is False
    assert time.monotonic() - started < PATIENCE
    killed.join()
    worker.process.join()


@pytest.mark.parametrize("proxy", ["nonsense", "", "*", "10.0.0.5:80", "10.0.0.5/8"])
def test_a_gateway_is_named_by_an_address_or_a_network(proxy: str) -> None:
    with pytest.raises(SettingInvalid, match="--proxy"):
        Options(proxies=("10.0.0.5", proxy))
    assert Options(proxies=("10.0.0.5", "10.0.0.0/24", "::1")).proxies == ("10.0.0.5", "10.0.0.0/24", "::1")
