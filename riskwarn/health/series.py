"""The counts of a feed by period in which its records became known, for the whole city and each district."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from riskwarn.arrays import Flags, Indices, Reals
from riskwarn.health.feeds import Feed
from riskwarn.health.holidays import holiday_shares
from riskwarn.health.volume import MOST_YEARS
from riskwarn.periods import Period, add_months, day_number, day_of

_DAYS_A_YEAR = 365.2425

#: A day counts as whole where its last records are this late, in hours of local time.
_WHOLE_FROM_HOUR = 22

#: The past begins where this share of the records is known: a few stray old ones do not make a past.
_STRAY = 0.005


@dataclass(frozen=True)
class Series:
    """Counts by period; the first row is the city's, the others those of the districts."""

    edges: Indices  # (periods + 1,) local dates in days since 1970
    counts: Reals  # (1 + districts, periods)
    years: Reals  # (periods,) the middle of each period in years
    holidays: Reals  # (periods, 2)
    period: Period  # weeks, or months


def series(feed: Feed, rows: Flags, districts: Sequence[str], as_of_day: int, *, monthly: bool) -> Series | None:
    """Count the chosen versions in weeks (or months) back from the feed's newest whole day; None where there are none."""
    days = feed.day[rows]
    if len(days) == 0:
        return None
    end = min(as_of_day, _whole_days(feed, rows))
    start = int(np.quantile(days, _STRAY))
    edges = _months(start, end) if monthly else _weeks(start, end)
    if len(edges) < 2:
        return None
    place = {code: index for index, code in enumerate(districts)}
    of_feed = np.array([place.get(code, len(districts)) for code in feed.districts] + [len(districts)])
    period = np.searchsorted(edges, days, side="right") - 1
    inside = (period >= 0) & (period < len(edges) - 1)
    cell = of_feed[feed.district[rows]][inside] * (len(edges) - 1) + period[inside]
    weights = feed.count[rows][inside]
    table = np.bincount(cell, weights, (len(districts) + 1) * (len(edges) - 1)).reshape(len(districts) + 1, -1)
    return Series(
        edges=edges,
        counts=np.vstack([table.sum(axis=0, keepdims=True), table[:-1]]),
        years=(edges[:-1] + edges[1:]) / 2 / _DAYS_A_YEAR,
        holidays=holiday_shares(edges),
        period=Period.MONTH if monthly else Period.WEEK,
    )


def _whole_days(feed: Feed, rows: Flags) -> int:
    """The local date up to which the feed is whole: an export of the forenoon holds half of its last day."""
    newest = int(feed.day[rows].max())
    last = feed.known_at[rows & (feed.day == newest)].max()
    # Local midnight of the newest day is not after its first record; hours are counted from the day's own start.
    midnight = feed.calendar.instant(day_of(newest))
    return newest + int((last - midnight) >= np.timedelta64(_WHOLE_FROM_HOUR, "h"))


def _weeks(start: int, end: int) -> Indices:
    count = min((end - start) // 7, round(MOST_YEARS * 52.2))
    return end - 7 * np.arange(count, -1, -1, dtype=np.int64)


def _months(start: int, end: int) -> Indices:
    last = day_of(end).replace(day=1)
    months = round(MOST_YEARS * 12)
    edges = [add_months(last, -back) for back in range(months, -1, -1)]
    return np.array([number for edge in edges if (number := day_number(edge)) >= start], dtype=np.int64)
