"""When an event happened, and when we could have been told of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from riskwarn.ingest.events.plausibility import DAY, ENDS, latest, not_before, plausible
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.values.cells import series
from riskwarn.ingest.values.dates import instants, to_utc

Instants = npt.NDArray[np.datetime64]


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
    return end, np.asarray(end + delivery(reading), dtype="datetime64[us]")


def period_end(reading: Reading) -> Instants:
    """The last instant of the period that each row of an aggregated export covers."""
    declared = reading.mapping.period
    assert declared is not None
    if declared.start is not None:
        cells = reading.cell("period_start")
    else:
        year, month = series(reading.cell("period_year")), series(reading.cell("period_month"))
        cells = pa.array((year + "-" + month.str.zfill(2) + "-01").astype("str"), pa.string(), from_pandas=True)
        cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    start, unreadable = instants(cells, reading.zone)
    reading.faults.add(unreadable, "bad_date", "period", "text")
    reading.faults.add(np.isnat(start), "missing_date", "period", "empty")
    local = pd.DatetimeIndex(start).tz_localize("UTC").tz_convert(reading.zone).tz_localize(None)
    step = {"day": pd.DateOffset(days=1), "week": pd.DateOffset(days=7), "month": pd.DateOffset(months=1)}
    end = to_utc((local + step[declared.unit]).to_numpy(dtype="datetime64[us]"), reading.zone)
    return np.asarray(end - np.timedelta64(1, "us"), dtype="datetime64[us]")
