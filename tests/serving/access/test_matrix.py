"""No caller is answered what it may not be told, by either database, by one worker or by two; what would tell it is found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from riskwarn.audit.listing import Chosen, newest
from riskwarn.audit.verifying import verify
from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from serving.access.scopes import Scope
from tests.serving.access import cities, matrix
from tests.serving.access.matrix import Ask, Matrix, Question, faults
from tests.serving.command import serving, until

Asked = tuple[Matrix, list[Question]]


def asking(client: Any) -> Ask:
    return lambda path, headers: client.get(path, headers=headers)


def some(callers: list[matrix.Caller], *parts: str) -> list[matrix.Caller]:
    return [one for one in callers if any(part in one.name for part in parts)]


def test_nobody_is_told_what_lies_outside_or_needs_more(once: Asked) -> None:
    """Of each kind a few; all of them take longer."""
    made, asked = once
    callers = some(
        made.callers, *matrix.STATES, "centre of own", "supervisor of a part", "analyst of none", "system of whole"
    )
    with cities.served(made.home) as (client,):
        assert faults(callers, asked, asking(client)) == []


@pytest.mark.slow
def test_nor_is_anybody_at_all(home: Home) -> None:
    made, asked = matrix.made(home, cities.NOW)
    with cities.served(open_home(home.path, home.settings)) as (client,):
        assert faults(made.callers, asked, asking(client)) == []
        # Once more, from what is repeated.
        assert faults(made.callers[::-1], asked, asking(client)) == []


@pytest.mark.slow
def test_nor_by_two_workers(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    if home.settings.database_url:
        monkeypatch.setenv("RISKWARN_DATABASE_URL", home.settings.database_url)
    made, asked = matrix.made(home, datetime.now(UTC))
    system = next(one.headers for one in made.callers if Scope.SYSTEM in one.scopes)

    with serving(home.path, "--workers", "2") as (address, _):
        until(address, "/healthz", lambda _: 'worker="1"' in httpx.get(f"{address}/metrics", headers=system).text)

        def at_work(caller: matrix.Caller) -> list[str]:
            # Each by a connection of its own, which is that of whichever worker is free.
            with httpx.Client(base_url=address, timeout=60) as client:
                return faults([caller], asked, asking(client))

        with ThreadPoolExecutor(6) as pool:
            assert [one for found in pool.map(at_work, made.callers) for one in found] == []
        # What the other worker counted is told some seconds later.
        until(address, "/healthz", lambda _: min(answered(httpx.get(f"{address}/metrics", headers=system).text)) > 40)
    # What both counted of details is in one chain, and none of it twice.
    assert verify(home).broken is None
    path = f"/v1/grids/{cities.OWN_GRID}"
    times = sum(matrix.status(caller, one) == 200 for caller in made.callers for one in asked if one.path == path)
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
    return Matrix(open_home(made.path, made.settings), cities.NOW, asked[0].places, asked[0].callers), asked[1]


#: What somebody may forget: where it stands, what stands there instead, who is told by which path what must not be.
FORGOTTEN: dict[str, tuple[str, Any, str, str, str]] = {
    "the cut": ("api.seen.Seen._cut", lambda _self, snapshot: snapshot, "centre of own", "/v1/scores?limit=200&unit=grid", "tells of G0000036"),
    "the cut of notices": ("api.seen.Seen.inside", property(lambda _self: None), "supervisor of other", "/v1/alerts", "tells of G0000003"),
    "the scope": ("api.permissions.Permissions.refusal", lambda *_: None, "supervisor of whole", "/v1/export.csv", "200, not 403"),
    "the view of what is repeated": ("access.caller.Caller.view", "", "analyst of ", "/v1/scores?limit=200&unit=grid", "tells of G0000000"),
    "the end of a key": ("access.registry.Registry._until", lambda *_: float("inf"), "ended", "/v1/levels", "200, not 401"),
    "the last use of a key": ("access.registry.Registry._until", lambda *_: float("inf"), "idle", "/v1/levels", "200, not 401"),
    "the network": ("access.registry.allowed", lambda *_: True, "another network", "/v1/levels", "200, not 403"),
    "the secret": ("access.tokens.Digest.fits", lambda *_: True, "a wrong secret", "/v1/levels", "200, not 401"),
}  # fmt: skip


@pytest.mark.parametrize("what", FORGOTTEN)
def test_what_is_forgotten_is_found(once: Asked, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    made, asked = once
    place, instead, caller, path, found = FORGOTTEN[what]
    own, questions = some(made.callers, caller), [one for one in asked if one.path == path]
    with cities.served(made.home) as (client,):
        assert faults(own, questions, asking(client)) == []
    monkeypatch.setattr(f"serving.{place}", instead)
    with cities.served(made.home) as (client,):
        assert any(one.endswith(f"{path}: {found}") for one in faults(own, questions, asking(client)))
