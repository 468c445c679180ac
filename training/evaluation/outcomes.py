"""What came, and where: the counts that forecasts are judged by, and the places that they are told for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

from features.windows import YEAR
from riskwarn.arrays import Indices
from riskwarn.geography import Geography
from riskwarn.words import Unit
from training.intervals.counts import Reals
from training.intervals.units import sums
from training.labels.task import ForecastInputs, ForecastTask

Flags = npt.NDArray[np.bool_]

#: Units above the grid for which the spread of counts is judged.
LEVELS = (Unit.TOWN, Unit.DISTRICT)


@dataclass(frozen=True)
class Places:
    """Where the grids lie, and what they hold; arrays (grids,)."""

    units: dict[Unit, Indices]  # community, town, district -> index of the unit
    residents: Reals  # NaN where unknown
    area_km2: Reals
    kinds: tuple[str | None, ...] = ()
    names: dict[Unit, tuple[str, ...]] = field(default_factory=dict)

    @property
    def grids(self) -> int:
        """Number of grids."""
        return len(self.residents)

    @classmethod
    def plain(cls, grids: int) -> Places:
        """Grids of which nothing is known but that they lie in one city, each a community of its own."""
        nowhere, one = np.full(grids, np.nan), np.zeros(grids, dtype=np.int64)
        units = {Unit.COMMUNITY: np.arange(grids), Unit.TOWN: one, Unit.DISTRICT: one}
        return cls(units, nowhere, nowhere)


@dataclass(frozen=True)
class Outcomes:
    """Arrays (origins, grids): what is judged by. NaN in `observed` is not known and not judged."""

    observed: Reals
    horizon: int
    places: Places
    hard: Flags | None = None  # places without an event that was known in the year before
    new: Flags | None = None  # grids that are less than a year old
    next_period: Reals | None = None  # counts of the first period of each window
    positions: Indices | None = None  # (origins,) periods since the first origin
    distinct: int | None = None  # events that are judged, each once where windows overlap

    @property
    def events(self) -> int:
        """Events that are judged, each once; as often as windows hold them where only counts of windows are known."""
        return int(np.nansum(self.observed)) if self.distinct is None else self.distinct

    @property
    def effective(self) -> float:
        """Origins whose windows do not overlap: what so many origins are worth."""
        return max(1.0, len(self.observed) / self.horizon)

    @cached_property
    def known(self) -> Flags:
        """Which cells are judged."""
        return np.asarray(~np.isnan(self.observed))

    @cached_property
    def complete(self) -> bool:
        """Whether all are."""
        return bool(self.known.all())

    @cached_property
    def counts(self) -> Reals:
        """Counts, 0 where not known."""
        return self.observed if self.complete else np.nan_to_num(self.observed, nan=0.0)

    @cached_property
    def happened(self) -> Flags:
        """Whether anything came."""
        return np.asarray(self.counts > 0)

    @cached_property
    def cells(self) -> Indices:
        """(origins,) the number of cells that are judged."""
        return np.asarray(self.known.sum(axis=1), dtype=np.int64)

    @cached_property
    def most_first(self) -> tuple[Reals, ...]:
        """For each origin the sums of its highest counts, as far as they are above nothing: 0, the highest, the two highest, …"""
        held = (np.sort(row[row > 0])[::-1] for row in self.counts)
        return tuple(np.concatenate([[0.0], np.cumsum(row)]) for row in held)

    @cached_property
    def by_level(self) -> dict[Unit, Reals]:
        """Level -> (origins, units) counts; NaN where a part is not known."""
        return {level: sums(self.observed, self.places.units[level]) for level in LEVELS}

    @cached_property
    def by_town(self) -> tuple[Reals, Reals]:
        """(origins, towns) counts, and grids in which anything came, of what is known."""
        unit = self.places.units[Unit.TOWN]
        return sums(self.counts, unit), sums(self.happened.astype(np.float64), unit)

    @cached_property
    def at_hard(self) -> Outcomes | None:
        """At places where nothing had come in the year before; None where that is not told."""
        return None if self.hard is None else self.only(self.hard)

    @cached_property
    def at_new(self) -> Outcomes | None:
        """At grids that are less than a year old; None where there is none."""
        return None if self.new is None or not self.new.any() else self.only(self.new)

    def only(self, cells: Flags) -> Outcomes:
        """The same, judged at these cells alone."""
        return replace(self, observed=np.where(cells, self.observed, np.nan), distinct=None)


def plain_outcomes(observed: Reals, horizon: int, places: Places | None = None) -> Outcomes:
    """Counts of which nothing else is known."""
    return Outcomes(observed, horizon, places or Places.plain(observed.shape[1]))


def outcomes_of(task: ForecastTask, origins: Sequence[date], known_before: date) -> Outcomes:
    """What came after these origins, as known before a date."""
    history, calendar = task.inputs.history, task.calendar
    year = YEAR[calendar.period]
    columns = history.columns_of(origins)
    recent = history.within(year)[columns]
    born = np.array([task.geography.born.get(grid, date.min) for grid in task.inputs.matrix.grid_ids], dtype=object)
    days = timedelta(days=365)
    young = np.zeros((len(origins), task.grids), dtype=bool)
    if (born > date.min).any():
        for index, origin in enumerate(origins):
            young[index] = born > origin - days
    return Outcomes(
        observed=task.labels(origins, known_before),
        horizon=task.horizon,
        places=places_of(task.geography, task.inputs, origins[-1]),
        hard=recent == 0,
        new=young,
        next_period=task.counts(origins, 0, 1, known_before),
        positions=columns - columns[0],
        distinct=task.distinct_events(origins, known_before),
    )


def places_of(geography: Geography, inputs: ForecastInputs, origin: date) -> Places:
    """Units of a geography; residents and areas as the features know them at an origin, where they are among them."""
    chosen = (Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT)
    residents = column(inputs, "population", origin)
    if np.isnan(residents).all():
        residents = np.exp(column(inputs, "log_population", origin))
    return Places(
        units={unit: geography.units[unit].of_grid for unit in chosen},
        residents=residents,
        area_km2=column(inputs, "area_km2", origin),
        kinds=geography.kinds,
        names={unit: geography.units[unit].codes for unit in chosen},
    )


def column(inputs: ForecastInputs, name: str, origin: date) -> Reals:
    """(grids,) a feature at an origin, NaN where it is not among those at hand."""
    matrix = inputs.matrix
    if name not in matrix.names:
        return np.full(inputs.grids, np.nan)
    return np.asarray(matrix.values[matrix.names.index(name), matrix.origins.index(origin)], dtype=np.float64)
