"""What follows from the date alone: the same for every grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np

from features.engine.sums import Reals
from features.panel.panel import Panel
from features.transforms.transform import Transform
from riskwarn.periods import day_of
from riskwarn.words import Quantity


@dataclass(frozen=True)
class OfDate(Transform):
    """A number of each column's date."""

    of_day: Callable[[date], float]  # a function of a module, so that it can be sent and named
    called: str = ""  # the unit

    quantity = Quantity.STATIC
    word = "of the date"

    @property
    def unit(self) -> str:
        """As it is declared."""
        return self.called

    def compute(self, panel: Panel) -> Reals:
        """(columns, 1) numbers."""
        days = [day_of(int(day)) for day in panel.days]
        return np.array([[_of(self.of_day, day)] for day in days], dtype=np.float64)


@dataclass(frozen=True)
class ShareAhead:
    """The share of the days from a date on, so many, of which something holds."""

    holds: Callable[[date], bool]
    days: int

    def __call__(self, day: date) -> float:
        """Count them."""
        return sum(self.holds(day + timedelta(days=ahead)) for ahead in range(self.days)) / self.days


@cache
def _of(of_day: Callable[[date], float], day: date) -> float:
    """Every partition of a city asks for the same days."""
    return of_day(day)
