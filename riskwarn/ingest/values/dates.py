"""Dates as offices write them, to instants: the usual forms digit by digit in columns, the rest by pattern."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from riskwarn.ingest.values.cells import coded, filled, plain
from riskwarn.periods import Instants

Bytes = npt.NDArray[np.uint8]

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

#: Length of a written form -> where its two-digit parts begin, behind the year: month, day, hour, minute, second.
_FORMS = {19: (5, 8, 11, 14, 17), 16: (5, 8, 11, 14), 10: (5, 8)}

_NOTHING = np.datetime64("NaT", "us")
_DAY = 86_400_000_000


def instants(cells: pa.Array, zone: ZoneInfo) -> tuple[Instants, npt.NDArray[np.bool_]]:
    """UTC datetime64[us] of each text (NaT where null or unreadable), and which texts are unreadable.

    `cells` are trimmed and in half width. A date without a time is its local midnight; a time without an offset is
    local.
    """
    given = filled(cells)
    if pa.types.is_dictionary(cells.type):
        codes, words = coded(cells)
        of_words, bad = instants(pa.array(words, pa.string()), zone)
        return np.append(of_words, _NOTHING)[codes], np.append(bad, False)[codes]
    local = np.where(given, _fixed_width(cells), _NOTHING)
    utc = np.full(len(cells), _NOTHING)
    waiting = np.flatnonzero(given & np.isnat(local))
    if len(waiting):
        codes, words = coded(plain(cells).take(pa.array(waiting)))
        told = [_one(word) for word in words]
        values = np.array([value for value, _ in told], dtype="datetime64[us]")[codes]
        absolute = np.array([is_utc for _, is_utc in told], dtype=bool)[codes]
        local[waiting[~absolute]] = values[~absolute]
        utc[waiting[absolute]] = values[absolute]
    found = np.where(np.isnat(utc), to_utc(local, zone), utc)
    return found, given & np.isnat(found)


def to_utc(local: Instants, zone: ZoneInfo) -> Instants:
    """Local wall clock times as UTC; of an hour that comes twice the later, of one that is left out the next there is."""
    first, offsets = _offsets(zone.key)
    day = local.view(np.int64) // _DAY - first
    inside = (day >= 0) & (day < len(offsets) - 1)  # the number of "no time" is far outside
    day[~inside] = 0
    steady = inside & (offsets[day] == offsets[day + 1])
    utc = local - offsets[day]
    utc[~steady] = _NOTHING
    rest = ~steady & ~np.isnat(local)
    if rest.any():
        zoned = pd.DatetimeIndex(local[rest]).tz_localize(
            zone, ambiguous=np.zeros(int(rest.sum()), dtype=bool), nonexistent="shift_forward"
        )
        utc[rest] = zoned.tz_convert("UTC").tz_localize(None).to_numpy(dtype="datetime64[us]")
    return utc


def naive_utc(moment: datetime) -> np.datetime64:
    """An aware instant as naive UTC datetime64[us], as the columns of the store are compared."""
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")


@cache
def _offsets(zone: str) -> tuple[int, npt.NDArray[np.timedelta64]]:
    """First day (since 1970) and each local day's offset from UTC at its midnight, 1970 to 2100."""
    days = pd.date_range("1970-01-01", "2100-01-01", freq="D", unit="us")
    zoned = days.tz_localize(ZoneInfo(zone), ambiguous=np.zeros(len(days), dtype=bool), nonexistent="shift_forward")
    utc = zoned.tz_convert("UTC").tz_localize(None)
    offsets = (days - utc).to_numpy(dtype="timedelta64[us]")
    return int(days[0].to_datetime64().astype("datetime64[D]").astype(np.int64)), offsets


def _fixed_width(cells: pa.Array) -> Instants:
    """Local times of the forms ``2024-03-01[ 08:05[:00]]`` (also with ``/``, ``.`` or ``T``); NaT for all other texts."""
    local = np.full(len(cells), _NOTHING)
    _, offsets, content = cells.buffers()
    if content is None or len(cells) == 0:
        return local
    ends = np.frombuffer(offsets, dtype=np.int32)[cells.offset : cells.offset + len(cells) + 1].astype(np.int64)
    letters, lengths = np.frombuffer(content, dtype=np.uint8), np.diff(ends)
    written = letters[ends[0] : ends[-1]]
    for length, places in _FORMS.items():
        alike = lengths == length
        if alike.any():
            whole = int(alike.sum()) * length == len(written)  # all others are empty
            taken = written if whole else written[np.repeat(alike, lengths)]
            local[alike] = _read(taken.reshape(-1, length), places)
    return local


def _read(written: Bytes, places: tuple[int, ...]) -> Instants:
    """Instants of (rows, length) letters; NaT where they are no date of this form."""
    letters = np.ascontiguousarray(written.T)  # one row a place: the processor reads each in one go
    mark = letters[4]
    good = ((mark == ord("-")) | (mark == ord("/")) | (mark == ord("."))) & (letters[7] == mark)
    if len(places) > 2:
        good &= (letters[10] == ord(" ")) | (letters[10] == ord("T"))
        for at in places[3:]:
            good &= letters[at - 1] == ord(":")
    digits = letters - np.uint8(ord("0"))  # what lies below "0" wraps round to a large number

    def two(at: int) -> Bytes:
        np.logical_and(good, (digits[at] < 10) & (digits[at + 1] < 10), out=good)
        return np.asarray(digits[at] * np.uint8(10) + digits[at + 1], dtype=np.uint8)

    century, year = two(0), two(2)
    month, day, *clock = [two(at) for at in places]
    for part, limit in zip(clock, (24, 60, 60), strict=False):
        good &= part < limit
    good &= (month >= 1) & (month <= 12) & (day >= 1)
    starts, lengths = _months()
    number = np.where(good, (century.astype(np.int32) * 100 + year) * 12 + month - 1, 0)  # of the month
    good &= (number >= 12) & (day <= lengths[number])
    seconds = np.zeros(len(good), dtype=np.int32)
    for index in range(3):
        seconds = seconds * 60 + (clock[index] if index < len(clock) else 0)
    moments = (starts[number] + day) * _DAY + seconds.astype(np.int64) * 1_000_000
    moments[~good] = np.iinfo(np.int64).min
    return np.asarray(moments.view("datetime64[us]"))


@cache
def _months() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Of every month since the year 0: the last day before it (since 1970), and its number of days."""
    starts = np.arange(-1970 * 12, 8030 * 12 + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return starts[:-1] - 1, np.diff(starts)


def _one(text: str) -> tuple[np.datetime64, bool]:
    """The instant of a text of any other form, and whether it is UTC already."""
    nothing = _NOTHING
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
