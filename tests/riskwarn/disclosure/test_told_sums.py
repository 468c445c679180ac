"""A sum of small numbers, and a difference of sums, tell no more than the parts themselves do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.disclosure import RESIDENTS, banded, bounds, rounded, shifts_of, summands


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
