"""No caller is answered what it may not be told, by either database, by one worker or by two; what would tell it is found."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pytest

from riskwarn.audit.listing import Chosen, newest
from riskwarn.audit.verifying import verify
from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from serving.access.scopes import Scope
from serving.alerts.suspending import suspend
from tests.serving.access import cities, matrix
from tests.serving.access.cities import MOVED
from tests.serving.access.matrix import Ask, Matrix, Question, faults
from tests.serving.command import asked_until, serving
from tests.waiting import answered_when_free

Asked = tuple[Matrix, list[Question]]

#: One process is asked with SQLite, two workers with PostgreSQL, where more can go wrong between two; `RISKWARN_MATRIX=whole`, by hand,
#: asks each with both.
SQLITE, POSTGRESQL = "sqlite", pytest.param("postgresql", marks=pytest.mark.server)
BOTH = [SQLITE, POSTGRESQL] if os.environ.get("RISKWARN_MATRIX") == "whole" else []


def asking(client: Any) -> Ask:
    def asked(question: Question, headers: dict[str, str]) -> Any:
        told = {"json": question.content, "headers": headers, "follow_redirects": False}
        return answered_when_free(lambda: client.request(question.method, question.path, **told))

    return asked


def some(callers: list[matrix.Caller], *parts: str) -> list[matrix.Caller]:
    return [one for one in callers if any(part in one.name for part in parts)]


@pytest.mark.slow
@pytest.mark.parametrize("home", BOTH or [SQLITE], indirect=True)
def test_nobody_is_told_what_lies_outside_or_needs_more(home: Home) -> None:
    made, asked = matrix.made(home, cities.NOW)
    assert {"signed in as centre of own", "signed in as system of whole", *matrix.STATES} <= {
        one.name for one in made.callers
    }
    with cities.served(open_home(home.path, home.settings)) as (client,):
        assert faults(made.callers, asked, asking(client)) == []
        if not home.settings.database_url:
            # Once more, from what is repeated: no database is asked of it.
            assert faults(made.callers[::-1], asked, asking(client)) == []
        suspend(made.home, "conflict", "under review", now=cities.NOW)
        client.app.current.look_for_suspensions()  # type: ignore[attr-defined]
        assert faults(made.callers, asked, asking(client), suspended=True) == []


@pytest.mark.slow
@pytest.mark.parametrize("home", BOTH or [POSTGRESQL], indirect=True)
def test_nor_by_two_workers(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    if home.settings.database_url:
        monkeypatch.setenv("RISKWARN_DATABASE_URL", home.settings.database_url)
    made, asked = matrix.made(home, datetime.now(UTC))
    system = next(one.headers for one in made.callers if Scope.SYSTEM in one.scopes)

    with serving(home.path, "--workers", "2") as (address, _):
        asked_until(address, "/healthz", lambda _: 'worker="1"' in httpx.get(f"{address}/metrics", headers=system).text)

        def at_work(caller: matrix.Caller, suspended: bool = False) -> list[str]:
            # Each by a connection of its own, which is that of whichever worker is free.
            with httpx.Client(base_url=address, timeout=60) as client:
                return faults([caller], asked, asking(client), suspended)

        with ThreadPoolExecutor(6) as pool:
            assert [one for found in pool.map(at_work, made.callers) for one in found] == []
            suspend(home, "conflict", "under review", now=datetime.now(UTC))
            time.sleep(1.2)  # what a second and the asking take
            stopped = pool.map(partial(at_work, suspended=True), made.callers)
            assert [one for found in stopped for one in found] == []
        # What the other worker counted is told some seconds later.
        asked_until(
            address, "/healthz", lambda _: min(answered(httpx.get(f"{address}/metrics", headers=system).text)) > 40
        )
    # What both counted of details is in one chain, and none of it twice.
    assert verify(home).broken is None
    path = f"/v1/grids/{cities.OWN_GRID}"
    # Each is asked before the suspension and after it: a portrait is there without the target, too.
    portraits = [one for one in asked if (one.method, one.path) == ("GET", path)]
    times = 2 * sum(matrix.status(caller, one) == 200 for caller in made.callers for one in portraits)
    read = [row.count for row in newest(home, Chosen(action="read.portrait", object=cities.OWN_GRID))]
    assert sum(read) == times > 0


def answered(metrics: str) -> list[float]:
    """The requests that each of two workers answered."""
    lines = [line for line in metrics.splitlines() if line.startswith("riskwarn_requests_total{")]
    return [sum(float(line.split()[-1]) for line in lines if f'worker="{number}"' in line) for number in (0, 1)]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    made = make_home(tmp_path_factory.mktemp("matrix") / "home", Settings(threads=1))
    asked = matrix.made(made, cities.NOW)
    return replace(asked[0], home=open_home(made.path, made.settings)), asked[1]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    made = make_home(tmp_path_factory.mktemp("stopped") / "home", Settings(threads=1))
    found, asked = matrix.made(made, cities.NOW)
    suspend(made, "conflict", "under review", now=cities.NOW)
    return replace(found, home=open_home(made.path, made.settings)), asked


#: What somebody may forget: where it stands, what stands there instead, who is told by which path what must not be.
FORGOTTEN: dict[str, tuple[str, Any, str, str, str]] = {
    "the cut": ("api.seen.Seen._cut", lambda _self, snapshot: snapshot, "centre of own", "GET /v1/scores?limit=200&unit=grid", "tells of G0000036"),
    "the cut of notices": ("api.seen.Seen.inside", property(lambda _self: None), "supervisor of other", "GET /v1/alerts", "tells of G0000003"),
    "the cut of messages": ("delivery.view.View.inside_of", lambda *_: True, "supervisor of own", "GET /v1/alerts/stream?seconds=0", "tells of G0000050"),
    "the cut of the feed": ("delivery.view.View.inside_of", lambda *_: True, "supervisor of own", "GET /v1/alerts/feed.atom", "tells of G0000050"),
    "whose notices were held back": ("api.seen.Seen.held", lambda *_: True, "supervisor of other", "GET /v1/alerts/held", "tells of G0000003"),
    "whose figures they are": ("api.seen.Seen.held", lambda *_: True, "supervisor of other", "GET /v1/alerts/stats", "tells of D0000000"),
    "whose silences they are": ("api.seen.Seen.holds", lambda *_: True, "supervisor of other", "GET /v1/silences", "tells of G0000003"),
    "the scope": ("api.permissions.Permissions.refusal", lambda *_: None, "supervisor of whole", "GET /v1/export.csv", "200, not 403"),
    "the scope of a change": ("api.permissions.Permissions.refusal", lambda *_: None, "supervisor of whole", "POST /v1/exports", "409, not 403"),
    "the view of what is repeated": ("access.caller.Caller.view", "", "analyst of ", "GET /v1/scores?limit=200&unit=grid", "tells of G0000000"),
    "the end of a key": ("access.registry.Registry._until", lambda *_: float("inf"), "ended", "GET /v1/levels", "200, not 401"),
    "the last use of a key": ("access.registry.Registry._until", lambda *_: float("inf"), "idle", "GET /v1/levels", "200, not 401"),
    "the network": ("access.registry.allowed", lambda *_: True, "another network", "GET /v1/levels", "200, not 403"),
    "the secret": ("access.tokens.Digest.fits", lambda *_: True, "a wrong secret", "GET /v1/levels", "200, not 401"),
    "the end of a session": ("access.signed_in.Sessions.until", lambda *_: float("inf"), "signed in long ago", "GET /v1/levels", "200, not 401"),
    "the page of a session": ("api.browser.Browsers.of_own_page", lambda *_: True, "signed in as centre of own", "POST /v1/exports", "409, not 403"),
    "the cut of gaps": ("snapshots.cut.gaps_inside", lambda gaps, _: [dict(one) for one in gaps], "centre of own", "GET /v1/snapshots", "tells of D0000002"),
    "the scope of grants": ("api.permissions.Permissions.refusal", lambda *_: None, "supervisor of whole", "GET /v1/grants", "200, not 403"),
    "whose grant it is": ("api.seen.Seen.covers", lambda *_: True, "security of own", "GET /v1/grants?limit=1000", "tells of D0000001"),
    "that the audit is of all": ("api.seen.Seen.whole", property(lambda _self: True), "audit of own", "GET /v1/audit", "200, not 403"),
    "whose file it is": ("api.seen.Seen.saw", lambda *_: True, "centre of own", "GET /v1/exports", "tells of D0000001"),
    "what lay in a file": ("api.seen.Seen.held", lambda *_: True, "centre of own", "GET /v1/exports", f"tells of {MOVED}"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("what", FORGOTTEN)
def test_what_is_forgotten_is_found(once: Asked, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    made, asked = once
    place, instead, caller, path, found = FORGOTTEN[what]
    own, questions = some(made.callers, caller), [one for one in asked if f"{one.method} {one.path}" == path]
    with cities.served(made.home) as (client,):
        assert faults(own, questions, asking(client)) == []
    monkeypatch.setattr(f"serving.{place}", instead)
    with cities.served(made.home) as (client,):
        assert any(one.endswith(f"{path}: {found}") for one in faults(own, questions, asking(client)))


#: What of a suspension somebody may forget, where it is put into what is served and where a file is begun.
NOT_STOPPED: dict[str, tuple[str, Any, str, str]] = {
    "what is served": ("snapshots.current.without", lambda snapshot, _targets: snapshot, "GET /v1/levels", "200, not 409"),
    "what was asked of nobody's area": ("snapshots.current.without", lambda snapshot, _targets: snapshot, "POST /v1/exports", "404, not 409"),
}  # fmt: skip


@pytest.mark.parametrize("what", NOT_STOPPED)
def test_a_suspension_that_is_forgotten_is_found(stopped: Asked, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    made, asked = stopped
    place, instead, path, found = NOT_STOPPED[what]
    own, questions = some(made.callers, "centre of own"), [one for one in asked if f"{one.method} {one.path}" == path]
    monkeypatch.setattr(f"serving.{place}", instead)
    with cities.served(made.home) as (client,):
        assert any(one.endswith(f"{path}: {found}") for one in faults(own, questions, asking(client), suspended=True))
