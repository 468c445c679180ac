"""When a feed was alive, district by district: before it began and while it was silent nothing is known, and a zero is no zero.

It is the silence of the whole source that tells, not that of a target's rare events. A stretch without any record counts as
silent where it is far longer than the feed's usual gaps and all but impossible at its own rate; the periods beside it in which
the feed was dying or not yet back belong to it. Where a district has too few records to tell, the city's feed speaks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import takewhile

import numpy as np
import numpy.typing as npt
from scipy import stats

from features.panel.panel import Encoded
from riskwarn.geography import Geography
from riskwarn.periods import Period
from riskwarn.words import Unit

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.float64]

#: A silence is one where so few records would be this rare at the feed's own rate.
RARE = 1e-4

#: … and where it lasts longer than this many of its usual (95 %) gaps, and at least so long.
_GAPS = 3.0
_LEAST = {Period.DAY: 28, Period.WEEK: 4, Period.MONTH: 3}


#: A district may be this much quieter, a grid, than its city, and a period beside a silence than the others.
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
        city = _alive(seen[0], _LEAST[self.period])
        found = np.empty(seen.shape, dtype=bool)
        found[0] = city
        for row in range(1, len(seen)):
            if city.any() and self._never_began(seen, row):
                found[row] = False
                continue
            # A district that would not miss a month without records cannot be told to be silent.
            enough = seen[row].sum() > -np.log(RARE) * 2
            found[row] = (_alive(seen[row], _LEAST[self.period]) if enough else True) & city
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


def _alive(counts: Counts, least: int) -> Flags:
    """(periods,) which of them do not lie in a silence."""
    found = np.ones(len(counts), dtype=bool)
    active = np.flatnonzero(counts > 0)
    if len(active) == 0:
        return np.zeros(len(counts), dtype=bool)
    starts, stops = np.concatenate([[0], active + 1]), np.concatenate([active, [len(counts)]])
    lengths = stops - starts
    # What lies before its first record and after its last is no gap of a living feed.
    inner = lengths[1:-1]
    usual = float(np.quantile(inner, 0.95)) if len(inner) else 0.0
    long = (lengths >= least) & (lengths > _GAPS * usual)
    rate = counts.sum() / max(len(counts) - int(lengths[long].sum()), 1)
    for start, stop in zip(starts[long], stops[long], strict=True):
        if np.exp(-rate * (stop - start)) < RARE:
            found[start:stop] = False
            faint = partial(_faint, counts, rate)
            for beside in (*takewhile(faint, range(start - 1, -1, -1)), *takewhile(faint, range(stop, len(counts)))):
                found[beside] = False
    return found


def _faint(counts: Counts, rate: float, period: int) -> bool:
    """Whether a period has so few records that its feed was not alive in all of it."""
    return bool(counts[period] < _QUIET * rate and stats.poisson.cdf(counts[period], rate) < RARE)
