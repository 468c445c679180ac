"""The period that a row of an aggregated export covers, from one cell or two: a day, week, month or quarter."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from riskwarn.ingest.reading import Reading
from riskwarn.ingest.values.cells import each, series, strings
from riskwarn.ingest.values.dates import instants, to_utc
from riskwarn.ingest.values.written import in_digits
from riskwarn.periods import Instants

_STEPS = {
    "day": pd.DateOffset(days=1),
    "week": pd.DateOffset(days=7),
    "month": pd.DateOffset(months=1),
    "quarter": pd.DateOffset(months=3),
}
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = (
    re.compile(r"(?P<year>\d{4})\s*[-/.年]?\s*(?P<month>0[1-9]|1[0-2])月?(?:份)?"),
    re.compile(r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})月?(?:份)?"),
    re.compile(r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})"),
    re.compile(r"(?P<name>[A-Za-z]{3})[a-z]*\.?[- ,]+(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})[- ](?P<name>[A-Za-z]{3})[a-z]*"),
    # So do spreadsheets show a month; of a month there is no day that the number could be.
    re.compile(r"(?P<name>[A-Za-z]{3})[-' ]+(?P<short>\d{2})"),
)
_QUARTERS = (
    re.compile(r"(?P<year>\d{4})\s*[-/年]?\s*[Qq](?P<quarter>[1-4])"),
    re.compile(r"[Qq](?P<quarter>[1-4])[-/ ]+(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})\s*年?\s*第?(?P<quarter>[1-4])季度?"),
)
_WEEKS = (
    re.compile(r"(?P<year>\d{4})\s*-?\s*[Ww](?P<week>\d{1,2})"),
    re.compile(r"(?P<year>\d{4})\s*年\s*第?(?P<week>\d{1,2})周"),
)


def period_end(reading: Reading) -> Instants:
    """The last instant of the period that each row covers; NaT and a fault where it is missing or unreadable."""
    declared = reading.mapping.period
    assert declared is not None
    cells = reading.cell("period_start") if declared.start is not None else _year_and_month(reading)
    cells = each(cells, lambda text: first_day(text, declared.unit) or text)
    start, unreadable = instants(cells, reading.zone, reading.order_of("period_start"))
    reading.faults.add(unreadable, "bad_date", "period", "text")
    reading.faults.add(np.isnat(start), "missing_date", "period", "empty")
    local = pd.DatetimeIndex(start).tz_localize("UTC").tz_convert(reading.zone).tz_localize(None)
    end = to_utc((local + _STEPS[declared.unit]).to_numpy(dtype="datetime64[us]"), reading.zone)
    return np.asarray(end - np.timedelta64(1, "us"), dtype="datetime64[us]")


def first_day(text: str, unit: str) -> str | None:
    """The first day of a month, quarter or ISO week (8601-1:2019) that is written as such; None where it is not."""
    patterns = {"month": _MONTHS, "quarter": _QUARTERS, "week": _WEEKS}.get(unit, ())
    text = in_digits(text)
    matched = next((found for pattern in patterns if (found := pattern.fullmatch(text))), None)
    if matched is None:
        return None
    parts = matched.groupdict()
    year = int(parts.get("year") or f"20{parts['short']}")
    try:
        if unit == "week":
            return date.fromisocalendar(year, int(parts["week"]), 1).isoformat()
        if unit == "quarter":
            return date(year, 3 * int(parts["quarter"]) - 2, 1).isoformat()
        name = parts.get("name")
        return date(year, _MONTH_NAMES.index(name.lower()) + 1 if name else int(parts["month"]), 1).isoformat()
    except ValueError:
        return None


def _year_and_month(reading: Reading) -> pa.Array:
    """Year and month of two columns in one cell."""
    year, month = series(reading.cell("period_year")), series(reading.cell("period_month"))
    year, month = (one.str.replace(r"(?:\.0|[年月](?:份)?)$", "", regex=True) for one in (year, month))
    return strings(pa.array((year + "-" + month.str.zfill(2)).astype("str"), pa.string(), from_pandas=True))
