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
#: How a half of the day is said, before the time or behind it.
HALF = r"上午|下午|中午|凌晨|早上|清晨|早晨|傍晚|晚上|晚间|夜间|[AaPp]\.?[Mm]\.?"
_LATE = ("下午", "傍晚", "晚上", "晚间", "pm")
_SECOND = r"(?P<second>\d{1,2})(?P<fraction>[.,]\d{1,9})?\s*秒?"
_ZONE = r"(?P<zone>Z|(?:UTC|GMT)?\s*[+-]\d{2}(?::?\d{2})?|UTC|GMT)"
#: 8:05, 8时5分, 8点30分, 上午8时, 08:05分, 8点半, 8时5分3秒, 08:05:03.250 PM +08; alone an hour is none but where that is said.
_CLOCK = re.compile(
    rf"(?P<before>{HALF})?\s*(?P<hour>\d{{1,2}})\s*"
    rf"(?P<rest>(?:点钟|[时点:])\s*(?:(?P<minute>\d{{1,2}})\s*分?(?:\s*:?\s*{_SECOND})?|(?P<some>整|半|[一1]刻|[三3]刻))?)?"
    rf"\s*(?P<after>{HALF})?\s*{_ZONE}?"
)
_DIGITS = re.compile(rf"(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?P<second>\d{{2}})?(?P<fraction>\.\d{{1,9}})?\s*{_ZONE}?")
_SOME = {"整": 0, "半": 30, "一刻": 15, "1刻": 15, "三刻": 45, "3刻": 45}


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
    read = clock_of(told)
    return None if read is None else re.sub(r"[.,]\d+$", "", read)


def clock_of(text: str, *, hour_alone: bool = False) -> str | None:
    """A time of day as ``hh:mm:ss[.f]``, with its offset behind a blank if it tells one; None where the text is none.

    Every form in which offices and systems write one is read; a number alone is an hour only with `hour_alone`.
    """
    if (matched := _DIGITS.fullmatch(text)) or (
        (matched := _CLOCK.fullmatch(text)) and (hour_alone or matched["rest"])
    ):
        parts = matched.groupdict()
    else:
        return None
    hour, minute = int(parts["hour"]), int(parts["minute"] or _SOME.get(parts.get("some") or "整", 0))
    if parts.get("before") and parts.get("after"):
        return None
    half = (parts.get("before") or parts.get("after") or "").lower().replace(".", "")
    if half and hour == 24:
        return None
    # 中午12:05 is noon, 中午1:05 an hour after it; the other words name hours of their half.
    if (half in _LATE or (half == "中午" and hour not in (11, 12))) and hour < 12:
        hour += 12
    elif half and half not in _LATE and half != "中午" and hour == 12:
        hour = 0
    zone = re.sub(r"^(?:UTC|GMT)\s*", "", parts["zone"] or "") or ("Z" if parts["zone"] else "")
    return f"{hour:02d}:{minute:02d}:{int(parts['second'] or 0):02d}{parts['fraction'] or ''} {zone}".strip()
