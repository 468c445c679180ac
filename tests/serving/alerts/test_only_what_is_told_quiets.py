"""A notice of a unit above quiets its grids where somebody is really told of it, and never where its team's budget holds it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from riskwarn.alert_rules import Alerts, Rule
from riskwarn.words import Unit
from serving.alerts.teams import Team, Teams
from tests.serving.alerts.city import BLOCK, City, grid


def city_whose_district_jumps(tmp_path: Path, levels: Mapping[int, str], budget: int, towns: int = 3) -> City:
    """A city of which the first district jumps in the fifteenth week; its district teams have one budget, those of towns another."""
    rules = (Rule(on="jump", unit=Unit.DISTRICT, least=0.05, times=1.5), Rule(on="level"))
    city = City(tmp_path, Alerts(rules=rules, quiet=None, group_from=99))
    city.teams = Teams(
        tuple(
            Team(f"{unit.value}-{code}", unit.value, code, code, budget if unit is Unit.DISTRICT else towns)
            for unit in (Unit.TOWN, Unit.DISTRICT)
            for code in city.content.places[unit].codes
        )
    )
    for _ in range(14):
        expect(city, 1.0)
        city.publish({})
    expect(city, 5.0)
    city.publish(levels)
    return city


def expect(city: City, first: float) -> None:
    """So much is to be expected in the first district."""
    own = city.content.scores[BLOCK][Unit.DISTRICT]
    expected = np.ones(len(own.expected_count))
    expected[0] = first
    city.content = replace(
        city.content, scores={BLOCK: {**city.content.scores[BLOCK], Unit.DISTRICT: replace(own, expected_count=expected)}}
    )  # fmt: skip


def told(city: City) -> list[tuple[str, str]]:
    return [(one.unit, one.code) for one in city.alerts()]


def test_what_the_budget_holds_back_quiets_nothing(tmp_path: Path) -> None:
    city = city_whose_district_jumps(tmp_path, {0: "red", 1: "orange"}, budget=0)
    assert told(city) == [("grid", grid(0)), ("grid", grid(1))]
    assert city.held() == {"D0000000": "budget"}


def test_what_is_told_quiets_its_grids(tmp_path: Path) -> None:
    city = city_whose_district_jumps(tmp_path, {0: "red", 1: "orange"}, budget=1)
    assert told(city) == [("district", "D0000000")]
    assert city.held() == {grid(0): "inhibited", grid(1): "inhibited"}


def test_its_grids_have_the_budget_of_their_own_team(tmp_path: Path) -> None:
    city = city_whose_district_jumps(tmp_path, {0: "orange", 1: "red", 12: "orange"}, budget=0, towns=1)
    assert told(city) == [("grid", grid(1)), ("grid", grid(12))]
    assert city.held() == {"D0000000": "budget", grid(0): "budget"}


@pytest.mark.parametrize("budget", [0, 1])
def test_what_is_held_back_as_inhibited_has_a_notice_above_that_tells_of_it(tmp_path: Path, budget: int) -> None:
    levels = {0: "red", 1: "orange", 13: "red"}
    city = city_whose_district_jumps(tmp_path, levels, budget)
    for _ in range(3):
        city.publish(levels)
        above = {one.code for one in city.alerts() if one.live and one.unit == "district" and one.messages}
        for code, reason in city.held().items():
            assert reason != "inhibited" or "D0000000" in above, code
    assert all(one.messages for one in city.alerts())
