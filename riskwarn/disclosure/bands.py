"""Counts and durations as people may see them."""

from __future__ import annotations

#: What counts of one and two are told as: one case is one household's.
ONE_OR_TWO = "1–2"

#: Weeks at which a duration passes into the next band.
DURATION_BANDS = (2, 4, 8, 12, 26, 52)


def count_shown(count: int) -> int | str:
    """A count: 1 and 2 are told together.

    >>> [count_shown(count) for count in (0, 1, 2, 3)]
    [0, '1–2', '1–2', 3]
    """
    return ONE_OR_TWO if count in (1, 2) else count
