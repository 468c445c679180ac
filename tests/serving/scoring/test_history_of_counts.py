"""Why a history tells no counts: beside what reasons tell, the least that it could say of one grid tells a number of another."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from serving.scoring.shown import coded

#: Two grids of one community: A in the last four weeks and in the rest of the half year, and the same of B.
Counts = tuple[int, int, int, int]
Statement = Callable[[Counts], int | bool]

TRUE: Counts = (3, 0, 2, 0)


def shown(number: str, count: int) -> int:
    """A count as a reason tells it."""
    return int(coded(number, np.array([float(count)]))[0])


def told_by_reasons(counts: Counts) -> tuple[int, int]:
    """A's half year, and the community's four weeks."""
    a, a_before, b, _ = counts
    return shown("half", a + a_before), shown("recent", a + b)


def possible(*statements: Statement) -> set[int]:
    """The counts of B in the four weeks that agree with the reasons and with what else is said."""
    return {
        counts[2]
        for counts in product(range(7), repeat=4)
        if told_by_reasons(counts) == told_by_reasons(TRUE) and all(one(counts) == one(TRUE) for one in statements)
    }


def test_reasons_alone_leave_a_count_open() -> None:
    assert possible() == {2, 3, 4, 5}


def test_three_or_more_in_a_window_of_one_grid_tells_the_count_of_another() -> None:
    assert possible(lambda counts: counts[0] >= 3) == {2}


def test_one_or_two_in_a_window_tells_which_it_is() -> None:
    assert possible(lambda counts: shown("recent", counts[2])) == {2}


def test_coarse_bands_tell_it_too() -> None:
    assert possible(lambda counts: counts[2] <= 2) == {2}
