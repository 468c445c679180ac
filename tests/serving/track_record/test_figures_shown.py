"""What the figures of a forecast tell of where its events came: nothing, of few; of many, none by itself."""

from __future__ import annotations

import math
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.disclosure import Parts, steps
from riskwarn.disclosure.steps import LEAST_OF_GROUP
from serving.api.cards import card_told
from serving.track_record import shown
from serving.track_record.figures import Told, figures
from serving.track_record.shown import CAPTURES, events_told, figures_shown

UNITS = 1000

Placed = tuple[int, ...]  # of each event the grid


def forecast(grids: int) -> Told:
    """What a city published of its grids, the first ranked first."""
    draw = np.random.default_rng(7)
    expected = np.sort(draw.gamma(0.6, 0.15, grids) + 0.004)[::-1]
    upper = np.where(expected > 0.1, 1.0, 0.0)
    return Told(np.arange(1, grids + 1.0), expected, 1 - np.exp(-expected), np.zeros(grids), upper)


def told(said: Told, placed: Placed) -> dict[str, Any]:
    """What is served of a row whose events came there."""
    counts = np.bincount(placed, minlength=len(said.rank)).astype(float)
    return figures_shown("grid", figures(said, counts), len(placed))


def test_of_few_events_no_figure_tells_in_which_grids_they_came() -> None:
    """The attack: of all grids in which three events may have come those whose figures are the served ones."""
    said = forecast(14)
    truth = told(said, (3, 7, 11))
    assert all(told(said, one) == truth for one in combinations_with_replacement(range(14), 3))
    assert truth["units"] == 14 and truth["expected"] is not None


def test_the_same_attack_finds_the_grids_where_figures_have_three_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    said = forecast(14)
    monkeypatch.setattr(shown, "LEAST_OF_GROUP", 0)
    monkeypatch.setattr(shown, "step", lambda _name, value, _events: 10.0 ** (math.floor(math.log10(value or 1)) - 2))
    truth = told(said, (3, 7, 11))
    found = [one for one in combinations_with_replacement(range(14), 3) if told(said, one) == truth]
    assert found == [(3, 7, 11)]


def elsewhere(said: Told, placed: Placed, grid: int, tries: int = 60) -> bool:
    """Whether other places of the events, none of them this grid, give the same figures: its events near it, and some others moved."""
    truth, grids, draw = told(said, placed), len(said.rank), np.random.default_rng(grid)
    near = sorted((one for one in range(grids) if one != grid), key=lambda one: abs(one - grid))
    for to in near[:12]:
        other = np.array([to if one == grid else one for one in placed])
        if told(said, tuple(other)) == truth:
            return True
        for _ in range(tries):
            place = draw.integers(len(other), size=draw.integers(1, 3))
            again = other.copy()
            again[place] = np.clip(again[place] + draw.integers(-12, 13, len(place)), 0, grids - 1)
            if grid not in again and told(said, tuple(again)) == truth:
                return True
    return False


@pytest.mark.parametrize("seed", range(4))
def test_of_many_events_any_may_have_come_elsewhere(seed: int) -> None:
    """For each grid with one or two events there is another city of the same figures in which it has none."""
    said = forecast(160)
    draw = np.random.default_rng(seed)
    placed = tuple(sorted(draw.choice(160, LEAST_OF_GROUP + 10, p=said.expected / said.expected.sum()).tolist()))
    truth = told(said, placed)
    assert truth["log_loss"] is not None and truth["capture_10"] is not None
    assert [grid for grid in {*placed} if placed.count(grid) < 3 and not elsewhere(said, placed, grid)] == []


def test_of_many_events_three_digits_are_certain_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "HIDDEN", 0.001)
    said = forecast(160)
    placed = tuple(sorted(np.random.default_rng(0).choice(160, 60, p=said.expected / said.expected.sum()).tolist()))
    some = sorted({*placed})[::16]
    assert sum(not elsewhere(said, placed, grid, tries=5) for grid in some) > len(some) / 2


@given(st.integers(LEAST_OF_GROUP, 5000).flatmap(lambda events: st.tuples(st.just(events), st.integers(0, events))))
def test_no_capture_tells_a_count_from_its_neighbours(drawn: tuple[int, int]) -> None:
    events, caught = drawn

    def capture(count: int) -> float | None:
        return figures_shown("grid", {"units": UNITS, **dict.fromkeys(CAPTURES, count / events)}, events)["capture_5"]

    alike = [one for one in range(max(0, caught - 4), min(events, caught + 4) + 1) if capture(one) == capture(caught)]
    assert len(alike) >= 2


def worlds(exact: bool) -> dict[Any, list[list[int]]]:
    """What is told of all windows of three weeks of two grids -> the weekly totals that it may be told of."""
    found: dict[Any, list[list[int]]] = {}
    for counts in product(range(3), repeat=6):
        weeks = np.array(counts, dtype=float).reshape(3, 2)
        parts = [Parts(week, week, week) if exact else Parts.of(week, 0.5) for week in weeks]
        windows = [(first, last) for first in range(3) for last in range(first + 1, 4)]
        totals = [Parts.summed(parts[first:last]).total(np.ones(2, bool)) for first, last in windows]
        key = tuple("1–2" if exact and one in (1, 2) else one if exact else events_told(one) for one in totals)
        found.setdefault(key, []).append([int(week.sum()) for week in weeks])
    return found


def certain(found: dict[Any, list[list[int]]]) -> int:
    """Of how many tellings it follows that some week had just one event, or just two."""
    return sum(
        any({world[week] for world in possible} in ({1}, {2}) for week in range(3)) for possible in found.values()
    )


def test_no_two_horizons_tell_one_event_of_a_week_from_two() -> None:
    """Windows of one, two and three weeks, at all as-ofs: four weeks less their weeks would tell each week."""
    assert certain(worlds(exact=False)) == 0
    assert certain(worlds(exact=True)) > 20


def test_what_came_after_publication_does_not_follow_from_what_came_before_it() -> None:
    after: dict[Any, set[int]] = {}
    for events in range(200):
        for before in range(events + 1):
            after.setdefault((events_told(events), events_told(before)), set()).add(events - before)
    assert all(possible not in ({1}, {2}) for possible in after.values())


def test_two_cards_of_versions_a_week_apart_do_not_tell_what_came_between() -> None:
    """A baseline is fitted alike each week: its card would tell the events of the week that is new in it, less those of one that left."""

    def card(events: int) -> dict[str, Any]:
        metrics = {
            "n_events": float(events),
            "log_loss": 0.2 * events / 300,
            "capture_5": 80 / events,
            "gain_over_best_baseline": 0.001 * events,
        }
        return {"kind": "climatology", "metrics": {**metrics, "capture_5_new": 3 / 5}}

    def told(events: int) -> dict[str, float]:
        shown = card_told(card(events))
        assert shown is not None
        return dict(shown["metrics"])

    assert told(300) == {"n_events": 300.0, "log_loss": 0.2, "capture_5": 0.27, "gain_over_best_baseline": 0.3}
    assert all(
        told(events)["n_events"] == told(events + few)["n_events"] for events in range(250, 300) for few in (1, 2)
    )
    assert told(12) == {} and card_told(None) is None
