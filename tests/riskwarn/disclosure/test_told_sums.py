"""A sum of small numbers, and a difference of sums, tell no more than the parts themselves do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.disclosure import RESIDENTS, rounded, shifts_of, summands

CODES = [f"G{number}" for number in range(12)]


@given(st.lists(st.integers(0, 9), min_size=12, max_size=12), st.lists(st.booleans(), min_size=12, max_size=12))
def test_which_of_one_and_two_a_part_has_changes_no_sum(counts: list[int], hidden: list[bool]) -> None:
    shifts, withheld = shifts_of(CODES), np.array(hidden)
    told = summands(np.array(counts, dtype=float), withheld, shifts)
    swapped = np.array([{1: 2, 2: 1}.get(count, count) for count in counts], dtype=float)
    assert (summands(swapped, withheld, shifts) == told).all()
    assert ((told == 0) == (np.array(counts) == 0)).all(), (
        "nothing is told of what there is, or something of what is not"
    )
    open_and_large = ~withheld & (np.array(counts) > 2)
    assert (told[open_and_large] == np.array(counts)[open_and_large]).all()


def test_of_many_parts_the_small_count_for_their_mean() -> None:
    counts = np.array([1.0] * 15 + [2.0] * 5 + [7.0])
    told = summands(counts, np.zeros(21, dtype=bool), np.zeros(21, dtype=np.int64))
    assert told[:20] == pytest.approx(1.25) and told.sum() == pytest.approx(counts.sum())


def test_what_is_rounded_to_threes_may_be_several_counts_and_is_right_on_the_mean() -> None:
    counts, shifts = np.arange(12.0), np.arange(3)
    for shift in shifts:
        told = rounded(counts, np.full(12, shift))
        for one in np.unique(told):
            alike = set(counts[told == one])
            assert not alike <= {1.0} and not alike <= {2.0}
    assert np.mean([rounded(counts, np.full(12, shift)) for shift in shifts], axis=0) == pytest.approx(counts)
    assert set(shifts_of([f"C{number}" for number in range(60)])) == {0, 1, 2}


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
