"""Whether a feed comes on time: how long it has been quiet, against its usual gaps and the rhythm of its exports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskwarn.arrays import Indices
from riskwarn.health.silence import SILENT_DAYS

#: Days of the past in which the usual gaps are looked for (more for a feed that comes once a month), and active days
#: without which nothing is usual.
PAST_DAYS, LONG_PAST_DAYS = 365, 3 * 365
LEAST_ACTIVE_DAYS = 15

#: A feed that was quiet for this many times what is usual, and for two weeks at least, has gone silent.
SILENT_TIMES = 2.0

_GAP_QUANTILE = 0.99
_GRACE_DAYS = 2
_LATEST_EXPORTS = 13


@dataclass(frozen=True)
class Freshness:
    """How long a feed has been quiet, in whole days before the as-of."""

    newest_day: int  # local date of the newest known record, in days since 1970
    quiet_days: int
    usual_days: int | None  # quiet for so long is usual; None where too little is known of the feed
    late: bool
    silent: bool


def freshness(days: Indices, as_of_day: int, export_gap: float) -> Freshness | None:
    """Judge a feed by the local dates of its records known before the as-of; None where there are none.

    `days` (records,) need not be sorted; `export_gap` is the usual number of days between two exports.
    """
    if len(days) == 0:
        return None
    newest = int(days.max())
    quiet = as_of_day - newest - 1
    active = np.unique(days[days > newest - PAST_DAYS])
    if len(active) < LEAST_ACTIVE_DAYS:
        active = np.unique(days[days > newest - LONG_PAST_DAYS])
    if len(active) < LEAST_ACTIVE_DAYS:
        return Freshness(newest, quiet, None, False, False)
    gaps = np.diff(active) - 1
    usual = int(np.ceil(np.quantile(gaps, _GAP_QUANTILE) + 1.5 * export_gap)) + _GRACE_DAYS
    silent = quiet > max(SILENT_DAYS, SILENT_TIMES * usual)
    return Freshness(newest, quiet, usual, quiet > usual, silent)


def usual_export_gap(export_days: Indices, as_of_day: int) -> float:
    """The usual number of days between two exports of a source; 0 where fewer than three are known."""
    known = np.unique(export_days[export_days <= as_of_day])[-_LATEST_EXPORTS:]
    return float(np.median(np.diff(known))) if len(known) >= 3 else 0.0
