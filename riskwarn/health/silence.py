"""When a feed says nothing: what silence is, for its health today and for what may be learnt of its past.

A stretch without any record is a silence where it is far longer than the feed's usual gaps and all but impossible at its own rate; the
periods beside it in which the feed was dying or not yet back belong to it. :mod:`riskwarn.health.freshness` asks the same by the day of a
feed that may still be waited for: there a rhythm of exports excuses what is quiet, here nothing is known all the same.
"""

from __future__ import annotations

from functools import partial
from itertools import takewhile

import numpy as np
import numpy.typing as npt

from riskwarn.arrays import Flags
from riskwarn.periods import Period

Counts = npt.NDArray[np.float64]

#: A feed that is quiet is not silent before so many days.
SILENT_DAYS = 14

#: A silence is one where so few records would be this rare at the feed's own rate.
RARE = 1e-4

#: … and where it lasts longer than this many of its usual (95 %) gaps, and at least so many periods where it is over, or where it still
#: lasts: more than SILENT_DAYS.
_GAPS = 3.0
_LEAST = {Period.DAY: 28, Period.WEEK: 4, Period.MONTH: 3}
_LASTING = {Period.DAY: SILENT_DAYS + 1, Period.WEEK: 3, Period.MONTH: 2}

#: A period beside a silence belongs to it where it has less than this share of the others' records.
_QUIET = 0.1

#: A district with no more records than this would not miss a month without any: its own rate cannot tell a silence.
_ENOUGH = -2 * np.log(RARE)

#: A district may be this much quieter, a grid, than its city.
_QUIETER = 0.1


def alive(counts: Counts, period: Period) -> Flags:
    """(periods,) which of them do not lie in a silence, by the number of records that became known in each.

    One that still lasts is told sooner than one that is over: two weeks without a record lie in every year with a long holiday.
    """
    found = np.ones(len(counts), dtype=bool)
    active = np.flatnonzero(counts > 0)
    if len(active) == 0:
        return np.zeros(len(counts), dtype=bool)
    starts, stops = np.concatenate([[0], active + 1]), np.concatenate([active, [len(counts)]])
    lengths = stops - starts
    # What lies before its first record and after its last is no gap of a living feed.
    inner = lengths[1:-1]
    usual = float(np.quantile(inner, 0.95)) if len(inner) else 0.0
    least = np.full(len(lengths), _LEAST[period])
    least[-1] = _LASTING[period]
    long = (lengths >= least) & (lengths > _GAPS * usual)
    rate = counts.sum() / max(len(counts) - int(lengths[long].sum()), 1)
    for start, stop in zip(starts[long], stops[long], strict=True):
        if np.exp(-rate * (stop - start)) < RARE:
            found[start:stop] = False
            faint = partial(_faint, counts, rate)
            for beside in (*takewhile(faint, range(start - 1, -1, -1)), *takewhile(faint, range(stop, len(counts)))):
                found[beside] = False
    return found


def alive_by_district(counts: Counts, share: Counts, period: Period) -> Flags:
    """(1 + districts, periods) the same of the city (row 0) and of each district; `share` (districts,) of the city's grids.

    Where a district has too few records to tell, the city's feed speaks for it: but not for what lies before its first record, where a
    tenth of the city's usual number a grid would have made silence impossible, and what came since is no less than that.
    """
    city = alive(counts[0], period)
    found = np.empty(counts.shape, dtype=bool)
    found[0] = city
    for row in range(1, len(counts)):
        if counts[row].sum() > _ENOUGH:
            found[row] = alive(counts[row], period) & city
            continue
        found[row] = city
        first = int(np.argmax(counts[row] > 0)) if counts[row].any() else counts.shape[1]
        before, since = (least_expected(counts, share, row, part) for part in (slice(first), slice(first, None)))
        if before > -np.log(RARE) and counts[row].sum() >= since:
            found[row, :first] = False
    return found


def least_expected(counts: Counts, share: Counts, row: int, within: slice) -> float:
    """How many records a district would have within some periods even at a small part of the city's usual number a grid."""
    return float(_QUIETER * share[row - 1] * counts[0, within].sum())


def _faint(counts: Counts, rate: float, period: int) -> bool:
    """Whether a period has so few records that its feed was not alive in all of it."""
    from scipy import special  # here, for every load would wait for its import

    return bool(counts[period] < _QUIET * rate and special.pdtr(counts[period], rate) < RARE)
