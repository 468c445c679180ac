"""No team is told of more new notices in a week than its budget, whenever what is told was raised."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

from riskwarn.alert_rules import Alerts, Quiet, Rule
from riskwarn.disclosure import week_of
from serving.alerts.held import held_alerts
from serving.alerts.keeping import keep
from serving.alerts.silences import silence
from serving.alerts.week import Asked, became_of
from tests.serving.alerts.city import FIRST, City, grid

THREE, OTHERS = dict.fromkeys((0, 1, 2), "orange"), dict.fromkeys((3, 4, 5), "orange")
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


def city_of(tmp_path: Path) -> City:
    """A city in which it is half past nine on Saturday evening, when nobody is woken."""
    city = City(tmp_path, Alerts(rules=(Rule(on="level"),), group_from=99, quiet=Quiet()))
    city.now += timedelta(days=5, hours=11, minutes=30)
    return city


def first_told(city: City) -> Counter[date]:
    """Monday -> how many notices somebody was told of first in that week."""
    zone = city.home.configuration.calendar.timezone
    firsts = [one.messages[0][1] for one in city.alerts() if one.messages]
    return Counter(week_of(datetime.fromisoformat(at).astimezone(zone).date()) for at in firsts)


def hours_pass(city: City, hours: int) -> None:
    for _ in range(hours):
        city.now += HOUR
        keep(city.home, now=city.now)


def test_what_was_silent_over_the_end_of_a_week_takes_its_place_in_the_next(tmp_path: Path) -> None:
    city = city_of(tmp_path)
    city.publish(THREE, later=timedelta(0))
    assert city.messages() == [], "they wait for the morning"
    hours_pass(city, 1)
    silence(city.home, "town", "T0000000", None, "整修", city.now + timedelta(days=2), now=city.now)
    hours_pass(city, 60)
    assert first_told(city) == {FIRST + WEEK: 3} and {one.week for one in city.alerts()} == {FIRST + WEEK}
    city.publish({**THREE, **OTHERS}, later=HOUR)
    assert city.held() == dict.fromkeys(map(grid, OTHERS), "budget")
    hours_pass(city, 24 * 8)
    city.publish({**THREE, **OTHERS}, later=HOUR)
    assert first_told(city) == {FIRST + WEEK: 3, FIRST + 2 * WEEK: 3}


def test_what_comes_late_waits_for_a_week_that_has_room(tmp_path: Path) -> None:
    city = city_of(tmp_path)
    city.publish(THREE, later=timedelta(0))
    before = city.alerts()[0]
    # Nothing ran over the week-end; the publication of Monday night comes first, and is of other grids.
    city.publish({**THREE, **OTHERS}, later=timedelta(days=1, hours=6))
    hours_pass(city, 24)
    assert first_told(city) == {FIRST + WEEK: 3}
    waiting = [one for one in city.alerts() if not one.messages]
    with city.home.database.connect() as connection:
        held = held_alerts(connection, lambda _row: True, 100)
    assert {(row["code"], row["reason"]) for row in held} == {(one.code, "budget") for one in waiting}
    assert len(waiting) == 3 and {one.week for one in waiting} == {FIRST + 2 * WEEK}
    assert keep(city.home, now=city.now).sent == 0 and len(city.messages()) == 3
    # What is raised meanwhile leaves them their place, and they have as long as they would have had.
    more = {**THREE, **OTHERS, **dict.fromkeys((6, 7, 8), "red")}
    city.publish(more, later=timedelta(days=6, hours=12))
    assert city.held() == dict.fromkeys(map(grid, (6, 7, 8)), "budget")
    hours_pass(city, 24)
    assert first_told(city) == {FIRST + WEEK: 3, FIRST + 2 * WEEK: 3}
    with city.home.database.connect() as connection:
        assert {row["code"] for row in held_alerts(connection, lambda _row: True, 100)} == set(map(grid, (6, 7, 8)))
    later = city.alert(before.id)
    assert later.due_at is not None and before.due_at is not None and later.due_at > before.due_at
    assert later.acknowledge_by is not None and later.acknowledge_by > city.now and later.escalations == 0


def test_what_finds_no_room_before_the_end_of_its_window_is_never_told(tmp_path: Path) -> None:
    city = city_of(tmp_path)
    city.publish(THREE, later=timedelta(0))
    city.with_rules(notices_a_week=0)
    city.publish(THREE, later=timedelta(days=2))
    hours_pass(city, 24 * 28)
    assert city.messages() == [] and {one.status for one in city.alerts()} == {"expired"}


def test_a_notice_of_which_nobody_was_told_gives_its_place_back(tmp_path: Path) -> None:
    city = city_of(tmp_path)
    city.publish(THREE, later=timedelta(0))
    first = city.alerts()[0]
    city.do(first, "close", later=HOUR, outcome="false")
    city.publish({**THREE, **OTHERS}, later=HOUR, again=True, salt="1")
    assert len(city.alerts()) == 4 and len(city.held()) == 2
    hours_pass(city, 12)
    assert first_told(city) == {FIRST: 3}
    with city.home.database.connect() as connection:
        told = became_of(connection, FIRST, city.home.configuration.calendar.timezone, Asked(city.now))
    assert told["budget"]["used"] == 3
    # Opened again it takes a place where there is one.
    city.do(first.id, "reopen", later=HOUR, note="又有新情况")
    hours_pass(city, 24 * 8)
    assert first_told(city) == {FIRST: 3, FIRST + WEEK: 1} and city.alert(first.id).week == FIRST + WEEK


def test_one_of_which_somebody_was_told_has_used_its_place(tmp_path: Path) -> None:
    city = city_of(tmp_path)
    city.publish(THREE, later=-HOUR)
    city.do(city.alerts()[0], "close", later=HOUR, outcome="false")
    city.publish({**THREE, **OTHERS}, later=HOUR, again=True, salt="1")
    assert len(city.alerts()) == 3
