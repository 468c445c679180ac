"""Dates that are written in words, marks or one run of digits, rewritten as ``YEAR-MONTH-DAY [HOUR:MINUTE[:SECOND]] [PM] [±hh:mm]``.

A date is two parts, a day and a time of day, and any form of the one may stand before any of the other: the time is read by
:func:`riskwarn.ingest.values.clock.clock_of`. One text at a time: only texts that the columns of :mod:`riskwarn.ingest.values.dates` do not read come here, each distinct
one once.
"""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from riskwarn.ingest.values.clock import EAST, HALF, VAGUE, clock_of

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_MONTH = r"(?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_WEEKDAY = re.compile(
    r"\(?(?:星期|周|礼拜)[一二三四五六日天]\)?|\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\b\.?,?",
    re.I,
)
_DAY_MONTH_YEAR = re.compile(rf"(?P<day>\d{{1,2}})[- ]{_MONTH}[- ,]+(?P<year>\d{{4}}|\d{{2}})(?!\d)", re.I)
_MONTH_DAY_YEAR = re.compile(rf"{_MONTH} (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})(?!\d)", re.I)
_YEAR_MONTH_DAY = re.compile(rf"(?P<year>\d{{4}})[- ]{_MONTH}[- ](?P<day>\d{{1,2}})(?!\d)", re.I)
#: What Java writes for a date: the year stands last.
_JAVA = re.compile(
    rf"{_MONTH} (?P<day>\d{{1,2}}) (?P<clock>\d{{1,2}}:\d{{2}}:\d{{2}}) (?P<zone>[A-Z]{{1,5}}) (?P<year>\d{{4}})"
)
#: What Oracle writes for one in Chinese: 01-3月 -24 08.05.00.000000 上午.
_ORACLE = re.compile(r"(?P<day>\d{1,2})-(?P<month>\d{1,2})月\s*-(?P<year>\d{4}|\d{2})(?!\d)")
_ORACLE_CLOCK = re.compile(r"^(\s*\d{1,2})\.(\d{2})\.(\d{2})")
_RUN = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})")
_UNITS = re.compile(r"(?P<year>\d{4}|\d{2})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})(?:\s*[日号]|(?!\d))")
#: Three numbers in whichever order; a time stands behind a blank or a letter.
_MARKED = re.compile(r"(?P<date>\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})(?:\s*[日号]|(?=[\sT,(]|[一-鿿]|[AaPp]\.?[Mm]))")
#: The same with marks that the columns do not know: 2024、7、1, 2024—07—01.
_OTHER_MARKS = re.compile(
    r"(?P<year>\d{4})\s*(?P<mark>、|[—–]{1,2}|·)\s*(?P<month>\d{1,2})\s*(?P=mark)\s*(?P<day>\d{1,2})(?:\s*[日号]|(?!\d))"
)
_CHINESE = re.compile(r"[〇○零一二三四五六七八九十廿]")
_NUMERALS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {"○": 0, "零": 0}
_HALF = re.compile(HALF)
#: What parts a day from its time of day.
_BETWEEN = re.compile(r"^[\s,]*T?\s*|\s+$")
_ZONE = re.compile(rf"Z|{EAST}")
#: What a zone is called, behind its offset: GMT+0800 (中国标准时间).
_CALLED = re.compile(r"(?P<zone>(?:UTC|GMT)(?:[+-][\d:]+)?|[+-]\d{2}:?\d{2})\s*\((?:[^()\d]*|(?:UTC|GMT)[+-][\d:]+)\)$")
_BRACKETED = re.compile(r"\(([^()]*)\)")


def rewritten(text: str, zone: ZoneInfo) -> str | None:
    """The same date in the plain form; None where it is written in no way that is known.

    `zone` is that of the file: the name of another zone behind a time is not understood.
    """
    plain = VAGUE.sub("", _WEEKDAY.sub(" ", text)).strip()
    if matched := _JAVA.fullmatch(plain):
        return _of_java(matched, zone)
    if "年" in plain:
        plain = in_digits(plain)
    head = _head(plain)
    if head is None:
        return None if plain == text else plain
    day, rest, in_words = head
    return _with_time(day, rest, hour_alone=in_words)


def _head(text: str) -> tuple[str, str, bool] | None:
    """The day with which a text begins, in numbers and marks, what stands behind it, and whether its parts are named (年月日)."""
    if matched := _UNITS.match(text):
        return _day(matched, matched["month"]), text[matched.end() :], True
    if matched := _ORACLE.match(text):
        return _day(matched, matched["month"]), _ORACLE_CLOCK.sub(r"\1:\2:\3", text[matched.end() :]), False
    for pattern in (_DAY_MONTH_YEAR, _MONTH_DAY_YEAR, _YEAR_MONTH_DAY):
        if matched := pattern.match(text):
            rest = _CALLED.sub(r"\g<zone>", text[matched.end() :])
            return _day(matched, str(_MONTHS[matched["name"][:3].lower()])), rest, False
    if matched := _OTHER_MARKS.match(text):
        return _day(matched, matched["month"]), text[matched.end() :], False
    if matched := _MARKED.match(text):
        return matched["date"], text[matched.end() :], False
    if matched := _RUN.match(text):
        return _day(matched, matched["month"]), text[matched.end() :], False
    return None


def _day(matched: re.Match[str], month: str) -> str:
    return f"{_year(matched['year'])}-{month}-{matched['day']}"


def _with_time(day: str, rest: str, *, hour_alone: bool) -> str | None:
    """A day and the time of day behind it; a half of the day without an hour says no more than the day does."""
    rest = _BETWEEN.sub("", rest)
    if bracketed := _BRACKETED.fullmatch(rest):
        rest = bracketed[1]
    if not rest or _HALF.fullmatch(rest):
        return day
    if _ZONE.fullmatch(rest):
        return f"{day} {rest}"
    clock = clock_of(in_digits(rest), hour_alone=hour_alone)
    return None if clock is None else f"{day} {clock}"


def in_digits(text: str) -> str:
    """Chinese numerals as digits: years digit by digit (二〇二四), all others by tens (二十一)."""
    if not _CHINESE.search(text):
        return text
    return re.sub(rf"{_CHINESE.pattern}+", lambda found: str(_numeral(found[0])), text)


def _numeral(word: str) -> str:
    if "十" not in word and "廿" not in word:
        return "".join(str(_NUMERALS[digit]) for digit in word)
    tens, _, ones = word.replace("廿", "二十").partition("十")
    values = [_NUMERALS.get(part[-1:], fallback) for part, fallback in ((tens, 1), (ones, 0))]
    return str(values[0] * 10 + values[1])


def _of_java(matched: re.Match[str], zone: ZoneInfo) -> str | None:
    told = f"{matched['year']}-{_MONTHS[matched['name'][:3].lower()]}-{matched['day']} {matched['clock']}"
    if matched["zone"] in ("UTC", "GMT", "Z"):
        return f"{told}Z"
    try:
        local = datetime.strptime(told, "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)
    except ValueError:
        return None
    # Names of zones are shared by several: only that of the file's own zone is known.
    return told if matched["zone"] in (local.tzname(), local.replace(fold=1).tzname()) else None


def _year(written: str) -> str:
    """A year of two digits as POSIX reads it: 69 to 99 are of the last century."""
    return written if len(written) > 2 else f"{1900 + int(written) if int(written) > 68 else 2000 + int(written)}"
