"""What a forecaster may look at, and what fitting and judging need on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from features import City, FeatureMatrix
from features.panel.panel import Encoded, encoded
from riskwarn.geography import Geography
from riskwarn.health import Arrivals
from riskwarn.health.history import warm_up
from riskwarn.periods import Calendar
from riskwarn.words import Unit
from training.labels.alive import FeedCounts, Flags, feed_counts
from training.labels.history import EventHistory
from training.labels.interventions import Interventions, interventions_of
from training.labels.targets import Counts, TargetEvents, embargo_days, mature, target_events, window_counts, windows


@dataclass(frozen=True)
class ForecastInputs:
    """All that predicting and explaining may read: small, without beliefs, so that it can be sent to a worker."""

    matrix: FeatureMatrix
    history: EventHistory

    @property
    def grids(self) -> int:
        """Number of grids."""
        return len(self.matrix.grid_ids)


@dataclass(frozen=True)
class ForecastTask:
    """One target and horizon in one city: a forecaster that is fitted at an origin uses what was known before it."""

    inputs: ForecastInputs
    events: TargetEvents
    horizon: int
    calendar: Calendar
    geography: Geography
    feed: FeedCounts  # of the target's source
    arrivals: Arrivals | None  # of the target's source: by how much its known times proved too early
    as_of: date
    store_version: int
    interventions: Interventions | None = None  # None: no table of them is at hand

    @property
    def target(self) -> str:
        """The target's name."""
        return self.events.name

    @property
    def called(self) -> str:
        """The target as sentences name it."""
        return self.events.called or self.events.name

    @property
    def grids(self) -> int:
        """Number of grids."""
        return self.inputs.grids

    @property
    def units(self) -> dict[Unit, npt.NDArray[np.int64]]:
        """Level -> (grids,) the place of each grid among its units; empty where the city is not known."""
        if self.geography is None:  # a task that was made of arrays
            return {}
        return {level: units.of_grid for level, units in self.geography.units.items()}

    @property
    def origins(self) -> tuple[date, ...]:
        """Every origin whose features are at hand."""
        return self.inputs.matrix.origins

    def labels(self, origins: Sequence[date], known_before: date) -> Counts:
        """(origins, grids) counts of the windows, as known before a date; NaN where the feed was not alive."""
        known = self.observed(origins, 0, self.horizon, known_before)
        return np.where(known, self.counts(origins, 0, self.horizon, known_before), np.nan)

    def observed(self, origins: Sequence[date], start: int, stop: int, known_before: date) -> Flags:
        """(origins, grids) whether the target's feed was alive from `start` to `stop` periods after each origin, as known before
        a date: elsewhere a count of nothing says nothing."""
        return self._observed(origins, start, stop, known_before)[:, self.feed.district_of_grid]

    def _observed(self, origins: Sequence[date], start: int, stop: int, known_before: date) -> Flags:
        """(origins, districts)"""
        history = self.inputs.history
        at = history.column_before(known_before)
        alive = self.feed.alive(at)
        dead = np.concatenate([np.zeros((len(alive), 1)), np.cumsum(~alive, axis=1)], axis=1)
        columns = history.columns_of(origins)
        first, last = np.minimum(columns + start, at), np.minimum(columns + stop, at)
        return np.asarray((dead[1:, last] == dead[1:, first]).T)

    def treated(self, origins: Sequence[date], known_before: date) -> Flags:
        """(origins, grids) whether an intervention began in the window, as known before a date."""
        if self.interventions is None:
            return np.zeros((len(origins), self.grids), dtype=bool)
        return self.interventions.within(self.calendar, origins, 0, self.horizon, self.grids, known_before)

    def counts(self, origins: Sequence[date], start: int, stop: int, known_before: date) -> Counts:
        """(origins, grids) events from `start` to `stop` periods after each origin, as known before a date."""
        return window_counts(self.events, self.calendar, origins, start, stop, self.grids, known_before)

    def distinct_events(self, origins: Sequence[date], known_before: date, start: int = 0, every: int = 1) -> int:
        """Events in the known windows of some origins, from `start` periods after each on, in every so many-th grid: of windows that overlap
        each counts once."""
        events = self.events
        held = np.zeros(len(events.at), dtype=bool)
        district = self.feed.district_of_grid[events.grid]
        seen = events.known_before(self.calendar.instant(known_before))
        inside = windows(events.at, seen, self.calendar, origins, start, self.horizon, events.in_time)
        for known, rows in zip(self._observed(origins, start, self.horizon, known_before), inside, strict=True):
            held[rows] |= known[district[rows]]
        return int(events.count[held & (events.grid % every == 0)].sum())

    def embargo(self, origin: date) -> int:
        """Days for reports to arrive, as far as was known before `origin`."""
        return embargo_days(self.events, self.calendar, origin, self.arrivals)

    def mature(self, at: date) -> list[date]:
        """The origins with a mature label as seen from `at`, of which some district's is known."""
        found = mature(self.origins, self.calendar, self.horizon, self.embargo(at), at)
        if not found:
            return []
        known = self._observed(found, 0, self.horizon, at)[:, np.unique(self.feed.district_of_grid)].any(axis=1)
        return [origin for origin, some in zip(found, np.asarray(known), strict=True) if some]

    def at_horizon(self, horizon: int) -> ForecastTask:
        """The same target, another horizon."""
        return replace(self, horizon=horizon)

    def with_matrix(self, matrix: FeatureMatrix) -> ForecastTask:
        """The same with other features."""
        return replace(self, inputs=replace(self.inputs, matrix=matrix))


def learnable_origins(city: City) -> list[date]:
    """Every origin from the end of the warm-up to the as-of."""
    periods = city.calendar.periods_between(city.first_known, city.as_of) + 1
    oldest = periods - warm_up(periods, city.configuration.period)
    return [city.calendar.shift(city.as_of, -back) for back in range(oldest, -1, -1)]


def make_task(
    city: City, target: str, horizon: int, matrix: FeatureMatrix, numbers: Encoded | None = None
) -> ForecastTask:
    """The task of a target and horizon. `numbers` is the encoded city where it is at hand.

    Raises TargetSourceMissing.
    """
    numbers = encoded(city) if numbers is None else numbers
    events = target_events(city, target, numbers)
    source = city.configuration.targets[target].source
    feed = feed_counts(source, numbers, city.geography)
    history = EventHistory(
        target=target,
        calendar=city.calendar,
        as_of=city.as_of,
        columns=len(numbers.edges),
        grids=len(city.geography),
        spans=events.spans(numbers.edges, city.calendar),
        neighbours=city.geography.neighbours,
        feed=feed,
    )
    return ForecastTask(
        inputs=ForecastInputs(matrix, history),
        events=events,
        horizon=horizon,
        calendar=city.calendar,
        geography=city.geography,
        feed=feed,
        arrivals=city.arrivals.get(source),
        as_of=city.as_of,
        store_version=city.store_version,
        interventions=interventions_of(city.interventions),
    )
