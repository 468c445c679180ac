"""The report of a version over HTTP: for the owner of the home alone, of no suspended target, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from starlette.testclient import TestClient

from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from serving.access.keys import Asked, create_key
from serving.access.scopes import Scope
from serving.alerts.suspending import suspend
from serving.api.app import Application
from serving.api.routes import making

REPORT = "/console/reports/conflict-4-v1"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "home", Settings())


@pytest.fixture
def client(home: Home) -> Iterator[TestClient]:
    with TestClient(Application(home), base_url="http://localhost") as client:
        yield client


def written(_home: Home, *words: str, **_options: Any) -> dict[str, Any]:
    """What the command does, without what it takes."""
    Path(words[words.index("--out") + 1]).write_text("<p>1,534 events</p>", encoding="utf-8")
    return {}


def test_exact_numbers_are_given_to_nobody_with_a_key(
    home: Home, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "answered", written)
    assert client.get(REPORT).text == "<p>1,534 events</p>"
    given = Asked("program", frozenset((Scope.READ, Scope.ANALYSE)))
    key = {"Authorization": f"Bearer {create_key(home, given, now=datetime.now(UTC))['key']}"}
    client.app.registry.look()  # type: ignore[attr-defined]
    told = client.get(REPORT, headers=key)
    assert (told.status_code, told.json()["type"]) == (403, "urn:riskwarn:report_of_owner")
    assert "riskwarn report conflict-4-v1" in told.json()["detail"]


def test_of_a_suspended_target_there_is_none(home: Home, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "answered", written)
    suspend(home, "conflict", "under review", now=datetime.now(UTC))
    client.app.current.look_for_suspensions()  # type: ignore[attr-defined]
    told = client.get(REPORT)
    assert (told.status_code, told.json()["type"]) == (409, "urn:riskwarn:target_suspended")
    assert client.get(REPORT.replace("conflict", "fire")).status_code == 200


def test_one_is_written_at_a_time(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, on = Event(), Event()

    def slowly(home: Home, *words: str, **options: Any) -> dict[str, Any]:
        begun.set()
        assert on.wait(30)
        return written(home, *words, **options)

    monkeypatch.setattr(making, "answered", slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.get, REPORT)
        try:
            assert begun.wait(30)
            monkeypatch.setattr(making, "answered", written)
            second = client.get(REPORT)
        finally:
            on.set()
        assert (second.status_code, second.json()["type"]) == (503, "urn:riskwarn:command_failed")
        assert first.result().status_code == 200
    assert client.get(REPORT).status_code == 200
