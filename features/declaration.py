"""How a feature is declared: what it is called and means, and how a panel gives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from features.matrix import Feature
from riskwarn.periods import Period
from riskwarn.words import Quantity

if TYPE_CHECKING:
    from features.panel import Panel

#: Windows of the panel's periods, short to long.
WINDOWS = {
    Period.DAY: (1, 3, 7, 14, 28, 56, 182, 364),
    Period.WEEK: (1, 2, 4, 8, 13, 26, 52, 104),
    Period.MONTH: (1, 2, 3, 6, 12, 24),
}

#: A short and a long window (about a month or two, and half a year) for features that need no more.
SHORT_AND_LONG = {Period.DAY: (28, 182), Period.WEEK: (4, 26), Period.MONTH: (2, 6)}

#: About a year.
YEAR = {Period.DAY: 364, Period.WEEK: 52, Period.MONTH: 12}

#: Half-lives of decayed counts, in periods.
HALF_LIVES = {Period.DAY: (28.0, 182.0), Period.WEEK: (4.0, 26.0), Period.MONTH: (2.0, 12.0)}

#: Half-lives of what repeats nearby, in periods: about two weeks and two months.
NEAR_HALF_LIVES = {Period.DAY: (14.0, 56.0), Period.WEEK: (2.0, 8.0), Period.MONTH: (1.0, 2.0)}

#: The period's name in sentences.
PERIOD_ZH = {Period.DAY: "天", Period.WEEK: "周", Period.MONTH: "个月"}
PERIOD_EN = {Period.DAY: "days", Period.WEEK: "weeks", Period.MONTH: "months"}

Compute = Callable[["Panel"], npt.NDArray[Any]]


@dataclass(frozen=True)
class Declared:
    """One row of the catalogue. `compute` gives (columns, cells) or (columns, 1) numbers, NaN for unknown.

    `total` is the extensive feature whose district and city totals it reads, where it reads any.
    """

    feature: Feature
    compute: Compute
    total: Declared | None = None


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

    def zh_last(self, periods: int) -> str:
        """`近4周`."""
        return f"近{periods}{self.zh_period}"

    def en_last(self, periods: int) -> str:
        """`in the last 4 weeks`."""
        return f"in the last {self.en_time(periods)}"


@dataclass(frozen=True)
class Family:
    """Features that are made alike. `theme` joins families that tell people nearly the same."""

    name: str
    theme: str

    def feature(
        self,
        source: str,
        name: str,
        zh: str,
        en: str,
        compute: Compute,
        *,
        quantity: Quantity = Quantity.EXTENSIVE,
        transform: str = "sum",
        unit: str = "records",
        window: int | None = None,
        observer: bool = False,
        total: Declared | None = None,
    ) -> Declared:
        """One feature of this family: like a row of a table."""
        declared = Feature(name, self.name, source, zh, en, quantity, observer, self.theme, window, transform, unit)
        return Declared(declared, compute, total)
