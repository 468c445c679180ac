"""All that a forecaster may look at: the city, the target's events, and features as of origins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from features import City, FeatureMatrix, build_features
from features.panel.panel import Panel, Spans, panel
from riskwarn.health.learnable import WARM_UP
from riskwarn.progress import Progress, silent
from training.labels.targets import Counts, TargetEvents, embargo_days, mature, target_events, window_counts


@dataclass(frozen=True)
class Scene:
    """One target and horizon in one city. A forecaster that is fitted at an origin uses what was known before it."""

    city: City
    events: TargetEvents
    horizon: int
    matrix: FeatureMatrix
    panel: Panel

    @cached_property
    def spans(self) -> Spans:
        """The target's events as columns of the panel."""
        return self.events.spans(self.panel)

    @property
    def grids(self) -> int:
        """Number of grids."""
        return len(self.city.geography)

    def columns(self, origins: Sequence[date]) -> np.ndarray:
        """The panel columns of origins, int64."""
        last, calendar = self.panel.columns - 1, self.city.calendar
        place = {calendar.shift(self.city.as_of, k - last): k for k in range(self.panel.columns)}
        return np.array([place[origin] for origin in origins], dtype=np.int64)

    def labels(self, origins: Sequence[date], known_before: date) -> Counts:
        """(origins, grids) counts of the windows, as known before a date."""
        return window_counts(self.events, self.city.calendar, origins, self.horizon, self.grids, known_before)

    def embargo(self, origin: date) -> int:
        """Days for reports to arrive, as far as was known before `origin`."""
        source = self.city.configuration.targets[self.events.name].source
        return embargo_days(self.events, self.city.calendar, origin, self.city.arrivals.get(source))

    def mature(self, at: date) -> list[date]:
        """The origins with a ripe label as seen from `at`."""
        return mature(self.matrix.origins, self.city.calendar, self.horizon, self.embargo(at), at)


def learnable_origins(city: City) -> list[date]:
    """Every origin from the end of the warm-up to the as-of."""
    periods = city.calendar.periods_between(city.first_known, city.as_of) + 1
    warm_up = min(WARM_UP[city.configuration.period], max(1, periods // 3))
    return [city.calendar.shift(city.as_of, -back) for back in range(periods - warm_up, -1, -1)]


def make_scene(
    city: City,
    target: str,
    horizon: int,
    origins: Sequence[date] | None = None,
    matrix: FeatureMatrix | None = None,
    progress: Progress = silent,
) -> Scene:
    """The scene of a target and horizon; a matrix may be shared between scenes of one city."""
    events = target_events(city, target)
    if matrix is None:
        matrix = build_features(city, origins if origins is not None else learnable_origins(city), progress)
    return Scene(city, events, horizon, matrix, panel(city))
