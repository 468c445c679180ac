"""Dates as offices write them, to instants. All rows at once: the usual forms by parser, the rest by pattern."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

_WRITTEN = re.compile(
    r"^(?P<year>\d{4}|\d{2})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
    r"(?:[T\s]*(?P<half>上午|下午|AM|PM|am|pm)?\s*(?P<hour>\d{1,2})(?:[:时点](?P<minute>\d{1,2})?)?分?"
    r"(?::?(?P<second>\d{1,2})(?P<fraction>\.\d{1,9})?秒?)?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?$"
)
_COMPACT = re.compile(
    r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2}))?$"
)
_NUMBER = re.compile(r"^\d{5}(?:\.\d+)?$|^\d{10}$|^\d{13}$")

#: Excel counts days from here (its leap year of 1900 included).
_EXCEL = np.datetime64("1899-12-30", "us")

_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y年%m月%d日",
)


def instants(text: pd.Series, zone: ZoneInfo) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.bool_]]:
    """UTC datetime64[us] of each text (NaT where null or unreadable), and which texts are unreadable.

    `text` is trimmed and in half width. A date without a time is its local midnight; a time without an offset is local.
    """
    local = np.full(len(text), np.datetime64("NaT", "us"))
    utc = local.copy()
    waiting = text.notna().to_numpy(dtype=bool, copy=True)
    given = waiting.copy()
    for form in _FORMATS:
        rows = np.flatnonzero(waiting)
        if len(rows) == 0:
            break
        parsed = pd.to_datetime(text.iloc[rows], format=form, errors="coerce").to_numpy(dtype="datetime64[us]")
        local[rows] = parsed
        waiting[rows] = np.isnat(parsed)
    for row in np.flatnonzero(waiting):
        value, absolute = _one(str(text.iloc[row]))
        (utc if absolute else local)[row] = value
    zoned = pd.DatetimeIndex(local).tz_localize(
        zone, ambiguous=np.zeros(len(local), dtype=bool), nonexistent="shift_forward"
    )
    from_local = zoned.tz_convert("UTC").tz_localize(None).to_numpy(dtype="datetime64[us]")
    found = np.where(np.isnat(utc), from_local, utc)
    return found, given & np.isnat(found)


def _one(text: str) -> tuple[np.datetime64, bool]:
    """The instant of a text of any other form, and whether it is UTC already."""
    nothing = np.datetime64("NaT", "us")
    if _NUMBER.match(text) and "." not in text and len(text) in (10, 13):
        return np.datetime64(int(text) * (1000 if len(text) == 13 else 1_000_000), "us"), True
    if _NUMBER.match(text):
        days = float(text)
        return (
            (_EXCEL + np.timedelta64(round(days * 86_400) * 1_000_000, "us"), False)
            if 20_000 < days < 80_000
            else (nothing, False)
        )
    matched = _COMPACT.match(text) or _WRITTEN.match(text)
    if matched is None:
        return nothing, False
    part = matched.groupdict()
    year = int(part["year"]) + (2000 if len(part["year"]) == 2 else 0)
    hour = int(part.get("hour") or 0)
    half = (part.get("half") or "").lower()
    if half in ("下午", "pm") and hour < 12:
        hour += 12
    if half in ("上午", "am") and hour == 12:
        hour = 0
    try:
        moment = pd.Timestamp(
            year=year, month=int(part["month"]), day=int(part["day"]), hour=hour,
            minute=int(part.get("minute") or 0), second=int(part.get("second") or 0),
        )  # fmt: skip
    except ValueError:
        return nothing, False
    moment += pd.Timedelta(seconds=float(part.get("fraction") or 0))
    offset = part.get("zone")
    if offset is None:
        return moment.as_unit("us").to_datetime64(), False
    if offset != "Z":
        sign = -1 if offset[0] == "-" else 1
        moment -= sign * pd.Timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    return moment.as_unit("us").to_datetime64(), True
