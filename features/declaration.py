"""How a feature is declared: what it is called and means, and how a panel gives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.matrix import Feature
from features.panel import Panel
from riskwarn.periods import Period

#: Windows of the panel's periods, short to long.
WINDOWS = {
    Period.DAY: (1, 3, 7, 14, 28, 56, 182),
    Period.WEEK: (1, 2, 4, 8, 13, 26, 52),
    Period.MONTH: (1, 2, 3, 6, 12, 24),
}

#: A short and a long window (about a month or two, and half a year) for features that need no more.
SHORT_AND_LONG = {Period.DAY: (28, 182), Period.WEEK: (4, 26), Period.MONTH: (2, 6)}

#: Half-lives of decayed counts, in periods.
HALF_LIVES = {Period.DAY: (28.0, 182.0), Period.WEEK: (4.0, 26.0), Period.MONTH: (2.0, 12.0)}

#: The period's name in sentences.
PERIOD_ZH = {Period.DAY: "天", Period.WEEK: "周", Period.MONTH: "个月"}
PERIOD_EN = {Period.DAY: "days", Period.WEEK: "weeks", Period.MONTH: "months"}


@dataclass(frozen=True)
class Declared:
    """One row of the catalogue. `compute` gives (columns, grids) or (columns, 1) float64, NaN for unknown."""

    feature: Feature
    compute: Callable[[Panel], npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Subject:
    """An event source as the families see it."""

    source: str
    zh: str
    en: str
    period: Period
    categories: tuple[tuple[str, str, str], ...]  # code, Chinese and English name

    @property
    def zh_period(self) -> str:
        """The period's Chinese measure word."""
        return PERIOD_ZH[self.period]

    @property
    def en_period(self) -> str:
        """The period's English plural."""
        return PERIOD_EN[self.period]

    def en_time(self, periods: int) -> str:
        """`4 weeks`; a lone `week` for one, as in "the last week"."""
        return self.en_period.removesuffix("s") if periods == 1 else f"{periods} {self.en_period}"
