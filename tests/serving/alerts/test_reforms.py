"""A notice outlives reforms: what it tells is of the snapshot that it names, and who is told of it is decided by that."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from experiments.benchmarks import made_snapshot
from experiments.benchmarks.made_snapshot import made_content
from riskwarn.alert_rules import Rule
from riskwarn.words import Level, Unit
from serving.alerts.candidates import Candidate, Looked
from serving.alerts.records import close_answered
from serving.alerts.tables import TELLINGS
from serving.alerts.teams import Team, Teams
from serving.snapshots import published
from tests.serving.access import cities
from tests.serving.alerts import city as town
from tests.serving.alerts.city import FIRST, GRIDS, OWN, PARTS, City, grid
from tests.serving.alerts.test_taken_back import take_back

#: Of the second town, which each reform gives from one district to the other.
MOVED = 13


@pytest.fixture
def city(tmp_path: Path) -> City:
    """One team answers in each district, in which enough work for its figures to be told."""
    city = City(tmp_path)
    districts = ((f"D000000{number}", 9) for number in range(2))
    city.teams = Teams(tuple(Team(code, "district", code, code, 20, workers=workers) for code, workers in districts))
    return city


def reform(city: City, district: int) -> None:
    """The second town lies in a district from the next publication on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_snapshot, "PARTS", PARTS)
        city.content = made_content(GRIDS, targets=("conflict",), horizons=(4, 12))
    city.content.places[Unit.TOWN].parents[1] = district


def asked(city: City, path: str, header: dict[str, str]) -> Any:
    with TestClient(city.application(), base_url=cities.LOCAL) as client:
        return client.get(path, headers=header).json()


@pytest.mark.slow
def test_what_a_notice_tells_further_is_of_the_snapshot_that_it_names(city: City) -> None:
    """Two reforms within its life: the figure of the tree in between, and the snapshot of that."""
    city.publish({MOVED: "orange"})
    reform(city, 1)
    assert city.publish({MOVED: "red"}).further == 1
    between = city.snapshot
    reform(city, 0)
    city.publish({MOVED: "orange"})
    (alert,) = city.alerts()
    assert (alert.level, alert.score, alert.snapshot) == ("red", 0.4, between)
    header = cities.key(city.home, area=OWN, now=city.now)
    as_of = FIRST + timedelta(weeks=1)
    told = asked(city, f"/v1/alerts/{alert.id}", header)
    ranked = asked(city, f"/v1/scores?as_of={as_of}", header)["items"]
    assert (told["snapshot"], told["score"]) == (
        between,
        next(one["score"] for one in ranked if one["code"] == alert.code),
    )


