"""Counts and durations as people may see them: in bands of one ladder, wherever a count of records of a single grid leaves.

The ladder is for the records of a grid that came in one period; what is told of a window, or of what is open, is what the bands of its
periods admit (:mod:`features.transforms.told`).
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: What counts of one and two are told as: one case is one household's.
ONE_OR_TWO = "1–2"

#: Weeks at which a duration passes into the next band.
DURATION_BANDS = (2, 4, 8, 12, 26, 52)

#: From here on a count is told as what it is about.
ROUND = 20

_DECADES = range(1, 9)

#: Where each band begins, and what its counts are called: none, 1–2, 3–5, 6–10, 11–19 by their least, then about 20, 30, 50, 100, …
_STARTS = np.array(
    [0, 1, 3, 6, 11, 20, 25, 40, *(start * 10**ten // 4 for ten in _DECADES for start in (30, 60, 100, 160))]
)
_NAMES = np.array([0, 1, 3, 6, 11, 20, 30, 50, *(name * 10 ** (ten + 1) for ten in _DECADES for name in (1, 2, 3, 5))])


def banded(counts: Reals) -> Indices:
    """What each count's band is called: its least up to 19, then the round number that it is about.

    >>> import numpy as np
    >>> banded(np.array([0.0, 1, 2, 3, 5, 6, 10, 19, 20, 24, 25, 40, 74, 75, 200, 1234])).tolist()
    [0, 1, 1, 3, 3, 6, 6, 11, 20, 20, 30, 50, 50, 100, 200, 1000]
    """
    return np.asarray(_NAMES[_place(np.rint(counts))], dtype=np.int64)


def bounds(names: Indices) -> tuple[Indices, Indices]:
    """The least and the most count of each band, by what the band is called.

    >>> import numpy as np
    >>> [one.tolist() for one in bounds(np.array([0, 1, 6, 20, 100]))]
    [[0, 1, 6, 20, 75], [0, 2, 10, 24, 149]]
    """
    place = np.searchsorted(_NAMES, names)
    return _STARTS[place], np.append(_STARTS[1:], np.iinfo(np.int64).max)[place] - 1


def _place(whole: Reals) -> Indices:
    return np.asarray(np.searchsorted(_STARTS, whole, side="right") - 1, dtype=np.int64)


def count_shown(count: int) -> int | str:
    """A count of a whole source, district or city: 1 and 2 are told together.

    >>> [count_shown(count) for count in (0, 1, 2, 3)]
    [0, '1–2', '1–2', 3]
    """
    return ONE_OR_TWO if count in (1, 2) else count


def week_of(day: date) -> date:
    """The Monday of its week, by which a date is told."""
    return day - timedelta(days=day.weekday())


def about(count: int) -> int | str:
    """A count that is told again and again as it grows: below 20 that it is, from there on the round number that it is about.

    Neither two tellings nor a total and its parts tell one of few from another: where such bands meet, they meet at no small number.

    >>> [about(count) for count in (0, 2, 19, 21, 288, 290, 820)]
    ['0–19', '0–19', '0–19', 20, 300, 300, 1000]
    """
    return f"0–{ROUND - 1}" if count < ROUND else int(banded(np.array([count], dtype=np.float64))[0])


def few(count: int) -> bool:
    """Whether a count is told together with its neighbour.

    >>> [few(count) for count in (0, 1, 2, 3)]
    [False, True, True, False]
    """
    return 0 < count < 3
