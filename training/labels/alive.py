"""When a feed was alive, district by district: before it began and while it was silent nothing is known, and a zero is no zero.

It is the silence of the whole source that tells, not that of a target's rare events (:mod:`riskwarn.health.silence`). Where a
district has too few records to tell, the city's feed speaks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from features.panel.panel import Encoded
from riskwarn.geography import Geography
from riskwarn.health.silence import alive_by_district
from riskwarn.periods import Period
from riskwarn.words import Unit

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FeedCounts:
    """Records of a source by the period in which they became known: row 0 of the city, then of each district."""

    counts: Counts  # (1 + districts, columns): period p lies between the edges p and p + 1
    district_of_grid: npt.NDArray[np.int64]
    period: Period

    def alive(self, column: int) -> Flags:
        """(1 + districts, column) whether the feed was alive in each period, as known at a column: before its edge."""
        return alive_by_district(self.counts[:, :column], self._share, self.period)

    @cached_property
    def _share(self) -> Counts:
        """(districts,) of the grids."""
        districts = len(self.counts) - 1
        return np.bincount(self.district_of_grid, minlength=districts)[:districts] / max(1, len(self.district_of_grid))


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
