"""The time of year at the origin, solar and lunar, and what the window ahead holds. The same for every grid.

Holidays are those of :mod:`riskwarn.holidays`. School terms and pay days are constants that hold on average: nothing is
looked up, nothing is fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache

import numpy as np

from features.families.declaration import Declared, Family
from features.panel.panel import Array, Panel
from features.windows import SHORT_AND_LONG
from riskwarn.holidays import is_holiday, lunar_month, spring_festival
from riskwarn.periods import Period, day_of
from riskwarn.words import Quantity

SEASON = Family("season", theme="season")

_YEAR = 365.2425

#: Usual day of the month on which wages are paid.
PAY_DAY = 15


def season(period: Period) -> Iterator[Declared]:
    """Waves of the year, the lunar calendar, holidays, school terms, pay days."""
    ahead, _ = SHORT_AND_LONG[period]
    span = ahead * {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30}[period]

    def declared(name: str, zh: str, en: str, of_day: Callable[[date], float], unit: str = "") -> Declared:
        kept = cache(of_day)  # every piece of a city asks for the same days

        def compute(panel: Panel) -> Array:
            days = [day_of(int(day)) for day in panel.days]
            return np.array([[kept(day)] for day in days], dtype=np.float64)

        return SEASON.feature(
            "calendar",
            f"season_{name}",
            zh,
            en,
            compute,
            quantity=Quantity.STATIC,
            transform="of the date",
            unit=unit,
        )

    def share_ahead(holds: Callable[[date], bool]) -> Callable[[date], float]:
        return lambda day: sum(holds(day + timedelta(days=k)) for k in range(span)) / span

    yield declared("sin", "一年中的时节（正弦）", "time of the year (sine)", lambda day: float(np.sin(_angle(day))))
    yield declared("cos", "一年中的时节（余弦）", "time of the year (cosine)", lambda day: float(np.cos(_angle(day))))
    yield declared("month", "月份", "month", lambda day: float(day.month))
    yield declared("lunar_month", "农历月份", "lunar month", lambda day: float(lunar_month(day)))
    yield declared(
        "to_spring_festival",
        "距下一个春节的天数",
        "days to the next Spring Festival",
        lambda day: float(min((first - day).days for first in _springs(day) if first >= day)),
        "days",
    )
    yield declared(
        "since_spring_festival",
        "距上一个春节的天数",
        "days since the last Spring Festival",
        lambda day: float(min((day - first).days for first in _springs(day) if first <= day)),
        "days",
    )
    yield declared(
        "holidays_ahead",
        f"未来{span}天中法定节假日占比",
        f"share of public holidays in the next {span} days",
        share_ahead(is_holiday),
    )
    yield declared(
        "school_ahead",
        f"未来{span}天中在校日占比",
        f"share of school term in the next {span} days",
        share_ahead(is_term),
    )
    yield declared(
        "to_pay_day",
        "距下一个常见发薪日的天数",
        "days to the next usual pay day",
        lambda day: float(((_pay_day(day) if _pay_day(day) >= day else _next_pay_day(day)) - day).days),
        "days",
    )
    yield declared(
        "wages_due",
        "岁末结薪时段（春节前60天内）",
        "whether wages of the year fall due (60 days before the Spring Festival)",
        lambda day: float(any(0 <= (first - day).days < 60 for first in _springs(day))),
    )


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
