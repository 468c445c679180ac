"""Partitions of a city: whole towns, with the grids around them that their neighbours' features need.

A partition can be computed alone: its own grids (the core), the halo of grids within reach, and the totals of the districts
and the city, which a first pass over all partitions adds up. Records lie in local cells: core first, then halo.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from features.encoding.records import Records
from features.engine import cellwise
from features.panel.distances import neighbourhoods_of
from riskwarn.geography import Geography
from riskwarn.words import Unit

Indices = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


#: Units whose totals come from a first pass over the whole city.
WIDE = (Unit.DISTRICT, Unit.CITY)


@dataclass(frozen=True)
class Level:
    """One level of units as a partition sees it."""

    of_core: Indices  # (core grids,) the unit of each
    sizes: Indices  # (units,) grids of each in the whole city
    above: csr_array  # (places above the grid, units) the share of each place that belongs to each unit

    def summed(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(columns, units) sums over the core grids of each unit, of values (columns, core grids); int64 or float64."""
        sums = np.zeros((len(values), len(self.sizes)), dtype=np.float64 if values.dtype.kind == "f" else np.int64)
        cellwise.sums_of_units(sums, values, *self._side_by_side)
        return sums

    @cached_property
    def _side_by_side(self) -> tuple[Indices, Indices, Indices]:
        """The core grids in the order of their units, where each unit's begin and the last's end, and which units they are."""
        order = np.argsort(self.of_core, kind="stable")
        ordered = self.of_core[order]
        first = np.flatnonzero(np.diff(ordered, prepend=-1))
        return order, np.append(first, len(order)), ordered[first]


@dataclass(frozen=True)
class Partition:
    """Some grids of a city, and how records are seen from them."""

    core: Indices  # (core grids,) their indices in the city
    halo: Indices  # (halo grids,) theirs
    # "near", and each ring by its name: (core grids, core and halo grids) of 0 and 1
    neighbourhoods: Mapping[str, csr_array]
    levels: Mapping[Unit, Level]
    placed: npt.NDArray[np.bool_]  # (core grids,) whether the grid has coordinates

    @cached_property
    def place(self) -> Indices | slice:
        """Where the core lies in the city; a slice where its grids lie side by side, which is written in a third of the time."""
        first, after = int(self.core[0]), int(self.core[-1]) + 1
        return slice(first, after) if after - first == len(self.core) else self.core

    @staticmethod
    def whole(geography: Geography) -> Partition:
        """The whole city in one partition."""
        return next(partitions(geography, len(geography)))

    def cells(self, resolution: str) -> int:
        """Number of cells of a resolution: `grid` (the core), `local` (core and halo), or a unit."""
        if resolution in _UNITS:
            return len(self.levels[Unit(resolution)].sizes)
        return len(self.core) + (len(self.halo) if resolution == LOCAL else 0)

    def located(self, records: Records, resolution: str) -> Records:
        """The records of grids in the cells of a resolution; none through the resolution of a unit, which shows what lies in no grid."""
        if resolution in _UNITS:
            return records.choose(np.zeros(0, dtype=np.int64))
        inside = records["grid"] < len(self.core)
        return records if resolution == LOCAL or inside.all() else records.choose(np.flatnonzero(inside))

    def shared(self, place: npt.NDArray[np.integer], resolution: str) -> tuple[Indices, Indices, Reals]:
        """(row, unit, share) of what is located above the grid, a line for each unit that has a share of a row."""
        shares = self.levels[Unit(resolution)].above
        length = np.diff(shares.indptr)[place]
        row = np.repeat(np.arange(len(place)), length)
        line = np.arange(len(row)) - np.repeat(np.cumsum(length) - length - shares.indptr[place], length)
        return row, shares.indices[line].astype(np.int64), shares.data[line]

    def seen(self, neighbourhood: str, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(columns, core grids) sums over the grids that each core grid sees, of values (columns, core and halo grids)."""
        rows = self.neighbourhoods[neighbourhood]
        sums = np.empty((len(values), len(self.core)), dtype=values.dtype)
        cellwise.sums_of_seen(sums, values, rows.indptr.astype(np.int32), rows.indices.astype(np.int32, copy=False))
        return sums


#: The resolutions that are no units.
GRID, LOCAL = "grid", "local"

_UNITS = frozenset(unit.value for unit in (Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT, Unit.CITY))


def partitions(geography: Geography, size: int) -> Iterator[Partition]:
    """The city in partitions of whole towns, those of a district side by side, of about `size` grids each."""
    district, town = geography.units[Unit.DISTRICT].of_grid, geography.units[Unit.TOWN].of_grid
    neighbourhoods = neighbourhoods_of(geography)
    if len(geography) <= size:
        yield _partition(geography, neighbourhoods, np.arange(len(geography)), first=True)
        return
    order = np.lexsort((np.arange(len(district)), town, district))
    first = np.flatnonzero(np.diff(district[order] * (int(town.max()) + 1) + town[order], prepend=-1))
    begin = 0
    for last in [*first[1:], len(order)]:
        if last - begin >= size or last == len(order):
            yield _partition(geography, neighbourhoods, np.sort(order[begin:last]), first=begin == 0)
            begin = last


def _partition(
    geography: Geography, neighbourhoods: Mapping[str, csr_array], core: Indices, *, first: bool
) -> Partition:
    halo = core[:0]
    if len(core) < len(geography):
        inside = np.zeros(len(geography), dtype=bool)
        inside[core] = True
        rows = {name: neighbourhood[core] for name, neighbourhood in neighbourhoods.items()}
        reached = np.unique(np.concatenate([row.indices for row in rows.values()]).astype(np.int64))
        halo = reached[~inside[reached]]
        neighbourhoods = {name: row[:, np.concatenate([core, halo])] for name, row in rows.items()}
    levels = {}
    for unit, units in geography.units.items():
        of_core, sizes, above = units.of_grid[core], units.sizes, geography.above.shares[unit].tocsr()
        if unit not in WIDE:
            local, of_core = np.unique(of_core, return_inverse=True)
            sizes, above = sizes[local], above[:, local]
        elif not first:
            # The totals of all partitions are added up: one of them brings what lies in none.
            above = csr_array(above.shape)
        levels[unit] = Level(of_core.astype(np.int64), sizes, above)
    placed = np.isfinite(geography.longitude[core]) & np.isfinite(geography.latitude[core])
    return Partition(core, halo, neighbourhoods, levels, placed)
