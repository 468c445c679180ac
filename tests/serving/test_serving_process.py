"""The server process: bound once, several workers that share nothing but files and database, back when one is killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from riskwarn.errors import HostRefused, PortTaken, SettingInvalid
from serving.api import answers
from serving.api.options import Options
from serving.api.server import listening, serve
from serving.snapshots import published
from serving.snapshots.snapshot import load_snapshot
from tests.serving.conftest import Made, running

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(home: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The command itself; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "riskwarn", "--home", home, "serve", "--port", str(port), *options],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def until(address: str, path: str, wanted: Any, seconds: float = 60) -> None:
    """Ask until what is wanted is answered; connections that fail are tried again."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if wanted(httpx.get(address + path)):
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, path
        time.sleep(0.05)


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


def test_it_listens_on_ipv6_too(made: Made) -> None:
    with listening("::1", 0, 5) as bound:
        assert bound.family == socket.AF_INET6


def test_a_stream_under_way_does_not_hold_up_the_end(made: Made) -> None:
    before = set(threading.enumerate())
    with running(made.home, lambda: made.now) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"GET /v1/export.xlsx HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(10)
    # Leaving `running` waits ten seconds at most for the server's end.
    left = set(threading.enumerate()) - before
    assert not [one for one in left if one.name.startswith("current-snapshot") and one.is_alive()]


@pytest.mark.slow
def test_workers_switch_within_a_second_and_come_back_when_killed(made: Made) -> None:
    with serving(made.home.path, "--workers", "2") as (address, process):
        until(address, "/readyz", lambda answer: answer.status_code == 200)

        def workers() -> dict[str, int]:
            """Process -> requests, as the metrics of all workers have them."""
            text = httpx.get(f"{address}/metrics").text
            return {
                line.split('worker="')[1][0]: 1 for line in text.splitlines() if line.startswith("riskwarn_degraded{")
            }

        until(address, "/metrics", lambda _answer: set(workers()) == {"0", "1"})
        second = made.publish(7)
        published = time.monotonic()
        until(address, "/v1/scores", lambda answer: answer.json()["snapshot"]["id"] == second)
        time.sleep(max(0, 1.2 - (time.monotonic() - published)))
        seen = {httpx.get(f"{address}/v1/scores?limit=1").json()["snapshot"]["id"] for _ in range(40)}
        assert seen == {second}, "each connection may reach another worker"
        children = _children(process.pid)
        os.kill(children[0], signal.SIGKILL)
        until(address, "/healthz", lambda _answer: len(set(_children(process.pid)) - {children[0]}) >= len(children))
        for _ in range(20):
            until(address, "/v1/scores?limit=1", lambda answer: answer.status_code == 200)
        assert set(workers()) == {"0", "1"}, "who comes back takes the place of who is gone"
        errors: list[str] = []
    assert process.stderr is not None
    for line in process.stderr.read().splitlines():
        if line.startswith("{"):
            told = json.loads(line)
            errors += [line] if told["level"] == "error" else []
    assert not errors


def _children(parent: int) -> list[int]:
    """Processes that a process started and that serve (not the tracker of resources)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text().rpartition(")")[2].split()
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if int(status[1]) == parent and b"spawn_main" in command:
                found.append(int(entry.name))
    return found


@pytest.mark.slow
def test_clients_that_poll_over_publications_a_kill_and_a_damaged_snapshot_meet_no_error(made: Made) -> None:
    seconds = float(os.environ.get("RISKWARN_POLL_SECONDS", "30"))
    known = {made.first: 0}
    with serving(made.home.path, "--workers", "2") as (address, process):
        until(address, "/readyz", lambda answer: answer.status_code == 200)
        ended = threading.Event()
        faults: list[str] = []
        bodies: dict[str, set[bytes]] = {}
        asked = [0]

        def poll() -> None:
            tag = ""
            while not ended.is_set():
                try:
                    with httpx.Client(base_url=address, timeout=20) as client:
                        for _ in range(20):
                            answer = client.get("/v1/scores?limit=100", headers={"If-None-Match": tag})
                            asked[0] += 1
                            if answer.status_code == 200:
                                tag = answer.headers["etag"]
                                bodies.setdefault(answer.json()["snapshot"]["id"], set()).add(answer.content)
                            elif answer.status_code != 304:
                                faults.append(f"{answer.status_code}: {answer.text}")
                            ended.wait(0.05)
                except httpx.TransportError as error:
                    # A connection to the worker that was killed dies with it, and is asked again.
                    if not killed.is_set():
                        faults.append(repr(error))

        killed = threading.Event()
        clients = [threading.Thread(target=poll, daemon=True) for _ in range(64)]
        for client in clients:
            client.start()
        sizes = []
        for week in range(1, 6):
            time.sleep(seconds / 6)
            known[made.publish(7 * week, seed=week)] = week
            if week == 2:
                killed.set()
                os.kill(_children(process.pid)[0], signal.SIGKILL)
            if week == 3:
                newest = made.publish(7 * week + 1, seed=77)
                made.damage(newest)
            sizes.append(sum(_memory(child) for child in _children(process.pid)))
        time.sleep(seconds / 6)
        ended.set()
        for client in clients:
            client.join(30)
        sizes.append(sum(_memory(child) for child in _children(process.pid)))
    assert not faults, faults[:3]
    assert asked[0] > 500 and len(bodies) >= 4
    for snapshot, seen in bodies.items():
        assert snapshot in known or snapshot == newest, "only what was published"
        assert len(seen) <= 2, "one body, fresh and stale"
        for body in seen:
            items = json.loads(body)["items"]
            assert snapshot == newest or items == _items(made, snapshot)
    assert sizes[-1] < 1.3 * sizes[0] + 30_000_000, sizes


def _items(made: Made, snapshot: str) -> list[Any]:
    held = load_snapshot(made.home, published.named(made.home, snapshot))
    told, _ = answers.ranking(held, made.now, answers.RankingQuery(limit=100))
    items: list[Any] = json.loads(json.dumps(told["items"]))
    return items


def _memory(process: int) -> int:
    try:
        pages = int((Path("/proc") / str(process) / "statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
