"""What is withheld of a hierarchy of sums cannot be computed from what is shown."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.disclosure import complemented

LEAST = 300


@st.composite
def hierarchies(draw: st.DrawFn) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Residents by level, from the grids up to one city, and the parents."""
    parents: list[np.ndarray] = []
    units = 1
    for _ in range(3):
        parts = [draw(st.integers(1, 4)) for _ in range(units)]
        parents.insert(0, np.repeat(np.arange(units), parts))
        units = sum(parts)
    people = [np.array(draw(st.lists(st.integers(0, 900), min_size=units, max_size=units)), dtype=float)]
    for inside in parents:
        people.append(np.bincount(inside, people[-1]).astype(float))
    return people, parents


def determined(people: list[np.ndarray], parents: list[np.ndarray], hidden: list[np.ndarray]) -> list[tuple[int, int]]:
    """The withheld units that an attacker computes who knows all shown numbers and that parts sum to their whole."""
    unknown = [(level, row) for level, flags in enumerate(hidden) for row in np.flatnonzero(flags).tolist()]
    place = {one: number for number, one in enumerate(unknown)}
    rows = []
    for level, inside in enumerate(parents):
        for above in range(len(people[level + 1])):
            row = np.zeros(len(unknown))
            for child in np.flatnonzero(inside == above).tolist():
                if (level, child) in place:
                    row[place[level, child]] = 1
            if (level + 1, above) in place:
                row[place[level + 1, above]] = -1
            rows.append(row)
    if not unknown:
        return []
    system = np.array(rows)
    rank = np.linalg.matrix_rank(system)
    return [
        one for one in unknown if np.linalg.matrix_rank(np.vstack([system, np.eye(len(unknown))[place[one]]])) == rank
    ]


@given(hierarchies())
def test_what_is_withheld_does_not_follow_from_what_is_shown(city: tuple[list[np.ndarray], list[np.ndarray]]) -> None:
    people, parents = city
    hidden = complemented(people, parents, LEAST)
    for level, flags in enumerate(hidden):
        assert flags[people[level] < LEAST].all(), "the few are withheld at every level"
    if people[-1][0] >= LEAST:
        assert determined(people, parents, hidden) == []


@given(hierarchies(), st.data())
def test_what_is_withheld_does_not_follow_where_some_residents_are_unknown(
    city: tuple[list[np.ndarray], list[np.ndarray]], data: st.DataObject
) -> None:
    """Counts are known where residents are not: that nobody counted a sibling protects nobody."""
    people, parents = city
    unknown = data.draw(st.lists(st.booleans(), min_size=len(people[0]), max_size=len(people[0])))
    told = [np.where(unknown, np.nan, people[0])]
    for inside in parents:
        told.append(np.bincount(inside, told[-1]).astype(float))
    hidden = complemented(told, parents, LEAST)
    for level, flags in enumerate(hidden):
        assert flags[told[level] < LEAST].all()
    if not told[-1][0] < LEAST:
        assert determined(told, parents, hidden) == []


def test_a_sibling_that_nobody_counted_is_withheld_last() -> None:
    parents = [np.zeros(4, dtype=int)]
    assert complemented([np.array([60.0, np.nan, 800, 900]), np.array([np.nan])], parents, LEAST)[0].tolist() == [
        True, False, True, False,
    ]  # fmt: skip
    assert complemented([np.array([60.0, np.nan]), np.array([np.nan])], [np.zeros(2, dtype=int)], LEAST)[0].all()


def test_without_the_complement_the_attack_finds_the_small_grid() -> None:
    people, parents = [np.array([137.0, 800, 900]), np.array([1837.0])], [np.zeros(3, dtype=int)]
    naive = [level < LEAST for level in people]
    assert determined(people, parents, naive) == [(0, 0)]
    hidden = complemented(people, parents, LEAST)
    assert hidden[0].tolist() == [True, True, False] and determined(people, parents, hidden) == []


def test_a_community_that_goes_with_a_small_one_is_no_sum_of_its_grids() -> None:
    people = [np.array([250.0, 600, 700, 800]), np.array([250.0, 2100]), np.array([2350.0])]
    parents = [np.array([0, 1, 1, 1]), np.array([0, 0])]
    hidden = complemented(people, parents, LEAST)
    assert hidden[1].tolist() == [True, True] and hidden[0][1:].any()
    assert determined(people, parents, hidden) == []


@given(hierarchies(), st.lists(st.integers(-60, 60), min_size=200, max_size=200))
def test_who_is_withheld_beside_a_small_one_stays_so_while_there_is_one(
    city: tuple[list[np.ndarray], list[np.ndarray]], surveyed: list[int]
) -> None:
    """A survey makes another sibling the smallest: that it is withheld too lays open nobody who was withheld before."""
    people, parents = city
    first = complemented(people, parents, LEAST)
    again = complemented(people, parents, LEAST, first)
    assert all((one == other).all() for one, other in zip(first, again, strict=True)), "nothing changes by itself"
    grids = np.maximum(people[0] + surveyed[: len(people[0])], 0)
    later = [grids]
    for inside in parents:
        later.append(np.bincount(inside, later[-1]).astype(float))
    second = complemented(later, parents, LEAST, first)
    for level, inside in enumerate(parents):
        still = np.isin(inside, np.unique(inside[later[level] < LEAST]))
        assert second[level][first[level] & still].all()
    if later[-1][0] >= LEAST:
        assert determined(later, parents, second) == []


def test_a_small_grid_does_not_follow_from_two_snapshots_of_which_each_withholds_another_beside_it() -> None:
    parents, small = [np.zeros(4, dtype=int)], 256.0
    first = complemented([np.array([small, 710, 900, 1053]), np.array([2919.0])], parents, LEAST)
    assert first[0].tolist() == [True, True, False, False]
    after = [np.array([small, 710, 900, 705]), np.array([2571.0])]
    assert complemented(after, parents, LEAST)[0].tolist() == [True, False, False, True], "the other alone, by itself"
    assert complemented(after, parents, LEAST, first)[0].tolist() == [True, True, False, False]


def test_unknown_residents_withhold_nothing() -> None:
    hidden = complemented([np.array([np.nan, 500.0]), np.array([np.nan])], [np.zeros(2, dtype=int)], LEAST)
    assert not hidden[0].any() and not hidden[1].any()
