"""The time of year at the origin, solar and lunar, and what the window ahead holds. The same for every grid.

Holidays follow the State Council's rule of 2024 for the days that are fixed by calendar; the yearly swaps of working days
are not in it. School terms and pay days are constants that hold on average: nothing is looked up, nothing is fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache

import numpy as np
from lunardate import LunarDate

from features.families.declaration import Declared, Family
from features.panel.panel import Array, Panel
from features.windows import SHORT_AND_LONG
from riskwarn.periods import Period, day_of
from riskwarn.words import Quantity

SEASON = Family("season", theme="season")

_YEAR = 365.2425

#: Usual day of the month on which wages are paid.
PAY_DAY = 15

#: Days off at each festival, from its first day on.
_DAYS_OFF = {"new_year": 1, "spring": 8, "qingming": 1, "labour": 2, "dragon_boat": 1, "mid_autumn": 1, "national": 3}


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
    yield declared("lunar_month", "农历月份", "lunar month", lambda day: float(_lunar(day).month))
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


def is_holiday(day: date) -> bool:
    """Whether a day is a public holiday by calendar."""
    return any(0 <= (day - first).days < length for first, length in _holidays(day.year))


def is_term(day: date) -> bool:
    """Whether schools are usually open: not in July and August, nor from three weeks before the Spring Festival to two after."""
    summer = (7, 5) <= (day.month, day.day) < (9, 1)
    winter = any(-21 <= (day - first).days < 15 for first in _springs(day))
    return not (summer or winter)


@cache
def _holidays(year: int) -> tuple[tuple[date, int], ...]:
    firsts = {
        "new_year": date(year, 1, 1),
        "spring": _solar(year, 1, 1) - timedelta(days=1),
        "qingming": date(year, 4, 4 if year % 4 in (0, 1) else 5),  # true from 1976 to 2036
        "labour": date(year, 5, 1),
        "dragon_boat": _solar(year, 5, 5),
        "mid_autumn": _solar(year, 8, 15),
        "national": date(year, 10, 1),
    }
    return tuple((first, _DAYS_OFF[name]) for name, first in firsts.items())


def _angle(day: date) -> float:
    return 2 * np.pi * day.timetuple().tm_yday / _YEAR


def _lunar(day: date) -> LunarDate:
    return LunarDate.from_solar_date(day.year, day.month, day.day)


def _springs(day: date) -> tuple[date, ...]:
    return tuple(_solar(year, 1, 1) for year in (day.year - 1, day.year, day.year + 1))


@cache
def _solar(year: int, month: int, day: int) -> date:
    found: date = LunarDate(year, month, day).to_solar_date()
    return found


def _pay_day(day: date) -> date:
    return day.replace(day=PAY_DAY)


def _next_pay_day(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=PAY_DAY)
