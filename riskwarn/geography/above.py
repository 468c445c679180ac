"""What is located only above the grid: how much of it belongs to each unit of each level.

A record of a community serves that community and all that is above it; one of a town serves the town and what is above;
one of a service area is shared among the units in which the area's grids lie, by the area's weights. Nothing of them
reaches a grid. Units that are no more are carried to where their grids are now, and a grid that ended without successor
leaves its records to its community.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riskwarn.arrays import Indices
from riskwarn.geography.lineage import Lineage
from riskwarn.geography.units import Units
from riskwarn.periods import ALWAYS
from riskwarn.words import LocatedBy, Unit

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: Levels from the community up; a place serves its own level and those after it.
LEVELS = (Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT, Unit.CITY)

#: Before the names of areas and of ended grids, so that they cannot be mistaken for the code of a unit.
_AREA, _GRID = "@area ", "@grid "


@dataclass(frozen=True)
class Above:
    """Places above the grid and their shares in the units of each level."""

    names: pd.Index
    shares: Mapping[Unit, csr_array]  # (places, units) float64; a row sums to 1, or to 0 at the levels below the place

    def __len__(self) -> int:
        return len(self.names)

    def index_of(self, unit: pd.Series, located_by: pd.Series, grid_id: pd.Series) -> Indices:
        """The index of the place of each record; -1 where its grid is in force or has successors."""
        name = unit.astype(object)
        area = located_by.eq(LocatedBy.SERVICE_AREA.value).fillna(False).to_numpy(dtype=bool)
        name = name.where(~area, _AREA + name).where(unit.notna(), _GRID + grid_id.astype(object))
        return self.names.get_indexer(pd.Index(name, dtype=object)).astype(np.int64)


@dataclass
class _Places:
    """Places being collected: for each the lowest level that it serves and the weights of grids."""

    names: list[str] = field(default_factory=list)
    lowest: list[int] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)  # place, grid, weight

    def add(self, name: str, lowest: int, weights: Iterable[tuple[int, float]]) -> None:
        """Add a place; of two with one name the first holds."""
        self.entries += [(len(self.names), grid, weight) for grid, weight in weights]
        self.names.append(name)
        self.lowest.append(lowest)


def above(
    grids: pd.DataFrame,
    areas: pd.DataFrame | None,
    as_of: date,
    in_force: pd.Index,
    units: Mapping[Unit, Units],
    lineage: Lineage,
) -> Above:
    """The places above the grid out of all stored versions of `grids` and `service_areas`, sorted by load and row."""
    places = _Places()
    seat: dict[tuple[int, str], int] = {}  # one grid in force of each unit
    for level, unit in enumerate(LEVELS):
        index, first = np.unique(units[unit].of_grid, return_index=True)
        seat.update({(level, units[unit].codes[i]): int(grid) for i, grid in zip(index, first, strict=True)})
    taken: set[str] = set()
    for level in (0, 1):
        for code in units[LEVELS[level]].codes:
            if code not in taken:
                places.add(code, level, [(seat[level, code], 1.0)])
                taken.add(code)
    # By objects: a search among texts in Arrow memory would turn them into objects each time.
    held = in_force.get_indexer(pd.Index(grids["grid_id"].to_numpy(dtype=object))) >= 0
    ended = grids[~held].drop_duplicates("grid_id", keep="last")
    for level, column in enumerate(("community", "town")):
        number, names = pd.factorize(grids[column])
        unknown = np.array([name not in taken for name in names], dtype=bool)
        old = grids[np.append(unknown, False)[number]]
        for former, ids in old.groupby(column, sort=True)["grid_id"].unique().items():
            places.add(str(former), level, _carried(dict.fromkeys(ids, 1.0), in_force, lineage))
            taken.add(str(former))
    for row in ended.itertuples(index=False):
        if not any(heir in in_force for heir, _ in lineage.heirs(str(row.grid_id), 0)):
            homes = ((level, str(getattr(row, unit.value))) for level, unit in enumerate(LEVELS[:3]))
            home = next((place for place in homes if place in seat), None)
            seats = [] if home is None else [(seat[home], 1.0)]
            places.add(_GRID + str(row.grid_id), 3 if home is None else home[0], seats)
    for name, weights in _areas(areas, as_of).items():
        places.add(_AREA + name, 0, _carried(weights, in_force, lineage))
    return _shares(places, units, len(in_force))


def _carried(weights: Mapping[str, float], in_force: pd.Index, lineage: Lineage) -> list[tuple[int, float]]:
    """Weights of grids as weights of the grids in force, summing to 1."""
    heirs = [(heir, weight * share) for grid, weight in weights.items() for heir, share in lineage.heirs(grid, 0)]
    place = in_force.get_indexer(pd.Index([heir for heir, _ in heirs]))
    held = [(int(grid), weight) for grid, (_, weight) in zip(place, heirs, strict=True) if grid >= 0 and weight > 0]
    total = sum(weight for _, weight in held)
    return [(grid, weight / total) for grid, weight in held]


def _areas(areas: pd.DataFrame | None, as_of: date) -> dict[str, dict[str, float]]:
    """The weights of each service area: those in force at the as-of, else the newest."""
    if areas is None or areas.empty:
        return {}
    start = pd.to_datetime(areas["valid_from"]).fillna(pd.Timestamp(ALWAYS))
    table = areas.assign(_start=start)[start <= pd.Timestamp(as_of)]
    # The newest statement of an area tells all of it: its latest start, and of that the newest load.
    for column in ("_start", "load_id"):
        table = table[table[column].eq(table.groupby("name")[column].transform("max"))]
    table = table.drop_duplicates(["name", "grid_id"], keep="last")
    found: dict[str, dict[str, float]] = {}
    for name, grid, weight in zip(table["name"], table["grid_id"], table["weight"], strict=True):
        found.setdefault(str(name), {})[str(grid)] = 1.0 if pd.isna(weight) else float(weight)
    return found


def _shares(places: _Places, units: Mapping[Unit, Units], grids: int) -> Above:
    from scipy.sparse import coo_array, csr_array

    count = len(places.names)
    place, grid, weight = (
        (np.array(part) for part in zip(*places.entries, strict=True)) if places.entries else ([],) * 3
    )
    of_places = coo_array(
        (np.asarray(weight, dtype=np.float64), (np.asarray(place, np.int64), np.asarray(grid, np.int64))),
        shape=(count, grids),
    ).tocsr()
    lowest, shares = np.array(places.lowest, dtype=np.int64), {}
    for level, unit in enumerate(LEVELS):
        codes = units[unit].codes
        belongs = coo_array((np.ones(grids), (np.arange(grids), units[unit].of_grid)), shape=(grids, len(codes)))
        serves = coo_array((np.ones(count), (np.arange(count), np.arange(count))), shape=(count, count)).tocsr()
        serves.data = (lowest <= level).astype(np.float64)
        shares[unit] = (serves @ of_places @ belongs.tocsr()).tocsr()
        shares[unit].eliminate_zeros()
    # The city holds all that is recorded in it.
    shares[Unit.CITY] = csr_array(np.ones((count, 1)))
    return Above(pd.Index(places.names, dtype=object), shares)
