"""How late records come: from the event to its registration, and from there to the export that brought it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

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

#: Records of the time before the first export that came with a later one are told from so many on, and from this share of
#: that time's records on. Where they are most of them, the past was loaded in pieces.
LEAST_BELATED = 5
BELATED_SHARE = 0.01
IN_PIECES = 0.5


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


@dataclass(frozen=True)
class Belated:
    """Records that by their known time should have been in the first export, and came with a later one."""

    records: int
    share: float  # of the records of that time
    before: datetime  # when the first export was taken (UTC)
    missed_days: float  # by which their known times were too early at least (quantile :data:`COVERED`)


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
    the first export are left out: they say how the past was loaded, not how the feed comes (see :func:`belated`).
    """
    exports = np.unique(feed.exported_at)
    if len(exports) < LEAST_EXPORTS or (exports[-1] - exports[0]) < LEAST_EXPORTS * _DAY:
        return None
    rows = np.flatnonzero(feed.first & (feed.known_at > exports[0]) & (feed.known_at <= feed.exported_at))
    rows = rows[np.argsort(feed.exported_at[rows], kind="stable")]
    known, came = feed.known_at[rows], feed.exported_at[rows]
    before = exports[np.maximum(np.searchsorted(exports, came) - 1, 0)]
    return Arrivals(came, came - known, np.maximum((before - known) / _DAY, 0))


def belated(feed: Feed) -> Belated | None:
    """The records that the first export of their district should have held and did not; None where they are few.

    So much of what features as of those days say was not known then. What is older than all that the first export held is a
    longer past, loaded later.
    """
    missed, held, exports = [], 0, []
    for district in np.unique(feed.district[feed.first]):
        rows = np.flatnonzero(feed.first & (feed.district == district))
        known, came = feed.known_at[rows], feed.exported_at[rows]
        export = came.min()
        at_once = came < export + _DAY
        of_that_time = (known >= known[at_once].min()) & (known < export)
        late = of_that_time & ~at_once
        if late.sum() > IN_PIECES * of_that_time.sum():
            continue
        held += int(of_that_time.sum())
        if late.any():
            missed.append((export - known[late]) / _DAY)
            exports.append(export)
    days = np.concatenate(missed) if missed else np.zeros(0)
    days = days[days > TOLERANCE_DAYS]
    if len(days) < LEAST_BELATED or len(days) < BELATED_SHARE * held:
        return None
    before = max(exports).astype("datetime64[us]").item().replace(tzinfo=UTC)
    return Belated(len(days), round(len(days) / held, 4), before, round(float(np.quantile(days, COVERED)), 2))


def _delay(spans: npt.NDArray[np.timedelta64]) -> Delay | None:
    spans = spans[~np.isnat(spans)]
    if len(spans) == 0:
        return None
    days = np.maximum(spans / _DAY, 0)
    return Delay(len(days), *(round(float(one), 2) for one in np.quantile(days, QUANTILES)))
