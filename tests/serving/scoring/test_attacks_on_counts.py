"""An attacker who keeps all that is told of counts, of every window, snapshot and level, tells no one from a two."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import Catalogue, City, read_city
from features.building.executors import one_by_one
from features.catalogue.plain import plain_numbers
from features.engine.spans import NEVER, Spans
from features.engine.sums import Frame
from features.panel.panel import encoded
from features.transforms.told import ends_of
from riskwarn.disclosure import banded, bounds, summands, week_of
from serving.scoring.shown import around, between, between_shown, coded, shown
from serving.scoring.told import with_numbers_told
from serving.scoring.usual import usual
from tests.conftest import Town
from training import make_task

Table = npt.NDArray[np.int64]  # (grids, weeks) records that came

WEEKS, WINDOWS = 60, (4, 26, 52)
OF_COMMUNITY = np.array([0, 0, 0, 1, 1, 1])
OF_TOWN = np.zeros(6, dtype=np.int64)
NEXT_DOOR = np.eye(6, k=1) + np.eye(6, k=-1)
SNAPSHOTS = range(30, WEEKS + 1)


def spans(came: Table, ended: Table) -> Spans:
    """Of each week's records of a grid a row, which holds until they end."""
    grid, week = (place.ravel() for place in np.indices(came.shape))
    stop = np.minimum(ended.ravel(), int(NEVER))
    return Spans(grid, week, week + 1, stop, week * 7, came.ravel())


def told(came: Table, ended: Table) -> Iterator[str]:
    """Everything that is told at every snapshot: of grids, of what is around them, and of the units above."""
    grids = len(came)
    for at in SNAPSHOTS:
        for window in (*WINDOWS, None):
            rows = spans(came, np.full_like(ended, int(NEVER)) if window else ended)
            low, high = (end.astype(float) for end in ends_of(Frame(at, 1, grids), rows, at, window))
            parts = summands((low + high) / 2, low, high)
            yield from (between_shown("recent", code, "en") for code in between(low, high).tolist())
            yield from (between_shown("near", code, "en") for code in around(NEXT_DOOR @ parts).tolist())
            for unit in (OF_COMMUNITY, OF_TOWN):
                yield from (shown("recent", code, "en") for code in coded("recent", np.bincount(unit, parts)).tolist())


@given(st.integers(0, 2**32 - 1), st.floats(0.02, 3))
@settings(max_examples=15, deadline=None)
def test_all_that_is_told_is_the_same_for_any_count_of_each_weeks_band(seed: int, mean: float) -> None:
    rng = np.random.default_rng(seed)
    came = rng.poisson(mean, (6, WEEKS))
    ended = np.arange(WEEKS) + rng.geometric(0.1, (6, WEEKS))
    other = rng.integers(*bounds(banded(came.astype(float))), endpoint=True)
    assert list(told(came, ended)) == list(told(other, ended))


@dataclass
class Attack:
    """What is known of each week of each grid, narrowed by sums that are read as they stand."""

    low: Table
    high: Table
    sums: list[tuple[npt.NDArray[np.bool_], int, int]]

    def narrowed(self) -> None:
        """Until nothing changes."""
        for _ in range(60):
            before = self.low.sum(), self.high.sum()
            for inside, least, most in self.sums:
                low, high = self.low[inside], self.high[inside]
                self.high[inside] = np.minimum(high, most - low.sum() + low)
                self.low[inside] = np.maximum(low, least - high.sum() + high)
            if before == (self.low.sum(), self.high.sum()):
                return

    def found(self, came: Table) -> int:
        """How many weeks with one or two records are known exactly."""
        return int(((self.low == self.high) & (came == self.low) & (came > 0) & (came < 3)).sum())


Telling = Callable[[Table, int, int], tuple[Table, Table]]


def by_periods(came: Table, at: int, window: int) -> tuple[Table, Table]:
    """As it is told: what the bands of the weeks admit."""
    return ends_of(Frame(at, 1, len(came)), spans(came, np.full_like(came, int(NEVER))), at, window)


def by_windows(came: Table, at: int, window: int) -> tuple[Table, Table]:
    """A band for the whole window."""
    low, high = bounds(banded(came[:, max(0, at - window) : at].sum(axis=1).astype(float)))
    return low, high


def one_or_two(came: Table, at: int, window: int) -> tuple[Table, Table]:
    """The number itself, but for one and two."""
    whole = came[:, max(0, at - window) : at].sum(axis=1)
    few = (whole > 0) & (whole < 3)
    return np.where(few, 1, whole), np.where(few, 2, whole)


