"""What is usual of a unit above the grid: its own mean of the same span over the two years before, as known at the as-of.

The events of each community are rounded to threes, and those of a unit above are the sum of these: no single event of a small unit
follows, nor from the difference of a town and its communities (see :mod:`riskwarn.disclosure.sums`). Of a single grid nothing is
told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.windows import YEAR
from riskwarn.arrays import Reals
from riskwarn.disclosure import rounded, shifts_of
from riskwarn.words import Unit
from serving.scoring.places import at_first_grids
from training import ForecastTask
from training.intervals.counts import CountDistribution

#: Years that are looked back.
YEARS = 2

#: Of fewer events the deviation is told as of so many.
_LEAST_EVENTS = 3

#: With fewer periods nothing is usual yet.
LEAST_PERIODS_OF_YEAR = 0.5


@dataclass(frozen=True)
class Usual:
    """The events of the years before, and how long they could be known of."""

    events: Reals  # (grids,) as they are told: those of a community stand at the first of its grids
    periods: Reals  # (grids,) in which the feed was alive there

    def of(self, units: npt.NDArray[np.integer], number: int, horizon: int, least: float) -> tuple[Reals, Reals]:
        """(units,) the usual count of a span, and its deviation as that of a count of so many events; NaN where too little is known."""
        events = np.bincount(units, self.events, number)
        grids = np.maximum(np.bincount(units, minlength=number), 1)
        periods = np.bincount(units, self.periods, number) / grids
        known = periods >= least
        spans = horizon / np.where(known, periods, np.nan)
        return events * spans, np.sqrt(np.maximum(events, _LEAST_EVENTS)) * spans


def usual(task: ForecastTask) -> Usual:
    """Count each grid's events of the last years, in the period in which they became known, as everything is counted."""
    back = YEARS * YEAR[task.calendar.period]
    until = task.calendar.instant(task.as_of)
    since = task.calendar.instant(task.calendar.shift(task.as_of, -back))
    events = task.events
    inside = events.known_before(until) & (events.counted_at >= since)
    counts = np.bincount(events.grid[inside], events.count[inside], task.grids).astype(np.float64)
    community = task.geography.units[Unit.COMMUNITY]
    alive = task.feed.alive(task.inputs.history.columns - 1)[1:, -back:].sum(axis=1).astype(np.float64)
    events_told = rounded(
        np.bincount(community.of_grid, counts, len(community.codes)).astype(np.float64), shifts_of(community.codes)
    )
    return Usual(at_first_grids(events_told, community.of_grid), alive[task.feed.district_of_grid])


def least_periods(task: ForecastTask) -> float:
    """Periods from which on something is usual."""
    return LEAST_PERIODS_OF_YEAR * YEAR[task.calendar.period]


def deviation(members: CountDistribution | None, units: npt.NDArray[np.integer], number: int) -> Reals:
    """(units,) by how much the expected count would differ had the model learnt from other records; 0 where that is not told."""
    if members is None:
        return np.zeros(number)
    return np.asarray(np.std([np.bincount(units, one, number) for one in members.mean], axis=0))
