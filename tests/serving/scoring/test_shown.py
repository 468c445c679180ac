"""Numbers as they are shown, and what is usual beside them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import read_city
from riskwarn.words import Unit
from serving.scoring.peers import LEAST, Peers, peers_of
from serving.scoring.shown import AGES, AGO, around, between, between_shown, coded, shown, usual_shown
from tests.conftest import Town


def told(number: str, value: float, language: str = "en") -> str:
    return shown(number, int(coded(number, np.array([value]))[0]), language)


def told_between(least: float, most: float, language: str = "en") -> str:
    return between_shown("open", int(between(np.array([least]), np.array([most]))[0]), language)


def test_of_a_grids_count_its_ends_are_told() -> None:
    assert [told_between(*ends) for ends in ((0, 0), (1, 2), (2, 4), (3, 5), (12, 19), (13, 24), (23, 46), (101, 249))] == [
        "no", "1–2", "2–4", "3–5", "12–19", "13–30", "20–50", "100–250",
    ]  # fmt: skip
    assert [told_between(*ends, "zh") for ends in ((0, 0), (1, 2), (23, 46))] == ["0件", "1–2件", "20–50件"]


def test_of_a_sum_is_told_what_it_is_about() -> None:
    assert [told("open", count) for count in (0, 1.3, 1.7, 2.6, 19, 24, 26, 104, 1234)] == [
        "no", "1–2", "1–2", "about 3", "about 19", "about 20", "about 30", "about 100", "about 1,200",
    ]  # fmt: skip
    assert [told("open", count, "zh") for count in (0, 2, 5, 31)] == ["0件", "1–2件", "约5件", "约30件"]
    assert told("year", 3, "zh") == "约3次" and told("population", 1234, "zh") == "约1200人"


def test_times_are_told_in_bands() -> None:
    assert [told("oldest", days) for days in (0, 13, 14, 28, 56, 84, 182, 364)] == [
        "under 2 weeks", "under 2 weeks", "2 to 4 weeks", "4 to 8 weeks", "8 to 12 weeks", "12 weeks to half a year",
        "half a year to a year",
        "over a year",
    ]  # fmt: skip
    assert told("last", 3, "zh") == "2周以内" and told("last", np.nan, "zh") == "无记录"


@pytest.mark.parametrize("number", ["open", "population", *AGES, *AGO])
@given(values=st.lists(st.integers(0, 5000), min_size=2, max_size=2))
def test_a_greater_number_has_no_lesser_code(number: str, values: list[int]) -> None:
    low, high = coded(number, np.array(sorted(values), dtype=float))
    assert low <= high


def test_what_is_usual_is_a_range_that_tells_one_from_two_no_more() -> None:
    assert [usual_shown("open", *pair, "en") for pair in ((0, 0), (1, 1), (0, 1), (1, 5), (3, 3), (9, 30))] == [
        "none", "1–2", "0–2", "1–5", "3", "9–30",
    ]  # fmt: skip
    assert usual_shown("open", 1, 5, "zh") == "1–5件" and usual_shown("population", 8, 16, "zh") == "800–1600人"


def test_of_sums_around_a_grid_bands_are_told() -> None:
    codes = around(np.array([2, 3, 5, 6.4, 19, 22, 80]))
    assert [between_shown("open_near", code, "en") for code in codes.tolist()] == [
        "1–2", "3–5", "3–5", "6–10", "11–19", "20–30", "70–150",
    ]  # fmt: skip


def test_quartiles_are_of_ones_own_group_and_of_what_is_known() -> None:
    rng = np.random.default_rng(0)
    values = rng.integers(0, 50, 500).astype(float)
    group = rng.integers(0, 3, 500)
    values[group == 1] += 100
    values[:50] = np.nan
    low, high = Peers(group, ("kind", "kind", "city", "town")).shares(values, 0.25, 0.75)
    for one in range(3):
        own = values[(group == one) & ~np.isnan(values)]
        assert [low[one], high[one]] == pytest.approx(np.quantile(own, [0.25, 0.75]), abs=1.5)
        assert {low[one], high[one]} <= set(own)
    assert np.isnan(low[3]), "nobody is there"
    [few] = Peers(np.zeros(LEAST - 1, dtype=np.int64), ("city",)).shares(np.ones(LEAST - 1), 0.5)
    assert np.isnan(few[0]), "too few to tell"


def test_a_grid_is_compared_with_its_kind_else_with_its_town_else_with_all(town: Town) -> None:
    city = read_city(town.home)
    grids = len(city.geography)
    towns = city.geography.units[Unit.TOWN]
    for kinds, told in (
        (["basic"] * grids, {"kind"}),
        (["basic"] * (grids - 1) + ["special"], {"kind", "town", "city"}),
        ([None] * grids, {"town", "city"}),
    ):
        peers = peers_of(replace(city, geography=replace(city.geography, kinds=tuple(kinds))))
        found = [peers.kinds[group] for group in peers.group.tolist()]
        assert set(found) <= told and found[0] == ("kind" if kinds[0] else found[0])
        for group in set(peers.group.tolist()):
            inside = np.flatnonzero(peers.group == group)
            assert peers.kinds[group] != "town" or len(set(towns.of_grid[inside].tolist())) == 1
