"""A notice is not opened again where a grid of it has another by now: of a grid and target one is live."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from riskwarn.alert_rules import Alerts, Rule
from riskwarn.errors import AlertStands
from riskwarn.words import Unit
from serving.alerts.tickets import follow_tickets
from tests.serving.alerts.city import BLOCK, City, grid

DAY = timedelta(days=1)
THREE, ONE = {0: "orange", 1: "orange", 2: "orange"}, {0: "orange"}


def city_of(tmp_path: Path, **rules: object) -> City:
    given = {"rules": (Rule(on="level"),), "quiet": None, "group_from": 3, "dwell": 1, "rest_days": 0, **rules}
    return City(tmp_path, Alerts.model_validate(given))


def closed_and_raised_anew(city: City, first: dict[int, str], then: dict[int, str]) -> None:
    """The notice of `first` is closed, and another raised of `then`."""
    city.publish(first)
    city.do(city.alerts()[0], "close", outcome="false")
    for levels in ({}, {}, then):
        city.publish(levels, later=DAY)


@pytest.mark.parametrize(("first", "then"), [(THREE, ONE), (ONE, THREE)])
def test_of_a_grid_and_target_one_is_live(tmp_path: Path, first: dict[int, str], then: dict[int, str]) -> None:
    city = city_of(tmp_path)
    closed_and_raised_anew(city, first, then)
    before, live = city.alerts()
    with pytest.raises(AlertStands, match=f"; {live.id} is live and tells of {grid(0)}"):
        city.do(before, "reopen", note="又有反映")
    assert [one.live for one in city.alerts()] == [False, True]


def test_a_ticket_opens_none_again_either(tmp_path: Path) -> None:
    city = city_of(tmp_path)
    city.publish(THREE)
    (group,) = city.alerts()
    row = {"alert_id": group.id, "outcome": "false", "service": None}
    follow_tickets(city.home, [{**row, "status": "closed", "updated_at": city.now}], now=city.now)
    for levels in ({}, {}, ONE):
        city.publish(levels, later=DAY)
    followed = follow_tickets(city.home, [{**row, "status": "in_progress", "updated_at": city.now}], now=city.now)
    assert [one.why for one in followed.left] == ["over"]
    assert [one.live for one in city.alerts()] == [False, True]


def test_it_is_where_the_other_has_ended(tmp_path: Path) -> None:
    city = city_of(tmp_path)
    closed_and_raised_anew(city, THREE, ONE)
    group, live = city.alerts()
    city.do(live, "close", outcome="real")
    city.do(group, "reopen", note="又有反映")
    assert [one.live for one in city.alerts()] == [True, False]


def test_a_notice_of_a_town_is_not_opened_again_beside_one_that_names_grids_of_it(tmp_path: Path) -> None:
    city = city_of(tmp_path, rules=(Rule(on="level"), Rule(on="jump", unit=Unit.TOWN, least=1.0)))
    own = city.content.scores[BLOCK][Unit.TOWN]
    own.expected_count[:] = 1.0
    for _ in range(12):
        city.publish({}, later=DAY)
    own.expected_count[0] = 5.0
    city.publish({}, later=DAY)
    (jump,) = city.alerts()
    city.do(jump, "close", outcome="false")
    own.expected_count[0] = 1.0
    city.publish(THREE, later=DAY)
    with pytest.raises(AlertStands, match="is live for the same unit and target"):
        city.do(jump, "reopen", note="又有反映")
