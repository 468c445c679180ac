"""Which instants are none: before anything was recorded, after the export, or an end before its beginning.

Systems write 1970-01-01, 0001-01-01, 1753-01-01, 1899-12-30 and others where there is no date.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from riskwarn.ingest.reading import Reading
from riskwarn.ingest.values.dates import naive_utc, to_utc
from riskwarn.messages import Message
from riskwarn.periods import Instants

DAY = np.timedelta64(1, "D")
_NOTHING = np.datetime64("NaT", "us")

#: Times that end what began with the event, or answer it: they cannot come before it.
ENDS = ("answered_at", "closed_at", "escalated_at", "ended_at")


def plausible(reading: Reading, name: str, *, in_future: bool = False) -> Instants:
    """The instants of a field that lie between the earliest date and a day after the export (not where `in_future`).

    Others are no dates: the cell is empty and told, or the row refused where the field is required.
    """
    moments = reading.instants(name)
    early = moments < earliest(reading)
    late = np.zeros(len(moments), dtype=bool) if in_future else moments > latest(reading)
    if reading.requires(name):
        reading.faults.add(early, "out_of_range", name, "date")
        reading.faults.add(late, "in_future", name, "date")
    else:
        reading.empty(name, early, Message("lie before {day} (earliest_date: in riskwarn.yaml)", day=reading.earliest))
        reading.empty(name, late, Message("lie more than a day after the export"))
    return _without(moments, early | late)


def not_before(reading: Reading, name: str, moments: Instants, began: Instants) -> Instants:
    """The same instants without those that lie more than a day before their event: they are told."""
    before = moments < began - DAY
    reading.empty(name, before, Message("lie more than a day before their event"))
    return _without(moments, before)


def latest(reading: Reading) -> np.datetime64:
    """No record happened after this: a day after the export."""
    return naive_utc(reading.exported_at) + DAY


def earliest(reading: Reading) -> np.datetime64:
    """No record happened before this."""
    return _earliest(reading.earliest, reading.zone)


def _without(moments: Instants, rows: npt.NDArray[np.bool_]) -> Instants:
    return np.where(rows, _NOTHING, moments) if rows.any() else moments


@cache
def _earliest(day: date, zone: ZoneInfo) -> np.datetime64:
    moment: np.datetime64 = to_utc(np.array([day], dtype="datetime64[us]"), zone)[0]
    return moment
