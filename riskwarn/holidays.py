"""The public holidays that follow from the calendar, solar and lunar.

By the State Council's rule of 2024, for the days that are fixed by calendar; the yearly swaps of working days are not in it.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from lunardate import LunarDate

#: Days off at each festival, from its first day on.
_DAYS_OFF = {"new_year": 1, "spring": 8, "qingming": 1, "labour": 2, "dragon_boat": 1, "mid_autumn": 1, "national": 3}


def is_holiday(day: date) -> bool:
    """Whether a day is a public holiday by calendar."""
    return any(0 <= (day - first).days < length for first, length in holidays(day.year))


@cache
def holidays(year: int) -> tuple[tuple[date, int], ...]:
    """First day and length of each public holiday of a year."""
    firsts = {
        "new_year": date(year, 1, 1),
        "spring": spring_festival(year) - timedelta(days=1),
        "qingming": date(year, 4, 4 if year % 4 in (0, 1) else 5),  # true from 1976 to 2036
        "labour": date(year, 5, 1),
        "dragon_boat": _solar(year, 5, 5),
        "mid_autumn": _solar(year, 8, 15),
        "national": national_day(year),
    }
    return tuple((first, _DAYS_OFF[name]) for name, first in firsts.items())


def spring_festival(year: int) -> date:
    """The first day of the lunar year."""
    return _solar(year, 1, 1)


def national_day(year: int) -> date:
    """1 October."""
    return date(year, 10, 1)


def lunar_month(day: date) -> int:
    """The month of the lunar calendar in which a day lies."""
    return int(LunarDate.from_solar_date(day.year, day.month, day.day).month)


@cache
def _solar(year: int, month: int, day: int) -> date:
    found: date = LunarDate(year, month, day).to_solar_date()
    return found
