"""Who polls all day: over publications, a worker that is killed and a snapshot that is damaged, every answer is whole and right."""

from __future__ import annotations

import json
import os
import signal
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from experiments.benchmarks import made_snapshot
from riskwarn.words import Unit
from serving.api import answers
from serving.api.answers import RankingQuery
from serving.snapshots import current, published
from serving.snapshots.current import Current
from serving.snapshots.snapshot import Snapshot, load_snapshot
from tests.serving.command import asked_until, children_of, errors_of, files_of, memory_of, serving
from tests.serving.conftest import Made, running
from tests.waiting import PATIENCE, until

#: How long it takes in all; ten minutes are tried by hand.
SECONDS = float(os.environ.get("RISKWARN_POLL_SECONDS", "30"))
CLIENTS = 64

#: Seconds after a kill for which a connection to the worker that was killed may be found dead: each is asked again soon.
_DEAD = 10.0

#: What is polled, and what it must be, out of the files of the snapshot that an answer names.
POLLED: dict[str, Callable[[Snapshot, Any], dict[str, Any]]] = {
    "/v1/scores?limit=100": lambda one, now: answers.ranking(one, now, RankingQuery(limit=100))[0],
    "/v1/scores?target=safety&horizon=12&limit=300": lambda one, now: answers.ranking(
        one, now, RankingQuery("safety", 12, limit=300)
    )[0],
    "/v1/scores?unit=town": lambda one, now: answers.ranking(one, now, RankingQuery(unit=Unit.TOWN))[0],
    "/v1/scores?parent=T0000003": lambda one, now: answers.ranking(one, now, RankingQuery(parent="T0000003"))[0],
    "/v1/grids/G0000111": lambda one, now: answers.portrait(one, now, "G0000111"),
    "/v1/grids/G0000111/explanation": lambda one, now: answers.explanation(one, now, "G0000111", None, None),
}


class Client:
    """One that polls an address, each answer after the other, and keeps what it saw."""

    def __init__(self, path: str, packed: bool) -> None:
        self.path, self.headers = path, {} if packed else {"Accept-Encoding": "identity"}
        self.bodies: set[bytes] = set()
        self.faults: list[str] = []
        self.early: list[float] = []  # when a worker had not read anything yet
        self.cut: list[tuple[float, str]] = []  # when a connection was found dead, and how
        self.unchanged = 0
        self.last = ""  # the snapshot that was seen last

    def run(self, address: str, ended: threading.Event) -> None:
        """Poll until it is ended."""
        tag, told = "", ""
        while not ended.is_set():
            try:
                with httpx.Client(base_url=address, timeout=PATIENCE, headers=self.headers) as client:
                    while not ended.is_set():
                        answer = client.get(self.path, headers={"If-None-Match": tag})
                        if answer.status_code == 200:
                            tag, told = answer.headers["etag"], answer.json()["snapshot"]["id"]
                            self.bodies.add(answer.content)
                        elif answer.status_code == 304 and answer.headers["etag"] == tag:
                            self.unchanged += 1
                        elif _not_read_yet(answer):
                            self.early.append(time.monotonic())
                            ended.wait(float(answer.headers["retry-after"]))
                        else:
                            self.faults.append(f"{answer.status_code}: {answer.text}")
                        self.last = told
                        ended.wait(0.05)
            except httpx.TransportError as error:
                self.cut.append((time.monotonic(), repr(error)))


def _not_read_yet(answer: httpx.Response) -> bool:
    """Whether a worker has just started, and says when to ask again: that is no failure, and nothing else is taken for it."""
    return answer.status_code == 503 and answer.json()["type"] == "urn:riskwarn:not_read_yet"


