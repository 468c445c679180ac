"""How a feature is declared: what it is called and means, and how a panel gives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from features.families.sensitive import sensitive_of
from features.matrix import Feature
from features.panel.panel import Panel
from features.transforms.categories import Category
from features.transforms.transform import Computed, Transform
from features.windows import PERIOD_EN, PERIOD_ZH
from riskwarn.contracts import Contract
from riskwarn.periods import Period
from riskwarn.words import Quantity, Role

Compute = Callable[[Panel], npt.NDArray[Any]]


@dataclass(frozen=True)
class Declared:
    """One row of the catalogue: what a feature is called and means, and the transform that gives it."""

    feature: Feature
    transform: Transform
    module: str = ""  # of one's own, that declares it

    @property
    def totals(self) -> tuple[Transform, ...]:
        """The extensive transforms whose district and city totals it reads."""
        return self.transform.totals

    def compute(self, panel: Panel) -> npt.NDArray[Any]:
        """(columns, cells) or (columns, 1) numbers, NaN for unknown."""
        return self.transform.compute(panel)


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
    def coded(self) -> tuple[Category, ...]:
        """The categories as transforms name them."""
        return tuple(Category(self.source, word, code) for code, (word, _, _) in enumerate(self.categories))

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

    def declare(
        self, source: str, name: str, transform: Transform, zh: str, en: str, *, observer: bool = False
    ) -> Declared:
        """One feature of this family: like a row of a table. What its numbers are is said by the transform."""
        feature = Feature(
            name,
            self.name,
            source,
            zh,
            en,
            transform.quantity,
            observer,
            self.theme,
            transform.window,
            transform.word,
            transform.unit,
            sensitive_of(name, transform),
        )
        return Declared(feature, transform)

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
    ) -> Declared:
        """One feature that a plain function of a panel gives, and so says itself what its numbers are."""
        computed = Computed(name, compute, quantity, transform, unit, window)
        return self.declare(source, name, computed, zh, en, observer=observer)
