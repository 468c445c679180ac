"""How a feature is declared: what it is called and means, and how a panel gives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from features.matrix import Feature
from features.windows import PERIOD_EN, PERIOD_ZH
from riskwarn.contracts import Contract
from riskwarn.periods import Period
from riskwarn.words import Quantity, Role

if TYPE_CHECKING:
    from features.panel.panel import Panel


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

    contract: Contract
    period: Period
    categories: tuple[tuple[str, str, str], ...]  # code, Chinese and English name

    @property
    def source(self) -> str:
        """The source's name."""
        return self.contract.source

    @property
    def zh(self) -> str:
        """What its records are called in a Chinese sentence."""
        return self.contract.records_zh

    @property
    def en(self) -> str:
        """What its records are called in an English sentence."""
        return self.contract.records_en

    @property
    def roles(self) -> frozenset[Role]:
        """What its records are."""
        return self.contract.roles

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
