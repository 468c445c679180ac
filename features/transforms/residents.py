"""Who lives there, in numbers by grid as they were known, and amounts for each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.engine.spans import NEVER
from features.engine.sums import Reals
from features.panel.panel import Panel
from features.panel.partition import GRID, LOCAL
from features.transforms.amounts import Intensive
from features.transforms.transform import Shared, Transform
from riskwarn.words import Quantity

SOURCE = "demographics"


@dataclass(frozen=True)
class Newest(Shared[Reals]):
    """(columns, grids) the newest number known at each column, NaN where none is."""

    number: str

    def make(self, panel: Panel) -> Reals:
        """Survey by survey; of grids only."""
        if panel.resolution not in (GRID, LOCAL):
            raise ValueError("the numbers of residents are read for grids; sum them over the unit's grids")
        rows = panel.records(SOURCE)
        values = np.full((panel.columns, panel.grids), np.nan)
        if self.number not in rows:
            return values
        amount = rows[self.number]
        held = np.flatnonzero(~np.isnan(amount) & (rows["start"] < NEVER))
        # Rows are sorted by grid and time, so that a newer survey overwrites the older one from its column on.
        grid, start = rows["grid"][held], np.maximum(rows["start"][held].astype(np.int64) - panel.begin, 0)
        inside = start < panel.columns
        values[start[inside], grid[inside]] = amount[held][inside]
        surveyed = np.zeros(panel.columns, dtype=bool)
        surveyed[start[inside]] = True
        for column in range(1, panel.columns):
            if surveyed[column]:
                unknown = np.isnan(values[column])
                values[column, unknown] = values[column - 1, unknown]
            else:
                values[column] = values[column - 1]
        return values


@dataclass(frozen=True)
class Surveyed(Transform):
    """The newest number that is known."""

    number: str
    of: Quantity
    called: str  # the unit

    word = "newest"

    @property
    def quantity(self) -> Quantity:
        """As it is declared."""
        return self.of

    @property
    def unit(self) -> str:
        """As it is declared."""
        return self.called

    def compute(self, panel: Panel) -> Reals:
        """Take it."""
        return Newest(self.number).on(panel)


@dataclass(frozen=True)
class Per(Intensive):
    """One number for each, or for each thousand, of another; NaN where there are none or nobody knows."""

    above: str
    below: str
    called: str = ""  # the unit
    scale: float = 1.0

    word = "ratio"

    @property
    def unit(self) -> str:
        """As it is declared."""
        return self.called

    def compute(self, panel: Panel) -> Reals:
        """Divide."""
        return np.asarray(self.scale * Newest(self.above).on(panel) / positive(Newest(self.below).on(panel)))


@dataclass(frozen=True)
class LogNumber(Intensive):
    """The logarithm of a number; NaN where it is not above zero."""

    number: str

    word = "log"

    def compute(self, panel: Panel) -> Reals:
        """Take it."""
        return np.asarray(np.log(positive(Newest(self.number).on(panel))))


@dataclass(frozen=True)
class _ThousandPerResident(Shared[Reals]):
    """(columns, grids) a thousand by the residents."""

    def make(self, panel: Panel) -> Reals:
        """NaN where there are none or nobody knows."""
        return np.asarray(1000 / positive(Newest("population").on(panel)))


@dataclass(frozen=True)
class PerThousandResidents(Intensive):
    """An amount per 1,000 residents."""

    of: Transform

    word = "ratio"

    @property
    def unit(self) -> str:
        """The amount's, per 1,000."""
        return f"{self.of.unit} per 1,000"

    @property
    def window(self) -> int | None:
        """That of the amount."""
        return self.of.window

    def compute(self, panel: Panel) -> npt.NDArray[Any]:
        """Multiply."""
        return self.of.compute(panel) * _ThousandPerResident().on(panel)


def positive(values: Reals) -> Reals:
    """The values, NaN where they are not above zero."""
    return np.where(values > 0, values, np.nan)
