"""Dates that are written in words, marks or one run of digits, rewritten as ``YEAR-MONTH-DAY [HOUR:MINUTE[:SECOND]] [PM] [±hh:mm]``.

One text at a time: only texts that the columns of :mod:`riskwarn.ingest.values.dates` do not read come here, each distinct
one once.
"""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

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
_ORACLE = re.compile(
    r"(?P<day>\d{1,2})-(?P<month>\d{1,2})月\s*-(?P<year>\d{4}|\d{2})(?:\s+(?P<hour>\d{1,2})\.(?P<minute>\d{2})\.(?P<second>\d{2})(?P<rest>.*))?"
)
_DIGITS = re.compile(r"(?P<date>(?:19|20)\d{6})[ T]?(?P<clock>\d{4}(?:\d{2})?)?(?P<rest>(?:\.\d{1,9})?Z?)")
_CHINESE = re.compile(r"[〇○零一二三四五六七八九十廿]")
_NUMERALS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {"○": 0, "零": 0}
_UNITS = re.compile(
    r"(?P<year>\d{4}|\d{2})年(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]?\s*(?P<half>[一-鿿]{2})?\s*"
    r"(?:(?P<hour>\d{1,2})(?:(?:[时点:]|点钟)(?:(?P<minute>\d{1,2})分?|(?P<some>整|半|[一1]刻|[三3]刻))?(?::?(?P<second>\d{1,2})(?P<fraction>\.\d{1,9})?秒?)?)?)?"
    r"(?P<rest>.*)"
)  # fmt: skip
_SOME = {"整": 0, "半": 30, "一刻": 15, "1刻": 15, "三刻": 45, "3刻": 45}
_HALF = re.compile(r"(?P<half>上午|下午|中午|凌晨|早上|清晨|早晨|傍晚|晚上|晚间|夜间|[AaPp]\.?[Mm]\.?)")
_PM = ("下午", "傍晚", "晚上", "晚间", "pm", "p.m.")
_VAGUE = re.compile(r"(?:许|左右|前后|许左右)$")


def rewritten(text: str, zone: ZoneInfo) -> str | None:
    """The same date in the plain form; None where it is written in no way that is known.

    `zone` is that of the file: the name of another zone behind a time is not understood.
    """
    if matched := _DIGITS.fullmatch(text):
        date, clock = matched["date"], matched["clock"] or ""
        told = ":".join(clock[at : at + 2] for at in range(0, len(clock), 2))
        return f"{date[:4]}-{date[4:6]}-{date[6:]} {told}{matched['rest']}".strip()
    plain = _VAGUE.sub("", _WEEKDAY.sub(" ", text)).strip()
    if "年" in plain:
        return _in_units(in_digits(plain))
    if matched := _ORACLE.fullmatch(plain):
        clock = f" {matched['hour']}:{matched['minute']}:{matched['second']}" if matched["hour"] else ""
        return _half_last(f"{_year(matched['year'])}-{matched['month']}-{matched['day']}{clock}{matched['rest'] or ''}")
    if matched := _JAVA.fullmatch(plain):
        return _of_java(matched, zone)
    for pattern in (_DAY_MONTH_YEAR, _MONTH_DAY_YEAR, _YEAR_MONTH_DAY):
        if matched := pattern.match(plain):
            month = _MONTHS[matched["name"][:3].lower()]
            rest = re.sub(r"\s*\([^()]*\)$", "", plain[matched.end() :].lstrip(" ,"))
            return _half_last(f"{_year(matched['year'])}-{month}-{matched['day']} {rest}".strip())
    found = _half_last(plain)
    return None if found == text else found


def _half_last(text: str) -> str:
    """A word for the half of the day behind the time, in letters; names of universal time as an offset."""
    text = re.sub(r"\s*(?:UTC|GMT)(?P<sign>[+-]\d)", r"\g<sign>", text)
    text = re.sub(r"\s*(?:UTC|GMT)$", "Z", text)
    matched = _HALF.search(text)
    if matched is None:
        return text
    word, rest = matched["half"].lower(), f"{text[: matched.start()].rstrip()} {text[matched.end() :].strip()}".strip()
    if ":" not in rest:
        return rest
    # 中午12:05 is noon, 中午1:05 an hour after it; the other words name hours of their half.
    late = word in _PM or (word == "中午" and not re.search(r"\s11:", rest))
    return f"{rest} {'PM' if late else 'AM'}"


def _in_units(text: str) -> str | None:
    matched = _UNITS.fullmatch(text)
    if matched is None:
        return None
    half, rest = matched["half"] or "", matched["rest"].strip()
    if half and _HALF.fullmatch(half) is None:
        return None
    told = f"{_year(matched['year'])}-{matched['month']}-{matched['day']}"
    if matched["hour"]:
        minute = matched["minute"] or str(_SOME.get(matched["some"] or "整", 0))
        told += f" {half} {matched['hour']}:{int(minute):02d}:{matched['second'] or '00'}{matched['fraction'] or ''}"
    # Where no hour is told the half of the day says no more than the day does.
    return _half_last(f"{told} {rest}".strip())


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