def attacked(came: Table, telling: Telling) -> Attack:
    """Each grid's windows at each snapshot, and the sums of communities beside them."""
    attack = Attack(np.zeros_like(came), np.full_like(came, 50), [])
    for at in SNAPSHOTS:
        for window in WINDOWS:
            low, high = telling(came, at, window)
            inside = np.zeros(came.shape, dtype=bool)
            inside[:, max(0, at - window) : at] = True
            for grid in range(len(came)):
                own = inside & (np.arange(len(came)) == grid)[:, None]
                attack.sums.append((own, int(low[grid]), int(high[grid])))
            parts = summands((low + high) / 2, low.astype(float), high.astype(float))
            for community, value in enumerate(coded("recent", np.bincount(OF_COMMUNITY, parts)).tolist()):
                # Read as what it is about: a sum of twenty and more is told in tens.
                room = 10 if value >= 20 else 1
                of_unit = inside & (community == OF_COMMUNITY)[:, None]
                attack.sums.append((of_unit, max(0, value - room), value + room))
    attack.narrowed()
    return attack


@pytest.mark.parametrize(("telling", "finds"), [(by_periods, False), (by_windows, True), (one_or_two, True)])
def test_windows_snapshots_and_totals_together_give_no_week_away(telling: Telling, finds: bool) -> None:
    """And they would, were windows told in bands of their own, or by their numbers."""
    found = 0
    for seed, mean in enumerate((0.05, 0.1, 0.3)):
        came = np.random.default_rng(seed).poisson(mean, (6, WEEKS))
        found += attacked(came, telling).found(came)
    assert (found > 0) == finds


def test_a_month_and_a_month_and_their_half_year_are_not_one_each() -> None:
    came = np.zeros((1, WEEKS), dtype=np.int64)
    came[0, [50, 55]] = 1
    [low], [high] = by_periods(came, WEEKS, 26)
    assert (low, high) == (2, 4) and [end[0] for end in by_periods(came, 54, 4)] == [1, 2]


@pytest.fixture(scope="module")
def nights(town: Town) -> list[City]:
    """A city as it was known on Tuesday, and on the six nights that followed: the last is a Monday."""
    tuesday = week_of(read_city(town.home).as_of) - timedelta(days=13)
    return [read_city(town.home, tuesday + timedelta(days=day)) for day in range(7)]


def numbers_on(city: City) -> dict[str, npt.NDArray[np.float32]]:
    """All plain numbers of every grid, as they are told at an as-of."""
    names = [row.feature.name for row in plain_numbers(city.configuration)]
    matrix = with_numbers_told(
        city, Catalogue.of(city.configuration), encoded(city), ["disputes_count_4"], names, one_by_one
    )
    assert matrix.names == ["disputes_count_4", *names] and matrix.origins == (city.as_of,)
    return dict(zip(matrix.names, matrix.values[:, 0], strict=True))


@pytest.mark.slow
def test_no_night_tells_another_count_gap_or_age_than_the_night_before(nights: list[City]) -> None:
    """The weeks of an as-of in mid-week would begin on its own day: of two nights one tells 1–2 and the other 2–4, which is two."""
    assert [city.as_of.weekday() for city in nights] == [1, 2, 3, 4, 5, 6, 0]
    first, *others = (numbers_on(city) for city in nights)
    feature = first.pop("disputes_count_4")
    assert any(
        (other.pop("disputes_count_4") != feature).any() for other in others
    )  # what a model reads goes with the as-of
    for other in others[:-1]:
        for name, values in first.items():
            assert np.array_equal(values, other[name], equal_nan=True), name
    assert any(not np.array_equal(values, others[-1][name], equal_nan=True) for name, values in first.items())


class Beliefs(dict[str, pd.DataFrame]):
    """What is believed of each source, made when it is asked for; notes how many of them are held at once."""

    def __init__(self, made: Mapping[str, pd.DataFrame]) -> None:
        super().__init__(made)
        self.held: list[weakref.ref[pd.DataFrame]] = []
        self.most = 0

    def __getitem__(self, source: str) -> pd.DataFrame:
        gc.collect()
        found = super().__getitem__(source).copy()
        self.held.append(weakref.ref(found))
        self.most = max(self.most, sum(one() is not None for one in self.held))
        return found


@pytest.mark.slow
def test_what_is_told_in_mid_week_is_read_source_by_source(nights: list[City]) -> None:
    """All that is believed of a large city's sources does not lie in memory together."""
    beliefs = Beliefs(nights[0].beliefs)
    city, numbers = replace(nights[0], beliefs=beliefs), encoded(nights[0])
    names = [row.feature.name for row in plain_numbers(city.configuration)]
    with_numbers_told(city, Catalogue.of(city.configuration), numbers, ["disputes_count_4"], names, one_by_one)
    assert len(beliefs.held) > 1 and beliefs.most == 1


def test_what_is_usual_of_a_unit_does_not_walk_from_night_to_night(nights: list[City]) -> None:
    def told(city: City) -> npt.NDArray[np.float64]:
        matrix = with_numbers_told(
            city, Catalogue.of(city.configuration), encoded(city), ["disputes_count_4"], [], one_by_one
        )
        return usual(make_task(city, "conflict", 4, matrix), np.zeros(len(city.geography), dtype=bool)).events

    first, *others = map(told, nights)
    assert all((other == first).all() for other in others[:-1]) and (others[-1] != first).any()
