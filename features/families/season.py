"""The time of year at the origin, solar and lunar, and what the window ahead holds. The same for every grid.

Holidays are those of :mod:`riskwarn.holidays`. School terms and pay days are constants that hold on average: nothing is
looked up, nothing is fitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from features.families.declaration import Declared, Family
from features.transforms.dates import OfDate, ShareAhead
from features.windows import SHORT_AND_LONG
from riskwarn.holidays import is_holiday, lunar_month, spring_festival
from riskwarn.periods import Period

SEASON = Family("season", theme="season")

_YEAR = 365.2425

#: Usual day of the month on which wages are paid.
PAY_DAY = 15


def season(period: Period) -> Iterator[Declared]:
    """Waves of the year, the lunar calendar, holidays, school terms, pay days."""
    ahead, _ = SHORT_AND_LONG[period]
    span = ahead * {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30}[period]

    for name, of_day, unit, zh, en in (
        ("sin", sine, "", "一年中的时节（正弦）", "time of the year (sine)"),
        ("cos", cosine, "", "一年中的时节（余弦）", "time of the year (cosine)"),
        ("month", month, "", "月份", "month"),
        ("lunar_month", lunar_month, "", "农历月份", "lunar month"),
        ("to_spring_festival", days_to_spring, "days", "距下一个春节的天数", "days to the next Spring Festival"),
        (
            "since_spring_festival",
            days_since_spring,
            "days",
            "距上一个春节的天数",
            "days since the last Spring Festival",
        ),
        (
            "holidays_ahead",
            ShareAhead(is_holiday, span),
            "",
            f"未来{span}天中法定节假日占比",
            f"share of public holidays in the next {span} days",
        ),
        (
            "school_ahead",
            ShareAhead(is_term, span),
            "",
            f"未来{span}天中在校日占比",
            f"share of school term in the next {span} days",
        ),
        ("to_pay_day", days_to_pay_day, "days", "距下一个常见发薪日的天数", "days to the next usual pay day"),
        (
            "wages_due",
            wages_due,
            "",
            "岁末结薪时段（春节前60天内）",
            "whether wages of the year fall due (60 days before the Spring Festival)",
        ),
    ):
        yield SEASON.declare("calendar", f"season_{name}", OfDate(of_day, unit), zh, en)


def sine(day: date) -> float:
    """The wave of the year."""
    return float(np.sin(_angle(day)))


def cosine(day: date) -> float:
    """The wave of the year, a quarter later."""
    return float(np.cos(_angle(day)))


def month(day: date) -> float:
    """The month."""
    return float(day.month)


def days_to_spring(day: date) -> float:
    """Days to the next Spring Festival."""
    return float(min((first - day).days for first in _springs(day) if first >= day))


def days_since_spring(day: date) -> float:
    """Days since the last Spring Festival."""
    return float(min((day - first).days for first in _springs(day) if first <= day))


def days_to_pay_day(day: date) -> float:
    """Days to the next usual pay day."""
    return float(((_pay_day(day) if _pay_day(day) >= day else _next_pay_day(day)) - day).days)


def wages_due(day: date) -> float:
    """Whether the wages of the year fall due: 60 days before the Spring Festival."""
    return float(any(0 <= (first - day).days < 60 for first in _springs(day)))


def is_term(day: date) -> bool:
    """Whether schools are usually open: not in July and August, nor from three weeks before the Spring Festival to two after."""
    summer = (7, 5) <= (day.month, day.day) < (9, 1)
    winter = any(-21 <= (day - first).days < 15 for first in _springs(day))
    return not (summer or winter)


def _angle(day: date) -> float:
    return 2 * np.pi * day.timetuple().tm_yday / _YEAR


def _springs(day: date) -> tuple[date, ...]:
    return tuple(spring_festival(year) for year in (day.year - 1, day.year, day.year + 1))


def _pay_day(day: date) -> date:
    return day.replace(day=PAY_DAY)


def _next_pay_day(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=PAY_DAY)
