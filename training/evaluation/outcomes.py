"""What came, and where: the counts that forecasts are judged by, and the places that they are told for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from features.windows import YEAR
from riskwarn.arrays import Indices
from riskwarn.geography import Geography
from riskwarn.words import Unit
from training.intervals.counts import Reals
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

    @property
    def events(self) -> int:
        """Events that are judged."""
        return int(np.nansum(self.observed))

    @property
    def effective(self) -> float:
        """Origins whose windows do not overlap: what so many origins are worth."""
        return max(1.0, len(self.observed) / self.horizon)

    def only(self, cells: Flags) -> Outcomes:
        """The same, judged at these cells alone."""
        return replace(self, observed=np.where(cells, self.observed, np.nan))


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
