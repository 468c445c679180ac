"""The city's places: grids in force, the units above them, and who borders whom.

Everything is indexed: a grid is its place in the sorted `grid_ids`, a unit its place in the sorted `codes`, so that
rolling up is one ``numpy.bincount`` and looking at the neighbours one sparse product.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array, csr_array
from scipy.spatial import cKDTree

from riskwarn.errors import GridsMissing
from riskwarn.words import Unit

Indices = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

#: Grids without a list of neighbours border this many nearest ones.
NEAREST = 6

#: The code of the one unit above the districts.
CITY_CODE = "city"

_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Units:
    """One level of the hierarchy above the grid."""

    codes: tuple[str, ...]  # sorted
    names: tuple[str, ...]
    of_grid: Indices  # (grids,) index into `codes`
    parents: tuple[str, ...]  # code of the next unit up

    @cached_property
    def sizes(self) -> Indices:
        """(units,) number of grids in each."""
        return np.bincount(self.of_grid, minlength=len(self.codes))


@dataclass(frozen=True)
class Geography:
    """The grids in force at an as-of, their units and neighbours."""

    grid_ids: tuple[str, ...]  # sorted
    names: tuple[str, ...]
    kinds: tuple[str | None, ...]
    longitude: Reals  # (grids,) degrees, NaN where unknown
    latitude: Reals
    units: Mapping[Unit, Units]
    neighbours: csr_array  # (grids, grids) float64 of 0 and 1, symmetric, empty diagonal

    def __len__(self) -> int:
        return len(self.grid_ids)

    def index_of(self, grid_ids: pd.Series) -> Indices:
        """The index of each grid id, -1 where it is null or not in force."""
        return pd.Index(self.grid_ids).get_indexer(pd.Index(grid_ids)).astype(np.int64)


def geography(grids: pd.DataFrame, as_of: date, city: str) -> Geography:
    """The geography in force at `as_of` out of all stored versions of the `grids` table.

    `grids` has the columns of :data:`riskwarn.contracts.schema.GRIDS`, sorted by load and row; the newest version of a
    grid holds. Raises GridsMissing where no grid is in force.
    """
    table = _in_force(grids, as_of)
    if table.empty:
        raise GridsMissing()
    ids = tuple(table["grid_id"])
    codes = {unit: table[unit.value].fillna("").astype(str) for unit in (Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT)}
    units = {
        Unit.COMMUNITY: _units(codes[Unit.COMMUNITY], table["community_name"], codes[Unit.TOWN]),
        Unit.TOWN: _units(codes[Unit.TOWN], table["town_name"], codes[Unit.DISTRICT]),
        Unit.DISTRICT: _units(codes[Unit.DISTRICT], table["district_name"], pd.Series(CITY_CODE, index=table.index)),
        Unit.CITY: Units((CITY_CODE,), (city,), np.zeros(len(ids), dtype=np.int64), ("",)),
    }
    longitude = table["longitude"].to_numpy(dtype=np.float64, na_value=np.nan)
    latitude = table["latitude"].to_numpy(dtype=np.float64, na_value=np.nan)
    return Geography(
        grid_ids=ids,
        names=tuple(table["name"].fillna(table["grid_id"])),
        kinds=tuple(None if pd.isna(kind) else str(kind) for kind in table["kind"]),
        longitude=longitude,
        latitude=latitude,
        units=units,
        neighbours=_neighbours(table, longitude, latitude, units[Unit.COMMUNITY].of_grid),
    )


def _in_force(grids: pd.DataFrame, as_of: date) -> pd.DataFrame:
    newest = grids.drop_duplicates(["grid_id", "valid_from"], keep="last")
    start = pd.to_datetime(newest["valid_from"])
    end = pd.to_datetime(newest["valid_to"])
    moment = pd.Timestamp(as_of)
    in_force = (start.isna() | (start <= moment)) & (end.isna() | (end > moment))
    newest = newest[in_force].assign(_start=start.fillna(pd.Timestamp("1678-01-01")))
    newest = newest.sort_values(["grid_id", "_start"], kind="stable").drop_duplicates("grid_id", keep="last")
    return newest.reset_index(drop=True)


def _units(codes: pd.Series, names: pd.Series, parents: pd.Series) -> Units:
    first = pd.DataFrame({"code": codes, "name": names.fillna(codes), "parent": parents})
    first = first.drop_duplicates("code").sort_values("code")
    index = pd.Index(first["code"])
    return Units(
        codes=tuple(first["code"]),
        names=tuple(first["name"].astype(str)),
        of_grid=index.get_indexer(pd.Index(codes)).astype(np.int64),
        parents=tuple(first["parent"]),
    )


def _neighbours(table: pd.DataFrame, longitude: Reals, latitude: Reals, community: Indices) -> csr_array:
    """As delivered; else the nearest ones; else the grids of the same community."""
    count = len(table)
    listed = table["neighbours"].notna().to_numpy()
    placed = ~listed & np.isfinite(longitude) & np.isfinite(latitude)
    pairs = [
        _listed(table, np.flatnonzero(listed)),
        _nearest(np.flatnonzero(placed), longitude, latitude),
        _same_community(np.flatnonzero(~listed & ~placed), community),
    ]
    left, right = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
    apart = left != right
    left, right = left[apart], right[apart]
    both = coo_array(
        (np.ones(2 * len(left)), (np.concatenate([left, right]), np.concatenate([right, left]))),
        shape=(count, count),
    ).tocsr()
    both.data[:] = 1.0
    return both


def _listed(table: pd.DataFrame, rows: Indices) -> tuple[Indices, Indices]:
    words = table["neighbours"].iloc[rows].astype(str).str.split(r"[;,；，、\s]+", regex=True)
    exploded = pd.Series(words.to_numpy(), index=rows).explode()
    found = pd.Index(table["grid_id"]).get_indexer(pd.Index(exploded)).astype(np.int64)
    known = found >= 0
    return exploded.index.to_numpy(dtype=np.int64)[known], found[known]


def _nearest(rows: Indices, longitude: Reals, latitude: Reals) -> tuple[Indices, Indices]:
    if len(rows) < 2:
        return rows[:0], rows[:0]
    east = longitude[rows] * np.cos(np.radians(latitude[rows].mean())) * _METRES_PER_DEGREE
    points = np.column_stack([east, latitude[rows] * _METRES_PER_DEGREE])
    nearest = min(NEAREST, len(rows) - 1)
    _, found = cKDTree(points).query(points, k=nearest + 1)
    return np.repeat(rows, nearest + 1), rows[found.reshape(-1)]


def _same_community(rows: Indices, community: Indices) -> tuple[Indices, Indices]:
    order = rows[np.argsort(community[rows], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(community[order])) + 1)
    left = [np.repeat(group, len(group)) for group in groups]
    right = [np.tile(group, len(group)) for group in groups]
    return np.concatenate(left), np.concatenate(right)
