"""What may wake somebody does so at once, even where a notice of it waits for the morning."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from riskwarn.alert_rules import Alerts, Quiet, Rule
from serving.alerts.keeping import keep
from tests.serving.alerts.city import City, grid

NIGHT, HOUR = timedelta(hours=12), timedelta(hours=1)


def city_of(folder: Path, *but: str, **rules: Any) -> City:
    """A city in which it is ten in the evening when something is published twelve hours later than usual."""
    return City(folder, Alerts(rules=(Rule(on="level"),), group_from=99, quiet=Quiet(but=but)).model_copy(update=rules))


def kinds(city: City) -> list[str]:
    return [kind for kind, _ in city.messages()]


def test_a_notice_that_waits_for_the_morning_and_turns_red_is_told_at_once(tmp_path: Path) -> None:
    city = city_of(tmp_path / "a", "red")
    city.publish({0: "orange"}, later=NIGHT)
    assert city.messages() == []
    city.publish({0: "red"}, later=HOUR, again=True, salt="1")
    assert kinds(city) == ["Alert"]
    alone = city_of(tmp_path / "b", "red")
    alone.publish({0: "red"}, later=NIGHT + HOUR)
    (one,), (other,) = city.alerts(), alone.alerts()
    assert (one.acknowledge_by, one.due_at, one.week) == (other.acknowledge_by, other.due_at, other.week)
    keep(city.home, now=city.now + 12 * HOUR)
    assert kinds(city) == ["Alert"]


def test_so_is_one_of_a_town_where_a_red_grid_comes_to_it(tmp_path: Path) -> None:
    city = city_of(tmp_path, "red", group_from=2)
    city.publish({0: "orange", 1: "orange"}, later=NIGHT)
    city.publish({0: "orange", 1: "orange", 2: "red"}, later=HOUR, again=True, salt="1")
    assert kinds(city) == ["Alert"] and city.alerts()[0].grids == tuple(map(grid, range(3)))


def test_where_red_wakes_nobody_it_waits_for_the_morning(tmp_path: Path) -> None:
    city = city_of(tmp_path)
    city.publish({0: "orange"}, later=NIGHT)
    city.publish({0: "red"}, later=HOUR, again=True, salt="1")
    assert city.messages() == []
    keep(city.home, now=city.now + 9 * HOUR)
    assert kinds(city) == ["Alert"]


def test_what_rises_takes_no_place_that_the_week_has_not(tmp_path: Path) -> None:
    city = city_of(tmp_path, "red")
    city.now += timedelta(days=5)
    city.publish(dict.fromkeys(range(3), "orange"), later=NIGHT)  # Saturday night
    own, others = dict.fromkeys(range(3), "orange"), dict.fromkeys(range(3, 6), "red")
    city.publish({**own, **others}, later=timedelta(days=1, hours=6))  # Monday night: nothing ran in between
    keep(city.home, now=city.now + 9 * HOUR)
    assert len(city.messages()) == 3, "the three of before wait for a week that has room"
    city.publish({**dict.fromkeys(range(3), "red"), **others}, later=10 * HOUR, again=True, salt="1")
    assert len(city.messages()) == 3
    for hour in range(24 * 8):
        keep(city.home, now=city.now + hour * HOUR)
    assert kinds(city).count("Alert") == 6
