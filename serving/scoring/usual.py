"""What is usual of a unit above the grid: its own mean of the same span over two years of whole periods of the calendar, as known then.

It is a sum of what the grids are told as, period by period: each counts for the place in its band where those of the city lie on the
mean, to a twentieth and never at an end. Nothing of a grid follows from it that the bands of its periods do not tell (see
:mod:`riskwarn.disclosure.sums`). A grid of which nothing is told counts for the mean of the others. Of a single grid nothing is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.windows import YEAR
from riskwarn.arrays import Flags, Indices, Reals
from riskwarn.disclosure import Parts, place_of_counts
from riskwarn.periods import Instants
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

    events: Reals  # (grids,) what each counts for in the sums above it
    periods: Reals  # (grids,) in which the feed was alive there

    def of(self, units: npt.NDArray[np.integer], number: int, horizon: int, least: float) -> tuple[Reals, Reals]:
        """(units,) the usual count of a span, and its deviation as that of a count of so many events; NaN where too little is known."""
        events = np.bincount(units, self.events, number)
        grids = np.maximum(np.bincount(units, minlength=number), 1)
        periods = np.bincount(units, self.periods, number) / grids
        known = periods >= least
        spans = horizon / np.where(known, periods, np.nan)
        return events * spans, np.sqrt(np.maximum(events, _LEAST_EVENTS)) * spans


def usual(task: ForecastTask, untold: Flags) -> Usual:
    """Count the events of the last years, in the period in which they became known, as everything is counted.

    `untold` (grids,) says of which grids nothing is told.
    """
    back = YEARS * YEAR[task.calendar.period]
    events, edges = task.events, edges_of_years(task)
    inside = events.known_before(edges[-1])
    cell, counts = cells(events.counted_at[inside], events.grid[inside], events.count[inside], edges)
    alive = task.feed.alive(task.inputs.history.columns - 1)[1:, -back:].sum(axis=1).astype(np.float64)
    told = np.bincount(cell // back, _told(counts), task.grids).astype(np.float64)
    told[untold] = told[~untold].mean() if (~untold).any() else 0.0
    return Usual(told, alive[task.feed.district_of_grid])


def edges_of_years(task: ForecastTask) -> Instants:
    """(periods + 1,) the instants between the periods of the last years: those of the calendar, as everything that is told."""
    back, last = YEARS * YEAR[task.calendar.period], task.calendar.whole_before(task.as_of)
    return task.calendar.instants([task.calendar.shift(last, -ago) for ago in range(back, -1, -1)])


def cells(at: Instants, grid: Indices, count: Reals, edges: Instants) -> tuple[Indices, Reals]:
    """(cells,) each grid times the number of periods, and its period, with events between the edges; and how many these are."""
    inside = (at >= edges[0]) & (at < edges[-1])
    period = np.minimum(np.searchsorted(edges, at[inside], side="right") - 1, len(edges) - 2)
    cell, place = np.unique(grid[inside].astype(np.int64) * (len(edges) - 1) + period, return_inverse=True)
    return cell, np.bincount(place, count[inside], len(cell)).astype(np.float64)


def _told(counts: Reals) -> Reals:
    """(cells,) what the events of a grid and period count for, by the band that they are told as."""
    return Parts.of(counts, place_of_counts(counts)).counted


def least_periods(task: ForecastTask) -> float:
    """Periods from which on something is usual."""
    return LEAST_PERIODS_OF_YEAR * YEAR[task.calendar.period]


def deviation(members: CountDistribution | None, units: npt.NDArray[np.integer], number: int) -> Reals:
    """(units,) by how much the expected count would differ had the model learnt from other records; 0 where that is not told."""
    if members is None:
        return np.zeros(number)
    return np.asarray(np.std([np.bincount(units, one, number) for one in members.mean], axis=0))
