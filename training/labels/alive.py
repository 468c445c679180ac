"""When a feed was alive, district by district: before it began and while it was silent nothing is known, and a zero is no zero.

It is the silence of the whole source that tells, not that of a target's rare events (:mod:`riskwarn.health.silence`). Where a
district has too few records to tell, the city's feed speaks for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.panel.panel import Encoded
from riskwarn.geography import Geography
from riskwarn.health.silence import RARE, alive
from riskwarn.periods import Period
from riskwarn.words import Unit

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.float64]

#: A district may be this much quieter, a grid, than its city.
_QUIET = 0.1


@dataclass(frozen=True)
class FeedCounts:
    """Records of a source by the period in which they became known: row 0 of the city, then of each district."""

    counts: Counts  # (1 + districts, columns): period p lies between the edges p and p + 1
    district_of_grid: npt.NDArray[np.int64]
    period: Period

    def alive(self, column: int) -> Flags:
        """(1 + districts, column) whether the feed was alive in each period, as known at a column: before its edge."""
        seen = self.counts[:, :column]
        city = alive(seen[0], self.period)
        found = np.empty(seen.shape, dtype=bool)
        found[0] = city
        for row in range(1, len(seen)):
            if city.any() and self._never_began(seen, row):
                found[row] = False
                continue
            # A district that would not miss a month without records cannot be told to be silent.
            enough = seen[row].sum() > -np.log(RARE) * 2
            found[row] = (alive(seen[row], self.period) if enough else True) & city
        return found

    def _never_began(self, seen: Counts, row: int) -> bool:
        """Whether a district has no record at all, and would have some even at a small part of the city's usual number a grid."""
        share = float((self.district_of_grid == row - 1).mean())
        return bool(seen[row].sum() == 0 and _QUIET * share * seen[0].sum() > -np.log(RARE))


def feed_counts(source: str, numbers: Encoded, geography: Geography) -> FeedCounts:
    """Count the records of a source in the period in which each first became known; the last column has all that came later."""
    districts, columns = geography.units[Unit.DISTRICT], len(numbers.edges)
    rows = numbers.sources[source]
    place = np.minimum(rows["known"], columns - 1)
    inside = place >= 0
    counts = np.zeros((1 + len(districts.codes), columns))
    counts[0] = np.bincount(place[inside], minlength=columns)
    cell = districts.of_grid[rows["grid"][inside]] * columns + place[inside]
    counts[1:] = np.bincount(cell, minlength=len(districts.codes) * columns).reshape(len(districts.codes), -1)
    if source in numbers.above:
        # What is located above the grid tells of the city alone.
        high = np.minimum(numbers.above[source]["known"], columns - 1)
        counts[0] += np.bincount(high[high >= 0], minlength=columns)
    period = numbers.period
    return FeedCounts(counts, np.asarray(districts.of_grid, dtype=np.int64), period)
