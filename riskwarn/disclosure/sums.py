"""Sums that tell no more than their parts do.

What a part counts for in a sum follows from how the part itself is told, never from more: then neither the sum nor a difference of
sums narrows it (a sum of published values is post-processing; Willenborg and de Waal 2001, chapter 5, on rounded tables).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from riskwarn.disclosure.withheld import Flags, Reals

Indices = npt.NDArray[np.int64]

#: What numbers are rounded to of which nothing is told: three counts in a row are told alike; of residents a hundred.
BASE = 3
RESIDENTS = 100

#: With fewer parts of one or two their mean would tell of them.
_LEAST_FEW = 20
_MIDDLE = 1.5


def shifts_of(codes: Sequence[str], base: int = BASE) -> Indices:
    """(units,) where each unit's counts are parted: the same at all times, or repeated tellings would narrow them."""
    return np.array(
        [int.from_bytes(hashlib.sha256(code.encode()).digest()[:4]) % base for code in codes], dtype=np.int64
    )


def rounded(counts: Reals, shifts: Indices, base: int = BASE) -> Reals:
    """Counts to threes (or another base), up or down by the shift of each unit, so that sums of many are right on the mean.

    >>> import numpy as np
    >>> rounded(np.array([0.0, 1.0, 2.0, 4.0]), np.array([2, 0, 2, 1]))
    array([0., 0., 3., 3.])
    """
    return np.asarray(base * ((np.rint(counts) + shifts) // base), dtype=np.float64)


def summands(counts: Reals, hidden: Flags, shifts: Indices) -> Reals:
    """(parts,) what each part counts for in the sums above it.

    A part of one or two, which are told alike, counts for the mean of all such parts; a larger one of which nothing is told
    (`hidden`) is rounded to threes; any other counts as it is.
    """
    whole = np.rint(np.nan_to_num(counts))
    few = (whole >= 1) & (whole <= 2)
    middle = float(whole[few].mean()) if few.sum() >= _LEAST_FEW else _MIDDLE
    return np.where(few, middle, np.where(hidden, rounded(whole, shifts), whole))
