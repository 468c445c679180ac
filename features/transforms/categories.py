"""Records by category: one of them, those that came again, those that follow another source's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from features.engine.spans import Spans
from features.engine.sums import Reals, add_where_any, decayed_by
from features.panel.panel import Panel
from features.transforms.amounts import Intensive, Running
from features.transforms.selections import InOrder, Refined, Rows
from features.transforms.transform import Shared, Transform


@dataclass(frozen=True)
class Category:
    """A category of a source: its word in the vocabulary, and its code among the records."""

    source: str
    word: str
    code: int = field(repr=False)  # follows from the words: a category that is put in moves others, and changes none


@dataclass(frozen=True)
class OfCategory(Refined):
    """The rows of one category."""

    category: Category

    def spans(self, panel: Panel) -> Spans:
        """Without a copy."""
        return InOrder(self.rows, "category").on(panel).of(self.category.code)


@dataclass(frozen=True)
class DecayedOfCategory(Transform):
    """The records of one category, fading by half every so many periods since they became known."""

    category: Category
    half_life: float
    categories: int = field(repr=False)  # how many the source has

    word = "decayed sum"

    def compute(self, panel: Panel) -> Reals:
        """In float64."""
        one = self.category.code
        if panel.columns > 1:
            wanted = range(one, one + 1)
            return np.asarray(DecayedByCategory(self.category.source, self.half_life, wanted).make(panel)[0])
        # A single column of all categories stays near a core, and the records are gone through once.
        every = DecayedByCategory(self.category.source, self.half_life, range(self.categories))
        return np.asarray(every.on(panel)[one])


@dataclass(frozen=True)
class DecayedByCategory(Shared[Reals]):
    """(codes, columns, cells) fading counts of the wanted categories."""

    source: str
    half_life: float
    wanted: range

    def make(self, panel: Panel) -> Reals:
        """One pass over the records."""
        spans, codes = panel.spans(self.source), panel.records(self.source)["category"]
        return decayed_by(panel.frame, spans, codes, self.wanted, self.half_life)


@dataclass(frozen=True)
class Recurring(Intensive):
    """Records of the short window in categories which the grid already had in the long one before it.

    What is chosen by the grid's own past is no amount of a unit.
    """

    rows: Rows
    categories: tuple[Category, ...]
    short: int
    long: int

    word = "sum over categories"
    unit = "records"

    @property
    def window(self) -> int:
        """The long one."""
        return self.long

    def compute(self, panel: Panel) -> npt.NDArray[Any]:
        """Category by category."""
        found = np.zeros((panel.columns, panel.grids), dtype=np.int64)
        for category in self.categories:
            of = OfCategory(self.rows, category)
            before = Running(of).on(panel).within(self.long, self.short)
            add_where_any(found, panel.frame, of.spans(panel), self.short, before)
        return found


@dataclass(frozen=True)
class Variety(Intensive):
    """How many categories the grid had in the window."""

    rows: Rows
    categories: tuple[Category, ...]
    periods: int

    word = "number of categories"
    unit = "categories"

    @property
    def window(self) -> int:
        """The periods."""
        return self.periods

    def compute(self, panel: Panel) -> npt.NDArray[Any]:
        """Each category counts once."""
        kinds = np.zeros((panel.columns, panel.grids), dtype=np.int8)
        for category in self.categories:
            kinds += Running(OfCategory(self.rows, category)).on(panel).within(self.periods) > 0
        return kinds


@dataclass(frozen=True)
class Following(Intensive):
    """Records of the short window in categories of which the grid had another source's in the long one.

    What is chosen by the grid's own past is no amount of a unit.
    """

    first: Rows
    then: Rows
    categories: tuple[tuple[Category, Category], ...]  # the first source's, and the other's of the same word
    short: int
    long: int

    word = "sum over shared categories"
    unit = "records"

    @property
    def window(self) -> int:
        """The long one."""
        return self.long

    def compute(self, panel: Panel) -> npt.NDArray[Any]:
        """Category by category."""
        found = np.zeros((panel.columns, panel.grids), dtype=np.int64)
        for earlier, later in self.categories:
            before = Running(OfCategory(self.first, earlier)).on(panel).within(self.long)
            add_where_any(found, panel.frame, OfCategory(self.then, later).spans(panel), self.short, before)
        return found
