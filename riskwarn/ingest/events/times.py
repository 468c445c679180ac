"""When an event happened, and when we could have been told of it."""

from __future__ import annotations

import numpy as np

from riskwarn.ingest.events.periods import period_end
from riskwarn.ingest.plausibility import DAY, ENDS, earliest, latest, not_before, plausible
from riskwarn.ingest.reading import Reading
from riskwarn.periods import Instants


def delivery(reading: Reading) -> np.timedelta64:
    """The lag between the department and us."""
    return np.timedelta64(round(reading.mapping.delivery_days * 86_400), "s")


def single(reading: Reading) -> tuple[Instants, Instants]:
    """Occurred and known times of single events, UTC datetime64[us]; faults are left in `reading`."""
    faults, mapping = reading.faults, reading.mapping
    occurred = plausible(reading, "occurred_at")
    faults.add(np.isnat(occurred), "missing_date", "occurred_at", "empty")
    registered = plausible(reading, "known_at")
    delay = np.timedelta64(round(mapping.delay_days * 86_400), "s")
    known = np.where(np.isnat(registered), occurred + delay, registered)
    faults.add(known < occurred - DAY, "known_before_event", "known_at", "date")
    known = np.maximum(known, occurred)
    faults.add(known > latest(reading), "in_future", "occurred_at", "date")
    return occurred, np.asarray(known + delivery(reading), dtype="datetime64[us]")


def own(reading: Reading, name: str, occurred: Instants) -> Instants:
    """The instants of a field with a time of its own, or of the row's change, as far as they are plausible."""
    moments = plausible(reading, name)
    # The instant of a count is the end of its period: what ended in it may lie long before.
    return not_before(reading, name, moments, occurred) if name in ENDS and reading.mapping.period is None else moments


def period(reading: Reading) -> tuple[Instants, Instants]:
    """Occurred and known times of counts: the last instant of the period that they cover."""
    end = period_end(reading)
    reading.faults.add(end < earliest(reading), "out_of_range", "period", "date")
    return end, np.asarray(end + delivery(reading), dtype="datetime64[us]")
