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
from training.evaluation.orders import Keys, falling, keys_of, known_first
from training.evaluation.outcomes import Outcomes
from training.intervals.counts import Reals
from training.models.forecast import Forecast

T = TypeVar("T")


@dataclass(frozen=True)
class Judged:
    """A forecast and what came; arrays (origins, grids). `reference` is the Brier score of climatology, (origins,)."""

    forecast: Forecast
    outcomes: Outcomes
    reference: Reals | None = None
    all_outcomes: Outcomes | None = None  # at all cells, where these are some of them
    #: What is the same at some cells as at all. A part holds this and not the whole: they would hold each other, and with them the
    #: gigabytes of a large city, until Python looks for circles.
    _in_common: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)
    _made: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)

    def only(self, cells: Flags) -> Judged:
        """The same, judged at these cells alone."""
        return self._at(self.outcomes.only(cells))

    def _at(self, outcomes: Outcomes) -> Judged:
        return Judged(self.forecast, outcomes, all_outcomes=self.whole_outcomes, _in_common=self._in_common)

    @property
    def whole_outcomes(self) -> Outcomes:
        """Those at all cells."""
        return self.outcomes if self.all_outcomes is None else self.all_outcomes

    @cached_property
    def hard(self) -> Judged | None:
        """At places where nothing had come in the year before; None where that is not told."""
        some = self.outcomes.at_hard
        return None if some is None else self._at(some)

    @cached_property
    def new(self) -> Judged | None:
        """At grids that are less than a year old."""
        some = self.outcomes.at_new
        return None if some is None else self._at(some)

    def once(self, key: object, make: Callable[[], T]) -> T:
        """What several metrics share."""
        return _once(self._made, key, make)

    def in_common(self, key: object, make: Callable[[], T]) -> T:
        """What is the same at some cells as at all: it hangs on no outcome, or is told of all of them."""
        return _once(self._in_common, key, make)

    @property
    def observed(self) -> Reals:
        """Counts, NaN where not known."""
        return self.outcomes.observed

    @property
    def known(self) -> Flags:
        """Which cells are judged."""
        return self.outcomes.known

    @property
    def counts(self) -> Reals:
        """Counts, 0 where not known."""
        return self.outcomes.counts

    @property
    def happened(self) -> Flags:
        """Whether anything came."""
        return self.outcomes.happened

    @property
    def cells(self) -> Indices:
        """(origins,) the number of cells that are judged."""
        return self.outcomes.cells

    @property
    def keys(self) -> Keys:
        """(origins, grids) the published scores, in units of their last digit."""
        return self.in_common("keys", lambda: keys_of(self.forecast.probability))

    @property
    def every(self) -> Indices:
        """All grids from the highest published score down, ties in the order of grids."""
        return self.in_common("every", lambda: falling(self.keys))

    @cached_property
    def order(self) -> Indices:
        """The same, but what is not judged comes last."""
        return self.every if self.outcomes.complete else known_first(self.every, self.known)

    @cached_property
    def ordered_counts(self) -> Reals:
        """Counts in the order of the ranking."""
        return np.take_along_axis(self.counts, self.order, axis=1)

    @cached_property
    def caught(self) -> Reals:
        """(origins, grids) events in the first places of the ranking, up to each."""
        return np.asarray(self.ordered_counts.cumsum(axis=1))

    def sums(self, values: Reals) -> Reals:
        """(origins,) sums over the cells that are judged."""
        return np.asarray((values if self.outcomes.complete else np.where(self.known, values, 0.0)).sum(axis=1))

    def means(self, values: Reals) -> Reals:
        """(origins,) means over the cells that are judged, NaN where there is none."""
        return over(self.sums(values), self.cells.astype(np.float64))


def _once(made: dict[object, Any], key: object, make: Callable[[], T]) -> T:
    if key not in made:
        made[key] = make()
    found: T = made[key]
    return found


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
