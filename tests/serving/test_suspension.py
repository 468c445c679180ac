"""A suspended target: nothing of it is published or served, by any way, in any worker, and no other takes its place."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from riskwarn.audit.tables import AUDIT
from riskwarn.cli import riskwarn
from riskwarn.errors import AllSuspended, NotSuspended, PersonalText, RefusedWord, SuspendedBefore, UnknownTarget
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from serving.alerts.suspending import resume, suspend
from serving.alerts.tables import ALERTS
from serving.api.routes import exports
from serving.publishing import publish as publishing
from serving.publishing.publish import publish
from serving.snapshots import current as reading
from serving.snapshots import published
from serving.snapshots.current import Current
from tests.serving.command import asked_until, errors_of, serving
from tests.serving.conftest import Made, running_application
from tests.serving.test_requests import LOCAL
from tests.waiting import PATIENCE, until
from tests.worlds import NOW as LATE

NOW = Made.now
WHY = "the calibration of the west is under review"

#: The morning after the as-of of the published city: its windows are not over, so that notices are raised.
IN_TIME = datetime(2026, 6, 29, 2, tzinfo=UTC)

GRID = "/v1/grids/G0000003"

#: What is asked of the target that is the usual one, with and without its name.
OF_TARGET = [
    "/v1/scores", "/v1/scores?target=conflict", "/v1/scores?unit=town", "/v1/scores?as_of=2026-03-02",
    f"{GRID}/explanation", f"{GRID}/explanation?target=conflict", f"{GRID}/history", f"{GRID}/history?target=conflict",
    "/v1/levels", "/v1/levels?target=conflict", "/v1/models/conflict", "/v1/alerts?target=conflict",
    "/v1/track-record?target=conflict", "/v1/export.csv", "/v1/export.parquet?target=conflict", "/v1/export.geojson", "/v1/export.xlsx",
]  # fmt: skip

#: What tells of all targets together.
OF_ALL = [GRID, "/v1/alerts", "/v1/snapshots", "/v1/track-record", "/readyz"]


@pytest.fixture
def pair(made: Made) -> tuple[Made, list[str]]:
    """A home with two snapshots of two targets, and live notices of both."""
    ids = [made.first, made.publish(7, seed=3)]
    with made.home.database.begin() as connection:
        connection.execute(
            insert(ALERTS),
            [
                {"snapshot": ids[1], "target": target, "horizon": 4, "unit": "grid", "code": f"G000000{number}", "level": "red",
                 "score": 0.5, "status": status, "raised_at": NOW, "reasons": []}
                for target in ("conflict", "safety")
                for number, status in enumerate(("open", "acknowledged", "in_progress", "closed", "expired"))
            ],
        )  # fmt: skip
    return made, ids


def statuses(home: Home) -> dict[str, list[str]]:
    """Target -> how its notices stand."""
    with home.database.connect() as connection:
        rows = connection.execute(select(ALERTS.c.target, ALERTS.c.status).order_by(ALERTS.c.sequence)).all()
    return {name: [status for target, status in rows if target == name] for name in ("conflict", "safety")}


def test_nothing_is_told_of_a_suspended_target_and_no_other_takes_its_place(pair: tuple[Made, list[str]]) -> None:
    made, (older, newer) = pair
    compare = f"/v1/snapshots/compare?a={older}&b={newer}"
    application = made.application()
    with TestClient(application, base_url=LOCAL) as client:
        before = {path: client.get(path) for path in [*OF_TARGET, *OF_ALL, compare]}
        assert {answer.status_code for answer in before.values()} == {200}
        cursor = client.get("/v1/scores?limit=5").json()["next"]
        suspend(made.home, "conflict", WHY, now=NOW)
        application.current.look_for_suspensions()
        for path in [*OF_TARGET, compare, f"/v1/scores?limit=5&cursor={cursor}"]:
            for headers in (
                {},
                {"If-None-Match": before[path].headers["etag"]}
                if path in before and "etag" in before[path].headers
                else {},
            ):
                for method in ("GET", "HEAD"):
                    answer = client.request(method, path, headers=headers)
                    assert answer.status_code == 409, (method, path)
                    assert "etag" not in answer.headers and answer.headers["cache-control"] == "no-store"
            problem = client.get(path).json()
            assert (
                problem["type"] == "urn:riskwarn:target_suspended" and "“conflict that escalates”" in problem["detail"]
            )
            assert "Administration in the console" in problem["detail"]
            assert WHY not in json.dumps(problem), "why is for the audit"
        chinese = client.get("/v1/scores", headers={"Accept-Language": "zh"}).json()
        assert (
            "“矛盾升级”" in chinese["detail"] and "conflict" not in chinese["detail"] and not chinese["title"].isascii()
        )
        for path in OF_ALL:
            answer = client.get(path, headers={"If-None-Match": before[path].headers.get("etag", '"none"')})
            assert answer.status_code == 200 and answer.json()["suspended"] == ["conflict"], path
        assert {one["target"] for one in client.get(GRID).json()["scores"]} == {"safety"}
        alerts = client.get("/v1/alerts?limit=100").json()["items"]
        assert {one["target"] for one in alerts} == {"safety"} and len(alerts) == 5
        for one in client.get("/v1/snapshots").json()["items"]:
            assert {key.split("/")[0] for key in one["models"]} == {"safety"}
            assert {key.split("-")[0] for key in one["inputs"]["models"]} == {"safety"}, "nor the digest of its model"
        assert client.get("/v1/scores?target=safety").status_code == 200
        wrong = client.get("/v1/scores?target=nothing").json()["detail"]
        assert "served are safety" in wrong
        resume(made.home, "conflict", "reviewed", now=NOW + timedelta(days=1))
        application.current.look_for_suspensions()
        for path in [*OF_TARGET, compare]:
            if "export" not in path and "alerts" not in path:
                assert client.get(path).content == before[path].content, path
        assert client.get(GRID).json() == before[GRID].json()


def test_live_notices_are_withdrawn_with_a_row_of_the_audit_and_those_of_other_targets_stay(
    pair: tuple[Made, list[str]],
) -> None:
    made, _ = pair
    done = suspend(made.home, "conflict", WHY, now=NOW)
    assert done.as_dict() == {"target": "conflict", "suspended": True, "because": WHY, "alerts": 3}
    assert statuses(made.home) == {
        "conflict": ["withdrawn", "withdrawn", "withdrawn", "closed", "expired"],
        "safety": ["open", "acknowledged", "in_progress", "closed", "expired"],
    }
    resume(made.home, "conflict", "reviewed", now=NOW)
    assert statuses(made.home)["conflict"][0] == "withdrawn"
    with made.home.database.connect() as connection:
        columns = AUDIT.c.action, AUDIT.c.object, AUDIT.c.actor, AUDIT.c.note
        rows = connection.execute(select(*columns).order_by(AUDIT.c.sequence)).all()
        gone = (
            connection.execute(select(ALERTS.c.id).where(ALERTS.c.status == "withdrawn").order_by(ALERTS.c.sequence))
            .scalars()
            .all()
        )
    assert [tuple(row) for row in rows] == [
        ("target.suspended", "conflict", "local", WHY),
        *(("alert.changed", one, "system", "") for one in gone),
        ("target.resumed", "conflict", "local", "reviewed"),
    ]


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def test_what_may_not_be_done_changes_nothing(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> None:
    from tests.postgresql import emptied

    url = emptied(request.getfixturevalue("server")) if database == "postgresql" else None
    home = make_home(tmp_path / "home", Settings(database_url=url))
    for because, error in (("应张三的要求", PersonalText), ("涉稳", RefusedWord)):
        with pytest.raises(error):
            suspend(home, "conflict", because, now=NOW)
    with pytest.raises(UnknownTarget, match="conflict"):
        suspend(home, "conflicts", WHY, now=NOW)
    with pytest.raises(NotSuspended):
        resume(home, "conflict", WHY, now=NOW)
    with home.database.connect() as connection:
        assert connection.execute(select(AUDIT)).all() == []
    suspend(home, "conflict", WHY, now=NOW)
    with pytest.raises(SuspendedBefore, match="under review"):
        suspend(home, "conflict", "again", now=NOW)
    with pytest.raises(RefusedWord):
        resume(home, "conflict", "涉稳", now=NOW)
    current = Current(home)
    current.look()
    assert current.suspended == {"conflict"}
    resume(home, "conflict", "done", now=NOW)
    current.look_for_suspensions()
    assert current.suspended == frozenset()


def test_it_holds_though_a_newer_snapshot_is_being_read(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that reads it is busy for as long as that takes."""
    load, going_on, go_on = reading.load_snapshot, threading.Event(), threading.Event()
    current = Current(made.home, look_every=0.05)
    current.start()
    try:
        made.publish(7)

        def slow(home: Any, row: Any) -> Any:
            going_on.set()
            assert go_on.wait(PATIENCE)
            return load(home, row)

        monkeypatch.setattr(reading, "load_snapshot", slow)
        assert going_on.wait(PATIENCE)
        suspend(made.home, "conflict", WHY, now=NOW)
        until(lambda: current().suspended == {"conflict"})
        assert not any(target == "conflict" for target, _ in current().scores) and not go_on.is_set()
    finally:
        go_on.set()
        current.stop()


