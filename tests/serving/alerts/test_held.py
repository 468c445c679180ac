"""What is held back waits as long as it stands high enough, whatever comes in between, and is listed once."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from riskwarn.alert_rules import HEIGHTS, Alerts, Rule
from riskwarn.words import Level, Unit
from serving.alerts.held import held_alerts
from serving.alerts.keeping import keep
from serving.alerts.silences import silence
from serving.alerts.week import Asked, became_of
from serving.publishing.withdraw import withdraw
from tests.serving.alerts.city import BLOCK, FIRST, GRIDS, PLAIN, City, grid

#: One notice a week, of grids alone.
ONE = PLAIN.model_copy(update={"notices_a_week": 1})


def weeks(city: City, *levels: Mapping[int, str], **more: Any) -> list[list[str]]:
    """Publish weeks; the codes that each raised a notice of."""
    found = []
    for one in levels:
        first = len(city.alerts())
        city.publish(one, **more)
        found.append([each.code for each in city.alerts()[first:]])
    return found


def listed(city: City) -> list[dict[str, Any]]:
    with city.home.database.connect() as connection:
        return held_alerts(connection, lambda _row: True, 100)


@pytest.mark.parametrize(
    "between", [["unknown"], ["unknown", "unknown", "unknown"], ["orange"], ["none"], ["orange", "unknown"]]
)
def test_it_waits_through_weeks_in_which_it_is_unknown_or_lower(tmp_path: Path, between: list[str]) -> None:
    city = City(tmp_path, ONE)
    city.with_rules(notices_a_week=1)
    weeks(city, {0: "red", 1: "red"})
    city.with_rules(notices_a_week=0)
    for level in between:
        city.publish({0: "red", 1: level})
        assert city.held() == {grid(1): "budget"}
    city.with_rules(notices_a_week=1)
    assert weeks(city, {0: "red", 1: "red"}) == [[grid(1)]] and city.held() == {}


def test_it_is_told_at_whatever_level_its_rule_takes(tmp_path: Path) -> None:
    city = City(tmp_path, ONE)
    assert weeks(city, {0: "red", 1: "red"}, {0: "red", 1: "orange"}) == [[grid(0)], [grid(1)]]
    assert city.codes() == {grid(0): "red", grid(1): "orange"}
    assert weeks(city, {0: "red", 1: "red"}) == [[]], "what rises again is told with the notice that is live"
    assert city.codes() == {grid(0): "red", grid(1): "red"}


def test_it_has_left_when_it_was_below_its_entry_for_the_time_of_dwell(tmp_path: Path) -> None:
    city = City(tmp_path, PLAIN.model_copy(update={"notices_a_week": 0}))
    city.publish({1: "orange"})
    for held in ({grid(1): "budget"}, {grid(1): "budget"}, {}, {}):
        city.publish({1: "yellow"})
        assert city.held() == held
    city.publish({1: "orange"})
    assert city.held() == {grid(1): "budget"} and len(listed(city)) == 1


def test_what_was_told_lower_waits_for_what_is_above_that(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.publish({1: "orange"})
    silence(city.home, "grid", grid(1), None, "道路施工", city.now + timedelta(days=15), now=city.now)
    city.publish({1: "red"})
    assert city.held() == {grid(1): "silenced"}
    city.publish({1: "unknown"})
    assert city.held() == {grid(1): "silenced"}
    assert city.publish({1: "red"}).further == 1 and city.held() == {}


def test_what_is_told_already_is_no_news_where_what_was_held_back_above_it_falls(tmp_path: Path) -> None:
    city = City(tmp_path, PLAIN.model_copy(update={"rest_days": 14}))
    city.publish({1: "orange"}, {1: 0.3})
    city.do(city.alerts()[0], "close", outcome="real")
    city.publish({1: "red"}, {1: 0.31})
    assert city.held() == {grid(1): "rest"}
    assert weeks(city, {1: "orange"}, {1: "orange"}, {1: "orange"}, {1: "orange"}) == [[], [], [], []]


def test_what_the_notice_of_its_town_had_no_room_for_waits_beside_it(tmp_path: Path) -> None:
    city = City(tmp_path, PLAIN.model_copy(update={"group_from": 3, "group_most": 3}))
    city.publish(dict.fromkeys(range(4), "orange"))
    city.publish(dict.fromkeys(range(12), "unknown"))
    city.publish(dict.fromkeys(range(4), "orange"))
    assert city.held() == {grid(3): "group"}
    city.do(city.alerts()[0], "close", outcome="real")
    assert weeks(city, dict.fromkeys(range(4), "orange")) == [[grid(3)]]


def test_a_silence_that_ends_in_an_unknown_week_hides_nothing(tmp_path: Path) -> None:
    city = City(tmp_path, Alerts(quiet=None))
    silence(city.home, "grid", grid(1), None, "道路施工", city.now + timedelta(days=6), now=city.now)
    assert weeks(city, {1: "red"}, {1: "unknown"}, {1: "red"}) == [[], [], [grid(1)]]


def jumping(tmp_path: Path, **rules: Any) -> City:
    """A city whose first two grids jump in the thirteenth week; one notice a week, by the rules that a city has."""
    city = City(tmp_path, Alerts(quiet=None, notices_a_week=1, **rules))
    for _ in range(13):
        city.publish({0: "yellow", 1: "yellow"}, {0: 0.02, 1: 0.02})
    city.publish({0: "yellow", 1: "yellow"}, {0: 0.5, 1: 0.4})
    return city


def test_a_jump_waits_as_long_as_it_stands_so_high(tmp_path: Path) -> None:
    city = jumping(tmp_path)
    assert city.codes() == {grid(0): "yellow"} and city.held() == {grid(1): "budget"}
    city.publish({0: "yellow", 1: "unknown"}, {0: 0.5, 1: 0.4})
    assert city.held() == {grid(1): "budget"}
    assert weeks(city, {0: "yellow", 1: "yellow"}, scores={0: 0.5, 1: 0.3}) == [[grid(1)]]
    assert [one.kind for one in city.alerts()] == ["jump", "jump"]


def test_a_jump_that_is_over_has_left(tmp_path: Path) -> None:
    city = jumping(tmp_path)
    for held in ({grid(1): "budget"}, {grid(1): "budget"}, {}):
        city.with_rules(notices_a_week=0)
        city.publish({0: "yellow", 1: "yellow"}, {0: 0.5, 1: 0.05})
        assert city.held() == held


def test_a_town_that_jumps_waits_for_the_notice_that_names_grids_of_it(tmp_path: Path) -> None:
    rules = (Rule(on="level"), Rule(on="jump", unit=Unit.TOWN, least=1.0))
    city = City(tmp_path, PLAIN.model_copy(update={"rules": rules, "group_from": 3}))
    own = city.content.scores[BLOCK][Unit.TOWN]
    for _ in range(12):
        own.expected_count[:] = 1.0
        city.publish({})
    city.publish(dict.fromkeys(range(3), "orange"))
    own.expected_count[0] = 5.0
    for _ in range(2):
        city.publish(dict.fromkeys(range(3), "orange"))
        assert city.held() == {"T0000000": "group"}
    city.do(city.alerts()[0], "close", outcome="real")
    city.with_rules(rest_days=0)
    assert weeks(city, dict.fromkeys(range(3), "orange")) == [["T0000000"]] and city.held() == {}
    assert [one.kind for one in city.alerts()] == ["level", "jump"]


def test_the_grid_that_waits_is_listed_once_with_since_when_and_counted_once(tmp_path: Path) -> None:
    city = City(tmp_path, ONE)
    first = city.now
    for number in range(3):
        city.publish({0: "red", 1: "red"}, again=number > 0, later=timedelta(hours=2 * number), salt=f"{number}")
    (one,) = listed(city)
    assert (one["code"], one["reason"], one["level"]) == (grid(1), "budget", "red")
    assert (one["since"], one["at"]) == (first.isoformat(), city.now.isoformat()) and first < city.now
    with city.home.database.connect() as connection:
        assert became_of(connection, FIRST, city.home.configuration.calendar.timezone, Asked(city.now))["held"] == {
            "budget": 1
        }


def test_what_was_told_since_is_listed_no_more(tmp_path: Path) -> None:
    city = City(tmp_path, ONE)
    weeks(city, {0: "red", 1: "red", 2: "red"}, {0: "red", 1: "orange", 2: "red"}, {0: "red", 1: "red", 2: "red"})
    assert listed(city) == [] and len(city.alerts()) == 3
    silence(city.home, "grid", grid(3), None, "道路施工", city.now + timedelta(days=10), now=city.now)
    weeks(city, {3: "red"})
    assert [one["code"] for one in listed(city)] == [grid(3)]
    weeks(city, {})
    weeks(city, {}, {})
    assert city.held() == {} and [one["code"] for one in listed(city)] == [grid(3)], "it left, and nobody was told"


def test_grids_that_a_notice_of_their_town_tells_of_are_listed_no_more(tmp_path: Path) -> None:
    city = City(tmp_path, PLAIN.model_copy(update={"group_from": 2, "notices_a_week": 0}))
    city.publish({0: "red", 1: "red"})
    assert {one["code"] for one in listed(city)} == {grid(0), grid(1)}
    city.with_rules(notices_a_week=1)
    city.publish({0: "red", 1: "red"})
    assert len(city.alerts()) == 1 and listed(city) == []


def test_a_gap_and_a_town_that_were_told_since_are_listed_no_more(tmp_path: Path) -> None:
    rules = (Rule(on="gap"), Rule(on="jump", unit=Unit.TOWN, least=1.0))
    city = City(tmp_path, PLAIN.model_copy(update={"rules": rules}))
    own = city.content.scores[BLOCK][Unit.TOWN]
    for _ in range(12):
        own.expected_count[:] = 1.0
        city.publish({})
    silence(city.home, "district", "D0000000", None, "道路施工", city.now + timedelta(days=10), now=city.now)
    own.expected_count[0] = 5.0
    city.publish({0: "unknown"}, gap="D0000000")
    assert {one["code"] for one in listed(city)} == {"D0000000", "T0000000"}
    city.publish({0: "unknown"}, gap="D0000000")
    assert {one.code for one in city.alerts()} == {"D0000000", "T0000000"} and listed(city) == []


def test_what_was_told_by_a_snapshot_that_is_withdrawn_waits_again(tmp_path: Path) -> None:
    city = City(tmp_path, ONE)
    weeks(city, {0: "red", 1: "red"}, {0: "red", 1: "red"})
    assert listed(city) == []
    withdraw(city.home, city.snapshot, "错", now=city.now)
    assert [one["code"] for one in listed(city)] == [grid(1)]


def test_what_waits_does_so_when_a_snapshot_is_withdrawn(tmp_path: Path) -> None:
    city = City(tmp_path, ONE)
    weeks(city, {0: "red", 1: "red"}, {0: "red", 1: "unknown", 13: "orange"})
    withdraw(city.home, city.snapshot, "错", now=city.now)
    assert weeks(city, {0: "red", 1: "red"}) == [[grid(1)]]


WORDS = ["none", "none", "none", "yellow", "orange", "red", "unknown"]


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_stands_high_is_told_or_listed(tmp_path: Path, seed: int) -> None:
    """Random weeks, with notices that are closed, expire, silences and groups: what stands at orange or red and was not told so since it
    was last below for the time of `dwell` is live or listed."""
    chance = random.Random(seed)
    city = City(tmp_path, Alerts(rules=(Rule(on="level"),), quiet=None, notices_a_week=1, group_most=3))
    told: dict[int, int] = dict.fromkeys(range(GRIDS), 0)
    below: dict[int, tuple[int, date | None]] = dict.fromkeys(range(GRIDS), (0, None))
    now = dict.fromkeys(range(GRIDS), "none")
    for week in range(12):
        now |= {number: chance.choice(WORDS) for number in range(GRIDS) if chance.random() < 0.4}
        scores = {number: {"red": 0.4, "orange": 0.3}.get(level, 0.02) for number, level in now.items()}
        city.publish(now, scores, salt=f"{week}")
        live = {}
        for one in city.alerts():
            if one.live:
                named = {each["code"]: each["level"] for each in one.members} or {one.code: one.level}
                live |= {code: HEIGHTS[Level(level)] for code, level in named.items()}
        held = city.held()
        for number in range(GRIDS):
            height, level = HEIGHTS[Level(now[number])], now[number]
            since = below[number][1]
            if level != "unknown":
                since = None if height >= told[number] else since or FIRST + timedelta(weeks=week)
                if since is not None and FIRST + timedelta(weeks=week) - since >= timedelta(weeks=2):
                    told[number], since = height, None
                below[number] = (height, since)
            told[number] = max(told[number], live.get(grid(number), 0))
            if height >= HEIGHTS[Level.ORANGE] and height > told[number]:
                assert grid(number) in held, (week, number, level)
        for one in city.alerts():
            if one.live and chance.random() < 0.4:
                city.do(one, "close", outcome=chance.choice(["real", "false"]))
        if chance.random() < 0.3:
            code = grid(chance.randrange(GRIDS))
            silence(
                city.home,
                "grid",
                code,
                None,
                "道路施工",
                city.now + timedelta(days=chance.randint(1, 20)),
                now=city.now,
            )
        keep(city.home, now=city.now + timedelta(days=1))
