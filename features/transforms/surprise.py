"""How unusual a count is: against a mean in its deviations, and by the chance of so many or more.

Surprise is minus the decimal logarithm of that chance: 2 says that one in a hundred quiet windows would look like this. The
means are plain rates, the grid's own with a year of its town mixed in; peers are spread with a fixed dispersion of one half (a
negative binomial of size 2), for grids of one town are not alike. Nothing is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from features.engine import cellwise, sums
from features.engine.sums import Narrow, Reals
from features.panel.panel import Array, Panel
from features.panel.partition import GRID
from features.transforms.amounts import Count, Intensive
from features.transforms.transform import Shared
from riskwarn.words import Unit


@dataclass(frozen=True)
class Burst(Intensive):
    """How far the last period exceeds the mean of a long window, in its standard deviations."""

    source: str
    periods: int

    word = "standardised difference"

    @property
    def window(self) -> int:
        """The long one."""
        return self.periods

    def compute(self, panel: Panel) -> Narrow | Reals:
        """Of a Poisson, plus 1."""
        latest, long = Count(self.source, 1), Count(self.source, self.periods)
        return sums.burst(latest.compute(panel), long.compute(panel), self.periods)


@dataclass(frozen=True)
class MeansOfTowns(Shared[Reals]):
    """(columns, towns) mean count of the grids of each town."""

    source: str
    periods: int

    def make(self, panel: Panel) -> Reals:
        """Of grids only."""
        if panel.resolution != GRID:
            raise ValueError("a grid's peers are grids: there is no surprise of a unit")
        sizes = panel.partition.levels[Unit.TOWN].sizes
        return np.asarray(panel.summed(Unit.TOWN, Count(self.source, self.periods).compute) / sizes)


@dataclass(frozen=True)
class Surprise(Intensive):
    """−log10 P(N ≥ seen) for a Poisson N of the mean of the grid's own year before the window, and of a year of its town.

    0 where nothing was seen.
    """

    source: str
    periods: int  # of the window
    year: int

    word = "Poisson tail"
    unit = "decades"
    past = 1  # how much the grid's own year counts
    spread = False

    @property
    def window(self) -> int:
        """The year."""
        return self.year

    @property
    def scale(self) -> float:
        """From the time of what the grid had before and of a year of its town to the window."""
        return self.periods / (2 * self.year - self.periods)

    def compute(self, panel: Panel) -> Array:
        """By a series that converges in most cells, else by the incomplete gamma function."""
        seen, year = Count(self.source, self.periods).compute(panel), Count(self.source, self.year).compute(panel)
        if seen.dtype != year.dtype:
            seen, year = seen.astype(np.int64), year.astype(np.int64)
        found = np.empty(seen.shape, dtype=np.float32)
        town, of_grid = MeansOfTowns(self.source, self.year).on(panel), panel.partition.levels[Unit.TOWN].of_core
        slow = cellwise.surprise(found, seen, year, town, of_grid, self.past, self.scale, self.spread)
        if slow:
            # The series converges slowly where the mean is far above what was seen.
            column, grid = np.nonzero(np.isnan(found))
            number, before = seen[column, grid], (year - seen)[column, grid]
            mean = (self.past * before + town[column, of_grid[grid]]) * self.scale
            found[column, grid] = np.minimum(-np.log10(special.gammainc(number, mean)), cellwise.MOST_SURPRISING)
        return found


@dataclass(frozen=True)
class SurpriseAmongPeers(Surprise):
    """−log10 P(N ≥ seen) for a negative binomial N of the mean of a year of the grid's town. 0 where nothing was seen."""

    word = "negative binomial tail"
    past = 0
    spread = True

    @property
    def scale(self) -> float:
        """From a year of its town to the window."""
        return self.periods / self.year
