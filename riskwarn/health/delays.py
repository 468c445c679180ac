"""How late records come: from the event to its registration, and from there to the export that brought it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskwarn.arrays import Flags
from riskwarn.health.feeds import Feed
from riskwarn.periods import Instants

QUANTILES = (0.5, 0.9, 0.95, 0.99)

#: Share of records that the mapping's `delivery_days` has to cover, and days by which it may be too small.
COVERED = 0.95
TOLERANCE_DAYS = 1.0

_DAY = np.timedelta64(1, "D")
#: Exports that must be known apart.
LEAST_EXPORTS = 3

#: Records that must have come before a lag is told.
LEAST_RECORDS = 30


@dataclass(frozen=True)
class Delay:
    """Quantiles of a delay in days, and of how many records."""

    records: int
    p50: float
    p90: float
    p95: float
    p99: float


@dataclass(frozen=True)
class Arrival:
    """Known time to the load's export. `missed` is what the known times promised and an earlier export did not hold:

    the days (quantile :data:`COVERED`) by which `delivery_days` is too small.
    """

    lag: Delay
    missed_days: float

    @property
    def too_kind(self) -> bool:
        """Whether the mapping lets records count as known before they can have been here."""
        return self.missed_days > TOLERANCE_DAYS


def registration(feed: Feed, rows: Flags) -> Delay | None:
    """From the event to `known_at` (which includes the mapping's delay and delivery); None without records."""
    return _delay(feed.known_at[rows] - feed.occurred_at[rows])


def arrival(feed: Feed) -> Arrival | None:
    """From `known_at` to the export that first held the record; None where too few exports are known apart."""
    came = arrivals(feed)
    if came is None or len(came.at) < LEAST_RECORDS:
        return None
    lag = _delay(came.lag)
    return None if lag is None else Arrival(lag, came.missed_days())


@dataclass(frozen=True)
class Arrivals:
    """The records that came while a feed was running; arrays (records,) by the time of the export that brought them."""

    at: Instants  # when that export was taken
    lag: npt.NDArray[np.timedelta64]  # since the record's known time
    missed: npt.NDArray[np.float64]  # days by which an export before it shows that the known time was too early

    def missed_days(self, before: np.datetime64 | None = None) -> float:
        """The days (quantile :data:`COVERED`) that known times were too early, as far as was seen before an instant."""
        seen = self.missed if before is None else self.missed[: np.searchsorted(self.at, before)]
        return round(float(np.quantile(seen, COVERED)), 2) if len(seen) >= LEAST_RECORDS else 0.0


def arrivals(feed: Feed) -> Arrivals | None:
    """When the records of a feed came; None where fewer than three exports are known apart.

    A record that an export taken after its known time did not hold was late by that much at least. Records from before
    the first export are left out: they say how the past was loaded, not how the feed comes.
    """
    exports = np.unique(feed.exported_at)
    if len(exports) < LEAST_EXPORTS or (exports[-1] - exports[0]) < LEAST_EXPORTS * _DAY:
        return None
    rows = np.flatnonzero(feed.first & (feed.known_at > exports[0]) & (feed.known_at <= feed.exported_at))
    rows = rows[np.argsort(feed.exported_at[rows], kind="stable")]
    known, came = feed.known_at[rows], feed.exported_at[rows]
    before = exports[np.maximum(np.searchsorted(exports, came) - 1, 0)]
    return Arrivals(came, came - known, np.maximum((before - known) / _DAY, 0))


def _delay(spans: npt.NDArray[np.timedelta64]) -> Delay | None:
    spans = spans[~np.isnat(spans)]
    if len(spans) == 0:
        return None
    days = np.maximum(spans / _DAY, 0)
    return Delay(len(days), *(round(float(one), 2) for one in np.quantile(days, QUANTILES)))
