"""What a transform is: a frozen object that is computed on a panel, says what its numbers are, and is the name of its result.

Two objects of one type and equal parts are one transform: what several features share stands in the panel under the object
that makes it, and a feature was made from what its transform is made of.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import numpy.typing as npt

from features.panel.panel import Panel
from riskwarn.words import Quantity

Made = TypeVar("Made")


@dataclass(frozen=True)
class Transform(ABC):
    """Numbers of every column and cell; the facts below are those of most transforms."""

    @property
    def quantity(self) -> Quantity:
        """What may be done with the numbers."""
        return Quantity.EXTENSIVE

    @property
    def word(self) -> str:
        """How records become the number."""
        return "sum"

    @property
    def unit(self) -> str:
        """What the number counts."""
        return "records"

    @property
    def window(self) -> int | None:
        """Periods looked back, where there is a fixed number of them."""
        return None

    @property
    def totals(self) -> tuple[Transform, ...]:
        """The extensive transforms whose sums over whole districts this one reads."""
        return ()

    @abstractmethod
    def compute(self, panel: Panel) -> npt.NDArray[Any]:
        """(columns, cells), or (columns, 1) where all cells are alike; NaN for unknown."""


@dataclass(frozen=True)
class Shared(ABC, Generic[Made]):
    """What several transforms are made from: made once on a panel."""

    @abstractmethod
    def make(self, panel: Panel) -> Made:
        """Make it."""

    def on(self, panel: Panel) -> Made:
        """What stands on the panel under this object."""
        return panel.cached(self, partial(self.make, panel))


@dataclass(frozen=True)
class Once(Transform, Shared[npt.NDArray[Any]]):
    """Numbers that several features read, and that are worth the memory."""

    of: Transform

    @property
    def quantity(self) -> Quantity:
        """That of the numbers."""
        return self.of.quantity

    @property
    def word(self) -> str:
        """That of the numbers."""
        return self.of.word

    @property
    def unit(self) -> str:
        """That of the numbers."""
        return self.of.unit

    @property
    def window(self) -> int | None:
        """That of the numbers."""
        return self.of.window

    @property
    def totals(self) -> tuple[Transform, ...]:
        """Those of the numbers."""
        return self.of.totals

    def make(self, panel: Panel) -> npt.NDArray[Any]:
        """Compute them."""
        return self.of.compute(panel)

    def compute(self, panel: Panel) -> npt.NDArray[Any]:
        """Compute them, or take what stands there."""
        return self.on(panel)


@dataclass(frozen=True)
class Computed(Transform):
    """A plain function of a panel, for a feature of one's own: known by the feature's name, which no other has."""

    name: str
    function: Callable[[Panel], npt.NDArray[Any]] = field(compare=False)
    kind: Quantity = Quantity.EXTENSIVE
    how: str = "sum"
    called: str = "records"
    periods: int | None = None

    @property
    def quantity(self) -> Quantity:
        """As it is declared."""
        return self.kind

    @property
    def word(self) -> str:
        """As it is declared."""
        return self.how

    @property
    def unit(self) -> str:
        """As it is declared."""
        return self.called

    @property
    def window(self) -> int | None:
        """As it is declared."""
        return self.periods

    def compute(self, panel: Panel) -> npt.NDArray[Any]:
        """Ask the function."""
        return self.function(panel)


def parts_of(thing: object) -> Iterator[object]:
    """A transform, and all that it is made of at any depth: other frozen objects, functions, words and numbers."""
    yield thing
    if is_dataclass(thing):
        for one in fields(thing):
            yield from parts_of(getattr(thing, one.name))
    elif isinstance(thing, tuple):
        for part in thing:
            yield from parts_of(part)


def sources_of(transform: Transform) -> frozenset[str]:
    """The sources whose records a transform reads."""
    return frozenset(part.source for part in parts_of(transform) if hasattr(part, "source"))
