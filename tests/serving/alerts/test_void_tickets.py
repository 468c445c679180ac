"""What is held back is not forgotten as long as it stands so: above all what a notice told of whose ticket was void."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from riskwarn.alert_rules import Rule
from serving.alerts.suspending import resume, suspend
from serving.alerts.tickets import follow_tickets
from tests.serving.alerts.city import PLAIN, City, grid


def void(city: City, identity: str) -> None:
    row = {"alert_id": identity, "status": "withdrawn", "updated_at": city.now, "outcome": None, "service": None}
    assert follow_tickets(city.home, [row], now=city.now).changed == 1


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    city.publish({0: "red"})
    void(city, city.alerts()[0].id)
    return city


def test_who_was_told_is_told_that_it_is_void_and_what_it_told_of_is_held_back(city: City) -> None:
    (alert,) = city.alerts()
    assert [kind for kind, _ in city.messages()] == ["Alert", "Cancel"] and alert.status == "withdrawn"
    assert city.held() == {grid(0): "rest"}


def test_a_grid_that_stays_red_is_told_of_anew_after_the_time_of_dwell(city: City) -> None:
    city.publish({0: "red"})
    assert city.held() == {grid(0): "rest"} and len(city.alerts()) == 1
    assert city.publish({0: "red"}).alerts == 1, "two weeks later"
    first, again = city.alerts()
    assert (again.status, again.level, again.budget_team) == ("open", "red", first.budget_team)
    assert again.week == first.week + timedelta(weeks=2)  # type: ignore[operator]
    city.publish({0: "red"})
    assert len(city.alerts()) == 2 and city.held() == {}, "it is told of once"


def test_where_levels_do_not_dwell_the_next_publication_tells_of_it(tmp_path: Path) -> None:
    city = City(tmp_path, PLAIN.model_copy(update={"dwell": 0}))
    city.publish({0: "red"})
    void(city, city.alerts()[0].id)
    assert city.publish({0: "red"}).alerts == 1


def test_a_grid_that_is_lower_for_less_than_the_time_of_dwell_waits_all_the_same(city: City) -> None:
    city.publish({})
    assert city.held() == {grid(0): "rest"}, "it has not left its level"
    assert [city.publish({0: "red"}).alerts for _ in range(2)] == [1, 0] and city.held() == {}


def test_a_grid_that_has_left_its_level_waits_no_more(city: City) -> None:
    for held in ({grid(0): "rest"}, {grid(0): "rest"}, {}):
        city.publish({})
        assert city.held() == held


def test_it_competes_for_the_budget_and_is_told_a_week_later(city: City) -> None:
    city.with_rules(notices_a_week=1)
    city.publish({0: "red"})
    assert city.publish({0: "red", 1: "red"}, scores={1: 0.9}).alerts == 1
    assert city.codes(status="open") == {grid(1): "red"} and city.held() == {grid(0): "budget"}
    assert city.publish({0: "red", 1: "red"}).alerts == 1
    assert city.codes(status="open") == {grid(1): "red", grid(0): "red"}


def test_what_rises_by_a_level_and_much_of_its_score_is_told_at_once(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.publish({0: "orange"})
    void(city, city.alerts()[0].id)
    assert city.publish({0: "red"}, scores={0: 0.9}).alerts == 1


def test_what_lasts_does_not_come_back_with_the_next_publication(tmp_path: Path) -> None:
    rules = (Rule(on="level"), Rule(on="lasting", periods=2))
    city = City(tmp_path, PLAIN.model_copy(update={"rules": rules}))
    for _ in range(2):
        city.publish({0: "red"})
    void(city, city.alerts()[0].id)
    assert [city.publish({0: "red"}).alerts for _ in range(2)] == [0, 1]


def test_of_a_town_each_of_its_grids_is_told_of_anew(tmp_path: Path) -> None:
    city = City(tmp_path, PLAIN.model_copy(update={"group_from": 3}))
    levels = dict.fromkeys((0, 1, 2), "red")
    city.publish(levels)
    void(city, city.alerts()[0].id)
    assert city.held() == {grid(number): "rest" for number in levels}
    assert [city.publish(levels).alerts for _ in range(2)] == [0, 1]
    assert city.alerts()[-1].grids == tuple(map(grid, levels))


def test_of_a_gap_that_goes_on_nobody_is_told_again_at_once(tmp_path: Path) -> None:
    city = City(tmp_path, PLAIN.model_copy(update={"rules": (Rule(on="gap"),)}))
    city.publish({0: "unknown"}, gap="D0000000")
    void(city, city.alerts()[0].id)
    assert [city.publish({0: "unknown"}, gap="D0000000").alerts for _ in range(2)] == [0, 1]


def test_what_was_withdrawn_otherwise_rests_for_no_time(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.publish({0: "red"})
    suspend(city.home, "conflict", "a test", now=city.now)
    resume(city.home, "conflict", "a test", now=city.now)
    assert city.publish({0: "red"}).alerts == 1


def test_what_was_entered_again_while_it_rested_is_told_of_when_the_rest_is_over(tmp_path: Path) -> None:
    city = City(tmp_path, PLAIN.model_copy(update={"rest_days": 42}))
    city.publish({0: "red"})
    city.do(city.alerts()[0], "close", outcome="real")
    for _ in range(3):
        city.publish({})
    assert [city.publish({0: "red"}).alerts for _ in range(3)] == [0, 0, 1]


def test_what_a_full_notice_of_its_town_did_not_name_is_told_of_when_that_is_over(tmp_path: Path) -> None:
    city = City(tmp_path, PLAIN.model_copy(update={"group_from": 2, "group_most": 2}))
    levels = dict.fromkeys((0, 1, 2), "red")
    city.publish(levels)
    assert city.held() == {grid(2): "group"}
    city.do(city.alerts()[0], "close", outcome="real")
    assert city.publish(levels).alerts == 1 and city.codes(status="open") == {grid(2): "red"}