def test_a_worker_that_has_read_nothing_yet_is_asked_again_and_has_not_failed(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, reads, ended = Current.look, threading.Event(), threading.Event()
    monkeypatch.setattr(current, "FIRST_LOOK", 0.0)

    def late(one: Current) -> None:
        reads.wait(PATIENCE)
        look(one)

    monkeypatch.setattr(Current, "look", late)
    client = Client("/v1/scores?limit=100", packed=True)
    with running(made.home, lambda: made.now) as address:
        thread = threading.Thread(target=client.run, args=(address, ended), daemon=True)
        thread.start()
        for done, then in ((lambda: client.early, reads), (lambda: client.unchanged, ended)):
            until(done)
            then.set()
        thread.join(PATIENCE)
    assert (client.faults, bool(client.early), len(client.bodies)) == ([], True, 1)


@pytest.mark.slow
def test_clients_that_poll_over_publications_a_kill_and_a_damaged_snapshot_meet_no_error(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, ids, held = SECONDS / 6, [made.first], defaultdict[int, list[tuple[int, int]]](list)
    states: list[str] = []
    with serving(made.home.path, "--workers", "2") as (address, process):
        asked_until(address, "/readyz", lambda answer: answer.status_code == 200)
        asked_until(address, "/healthz", lambda _answer: len(children_of(process.pid)) == 2)
        ended, killed = threading.Event(), 0.0
        paths = list(POLLED)
        clients = [Client(paths[number % len(paths)], number % 3 > 0) for number in range(CLIENTS)]
        threads = [threading.Thread(target=one.run, args=(address, ended), daemon=True) for one in clients]
        for thread in threads:
            thread.start()

        def rest(phase: int) -> None:
            """Let them poll; look at what the workers hold meanwhile."""
            end = time.monotonic() + part
            while time.monotonic() < end:
                time.sleep(part / 10)
                for worker in children_of(process.pid):
                    held[worker].append((phase, memory_of(worker)))
            states.append(httpx.get(f"{address}/readyz").json()["status"])

        rest(0)
        files = sum(map(files_of, children_of(process.pid)))
        for week in range(1, 6):
            if week == 3:
                with monkeypatch.context() as patch:
                    patch.setattr(made_snapshot, "write_files", _damaging)
                    damaged = made.publish(7 * week, seed=77)
            else:
                ids.append(made.publish(7 * week, seed=week))
            if week == 2:
                first = children_of(process.pid)[0]
                killed = time.monotonic()
                os.kill(first, signal.SIGKILL)
            rest(week)
            assert {one.last for one in clients} == {ids[-1]}, "all have gone on to what is newest and sound"
        workers = children_of(process.pid)
        files_now = sum(map(files_of, workers))
        ended.set()
        for thread in threads:
            thread.join(30)
            assert not thread.is_alive()
    assert [one.faults for one in clients if one.faults] == []
    assert states == ["stale", "stale", "stale", "degraded", "stale", "stale"]
    assert len(workers) == 2 and first not in workers and not errors_of(made.home.path)
    _all_right(made, clients, ids, damaged)
    _no_growth(held, first, workers)
    assert files_now <= files + 8, "connections and files that are held"
    cuts = [(round(moment - killed, 1), error) for one in clients for moment, error in one.cut]
    assert [cut for cut in cuts if not 0 <= cut[0] < _DEAD] == [], "but at the kill no connection was lost"
    assert all(moment > killed for one in clients for moment in one.early), "but the one that comes back all have read"


def _damaging(folder: Path, name: str, content: Any) -> dict[str, str]:
    """Write a snapshot of which no byte is served before it is damaged."""
    sums = made_snapshot_write(folder, name, content)
    file = folder / name / "scores.parquet"
    body = bytearray(file.read_bytes())
    body[len(body) // 2] ^= 1
    file.write_bytes(body)
    return sums


made_snapshot_write = made_snapshot.write_files


def _all_right(made: Made, clients: list[Client], ids: list[str], damaged: str) -> None:
    """Of each address and snapshot there is one body, and it is what the files of that snapshot tell."""
    seen: dict[tuple[str, str], set[bytes]] = defaultdict(set)
    for one in clients:
        assert one.unchanged > len(one.bodies), "most polls find nothing new"
        for body in one.bodies:
            seen[one.path, json.loads(body)["snapshot"]["id"]].add(body)
    assert {snapshot for _, snapshot in seen} <= set(ids) and damaged not in ids
    assert all((path, snapshot) in seen for path in POLLED for snapshot in ids[1:]), "each has been polled"
    for (path, snapshot), bodies in seen.items():
        assert len(bodies) == 1, (path, snapshot)
        told = json.loads(next(iter(bodies)))
        told.pop("next", None)
        one = load_snapshot(made.home, published.named(made.home, snapshot))
        # Now is long after the end of all of them.
        assert told == json.loads(json.dumps(POLLED[path](one, one.valid_until))), (path, snapshot)


def _no_growth(held: dict[int, list[tuple[int, int]]], killed: int, workers: list[int]) -> None:
    """A worker holds no more after the last publication than after the first that it saw."""
    measured = 0
    for worker in workers:
        by_phase: dict[int, list[int]] = defaultdict(list)
        for phase, size in held[worker]:
            by_phase[phase].append(size)
        phases = sorted(by_phase)[1:]  # in the first it was being filled
        if len(phases) > 1:
            measured += 1
            # On a busy machine that takes longer; who never ends is no worker that holds no more.
            while len(phases) > 2 and max(by_phase[phases[0]]) > 1.1 * min(by_phase[phases[0]]) + 8_000_000:
                phases = phases[1:]
            early, late = (statistics.median(by_phase[phase]) for phase in (phases[0], phases[-1]))
            assert worker != killed and late < 1.1 * early + 8_000_000, {
                phase: [size // 1_000_000 for size in sizes] for phase, sizes in by_phase.items()
            }
    assert measured
