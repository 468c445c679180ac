"""The day in one column and the time of day in another, as one text."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.ingest.values.cells import each, plain

#: Before the name of a field: the column with its time of day, where the day stands in another.
TIME_OF = "time_of_"

_MIDNIGHT = re.compile(r"[ T]0?0:00(?::00(?:\.0+)?)?$")
#: Excel counts a time of day from a day before its first, and as a fraction of a day.
_FIRST_DAYS = re.compile(r"(?:1899-12-3[01]|1900-01-0[01])[ T]")
_FRACTION = re.compile(r"0?\.\d+|0")
_CLOCK = re.compile(
    r"(?P<before>[一-鿿]{2})?\s*(?P<hour>\d{1,2})(?:[:时点](?:(?P<minute>\d{1,2})分?)?)(?::?(?P<second>\d{1,2})(?:\.\d+)?秒?)?\s*(?P<after>[AaPp]\.?[Mm]\.?)?"
)
_DIGITS = re.compile(r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?")
_LATE, _EARLY = ("下午", "晚上", "傍晚", "晚间", "p"), ("上午", "早上", "凌晨", "清晨", "a")


def day_and_time(days: pa.Array, times: pa.Array) -> pa.Array:
    """Each day with its time of day; a cell of `times` that holds a whole date stands for itself, a missing one for midnight."""
    clock = plain(each(times, time_of_day))
    both = pc.binary_join_element_wise(plain(each(days, day)), clock, " ")
    alone = pc.if_else(clock.is_valid(), pa.scalar(None, pa.string()), plain(times))
    return pc.coalesce(both, alone, pc.if_else(times.is_valid(), pa.scalar(None, pa.string()), plain(days)))


def day(text: str) -> str:
    """A date without the midnight that typed cells carry, in a form behind which a time may stand."""
    plain_day = _MIDNIGHT.sub("", text)
    if re.fullmatch(r"(?:19|20)\d{6}", plain_day):
        return f"{plain_day[:4]}-{plain_day[4:6]}-{plain_day[6:]}"
    if re.fullmatch(r"[2-7]\d{4}(?:\.0+)?", plain_day):
        return (date(1899, 12, 30) + timedelta(days=int(float(plain_day)))).isoformat()
    return plain_day


def time_of_day(text: str) -> str | None:
    """A time of day as ``hh:mm:ss``; None where the text is none."""
    told = _FIRST_DAYS.sub("", text)
    if _FRACTION.fullmatch(told):
        seconds = round(float(told) * 86_400)
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    matched = _CLOCK.fullmatch(told) or _DIGITS.fullmatch(told)
    if matched is None:
        return None
    parts = matched.groupdict()
    hour, half = int(parts["hour"]), (parts.get("before") or parts.get("after") or "")
    half = half[:1].lower() if half.isascii() else half
    if half and half not in (*_LATE, *_EARLY):
        return None
    if half in _LATE and hour < 12:
        hour += 12
    if half in _EARLY and hour == 12:
        hour = 0
    return f"{hour:02d}:{int(parts['minute'] or 0):02d}:{int(parts['second'] or 0):02d}"
