"""The time of year at the origin: solar and lunar. The same for every grid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache

import numpy as np
from lunardate import LunarDate

from features.declaration import Declared
from features.matrix import Feature
from features.panel import Array, Panel
from riskwarn.words import Quantity

_YEAR = 365.2425


def season() -> Iterator[Declared]:
    """Sine and cosine of the year, the month, and the days to and from the Spring Festival."""

    def declared(name: str, zh: str, en: str, of_day: Callable[[date], float]) -> Declared:
        def compute(panel: Panel) -> Array:
            days = [panel.city.calendar.local_date(edge) for edge in panel.edges]
            return np.array([[of_day(day)] for day in days], dtype=np.float64)

        return Declared(Feature(f"season_{name}", "season", "calendar", zh, en, Quantity.STATIC), compute)

    yield declared("sin", "一年中的时节（正弦）", "time of the year (sine)", lambda day: float(np.sin(_angle(day))))
    yield declared("cos", "一年中的时节（余弦）", "time of the year (cosine)", lambda day: float(np.cos(_angle(day))))
    yield declared("month", "月份", "month", lambda day: float(day.month))
    yield declared(
        "to_spring_festival",
        "距下一个春节的天数",
        "days to the next Spring Festival",
        lambda day: float(_to_festival(day)),
    )
    yield declared(
        "since_spring_festival",
        "距上一个春节的天数",
        "days since the last Spring Festival",
        lambda day: float(
            (day - max(_festival(year) for year in (day.year - 1, day.year) if _festival(year) <= day)).days
        ),
    )


def _angle(day: date) -> float:
    return 2 * np.pi * day.timetuple().tm_yday / _YEAR


@cache
def _festival(year: int) -> date:
    first: date = LunarDate(year, 1, 1).to_solar_date()
    return first


def _to_festival(day: date) -> int:
    return (min(_festival(year) for year in (day.year, day.year + 1) if _festival(year) >= day) - day).days
