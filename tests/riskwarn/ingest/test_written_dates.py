"""Every form in which a date is written gives the instant that was written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.ingest.events.periods import first_day
from riskwarn.ingest.values.dates import instants
from riskwarn.ingest.values.numbers import number
from riskwarn.ingest.values.orders import Order, date_form

SHANGHAI = ZoneInfo("Asia/Shanghai")
NUMERALS = dict(zip("0123456789", "〇一二三四五六七八九", strict=True))


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else NUMERALS[str(tens)] + "十") + (
        NUMERALS[str(ones)] if ones else ""
    )


def _in_words(at: datetime) -> str:
    year = "".join(NUMERALS[digit] for digit in str(at.year))
    return f"{year}年{_numeral(at.month)}月{_numeral(at.day)}日{_numeral(at.hour) or '零'}时{_numeral(at.minute) or '零'}分"


Form = Callable[[datetime], str]
#: To the second, to the minute, to the day; `order` is told where the form leaves it open.
SECONDS: dict[str, Form] = {
    "usual": lambda at: at.strftime("%Y-%m-%d %H:%M:%S"),
    "ISO 8601": lambda at: at.isoformat(),
    "an offset": lambda at: (at - timedelta(hours=8)).isoformat() + "Z",
    "an offset of hours": lambda at: f"{at:%Y-%m-%d %H:%M:%S}+08",
    "an offset of minutes": lambda at: f"{at - timedelta(hours=2, minutes=30):%Y/%m/%d %H:%M:%S} +05:30",
    "a clock of twelve hours": lambda at: at.strftime("%Y-%m-%d %I:%M:%S %p"),
    "in Chinese": lambda at: f"{at.year}年{at.month}月{at.day}日 {at.hour}时{at.minute}分{at.second}秒",
    "the half before": lambda at: f"{at:%Y/%m/%d} {'下午' if at.hour >= 12 else '上午'}{at.hour % 12 or 12}:{at:%M:%S}",
    "one run of digits": lambda at: at.strftime("%Y%m%d%H%M%S"),
    "two runs of digits": lambda at: at.strftime("%Y%m%d %H%M%S"),
    "Java": lambda at: at.strftime("%a %b %d %H:%M:%S CST %Y"),
    "RFC 2822": lambda at: at.strftime("%a, %d %b %Y %H:%M:%S +0800"),
    "JavaScript": lambda at: at.strftime("%a %b %d %Y %H:%M:%S GMT+0800 (中国标准时间)"),
    "Oracle": lambda at: f"{at:%d}-{at.month}月 -{at:%y} {at:%I.%M.%S}.000000 {'下午' if at.hour >= 12 else '上午'}",
    "a weekday behind": lambda at: f"{at:%Y-%m-%d %H:%M:%S} 星期{'一二三四五六日'[at.weekday()]}",
}
#: Of ten and thirteen digits: from 2001-09-09 on.
EPOCHS: dict[str, Form] = {
    "seconds since 1970": lambda at: str(round(at.replace(tzinfo=SHANGHAI).timestamp())),
    "milliseconds since 1970": lambda at: str(round(at.replace(tzinfo=SHANGHAI).timestamp() * 1000)),
}
MINUTES: dict[str, Form] = {
    "Excel's": lambda at: f"{at.year}/{at.month}/{at.day} {at.hour}:{at:%M}",
    "points": lambda at: f"{at.year}.{at.month}.{at.day} {at:%H:%M}",
    "digits": lambda at: at.strftime("%Y%m%d%H%M"),
    "Chinese numerals": _in_words,
    "about": lambda at: f"{at.year}年{at.month}月{at.day}日{at.hour}点{at.minute}分许",
}
DAYS: dict[str, Form] = {
    "day": lambda at: at.strftime("%Y-%m-%d"),
    "digits": lambda at: at.strftime("%Y%m%d"),
    "month in letters": lambda at: at.strftime("%d-%b-%Y"),
    "month in letters, short year": lambda at: at.strftime("%d-%b-%y"),
    "in English": lambda at: at.strftime("%B %d, %Y"),
    "midnight of the day before": lambda at: f"{at - timedelta(days=1):%Y-%m-%d} 24:00:00",
    "serial of Excel": lambda at: str((at - datetime(1899, 12, 30)).days),
}
ORDERED: dict[Order, Form] = {
    Order.YMD: lambda at: f"{at:%y}-{at.month}-{at.day}",
    Order.MDY: lambda at: f"{at.month}/{at.day}/{at.year}",
    Order.DMY: lambda at: f"{at:%d.%m.%y}",
}
#: Each form of a day, and whether a time may follow it without a blank: behind a figure no figure may (False), or nothing (None).
HEADS: dict[str, tuple[Form, bool | None]] = {
    "marks": (lambda at: f"{at:%Y-%m-%d}", False),
    "slashes": (lambda at: f"{at.year}/{at.month}/{at.day}", False),
    "points": (lambda at: f"{at.year}.{at.month}.{at.day}", False),
    "a run of digits": (lambda at: f"{at:%Y%m%d}", True),
    "in Chinese": (lambda at: f"{at.year}年{at.month}月{at.day}日", True),
    "with 号": (lambda at: f"{at.year}年{at.month:02d}月{at.day:02d}号", True),
    "without 日": (lambda at: f"{at.year}年{at.month}月{at.day}", None),
    "a short year": (lambda at: f"{at:%y}年{at.month}月{at.day}日", True),
    "Chinese numerals": (lambda at: _in_words(at).split("日")[0] + "日", True),
    "a weekday": (lambda at: f"{at:%Y-%m-%d} 星期{'一二三四五六日'[at.weekday()]}", False),
    "month in letters": (lambda at: at.strftime("%d-%b-%Y"), False),
    "English": (lambda at: at.strftime("%B %d, %Y"), False),
    "Oracle": (lambda at: f"{at:%d}-{at.month}月 -{at:%y}", False),
}


def _half(at: datetime) -> str:
    return "下午" if at.hour >= 12 else "上午"


#: Each form of a time of day, and to what it is told: hours, minutes or seconds.
CLOCKS: dict[str, tuple[Form, str]] = {
    "usual": (lambda at: f"{at:%H:%M:%S}", "second"),
    "to the minute": (lambda at: f"{at.hour}:{at:%M}", "minute"),
    "分 behind marks": (lambda at: f"{at:%H:%M}分", "minute"),
    "in Chinese": (lambda at: f"{at.hour}时{at.minute}分", "minute"),
    "with 点": (lambda at: f"{at.hour}点{at.minute:02d}分", "minute"),
    "without 分": (lambda at: f"{at.hour}点{at.minute:02d}", "minute"),
    "with 秒": (lambda at: f"{at.hour}时{at.minute}分{at.second}秒", "second"),
    "blanks between": (lambda at: f"{at.hour} 时 {at.minute} 分", "minute"),
    "hours": (lambda at: f"{at.hour}时", "hour"),
    "点钟": (lambda at: f"{at.hour}点钟", "hour"),
    "整": (lambda at: f"{at.hour}点整", "hour"),
    "about": (lambda at: f"{at.hour}时{at.minute}分许", "minute"),
    "numerals": (lambda at: f"{_numeral(at.hour) or '零'}时{_numeral(at.minute) or '零'}分", "minute"),
    "the half before": (lambda at: f"{_half(at)}{at.hour % 12 or 12}时{at.minute}分", "minute"),
    "the half before marks": (lambda at: f"{_half(at)} {at.hour % 12 or 12}:{at:%M}", "minute"),
    "the half before the day's hour": (lambda at: f"{_half(at)}{at.hour}时" if at.hour else "上午12时", "hour"),
    "the half behind": (lambda at: at.strftime("%I:%M:%S %p"), "second"),
    "a run of digits": (lambda at: f"{at:%H%M%S}", "second"),
    "a fraction": (lambda at: f"{at:%H:%M:%S}.000", "second"),
    "an offset": (lambda at: f"{at:%H:%M:%S}+08:00", "second"),
    "an offset behind 分": (lambda at: f"{at.hour}时{at.minute}分 +0800", "minute"),
}
TO: dict[str, dict[str, int]] = {"second": {}, "minute": {"second": 0}, "hour": {"minute": 0, "second": 0}}
MOMENTS = st.datetimes(datetime(1992, 1, 1), datetime(2060, 1, 1)).map(lambda at: at.replace(microsecond=0))


def read(texts: list[str], order: Order | None = None) -> list[datetime]:
    found, unreadable = instants(pa.array(texts), SHANGHAI, *([] if order is None else [lambda _: order]))
    assert not unreadable.any(), texts
    return [(one + np.timedelta64(8, "h")).astype(datetime) for one in found]


@given(at=MOMENTS)
def test_what_was_written_is_read(at: datetime) -> None:
    minute, day = at.replace(second=0), at.replace(hour=0, minute=0, second=0)
    assert read([form(at) for form in SECONDS.values()]) == [at] * len(SECONDS)
    assert read([form(at) for form in MINUTES.values()]) == [minute] * len(MINUTES)
    assert read([form(at) for form in DAYS.values()]) == [day] * len(DAYS)
    if at.year > 2001:
        assert read([form(at) for form in EPOCHS.values()]) == [at] * len(EPOCHS)
    for order, form in ORDERED.items():
        assert read([form(at)], order) == [day]


@given(at=MOMENTS)
def test_any_form_of_a_day_stands_before_any_form_of_a_time(at: datetime) -> None:
    texts, meant = [], []
    for day, followed in HEADS.values():
        for clock, told in CLOCKS.values():
            said = clock(at)
            between = [" ", *([""] if followed or (followed is False and not said[0].isdigit()) else [])]
            texts += [f"{day(at)}{blank}{said}" for blank in between]
            meant += [at.replace(**TO[told])] * len(between)
    texts += [f"{at:%Y-%m-%d}T{at - timedelta(hours=8):%H:%M}Z"] if at.hour >= 8 else []
    meant += [at.replace(second=0)] if at.hour >= 8 else []
    assert dict(zip(texts, read(texts), strict=True)) == dict(zip(texts, meant, strict=True))


@given(at=MOMENTS)
def test_the_order_of_a_column_is_told_whatever_time_stands_behind_its_days(at: datetime) -> None:
    texts = [f"13/1/2024 {clock(at)}" for clock, _ in CLOCKS.values()]
    meant = [at.replace(year=2024, month=1, day=13, **TO[told]) for _, told in CLOCKS.values()]
    assert read(texts) == meant


@pytest.mark.parametrize("text", ["2024-7-18时5分", "2024-07-01 8时61分", "2024-07-01 25时", "2024-07-01 8", "20240701 8",
                                  "2024-07-01 上午24时", "2024-07-01 某时5分", "2024.7.1 8分", "2024-02-30 8时5分"])  # fmt: skip
def test_what_is_no_time_or_could_be_two_is_unreadable(text: str) -> None:
    assert instants(pa.array([text]), SHANGHAI)[1].tolist() == [True]


@given(st.lists(MOMENTS, min_size=1, max_size=20), st.sampled_from(Order))
def test_the_order_of_a_column_is_told_or_left_open_but_never_wrong(moments: list[datetime], order: Order) -> None:
    found = date_form(pa.array([ORDERED[order](at) for at in moments]))
    years = [at.year for at in moments]
    assert found.seen and (order in found.orders or max(years) - min(years) > 20)


def chinese(day: date) -> str:
    """二〇二四年十一月."""
    numerals = "〇一二三四五六七八九十"
    months = [*numerals[1:], "十一", "十二"]
    return "".join(numerals[int(digit)] for digit in str(day.year)) + f"年{months[day.month - 1]}月"


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)))
def test_periods_begin_with_their_first_day(day: date) -> None:
    year, week, _ = day.isocalendar()
    monday = (day - timedelta(days=day.isoweekday() - 1)).isoformat()
    assert {first_day(form.format(year, week), "week") for form in ("{}-W{:02d}", "{}W{}", "{}年第{}周")} == {monday}
    first = day.replace(day=1).isoformat()
    forms = (
        "{0:%Y-%m}",
        "{0:%Y%m}",
        "{0:%Y}/{0.month}",
        "{0.year}年{0.month}月",
        "{0:%b %Y}",
        "{0:%m/%Y}",
        "{0.year}.{0.month}",
    )
    if day.year >= 2000:
        forms += ("{0:%b-%y}", "{0:%b %y}")
    assert first_day(chinese(day), "month") == first
    assert {first_day(form.format(day), "month") for form in forms} == {first}
    quarter = (day.month + 2) // 3
    begins = day.replace(month=3 * quarter - 2, day=1).isoformat()
    names = (f"{day.year}Q{quarter}", f"{day.year}年第{quarter}季度", f"{day.year}年{'一二三四'[quarter - 1]}季度")
    assert {first_day(name, "quarter") for name in names} == {begins}


@given(st.decimals(-(10**9), 10**9, places=2))
def test_numbers_are_read_with_either_mark(value: object) -> None:
    usual = f"{value:,}"
    german = usual.translate(str.maketrans(",.", ".,"))
    assert number(usual, ".") == number(german, ",") == number(usual.replace(",", " "), ".") == float(str(value))


@pytest.mark.parametrize(
    "text",
    ["去年冬天", "3月1日", "星期一", "2024-02-30", "2024-03-01 24:01", "2024-03-01 25:00", "Fri Mar 01 08:05:00 EST 2024", "13月", "2024-03-01-05",
     "20240230", "202413010805", "二〇二四年", "01-Foo-24", "2024年13月1日", "年月日", "2024-03-01 08:05 +99:99x"],
)  # fmt: skip
def test_what_is_no_date_is_unreadable(text: str) -> None:
    found, unreadable = instants(pa.array([text]), SHANGHAI)
    assert unreadable[0] and np.isnat(found[0])
