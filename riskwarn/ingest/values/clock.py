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


def _said(first: int, last: int) -> dict[int, int]:
    """The hours of a part of the day by how they may be said with its word: by 24 hours, and by twelve (12 for 0, 0 for 12)."""
    hours = range(first, last + 1)
    twelve = {hour - 12 if hour else 12: hour for hour in hours if not 0 < hour < 12}
    return twelve | {hour: hour for hour in hours}


#: The parts of the day, and which hour is meant by each that may stand beside their words; beside any other no time is told.
#: Midnight and the small hours of an evening are of that day or of the next: they are nowhere.
_PARTS_OF_THE_DAY = {
    ("上午", "am"): _said(0, 11),
    ("凌晨",): _said(0, 6),
    ("清晨", "早晨", "早上", "早间", "早"): _said(3, 11),
    ("中午", "正午", "午间"): _said(11, 14),
    ("午后",): _said(12, 18),
    ("下午", "pm"): _said(12, 23),
    ("傍晚", "黄昏"): _said(16, 20),
    ("晚上", "晚间", "夜晚", "当晚", "晚"): _said(17, 23),
    ("夜间", "夜里", "深夜", "半夜", "午夜"): _said(19, 23) | {18: 18},
}
_HOURS = {word: hours for words, hours in _PARTS_OF_THE_DAY.items() for word in words}
#: How a part of the day is said, before the time or behind it.
HALF = "|".join([*(word for word in _HOURS if not word.isascii()), r"[AaPp]\.?[Mm]\.?"])
_MINUTES = r"(?::?(?:00|30|45))?"
#: Offsets from UTC as they are written; none lies east of +14:00 or west of -12:00.
EAST = rf"\+(?:(?:0\d|1[0-3]){_MINUTES}|14(?::?00)?)"
WEST = rf"-(?:(?:0\d|1[01]){_MINUTES}|12(?::?00)?)"
_SECOND = r"(?P<second>\d{1,2})(?P<fraction>[.,]\d{1,9})?\s*秒?"
_ZONE = rf"(?:(?P<zone>Z|(?:UTC|GMT)\s*(?:{EAST}|{WEST})|{EAST}|UTC|GMT)|(?P<west>{WEST}))"
_ABOUT = r"(?:大?约\s*)?"
#: What says behind a time that it is no more than about right.
VAGUE = re.compile(r"(?:许|左右|前后|许左右)$")
#: 8:05, 8时5分, 8点30分, 上午8时, 约8时, 08:05分, 8点半, 8时5分3秒, 08:05:03.250 PM +08; alone an hour is none but where that is said.
_CLOCK = re.compile(
    rf"{_ABOUT}(?P<before>{HALF})?\s*{_ABOUT}(?P<hour>\d{{1,2}})\s*"
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

    Every form in which offices and systems write one is read; a number alone is an hour only with `hour_alone`. A span of
    times is none, whatever its mark: 20:00-21:00, 9-11.
    """
    plainly = VAGUE.sub("", text)
    matched = _DIGITS.fullmatch(plainly) or _CLOCK.fullmatch(plainly)
    if matched is None:
        return None
    parts = dict.fromkeys(("rest", "before", "after", "some", "minute"), "") | matched.groupdict(default="")
    zone = parts["zone"] or parts["west"]
    alone = matched.re is _CLOCK and not parts["rest"]
    # A minus behind hours and minutes is the mark of a span; offsets to the west stand behind seconds.
    if (alone and (zone or not hour_alone)) or (parts["west"] and not parts["second"]):
        return None
    hour = _hour(int(parts["hour"]), parts["before"], parts["after"])
    if hour is None:
        return None
    minute = int(parts["minute"] or _SOME.get(parts["some"] or "整", 0))
    offset = re.sub(r"^(?:UTC|GMT)\s*", "", zone) or ("Z" if zone else "")
    return f"{hour:02d}:{minute:02d}:{int(parts['second'] or 0):02d}{parts['fraction']} {offset}".strip()


def _hour(said: int, before: str, after: str) -> int | None:
    """The hour of a day that is said, with a part of the day before or behind it; None where it is none of that part."""
    if before and after:
        return None
    part = (before or after).lower().replace(".", "")
    return _HOURS[part].get(said) if part else said
