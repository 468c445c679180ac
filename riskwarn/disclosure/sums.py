"""Sums that tell no more than their parts do.

What a part counts for in a sum follows from what is told of the part itself, never from more: then neither the sum nor a difference of
sums narrows it, whatever the window, the horizon or the snapshot (a sum of published values is post-processing; Willenborg and de
Waal 2001, chapter 5, on rounded tables).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from riskwarn.disclosure.bands import Indices, Reals

#: What residents are rounded to of whom nothing is told.
RESIDENTS = 100

#: With fewer parts their mean would tell of them: they count for the middle.
_LEAST_PARTS = 20
#: Nearer to an end than this share of the way nothing counts.
_NEAR_ENDS = 0.3


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
    open_ended = most > least
    where = 0.5
    if open_ended.sum() >= _LEAST_PARTS:
        width = (most - least)[open_ended].sum()
        mean = ((np.nan_to_num(counts) - least)[open_ended].sum()) / width
        where = float(np.clip(np.round(mean, 1), _NEAR_ENDS, 1 - _NEAR_ENDS))
    return np.asarray(least + where * (most - least), dtype=np.float64)
