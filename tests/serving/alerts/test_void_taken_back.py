"""What a void ticket told of waits, whichever snapshot was current when it was void."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving.publishing.withdraw import withdraw
from tests.serving.alerts.city import PLAIN, City, grid
from tests.serving.alerts.test_void_tickets import void


def weeks_of(city: City, *levels: str) -> None:
    for number, level in enumerate(levels):
        city.publish({0: level}, salt=f"{city.weeks}-{number}")


def test_it_waits_where_the_snapshot_of_then_is_withdrawn(tmp_path: Path) -> None:
    city = City(tmp_path)
    weeks_of(city, "red", "red")
    void(city, city.alerts()[0].id)
    withdraw(city.home, city.snapshot, "试验", now=city.now)
    weeks_of(city, "red")
    assert city.held() == {grid(0): "rest"} and len(city.alerts()) == 1
    weeks_of(city, "red", "red")
    assert [one.status for one in city.alerts()] == ["withdrawn", "open"] and city.held() == {}


def test_it_waits_where_those_that_passed_it_on_are_withdrawn_too(tmp_path: Path) -> None:
    city = City(tmp_path)
    weeks_of(city, "red", "red")
    taken = [city.snapshot]
    void(city, city.alerts()[0].id)
    weeks_of(city, "red")
    taken.append(city.snapshot)
    for snapshot in taken:
        withdraw(city.home, snapshot, "试验", now=city.now)
    weeks_of(city, "red")
    assert len([one for one in city.alerts() if one.live]) == 1


def test_a_notice_that_told_of_it_anew_stands_where_the_snapshot_of_then_is_withdrawn(tmp_path: Path) -> None:
    city = City(tmp_path)
    weeks_of(city, "red", "red")
    first = city.snapshot
    void(city, city.alerts()[0].id)
    weeks_of(city, "red", "red", "red")
    withdraw(city.home, first, "试验", now=city.now)
    assert [one.status for one in city.alerts()] == ["withdrawn", "open"]


@pytest.mark.parametrize("members", [1, 3])
def test_it_is_told_of_once(tmp_path: Path, members: int) -> None:
    city = City(tmp_path, PLAIN.model_copy(update={"group_from": 3}))
    levels = dict.fromkeys(range(members), "red")
    city.publish(levels)
    city.publish(levels, salt="1")
    void(city, city.alerts()[0].id)
    withdraw(city.home, city.snapshot, "试验", now=city.now)
    for number in range(4):
        city.publish(levels, salt=f"a{number}")
    assert len(city.alerts()) == 2 and city.held() == {}
