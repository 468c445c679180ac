"""A place went over to another unit, or is there no more: who answered for it hears that it is over, once, and who answers for it now is asked."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from riskwarn.words import Unit
from serving.access.areas import Area
from serving.alerts.alert import Alert
from serving.alerts.keeping import keep
from serving.alerts.silences import silence
from serving.columns.places import Places
from serving.delivery.messages import Message
from tests.postgresql import emptied
from tests.serving.access import cities
from tests.serving.alerts.city import OWN, City, grid
from tests.serving.alerts.hearing import heard, subscribe
from tests.serving.alerts.test_taken_back import take_back

OTHER = Area((("district", "D0000001"),))
TOWN = Area((("town", "T0000001"),))

#: A grid of the second town, which goes over from the first district to the other.
GRID = 13
DAY = timedelta(days=1)

#: Nothing of what befell a notice elsewhere.
ELSEWHERE = ("orange", "0.3", "D0000001", "T0000002", "assign", "started")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def city(request: pytest.FixtureRequest, tmp_path: Path) -> City:
    url = emptied(request.getfixturevalue("server")) if request.param == "postgresql" else None
    return listened(City(tmp_path, database_url=url))


@pytest.fixture
def here(tmp_path: Path) -> City:
    """For what no database does its own way."""
    return listened(City(tmp_path))


def listened(city: City) -> City:
    for name, area in {"own": OWN, "other": OTHER, "town": TOWN}.items():
        subscribe(city, name, area=area.as_list())
    subscribe(city, "all")
    subscribe(city, "red", area=OWN.as_list(), min_level="red")
    city.publish({GRID: "orange"})
    return city


def kinds(city: City) -> dict[str, list[str]]:
    """Who -> the kinds of what is carried to him now."""
    found = defaultdict(list)
    for who, message in heard(city):
        found[who].append(message.kind)
    return dict(found)


def town_lies_in(city: City, district: int) -> None:
    city.content.places[Unit.TOWN].parents[1] = district


def abolish(city: City, number: int) -> Places:
    """Another grid takes the place of one, under a code of its own; gives the places of before."""
    places = city.content.places
    level = places[Unit.GRID]
    codes = tuple("G9999999" if code == grid(number) else code for code in level.codes)
    city.content = replace(
        city.content, places=Places({**places.levels, Unit.GRID: replace(level, codes=codes)}, places.outside)
    )
    return places


def told_to(city: City, area: Area, alert: Alert) -> dict[str, str]:
    """What each way tells of a notice to who sees an area."""
    key = cities.key(city.home, area=area, now=city.now)
    ways = "stream?seconds=0", "stream?seconds=0&level=red", "feed.atom?level=red", f"{alert.id}/cap.xml", alert.id
    with TestClient(city.application(), base_url=cities.LOCAL) as client:
        return {way: client.get(f"/v1/alerts/{way}", headers=key).text for way in ways}


def only(city: City, who: str) -> Message:
    (message,) = [message for one, message in heard(city) if one == who]
    return message


def test_who_answered_for_a_town_hears_once_that_its_notice_is_over(city: City) -> None:
    assert kinds(city) == {"own": ["Alert"], "town": ["Alert"], "all": ["Alert"]}
    town_lies_in(city, 1)
    city.publish({GRID: "orange"})
    (alert,) = city.alerts()
    assert city.verbs(alert.id) == ["raised", "moved"] and alert.team_id == "T0000001"
    assert kinds(city) == {"own": ["Cancel"], "other": ["Update"], "town": ["Update"], "all": ["Update"]}
    city.do(alert, "close", outcome="real")
    assert kinds(city) == {"other": ["Update"], "town": ["Update"], "all": ["Update"]}


def test_what_it_hears_tells_nothing_of_what_became_of_it(here: City) -> None:
    heard(here)
    town_lies_in(here, 1)
    here.publish({GRID: "orange"})
    (alert,) = here.alerts()
    over = only(here, "own")
    assert (over.alert_id, over.unit, over.level, over.body["status"]) == (
        alert.id,
        ("grid", grid(GRID)),
        "unknown",
        "withdrawn",
    )
    assert not any(word in repr(over) for word in ELSEWHERE)
    first = told_to(here, OWN, alert)
    here.publish({GRID: "red"})
    later = told_to(here, OWN, alert)
    assert all(told[way].count("event: cancelled") == 1 for told in (first, later) for way in told if "stream" in way)
    assert all("<msgType>Cancel<" in told[f"{alert.id}/cap.xml"] for told in (first, later))
    assert [f"alert:{alert.id}<" in told["feed.atom?level=red"] for told in (first, later)] == [True, False]
    told = [*first.values(), *later.values()]
    assert not any(word in text for text in told for word in (*ELSEWHERE, '"red"', "0.4"))
    assert all(json.loads(one[alert.id])["status"] == 404 for one in (first, later))


def test_who_answers_for_it_now_sees_the_notice_as_it_stands(here: City) -> None:
    """By the tree of today, as all that is kept; what it is sent begins with what was said since."""
    heard(here)
    town_lies_in(here, 1)
    here.publish({GRID: "orange"})
    (alert,) = here.alerts()
    assert only(here, "other").id == f"{alert.id}.2"
    told = told_to(here, OTHER, alert)
    assert "event: raised" in told["stream?seconds=0"] and "<msgType>Update<" in told[f"{alert.id}/cap.xml"]
    assert "cancelled" not in told["stream?seconds=0"] and "told_in" not in "".join(told.values())


def test_where_a_town_comes_back_the_others_hear_that_it_is_over(here: City) -> None:
    heard(here)
    told = []
    for district in (1, 0):
        town_lies_in(here, district)
        here.publish({GRID: "orange"})
        found = kinds(here)
        told.append((found["own"], found["other"]))
    assert told == [(["Cancel"], ["Update"]), (["Update"], ["Cancel"])]


def test_who_was_told_nothing_for_a_while_hears_it_with_what_is_told_next(here: City) -> None:
    heard(here)
    silence(here.home, "town", "T0000001", None, "roadworks", here.now + 8 * DAY, now=here.now)
    town_lies_in(here, 1)
    here.publish({GRID: "orange"})
    assert kinds(here) == {}
    here.do(here.alerts()[0], "close", 9 * DAY, outcome="real")
    assert kinds(here)["own"] == ["Cancel"]


@pytest.mark.parametrize("told", [True, False])
def test_who_was_told_of_a_grid_that_is_no_more_hears_that_and_nobody_else(city: City, told: bool) -> None:
    if told:
        heard(city)
    abolish(city, GRID)
    city.publish({})
    (alert,) = city.alerts()
    assert alert.status == "withdrawn"
    assert kinds(city) == (
        {"own": ["Cancel"], "town": ["Cancel"], "all": ["Cancel"]} if told else {"all": ["Alert", "Cancel"]}
    )
    assert (keep(city.home, now=city.now + 20 * DAY).escalated, kinds(city)) == (0, {})


def test_all_ways_tell_that_it_is_over_to_who_answered_for_it(here: City) -> None:
    abolish(here, GRID)
    here.publish({})
    (alert,) = here.alerts()
    for area, said in ((OWN, True), (TOWN, True), (OTHER, False)):
        told = told_to(here, area, alert)
        ways = {way for way, text in told.items() if "cancelled" in text or "Cancel<" in text or alert.id + "<" in text}
        assert ways == ({*told} - {alert.id} if said else set())


def test_a_grid_that_is_there_again_is_told_of_again(here: City) -> None:
    places = abolish(here, GRID)
    here.publish({})
    take_back(here, here.snapshot)
    here.content = replace(here.content, places=places)
    here.publish({GRID: "orange"})
    assert [one.status for one in here.alerts(code=grid(GRID))] == ["withdrawn", "open"]


def test_who_is_above_today_is_asked_in_the_place_of_who_was_above(city: City) -> None:
    """Else nobody above would be: it went up as often as it may."""
    city.now += 3 * DAY
    assert keep(city.home, now=city.now).escalated == 1 and city.alerts()[0].co_teams == ("D0000000",)
    town_lies_in(city, 1)
    city.publish({GRID: "orange"}, later=DAY)
    (alert,) = city.alerts()
    assert (alert.team_id, alert.co_teams, alert.escalations) == ("T0000001", ("D0000001",), 1)
    assert alert.acknowledge_by is not None and alert.acknowledge_by > city.now
    assert [who for who, one in heard(city) if "D0000000" in one.teams and one.version > 2] == []


def test_who_was_asked_to_join_for_where_it_lay_has_no_more_to_do_with_it(here: City) -> None:
    alert = here.alerts()[0]
    for team in ("D0000000", "T0000002"):
        here.do(alert, "co_handle", team_id=team)
    town_lies_in(here, 1)
    here.publish({GRID: "orange"})
    assert here.alerts()[0].co_teams == ("T0000002",)
