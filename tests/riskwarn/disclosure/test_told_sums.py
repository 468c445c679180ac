"""A sum of small numbers, and a difference of sums, tell no more than the parts themselves do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.disclosure import RESIDENTS, Parts, banded, bounds, place_of_counts, rounded, shifts_of, summands


def of_bands(counts: list[int]) -> np.ndarray:
    """What parts count for, each of which is told in its band."""
    values = np.array(counts, dtype=float)
    return summands(values, *(end.astype(float) for end in bounds(banded(values))))


@given(st.lists(st.integers(0, 500), min_size=12, max_size=12), st.data())
def test_which_count_of_its_band_a_part_has_changes_no_sum(counts: list[int], data: st.DataObject) -> None:
    low, high = bounds(banded(np.array(counts, dtype=float)))
    others = [data.draw(st.integers(int(a), int(b))) for a, b in zip(low, high, strict=True)]
    assert (of_bands(counts) == of_bands(others)).all()


@given(st.lists(st.integers(0, 40), min_size=2, max_size=60))
def test_a_sum_of_parts_forces_none_of_them(counts: list[int]) -> None:
    """Read as if it were exact, a sum still leaves each part of one or two both."""
    low, high = bounds(banded(np.array(counts, dtype=float)))
    open_parts = (high > low).sum()
    if open_parts > 1:
        assert low.sum() < np.rint(of_bands(counts).sum()) < high.sum()


def test_of_many_parts_a_sum_is_right_on_the_mean_to_a_tenth_and_tells_none_alike() -> None:
    skewed = of_bands([1] * 13 + [2] * 7 + [0])
    assert skewed[:20] == pytest.approx(1.4) and skewed[20] == 0
    assert of_bands([1] * 30)[0] == pytest.approx(1.3), "as if a few of them were two"


def test_what_is_rounded_to_threes_may_be_several_counts_and_is_right_on_the_mean() -> None:
    counts, shifts = np.arange(12.0), np.arange(3)
    for shift in shifts:
        told = rounded(counts, np.full(12, shift), 3)
        for one in np.unique(told):
            alike = set(counts[told == one])
            assert not alike <= {1.0} and not alike <= {2.0}
    assert np.mean([rounded(counts, np.full(12, shift), 3) for shift in shifts], axis=0) == pytest.approx(counts)
    assert set(shifts_of([f"C{number}" for number in range(60)], 3)) == {0, 1, 2}


def test_residents_that_are_withheld_do_not_follow_from_totals_of_several_weeks() -> None:
    """Another neighbour is withheld beside the small grid each week: its residents were told in the other one."""
    codes, people = ["small", "first", "second", "large"], np.array([256.0, 410.0, 380.0, 900.0])
    shifts = shifts_of(codes, RESIDENTS)
    weeks = [np.array([True, True, False, False]), np.array([True, False, True, False])]
    left = set()
    for hidden in weeks:
        total = np.where(hidden, rounded(people, shifts, RESIDENTS), people).sum()
        left.add(total - people[1:].sum())
    assert 256.0 not in left and all(abs(one - 256) < 200 for one in left)


def test_where_all_are_single_no_total_tells_so() -> None:
    """A total at the least that its parts admit makes each of them known; so does the place where they lie."""
    ones = np.ones(200)
    few_twos = np.where(np.arange(200) < 10, 2.0, 1.0)
    assert place_of_counts(ones) == place_of_counts(few_twos) == 0.05
    assert place_of_counts(3 - ones) == 0.95
    parts = Parts.of(ones[:7], place_of_counts(ones))
    assert parts.total(np.ones(7, dtype=bool)) == 8, "seven grids told one or two each, and seven events, are one each"


@given(st.lists(st.lists(st.integers(0, 30), min_size=8, max_size=8), min_size=1, max_size=5), st.data())
def test_a_total_is_the_same_for_any_counts_of_the_bands_and_at_no_end_of_what_they_admit(
    weeks: list[list[int]], data: st.DataObject
) -> None:
    where = data.draw(st.sampled_from([0.05, 0.5, 0.95]))
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=8, max_size=8)))
    counts = [np.array(week, dtype=float) for week in weeks]
    others = [
        np.array([float(data.draw(st.integers(int(a), int(b)))) for a, b in zip(*bounds(banded(week)), strict=True)])
        for week in counts
    ]
    parts, other = (Parts.summed([Parts.of(week, where) for week in some]) for some in (counts, others))
    assert parts.total(chosen) == other.total(chosen)
    least, most = parts.least[chosen].sum(), parts.most[chosen].sum()
    assert most - least <= 1 or least < parts.total(chosen) < most
