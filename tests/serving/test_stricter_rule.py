"""What is withheld today is withheld in older snapshots, too, whatever was told when they were published."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from experiments.benchmarks.made_snapshot import made_content, publish_made
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from riskwarn.words import Unit
from serving.api.app import Application
from serving.api.queries import Measure
from tests.serving.conftest import Made

LEAST = 1_000
GRIDS = 120


def served(home: Home, made: Made) -> TestClient:
    return TestClient(Application(home, lambda: made.now), base_url="http://localhost")


def few(client: TestClient, as_of: str) -> set[str]:
    """The grids of fewer residents than are told of today, or of whose number nothing is told."""
    found = set()
    for item in client.get(f"/v1/scores?limit=1000&as_of={as_of}").json()["items"]:
        residents = client.get(f"/v1/grids/{item['code']}?as_of={as_of}").json()["residents"]
        if residents is None or residents < LEAST:
            found.add(item["code"])
    return found


def told(client: TestClient, as_of: str) -> set[str]:
    """The grids of which anything is told that is withheld of one with few residents, as of a day."""
    asked, found = f"as_of={as_of}", set()
    items = client.get(f"/v1/scores?limit=1000&{asked}").json()["items"]
    for item in items:
        code = item["code"]
        portrait = client.get(f"/v1/grids/{code}?{asked}").json()
        why = client.get(f"/v1/grids/{code}/explanation?{asked}").json()
        past = client.get(f"/v1/grids/{code}/history?reasons=true").json()["items"]
        own = [portrait["residents"], why["reasons"], *(one["reasons"] for one in past if one["as_of"] == as_of)]
        for one in (item, *portrait["scores"]):
            own += [one[name] for name in ("per_10000", "usual", "excess", "reasons")]
        if any(value not in (None, []) for value in own):
            found.add(code)
    for row in csv.DictReader(client.get(f"/v1/export.csv?lang=en&{asked}").text.splitlines()[1:]):
        if row["per_10000"] or row["reason_1"]:
            found.add(row["code"])
    for measure in (Measure.PER_10000, Measure.EXCESS):
        numbers = client.get(f"/v1/map?unit=grid&measure={measure}&{asked}").json()
        places = client.get(f"/v1/boundaries/{numbers['places']}?{asked}").json()
        found |= {code for code, one in zip(places["codes"], numbers["value"], strict=True) if one is not None}
    return found


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(make_home(tmp_path / "home", Settings()), GRIDS)


@pytest.fixture
def two(made: Made) -> Iterator[tuple[Made, list[str]]]:
    """Two snapshots, and the days as of which they are."""
    made.publish(7, seed=4)
    made.now += timedelta(days=7)
    yield made, [(made.as_of + timedelta(days=days)).isoformat() for days in (0, 7)]


@pytest.mark.slow
def test_a_stricter_rule_reaches_what_was_published_before(two: tuple[Made, list[str]]) -> None:
    made, days = two
    strict = Home(
        made.home.path, made.home.configuration.model_copy(update={"min_residents": LEAST}), made.home.settings
    )
    with served(made.home, made) as before, served(strict, made) as client:
        small = few(before, days[0])
        assert small and small & told(before, days[0]), "what was told"
        for day in days:
            assert small & told(client, day) == set()
            assert told(client, day), "of the others all is told as before"
        was = before.get(f"/v1/scores?limit=1000&as_of={days[0]}")
        now = client.get(f"/v1/scores?limit=1000&as_of={days[0]}", headers={"If-None-Match": was.headers["etag"]})
        assert now.status_code == 200 and now.headers["etag"] != was.headers["etag"]
        kept = ("code", "score", "expected_count", "rank", "level")
        for one, other in zip(was.json()["items"], now.json()["items"], strict=True):
            assert [one[name] for name in kept] == [other[name] for name in kept]
        # Of each community none is withheld alone.
        inside: dict[str, list[bool]] = {}
        for item in now.json()["items"]:
            above = client.get(f"/v1/grids/{item['code']}").json()["community"]["code"]
            inside.setdefault(above, []).append(item["suppressed"])
        assert all(sum(flags) != 1 for flags in inside.values())


@pytest.mark.slow
def test_what_a_new_snapshot_withholds_is_withheld_in_those_before_from_then_on(made: Made) -> None:
    day, hidden = made.as_of.isoformat(), {"G0000003", "G0000004"}
    application = made.application()
    with TestClient(application, base_url="http://localhost") as client:
        asked = f"/v1/scores?limit=1000&as_of={day}"
        was = client.get(asked)
        assert hidden <= told(client, day)
        publish_made(made.home, _withholding(hidden), made.as_of + timedelta(days=7), made.now)
        application.current.look()
        assert hidden & told(client, day) == set()
        now = client.get(asked, headers={"If-None-Match": was.headers["etag"]})
        assert now.status_code == 200
        withheld = {one["code"] for one in now.json()["items"] if one["suppressed"]}
        assert withheld >= hidden | {one["code"] for one in was.json()["items"] if one["suppressed"]}
        made.withdraw(application.current().id)
        application.current.look()
        again = client.get(asked)
        assert (again.content, again.headers["etag"]) == (was.content, was.headers["etag"])


def _withholding(codes: set[str]) -> Any:
    content = made_content(GRIDS, seed=4)
    grids = content.places[Unit.GRID]
    flags = grids.suppressed.copy()
    flags[grids.rows_of(sorted(codes))] = True
    levels = {**content.places.levels, Unit.GRID: replace(grids, suppressed=flags)}
    return replace(content, places=replace(content.places, levels=levels))
