"""A database that another process holds keeps nobody waiting, and its place on the machine stays there."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from riskwarn.database import WAIT_SECONDS
from tests.serving.conftest import Made, running_application
from tests.serving.test_requests import LOCAL

#: Who ask at once.
MANY = 60


@pytest.mark.parametrize("path", ["/v1/alerts", "/v1/track-record", "/v1/alerts/stream"])
@pytest.mark.usefixtures("streams_end")
def test_what_needs_a_held_database_is_answered_with_when_to_ask_again(
    made: Made, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("serving.api.app.ANSWER_SECONDS", 0.1)
    application = made.application()
    application.current.look()
    with TestClient(application, base_url=LOCAL) as api:
        assert api.get(path).status_code == 200
        asked = f"{path}?{'level=red' if 'alerts' in path else 'horizon=1'}"
        held = sqlite3.connect(made.home.path / "riskwarn.db", isolation_level=None)
        held.execute("BEGIN EXCLUSIVE")
        try:
            for language, word in (("en", "database does not answer"), ("zh", "数据库")):
                answer = api.get(asked, headers={"Accept-Language": language})
                assert answer.status_code == 503 and answer.headers["Retry-After"]
                told = answer.json()
                assert told["type"] == "urn:riskwarn:database_busy" and word in told["detail"]
                assert str(made.home.path) not in answer.text and "riskwarn.db" not in answer.text
                assert api.head(asked).status_code == 503
            assert not [one for one in caplog.messages if "failed" in one]
        finally:
            held.execute("ROLLBACK")
            held.close()
        assert api.get(asked).status_code == 200


@pytest.mark.usefixtures("streams_end")
def test_no_route_fails_where_the_database_is_held(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each that can be read, with ids that may be there or not."""
    monkeypatch.setattr("serving.api.app.ANSWER_SECONDS", 0.1)
    application = made.application()
    application.current.look()
    paths = [path for path, methods in application.openapi()["paths"].items() if "get" in methods]
    with TestClient(application, base_url=LOCAL, raise_server_exceptions=False) as api:
        held = sqlite3.connect(made.home.path / "riskwarn.db", isolation_level=None)
        held.execute("BEGIN EXCLUSIVE")
        try:
            asked = [re.sub(r"{\w+}", "G0000111", path) for path in paths]
            answers = {path: api.get(path) for path in asked}
        finally:
            held.execute("ROLLBACK")
            held.close()
    told = {path: one.status_code for path, one in answers.items()}
    assert {path: status for path, status in told.items() if status >= 500 and status != 503} == {}
    assert sum(status == 503 for status in told.values()) > 8, told
    assert all(one.headers["Retry-After"] for one in answers.values() if one.status_code == 503)


@contextmanager
def held_by_another_process(file: Path) -> Iterator[None]:
    """A database that another process writes, until it is let go."""
    held = "import sqlite3, sys; held = sqlite3.connect(sys.argv[1], isolation_level=None); held.execute('BEGIN EXCLUSIVE')"
    code = f"{held}; print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin is not None and other.stdout is not None
        other.stdout.readline()
        try:
            yield
        finally:
            other.stdin.close()


def test_many_who_need_a_held_database_are_answered_at_once_and_keep_the_ranking_from_nobody(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a server that has no connection yet: each is prepared while the other process holds the file."""
    monkeypatch.setattr("serving.api.app.ANSWER_SECONDS", 0.1)
    application = made.application()
    with running_application(application) as address, httpx.Client(base_url=address, timeout=WAIT_SECONDS * 10) as api:
        ranking = api.get("/v1/scores?limit=50")
        assert ranking.status_code == 200
        with held_by_another_process(made.home.path / "riskwarn.db"), ThreadPoolExecutor(MANY) as many:
            made.home.database.dispose()
            begun = time.monotonic()
            asked = [many.submit(api.get, f"/v1/alerts?limit={number + 1}") for number in range(MANY)]
            again, other = api.get("/v1/scores?limit=50"), api.get("/v1/scores?limit=70")
            answers = [one.result() for one in asked]
            passed = time.monotonic() - begun
        assert {(one.status_code, one.json()["type"]) for one in answers} == {(503, "urn:riskwarn:database_busy")}
        assert all(one.headers["Retry-After"] for one in answers)
        assert (again.status_code, again.content) == (200, ranking.content) and other.status_code == 200
        assert passed < WAIT_SECONDS, "nobody waits as long as a command does"


def test_many_who_begin_to_listen_where_the_database_is_held_are_all_told_when_to_come_again(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether anybody listens already or not."""
    monkeypatch.setattr("serving.api.app.ANSWER_SECONDS", 0.5)
    application = made.application()
    for listen in (False, True):
        with (
            running_application(application) as address,
            httpx.Client(base_url=address, timeout=WAIT_SECONDS * 10) as api,
            ExitStack() as listening,
        ):
            if listen:
                lines = listening.enter_context(api.stream("GET", "/v1/alerts/stream")).iter_lines()
                assert next(lines)
            with held_by_another_process(made.home.path / "riskwarn.db"), ThreadPoolExecutor(MANY) as many:
                begun = time.monotonic()
                asked = [many.submit(api.get, "/v1/alerts/stream") for _ in range(MANY)]
                answers = [one.result() for one in asked]
                passed = time.monotonic() - begun
        assert {(one.status_code, one.json()["type"]) for one in answers} == {(503, "urn:riskwarn:database_busy")}
        assert all(one.headers["Retry-After"] for one in answers)
        assert passed < WAIT_SECONDS, "nobody waits as long as a command does"


def test_the_current_snapshot_is_the_one_that_is_served(made: Made) -> None:
    second = made.publish(7)
    made.damage(second)
    application = made.application()
    with TestClient(application, base_url=LOCAL) as api:
        application.current.look()
        listed = {one["id"]: one["current"] for one in api.get("/v1/snapshots").json()["items"]}
        assert listed == {second: False, made.first: True}
        told = api.get("/readyz").json()
        assert told["problem"] == "snapshot_damaged" and "--repair" in told["detail"]
