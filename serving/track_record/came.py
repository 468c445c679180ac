"""What came after a snapshot, as it is known now, and what its baselines would have said then.

Windows are of whole periods of the calendar, the first that begin no sooner than the as-of, and so the same for all as-ofs of a week: weeks
counted from each as-of would tell, of two nights together, one event from two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

from features import City, FeatureMatrix
from features.panel.panel import Encoded
from riskwarn.arrays import Reals
from riskwarn.disclosure import Parts, place_of_counts
from riskwarn.errors import TargetSourceMissing
from riskwarn.words import Unit
from serving.columns.places import Places
from serving.scoring.usual import cells, edges_of_years
from training import ForecastTask, make_task
from training.labels.targets import mature, window_counts
from training.labels.task import learnable_origins
from training.models.baselines import columns_read, fit_history_baselines


@dataclass(frozen=True)
class Past:
    """A target's events as they are known now, to be asked what followed an as-of; arrays in the order of the city's grids."""

    task: ForecastTask
    origins: tuple[date, ...]  # whole periods apart, the last is the as-of
    embargo: int  # days for reports to arrive, as known now
    where: float  # in its band the events of a grid and period of the last years lie on the mean

    @classmethod
    def of(cls, city: City, target: str, numbers: Encoded) -> Past:
        """From a city and its numbers; raise TargetSourceMissing."""
        task = make_task(city, target, 1, FeatureMatrix.bare([city.as_of], city.geography.grid_ids), numbers)
        events, edges = task.events, edges_of_years(task)
        known = events.known_before(edges[-1])
        _, counts = cells(events.at[known], events.grid[known], events.count[known], edges)
        return cls(task, tuple(learnable_origins(city)), task.embargo(city.as_of), place_of_counts(counts))

    def window(self, as_of: date, horizon: int) -> tuple[date, date]:
        """The dates between which a forecast is judged: the first whole periods of the calendar."""
        start = self.task.calendar.whole_after(as_of)
        return start, self.task.calendar.shift(start, horizon)

    def ripe(self, as_of: date, horizon: int) -> bool:
        """Whether the window has passed and reports have had time to arrive."""
        start, _ = self.window(as_of, horizon)
        return bool(mature([start], self.task.calendar, horizon, self.embargo, self.task.as_of))

    def came(self, as_of: date, horizon: int) -> Reals:
        """(grids,) events of the window; NaN where the feed was not alive."""
        task, history = self.task, self.task.inputs.history
        start, end = self.window(as_of, horizon)
        counts = window_counts(task.events, task.calendar, [start], 0, horizon, task.grids, task.as_of)[0]
        try:
            first = history.column_before(start)
        except ValueError:  # it lies before all that is known
            return np.full(task.grids, np.nan)
        last = min(history.column_before(end), history.columns - 1)
        alive = np.all(task.feed.alive(history.columns - 1)[1:, first:last], axis=1)
        return np.where(np.asarray(alive)[task.feed.district_of_grid], counts, np.nan)

    def told(self, as_of: date, horizon: int) -> Parts:
        """(grids,) what the events of the window are told as: the sum of what those of each period are."""
        task, (start, _) = self.task, self.window(as_of, horizon)
        counts = [
            window_counts(task.events, task.calendar, [start], ahead, ahead + 1, task.grids, task.as_of)[0]
            for ahead in range(horizon)
        ]
        return Parts.summed([Parts.of(one, self.where) for one in counts])

    def before(self, as_of: date, horizon: int, instant: datetime) -> Reals:
        """(grids,) those of the window's events that are dated before an instant."""
        task = self.task
        start, stop = (task.calendar.instant(day) for day in self.window(as_of, horizon))
        moment = np.datetime64(int(instant.timestamp() * 1_000_000), "us")
        events = task.events
        inside = events.known_before(task.calendar.instant(task.as_of))
        inside = inside & (events.at >= start) & (events.at < np.minimum(stop, moment))
        return np.bincount(events.grid[inside], events.count[inside], task.grids).astype(np.float64)

    def baselines(self, as_of: date, horizon: int) -> Iterator[tuple[str, Reals, Reals]]:
        """(name, (grids,) probability, (grids,) expected count) of those that read the target's past, fitted on what was known at
        the as-of; none for an as-of that is no whole number of periods back."""
        if as_of not in self.origins:
            return
        task = replace(self.task, horizon=horizon)
        known = mature(self.origins, task.calendar, horizon, task.embargo(as_of), as_of)
        # Of the past only what they read: all columns of every window would be held for each target.
        history = task.inputs.history.only(columns_read(task, as_of, known))
        task = replace(task, inputs=replace(task.inputs, history=history))
        for one in fit_history_baselines(task, as_of, known):
            made = one.predict(task.inputs, [as_of])
            yield one.name, made.probability[0], made.expected_count[0]


class Pasts:
    """Those of the targets of a city, each made when it is first asked for. `numbers` is the encoded city."""

    def __init__(self, city: City, numbers: Encoded) -> None:
        self._city, self._numbers = city, numbers
        self._held: dict[str, Past | None] = {}

    def of(self, target: str) -> Past | None:
        """That of a target; None where its source is missing."""
        if target not in self._held:
            try:
                self._held[target] = Past.of(self._city, target, self._numbers)
            except TargetSourceMissing:
                self._held[target] = None
        return self._held[target]

    def ripe(self, target: str, as_of: date, horizon: int) -> Past | None:
        """That of a target, where the window has passed and reports have had time to arrive."""
        past = self.of(target)
        return past if past is not None and past.ripe(as_of, horizon) else None


def places_of_grids(city: City, places: Places) -> npt.NDArray[np.int64]:
    """(grids of a snapshot,) where each stands in the city; -1 where it was redrawn away."""
    now = {code: row for row, code in enumerate(city.geography.grid_ids)}
    return np.array([now.get(code, -1) for code in places[Unit.GRID].codes], dtype=np.int64)


def at(numbers: Reals, rows: npt.NDArray[np.int64]) -> Reals:
    """The numbers of the city's grids in the order of a snapshot's; NaN where there is no such grid any more."""
    return np.where(rows >= 0, numbers[rows], np.nan)
