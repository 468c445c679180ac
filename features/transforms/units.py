"""The same amount around a grid: over its neighbours, within a ring, and in the units above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.engine.sums import Reals, log_against_units, spread_over_cells
from features.panel.distances import NEAR, ring_name
from features.panel.panel import Array, Panel
from features.panel.partition import LOCAL, WIDE
from features.transforms.amounts import Intensive
from features.transforms.transform import Shared, Transform
from riskwarn.words import Unit

#: Added to both sides of a comparison, so that a first event in a quiet place does not look like a disaster.
_PRIOR = 0.5


@dataclass(frozen=True)
class Around(Intensive):
    """An amount seen from a grid beyond itself. What is near several grids is counted for each: no sum over grids."""

    of: Transform

    @property
    def word(self) -> str:
        """That of the amount."""
        return self.of.word

    @property
    def unit(self) -> str:
        """That of the amount."""
        return self.of.unit

    @property
    def window(self) -> int | None:
        """That of the amount."""
        return self.of.window


@dataclass(frozen=True)
class SumOverNeighbours(Around):
    """The sum over the grids next door."""

    def compute(self, panel: Panel) -> npt.NDArray[Any]:
        """Of core and halo."""
        return panel.partition.seen(NEAR, self.of.compute(panel.through(LOCAL)))


@dataclass(frozen=True)
class SumOverRing(Around):
    """The sum over the grids whose centres lie in a ring around the grid's; NaN where the grid has no place."""

    ring: int

    def compute(self, panel: Panel) -> npt.NDArray[Any]:
        """Of core and halo."""
        sums = panel.partition.seen(ring_name(self.ring), self.of.compute(panel.through(LOCAL)))
        sums[:, ~panel.partition.placed] = np.nan
        return sums


def summed_over_units(of: Transform, level: Unit, panel: Panel) -> Reals:
    """(columns, units) an amount of each unit, in its grids and in none of them; of wide units from a first pass."""
    if panel.totals is not None and level in WIDE:
        return panel.totals[of, level]
    return np.asarray(panel.summed(level, of.compute), dtype=np.float64)


@dataclass(frozen=True)
class MeansOfUnits(Shared[Reals]):
    """(columns, units) the mean of an amount over the grids of each unit."""

    of: Transform
    level: Unit

    def make(self, panel: Panel) -> Reals:
        """What lies in the unit by the number of its grids."""
        return summed_over_units(self.of, self.level, panel) / panel.partition.levels[self.level].sizes


@dataclass(frozen=True)
class OfUnit(Around):
    """An amount of the unit in which the grid lies."""

    level: Unit

    @property
    def totals(self) -> tuple[Transform, ...]:
        """The amount, where the unit may be wider than a partition of the city."""
        return (self.of,) if self.level in WIDE else ()


@dataclass(frozen=True)
class MeanOfUnit(OfUnit):
    """The mean over the grids of the unit in which the grid lies."""

    @property
    def word(self) -> str:
        """The mean of the amount's."""
        return f"mean of {self.of.word}"

    def compute(self, panel: Panel) -> Array:
        """Each grid has the mean of its unit."""
        means = MeansOfUnits(self.of, self.level).on(panel)
        return spread_over_cells(means, panel.partition.levels[self.level].of_core)


@dataclass(frozen=True)
class AgainstUnit(OfUnit):
    """The grid against the mean of the unit in which it lies, as a log ratio."""

    word = "log ratio"
    unit = ""

    def compute(self, panel: Panel) -> Array:
        """A little is added to both."""
        usual = np.log(MeansOfUnits(self.of, self.level).on(panel) + _PRIOR)
        return log_against_units(self.of.compute(panel), usual, panel.partition.levels[self.level].of_core, _PRIOR)
