"""A forecast beside what came: what several metrics need is made once.

A metric is one value an origin, (origins,), whose mean over origins is the metric: so that every metric has an interval, and the
difference of any two forecasts a paired one. What is no mean (a ratio of sums, a slope) gives its linearisation at each origin
(influence values; Deville 1999).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from riskwarn.arrays import Flags, Indices
from training.evaluation.outcomes import Outcomes
from training.intervals.counts import Reals
from training.models.forecast import DIGITS, Forecast

T = TypeVar("T")


@dataclass(frozen=True)
class Judged:
    """A forecast and what came; arrays (origins, grids). `reference` is the Brier score of climatology, (origins,)."""

    forecast: Forecast
    outcomes: Outcomes
    reference: Reals | None = None
    _made: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)

    def only(self, cells: Flags) -> Judged:
        """The same, judged at these cells alone."""
        return Judged(self.forecast, self.outcomes.only(cells))

    @cached_property
    def hard(self) -> Judged | None:
        """At places where nothing had come in the year before; None where that is not told."""
        return None if self.outcomes.hard is None else self.only(self.outcomes.hard)

    @cached_property
    def new(self) -> Judged | None:
        """At grids that are less than a year old."""
        cells = self.outcomes.new
        return None if cells is None or not cells.any() else self.only(cells)

    def once(self, key: object, make: Callable[[], T]) -> T:
        """What several metrics share."""
        if key not in self._made:
            self._made[key] = make()
        found: T = self._made[key]
        return found

    @property
    def observed(self) -> Reals:
        """Counts, NaN where not known."""
        return self.outcomes.observed

    @cached_property
    def known(self) -> Flags:
        """Which cells are judged."""
        return np.asarray(~np.isnan(self.observed))

    @cached_property
    def counts(self) -> Reals:
        """Counts, 0 where not known."""
        return np.nan_to_num(self.observed, nan=0.0)

    @cached_property
    def happened(self) -> Flags:
        """Whether anything came."""
        return np.asarray(self.counts > 0)

    @cached_property
    def cells(self) -> Indices:
        """(origins,) the number of cells that are judged."""
        return np.asarray(self.known.sum(axis=1), dtype=np.int64)

    @cached_property
    def order(self) -> Indices:
        """The grids from the highest published score down, ties in the order of grids; what is not judged comes last."""
        key = -np.round(self.forecast.probability, DIGITS)
        if not self.known.all():
            key = np.where(self.known, key, np.inf)
        return np.asarray(np.argsort(key, axis=1, kind="stable"), dtype=np.int64)

    @cached_property
    def ordered_counts(self) -> Reals:
        """Counts in the order of the ranking."""
        return np.take_along_axis(self.counts, self.order, axis=1)

    def sums(self, values: Reals) -> Reals:
        """(origins,) sums over the cells that are judged."""
        return np.asarray(np.where(self.known, values, 0.0).sum(axis=1))

    def means(self, values: Reals) -> Reals:
        """(origins,) means over the cells that are judged, NaN where there is none."""
        return over(self.sums(values), self.cells.astype(np.float64))


def over(above: Reals, below: Reals) -> Reals:
    """Their quotient, NaN where there is nothing below."""
    return np.asarray(np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0))


def ratio(above: Reals, below: Reals) -> Reals:
    """(origins,) the quotient of two sums over all origins, as linearised at each; its mean is the quotient."""
    usual = float(below.mean()) if len(below) else 0.0
    if not usual > 0:
        return np.full(len(below), np.nan)
    whole = float(above.mean()) / usual
    return np.asarray(whole + (above - whole * below) / usual)