def test_nothing_is_served_before_it_is_known_what_is_suspended(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    suspend(made.home, "conflict", WHY, now=NOW)
    monkeypatch.setattr(reading.suspensions, "number", lambda _connection: 1 / 0)
    current = Current(made.home)
    current.look()
    with pytest.raises(ZeroDivisionError):
        current()
    monkeypatch.undo()
    current.look()
    assert current().suspended == {"conflict"}, "and after a restart it is suspended still"


def test_a_file_that_is_being_written_ends_where_its_target_is_suspended(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    application, suspended = made.application(), threading.Event()
    write, kind = exports._WRITERS[exports.Form.CSV]

    def slowly(export: Any) -> Any:
        for number, piece in enumerate(write(export)):
            if number == 2:
                suspend(made.home, "conflict", WHY, now=NOW)
                application.current.look_for_suspensions()
                suspended.set()
            yield piece

    monkeypatch.setitem(exports._WRITERS, exports.Form.CSV, (slowly, kind))
    with running_application(application) as address, pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{address}/v1/export.csv")
    assert suspended.is_set()


@pytest.mark.slow
def test_a_scoring_leaves_it_out_and_what_follows_raises_its_notices_anew(
    copied: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raised(snapshot: str) -> dict[str, int]:
        with copied.database.connect() as connection:
            found = connection.execute(select(ALERTS.c.target).where(ALERTS.c.snapshot == snapshot)).scalars().all()
        return {target: found.count(target) for target in set(found)}

    first = published.newest(copied)
    assert first is not None and {target for target, _ in first.models} == {"conflict", "safety"}
    # The scoring that is going on finds out before it publishes.
    made, calls = publishing.score, []

    def meanwhile(*given: Any, **named: Any) -> Any:
        calls.append(given)
        if len(calls) == 1:
            suspend(copied, "conflict", WHY, now=IN_TIME)
        return made(*given, **named)

    suspend(copied, "conflict", WHY, now=IN_TIME)
    resume(copied, "conflict", "reviewed", now=IN_TIME)
    monkeypatch.setattr(publishing, "score", meanwhile)
    done = publish(copied, now=IN_TIME)
    monkeypatch.undo()
    assert (
        len(calls) == 2
        and done.current
        and done.suspended == ("conflict",)
        and done.as_dict()["suspended"] == ["conflict"]
    )
    row = published.named(copied, done.snapshot)
    assert {target for target, _ in row.models} == {"safety"} and row.manifest["suspended"] == ["conflict"]
    assert row.manifest["targets"][0] == first.manifest["targets"][0] == "conflict"
    assert "conflict" not in raised(done.snapshot)
    assert len(list(copied.snapshots.glob("2*"))) == len(published.listed(copied)), "what was overtaken left no files"
    with TestClient(_served(copied), base_url=LOCAL) as client:
        assert client.get("/v1/scores").status_code == 409
        resume(copied, "conflict", "reviewed", now=IN_TIME)
        client.app.current.look_for_suspensions()  # type: ignore[attr-defined]
        assert client.get("/v1/scores").status_code == 409, (
            "the snapshot has nothing of it, and no other takes its place"
        )
        again = publish(copied, now=IN_TIME)
        assert again.current and again.suspended == () and again.snapshot not in (done.snapshot, first.id)
        client.app.current.look()  # type: ignore[attr-defined]
        assert client.get("/v1/scores").json()["target"] == "conflict"
        assert client.get(f"/v1/scores?as_of={first.as_of}").status_code == 200
    assert raised(again.snapshot).keys() == {"conflict"}, "they were withdrawn; those of the other target still stand"
    for target in ("conflict", "safety"):
        suspend(copied, target, WHY, now=IN_TIME)
    with pytest.raises(AllSuspended):
        publish(copied, now=IN_TIME)


def _served(home: Home) -> Any:
    from serving.api.app import Application

    return Application(home, lambda: LATE)


def test_the_command_line_says_what_is_suspended(made: Made) -> None:
    def said(*arguments: str) -> Any:
        return CliRunner().invoke(riskwarn, ["--home", str(made.home.path), *arguments], catch_exceptions=True)

    assert said("suspend", "conflict").exit_code == 2
    assert said("suspend", "conflict", "--because", " ").exit_code == 2
    done = json.loads(said("--json", "suspend", "conflict", "--because", WHY).stdout)
    assert done == {"target": "conflict", "suspended": True, "because": WHY, "alerts": 0}
    listed = json.loads(said("--json", "snapshots", "list").stdout)
    assert [one["suspended"] for one in listed] == [["conflict"]]
    assert WHY in said("snapshots", "list").stdout
    chinese = said("--lang", "zh", "snapshots", "list").stdout
    assert "矛盾升级 自" in chinese and "conflict 自" not in chinese
    checks = {one["check"]: one for one in json.loads(said("--json", "doctor").stdout)}
    assert checks["suspended targets"]["verdict"] == "warning" and "conflict" in checks["suspended targets"]["found"]
    assert "矛盾升级 (" in said("--lang", "zh", "doctor").stdout
    with TestClient(made.application(), base_url=LOCAL) as client:
        assert client.get("/readyz").json()["suspended"] == ["conflict"]
        metrics = client.get("/metrics").text
        assert 'riskwarn_target_suspended{target="conflict",worker="0"} 1.0' in metrics
        assert 'riskwarn_target_suspended{target="safety",worker="0"} 0.0' in metrics
    assert said("resume", "conflict", "--because", "reviewed").exit_code == 0
    assert json.loads(said("--json", "snapshots", "list").stdout)[0]["suspended"] == []


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def test_every_worker_stops_within_a_second_and_a_restart_changes_nothing(
    tmp_path: Path, database: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.postgresql import emptied

    if database == "postgresql":
        url = emptied(request.getfixturevalue("server"))
        monkeypatch.setenv("RISKWARN_DATABASE_URL", url)
    else:
        url = None
    made = Made(make_home(tmp_path / "home", Settings(database_url=url)))

    def answers(address: str) -> set[int]:
        """Each connection may reach another worker."""
        return {httpx.get(f"{address}/v1/scores?limit=1").status_code for _ in range(40)}

    def meanwhile(change: Callable[..., Any]) -> None:
        change(made.home, "conflict", WHY, now=datetime.now(NOW.tzinfo))
        time.sleep(1.2)  # what a second and the asking take

    with serving(made.home.path, "--workers", "2") as (address, _process):
        asked_until(address, "/metrics", lambda answer: 'worker="1"' in answer.text)
        asked_until(address, "/v1/scores?limit=1", lambda answer: answer.status_code == 200)
        assert answers(address) == {200}
        meanwhile(suspend)
        assert answers(address) == {409}
    with serving(made.home.path, "--workers", "2") as (address, _process):
        asked_until(address, "/metrics", lambda answer: 'worker="1"' in answer.text)
        asked_until(address, "/readyz", lambda answer: answer.json().get("snapshot") is not None)
        assert answers(address) == {409}
        meanwhile(resume)
        assert answers(address) == {200}
    assert not errors_of(made.home.path)