def test_another_horizon_comes_with_the_level_that_was_found_by_it(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a rule looks four weeks ahead and another twelve."""
    reform(city, 0)
    city.publish({0: "orange"})
    look = town.looked_at

    def looked_at(*given: Any) -> Looked:
        found = look(*given)
        return replace(found, candidates=tuple(replace(one, horizon=12) for one in found.candidates))

    monkeypatch.setattr(town, "looked_at", looked_at)
    city.publish({0: "red"})
    (alert,) = city.alerts()
    assert (alert.level, alert.score, alert.horizon) == ("red", 0.4, 12)
    monkeypatch.undo()
    take_back(city, city.snapshot)
    (alert,) = city.alerts()
    assert (alert.level, alert.score, alert.horizon) == ("orange", 0.3, 4)


def test_a_case_that_a_notice_tells_of_further_closes_it_no_sooner_than_it_ends(city: City) -> None:
    city.publish({0: "orange"})
    city.publish({0: "red"})
    forever, week = np.datetime64("2262-01-01", "us"), timedelta(weeks=1)
    ends = {"answered_at": pd.NaT, "answered_at_known": pd.NaT}
    closed = pd.Timestamp("2026-03-10")
    cases = [
        {"grid": 0, "believed_from": np.datetime64(known, "us"), "believed_to": forever, "closed_at": at, "closed_at_known": at, **ends}
        for known, at in (("2026-02-01", closed), ("2026-03-05", pd.NaT))
    ]  # fmt: skip
    known = {"disputes": pd.DataFrame(cases)}
    upto = np.datetime64("2026-03-15T16:00", "us")
    done = close_answered(city.home, lambda source, _: known.get(source), {grid(0): 0}, upto, now=city.now + week)
    assert (done, city.alerts()[0].status) == (0, "open"), "the second case is why it is red, and open"


@pytest.mark.parametrize("how", ["told further", "borne out"])
def test_notices_of_a_town_that_left_are_counted_for_nobody_who_sees_them_not(city: City, how: str) -> None:
    """They took the budget of the district as it was then, and stand now by a snapshot of the tree of today."""
    own, left = range(6), range(MOVED, MOVED + 7)
    city.publish(dict.fromkeys((*own, *left), "orange"))
    first = city.snapshot
    reform(city, 1)
    city.publish(dict.fromkeys((*own, *left), "red" if how == "told further" else "orange"))
    if how == "borne out":
        take_back(city, first)
    assert {one.snapshot for one in city.alerts()} == {city.snapshot}
    header = cities.key(city.home, area=OWN, now=city.now)
    assert len(asked(city, "/v1/alerts?limit=50", header)["items"]) == len(own)
    weeks = asked(city, "/v1/alerts/stats", header)["weeks"]
    assert [(one["code"], one["week"], one["alerts"]) for one in weeks] == [("D0000000", FIRST.isoformat(), "6–10")]


def test_of_a_snapshot_that_cannot_be_read_any_more_nothing_is_told_that_another_said(city: City) -> None:
    city.publish({0: "orange"})
    first = city.snapshot
    city.publish({0: "red"})
    shutil.rmtree(city.home.snapshots / first)
    take_back(city, city.snapshot)
    (alert,) = city.alerts()
    assert published.newest(city.home).id == first  # type: ignore[union-attr]
    assert (alert.level, alert.snapshot, alert.score, alert.expected_count, alert.reasons) == (
        "orange",
        first,
        None,
        None,
        (),
    )


def test_what_another_snapshot_tells_from_now_on_is_of_the_district_by_that(city: City) -> None:
    """Else what came of a town would be counted for the district that it has left."""
    city.publish({0: "orange", MOVED: "orange"})
    first = city.snapshot
    reform(city, 1)
    city.publish({0: "orange", MOVED: "orange"})
    take_back(city, first)
    with city.home.database.connect() as connection:
        rows = connection.execute(select(TELLINGS.c.code, TELLINGS.c.snapshot, TELLINGS.c.district)).all()
    assert {tuple(row) for row in rows} == {
        (grid(0), city.snapshot, "D0000000"),
        (grid(MOVED), city.snapshot, "D0000001"),
    }


def found_of(monkeypatch: pytest.MonkeyPatch, *districts: int) -> None:
    """The next publications find more in some districts than ever before, as after twelve weeks of a past; each a little more."""
    look, counts = town.looked_at, count(5)

    def looked_at(said: Any, *given: Any) -> Looked:
        found, rows, expected = look(said, *given), [f"D000000{one}" for one in districts], next(counts) + 0.125
        places = said.places[Unit.DISTRICT]
        lineage = [(("district", code, places.names[places.rows[code]]), ("city", "X", "示例市")) for code in rows]
        jump = [
            Candidate("conflict", 4, Unit.DISTRICT, code, Level.ORANGE, "jump", expected, of, expected_count=expected)
            for code, of in zip(rows, lineage, strict=True)
        ]
        return replace(found, candidates=(*found.candidates, *jump))

    monkeypatch.setattr(town, "looked_at", looked_at)


def test_a_district_that_holds_other_towns_is_told_anew_and_its_notice_is_taken_back(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who answers for the district sees no notice of what it was: it would keep the district from being told of for its whole window."""
    found_of(monkeypatch, 0, 1)
    city.publish({})
    city.do(city.alerts(code="D0000000")[0], "start")
    reform(city, 1)
    assert city.publish({}).alerts == 2
    own = {(one.code, one.snapshot == city.snapshot): one.status for one in city.alerts()}
    assert own == {
        ("D0000000", False): "withdrawn", ("D0000001", False): "withdrawn", ("D0000000", True): "open", ("D0000001", True): "open",
    }  # fmt: skip
    header = cities.key(city.home, area=OWN, now=city.now)
    [seen] = asked(city, "/v1/alerts", header)["items"]
    assert (seen["code"], seen["snapshot"], seen["expected_count"]) == ("D0000000", city.snapshot, 6.125)
    assert city.publish({}).alerts == 0, "of the same districts nothing is told again"
    assert [kind for kind, _ in city.messages()] == ["Alert", "Alert", "Cancel", "Cancel", "Alert", "Alert"]


def test_a_data_gap_of_a_district_that_holds_other_towns_is_told_anew(city: City) -> None:
    city.with_rules(rules=(Rule(on="gap", unit=Unit.DISTRICT),))
    unknown = dict.fromkeys(range(12), "unknown")
    city.publish(unknown, gap="D0000000")
    reform(city, 1)
    assert city.publish(unknown, gap="D0000000").alerts == 1
    assert [(one.kind, one.status) for one in city.alerts()] == [("gap", "withdrawn"), ("gap", "open")]


def test_a_notice_of_what_a_district_was_keeps_none_of_its_grids_from_being_told(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_of(monkeypatch, 1)
    city.publish({})
    monkeypatch.undo()
    reform(city, 1)
    city.publish({MOVED: "red"})
    assert (city.held(), city.codes(status="open")) == ({}, {grid(MOVED): "red"})


def test_a_district_that_is_there_no_more_has_no_notice(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    found_of(monkeypatch, 0, 1)
    city.publish({})
    monkeypatch.undo()
    city.content.places[Unit.TOWN].parents[:] = 1
    city.publish({})
    assert [one.status for one in city.alerts()] == ["withdrawn", "withdrawn"]


def test_a_notice_of_a_district_that_holds_what_it_held_outlives_a_reform_elsewhere(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    reform(city, 0)
    found_of(monkeypatch, 0)
    city.publish({})
    city.content.places[Unit.COMMUNITY].parents[1] = 1
    assert city.publish({}).alerts == 0
    assert [one.status for one in city.alerts()] == ["open"]


def test_who_was_told_of_the_district_as_it_was_hears_that_this_is_over_and_no_figure_of_it(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_of(monkeypatch, 0)
    city.publish({})
    reform(city, 1)
    city.publish({})
    header = cities.key(city.home, area=OWN, now=city.now)
    with TestClient(city.application(), base_url=cities.LOCAL) as client:
        before = city.alerts(status="withdrawn")[0].id
        ways = ("stream?seconds=0", "feed.atom", f"{before}/cap.xml", before)
        stream, feed, cap, notice = (client.get(f"/v1/alerts/{way}", headers=header) for way in ways)
    said = stream.text.splitlines()
    assert [line for line in said if line.startswith("event:")] == ["event: cancelled", "event: raised"]
    assert f"urn:riskwarn:alert:{before}<" in feed.text and "<msgType>Cancel<" in cap.text
    assert "6.125" in stream.text and not any("5.125" in one.text for one in (stream, feed, cap))
    assert notice.status_code == 404, "but what was said of it is told no more"
