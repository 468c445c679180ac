"""Sums that tell no more than their parts do.

What a part counts for in a sum follows from what is told of the part itself, never from more: then neither the sum nor a difference of
sums narrows it, whatever the window, the horizon or the snapshot (a sum of published values is post-processing; Willenborg and de
Waal 2001, chapter 5, on rounded tables).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riskwarn.disclosure.bands import Flags, Indices, Reals, banded, bounds

#: What residents are rounded to of whom nothing is told.
RESIDENTS = 100

#: With fewer parts their mean would tell of them: they count for the middle.
_LEAST_PARTS = 20
#: Nearer to an end than this share of the way nothing counts.
_NEAR_ENDS = 0.3
#: … and where a total of very many must be right on the mean: so many steps, the first and the last at no end.
_STEPS_OF_TOTALS = 20


def shifts_of(codes: Sequence[str], base: int) -> Indices:
    """(units,) where each unit's counts are parted: the same at all times, or repeated tellings would narrow them."""
    return np.array(
        [int.from_bytes(hashlib.sha256(code.encode()).digest()[:4]) % base for code in codes], dtype=np.int64
    )


def rounded(counts: Reals, shifts: Indices, base: int) -> Reals:
    """Counts to multiples of a base, up or down by the shift of each unit, so that sums of many are right on the mean.

    >>> import numpy as np
    >>> rounded(np.array([0.0, 1.0, 2.0, 4.0]), np.array([2, 0, 2, 1]), 3)
    array([0., 0., 3., 3.])
    """
    return np.asarray(base * ((np.rint(counts) + shifts) // base), dtype=np.float64)


def summands(counts: Reals, least: Reals, most: Reals) -> Reals:
    """(parts,) what each part counts for in the sums above it: a place between the least and the most that is told of it.

    The place is where the parts lie on the mean, to a tenth of the way and never near an end: so a sum of several parts lies between
    the least and the most that is told of these, and each of them may still be any count that is told of it.

    >>> import numpy as np
    >>> summands(np.array([0.0, 1, 2, 5]), np.array([0.0, 1, 1, 3]), np.array([0.0, 2, 2, 5]))
    array([0. , 1.5, 1.5, 4. ])
    """
    return np.asarray(least + place_between(counts, least, most) * (most - least), dtype=np.float64)


def place_between(counts: Reals, least: Reals, most: Reals, *, nearest: float = _NEAR_ENDS, steps: int = 10) -> float:
    """Where parts lie between their ends on the mean, in steps, and never nearer to an end.

    So it never tells that all lie at an end: a total at the least that its parts admit says of each what it is.

    >>> import numpy as np
    >>> place_between(np.ones(100), np.ones(100), np.full(100, 2.0), nearest=0.05, steps=20)
    0.05
    """
    open_ended = most > least
    if open_ended.sum() < _LEAST_PARTS:
        return 0.5
    width = (most - least)[open_ended].sum()
    mean = ((np.nan_to_num(counts) - least)[open_ended].sum()) / width
    return float(np.clip(np.round(mean * steps) / steps, nearest, 1 - nearest))


@dataclass(frozen=True)
class Parts:
    """What some parts are told as at least and at most, and what each counts for between, (parts,) each."""

    least: Reals
    most: Reals
    counted: Reals

    @classmethod
    def of(cls, counts: Reals, where: float) -> Parts:
        """Of counts by their bands, at a place that :func:`place_of_counts` gave."""
        least, most = (ends.astype(np.float64) for ends in bounds(banded(counts)))
        return cls(least, most, least + where * (most - least))

    @classmethod
    def summed(cls, several: Sequence[Parts]) -> Parts:
        """The same parts in all of several periods."""
        return cls(*(np.sum([getattr(one, end) for one in several], axis=0) for end in ("least", "most", "counted")))

    def total(self, chosen: Flags) -> int:
        """The sum of some parts as a whole number: never the least nor the most that they admit, unless there is but one of one or two.

        >>> import numpy as np
        >>> parts = Parts.of(np.array([1.0, 1, 1, 0]), 0.05)
        >>> parts.total(np.array([True, True, True, True])), parts.total(np.array([True, False, False, True]))
        (4, 1)
        """
        least, most = (int(ends[chosen].sum()) for ends in (self.least, self.most))
        told = int(np.rint(self.counted[chosen].sum()))
        return min(max(told, least + 1), most - 1) if most - least > 1 else told


def place_of_counts(counts: Reals) -> float:
    """Where the counts of many cells lie in their bands on the mean, to a twentieth: for totals that must be right."""
    least, most = (ends.astype(np.float64) for ends in bounds(banded(counts)))
    return place_between(counts, least, most, nearest=1 / _STEPS_OF_TOTALS, steps=_STEPS_OF_TOTALS)
