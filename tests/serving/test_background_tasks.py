"""What a server does beside answering it does in a process that refuses learners: every task of its threads runs there, and does its work."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from riskwarn.disclosure import week_of
from tests.serving.alerts import city as made
from tests.serving.alerts.city import City
from tests.serving.command import ROOT, asked_until, errors_of, serving
from tests.worlds import load, with_grids

#: Thread of a server -> what it does again and again, run once. A thread that is not here fails the test: name its tasks.
SCRIPT = """
import asyncio, json, sys, threading
from datetime import UTC, datetime
from pathlib import Path
from starlette.testclient import TestClient
from riskwarn.audit import ReadsOfDetail
from riskwarn.audit.syslog import forward
from riskwarn.home import open_home
from riskwarn.settings import Settings
from serving.access.registry import Registry
from serving.api.keeper import Keeper
from serving.api.options import Options
from serving.api.server import _application_of
from serving.delivery.dispatcher import Dispatcher
from serving.snapshots.current import Current

folder, work, settings = Path(sys.argv[1]), Path(sys.argv[2]), Settings()
application = _application_of(folder, settings, Options(), work)
home, clock = open_home(folder, settings), lambda: datetime.now(UTC)
keeper, current = Keeper(home, clock), Current(home)
tasks = {
    "alerts": [lambda do=do: do(clock()) for _, do in keeper.tasks],
    "dispatcher": [lambda: asyncio.run(Dispatcher(home, clock).drain())],
    "access": [Registry(home, clock).look],
    "current-snapshot": [current.look],
    "suspensions": [current.look_for_suspensions],
    "audit-reads": [ReadsOfDetail(home).close],
    "audit-syslog": [lambda: forward(home)],
}
with TestClient(application, base_url="http://localhost") as client:
    threads = {one.name for one in threading.enumerate()}
    ready = client.get("/readyz").status_code
failed = {}
for name, each in tasks.items():
    for task in each:
        try:
            task()
        except Exception as error:
            failed[name] = repr(error)
print(json.dumps([sorted(threads), sorted(tasks), failed, ready]))
"""

#: Threads of the test client and of Python itself.
OTHERS = ("MainThread", "asyncio", "AnyIO", "ThreadPool", "deliveries", "tokio")


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    """A notice of this week, and the ticket that answers it, loaded."""
    now = datetime.now(UTC)
    monkeypatch.setattr(made, "FIRST", week_of(now.date()))
    city = City(tmp_path)
    city.publish({0: "red"}, later=now - timedelta(hours=6) - city.now)
    with_grids(city.home, tmp_path)
    return city


def answer(city: City, folder: Path) -> None:
    """Load a ticket that says 处置中."""
    table = folder / "tickets.csv"
    with table.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [("预警编号", "工单状态", "更新时间", "处置措施"), (city.alerts()[0].id, "处置中", "", "调解")]
        )
    load(city.home, "tickets", table, now=datetime.now(UTC) - timedelta(seconds=1))


def test_every_task_of_a_server_runs_where_learners_are_refused(city: City, tmp_path: Path) -> None:
    answer(city, tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, city.home.path, tmp_path],
        capture_output=True, text=True, cwd=ROOT, check=False,
        env={"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]]), "PATH": "/usr/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    threads, tasks, failed, ready = json.loads(done.stdout.splitlines()[-1])
    assert failed == {} and ready == 200
    assert [one for one in threads if not one.startswith((*OTHERS, *tasks))] == [], "name its tasks here, too"
    (alert,) = city.alerts()
    assert (alert.status, alert.service) == ("in_progress", "mediation")


@pytest.mark.slow
def test_a_server_follows_a_ticket_that_is_loaded_while_it_runs(city: City, tmp_path: Path) -> None:
    """The process itself, asked over a connection."""
    (alert,) = city.alerts()
    with serving(city.home.path) as (address, _):
        asked_until(address, "/readyz", lambda answer: answer.status_code == 200)
        assert httpx.get(f"{address}/v1/alerts/{alert.id}").json()["status"] == "open"
        answer(city, tmp_path)
        asked_until(address, f"/v1/alerts/{alert.id}", lambda answer: answer.json()["status"] == "in_progress", 90)
    assert errors_of(city.home.path) == []
