"""What is usual of a unit above the grid: its own mean of the same span over the two years before, as known at the as-of.

It is a sum of what the grids are told as, period by period, and of how many events the city has to what that sums up to, to a twentieth:
nothing of a grid follows from it that the bands of its periods do not tell (see :mod:`riskwarn.disclosure.sums`). A grid of which
nothing is told counts for the mean of the others. Of a single grid nothing is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.windows import YEAR
from riskwarn.arrays import Flags, Reals
from riskwarn.disclosure import banded, bounds, summands
from training import ForecastTask
from training.intervals.counts import CountDistribution

#: Years that are looked back.
YEARS = 2

#: Of fewer events the deviation is told as of so many.
_LEAST_EVENTS = 3

#: With fewer grids and periods that have events, their number beside what they are told as would tell of them.
_LEAST_CELLS = 100
#: … which is told in steps of this.
_STEP = 0.05

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
    edges = task.calendar.instants([task.calendar.shift(task.as_of, -ago) for ago in range(back, -1, -1)])
    events = task.events
    inside = events.known_before(edges[-1]) & (events.counted_at >= edges[0])
    period = np.minimum(np.searchsorted(edges, events.counted_at[inside], side="right") - 1, back - 1)
    cell, place = np.unique(events.grid[inside] * back + period, return_inverse=True)
    counts = np.bincount(place, events.count[inside], len(cell)).astype(np.float64)
    alive = task.feed.alive(task.inputs.history.columns - 1)[1:, -back:].sum(axis=1).astype(np.float64)
    told = np.bincount(cell // back, _told(counts), task.grids).astype(np.float64)
    told[untold] = told[~untold].mean() if (~untold).any() else 0.0
    return Usual(told, alive[task.feed.district_of_grid])


def _told(counts: Reals) -> Reals:
    """(cells,) what the events of a grid and period count for, by the band that they are told as."""
    least, most = (ends.astype(np.float64) for ends in bounds(banded(counts)))
    told = summands(counts, least, most)
    if len(counts) < _LEAST_CELLS:
        return told
    return told * (round(float(counts.sum() / told.sum()) / _STEP) * _STEP)


def least_periods(task: ForecastTask) -> float:
    """Periods from which on something is usual."""
    return LEAST_PERIODS_OF_YEAR * YEAR[task.calendar.period]


def deviation(members: CountDistribution | None, units: npt.NDArray[np.integer], number: int) -> Reals:
    """(units,) by how much the expected count would differ had the model learnt from other records; 0 where that is not told."""
    if members is None:
        return np.zeros(number)
    return np.asarray(np.std([np.bincount(units, one, number) for one in members.mean], axis=0))
