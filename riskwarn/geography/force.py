"""The geography in force at an as-of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riskwarn.arrays import Indices, Reals
from riskwarn.contracts.identity import newest_of_each
from riskwarn.contracts.tables import TABLE_CONTRACTS
from riskwarn.errors import GridsMissing
from riskwarn.geography.above import Above, above
from riskwarn.geography.carrying import Carried, carried_records
from riskwarn.geography.lineage import NO_LINEAGE, Lineage
from riskwarn.geography.neighbours import neighbours_of
from riskwarn.geography.numbers import carried_numbers
from riskwarn.geography.points import Points
from riskwarn.geography.units import CITY_CODE, Units, units_of
from riskwarn.periods import ALWAYS, Instants
from riskwarn.words import Unit

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True)
class Geography:
    """The grids in force at an as-of, their units and neighbours, and how older grids led to them."""

    grid_ids: tuple[str, ...]  # sorted
    names: tuple[str, ...]
    kinds: tuple[str | None, ...]
    longitude: Reals  # (grids,) WGS-84 degrees of the centre, NaN where unknown
    latitude: Reals
    geometry: tuple[str | None, ...]  # GeoJSON or WKT
    units: Mapping[Unit, Units]
    neighbours: csr_array  # (grids, grids) float64 of 0 and 1, symmetric, empty diagonal
    lineage: Lineage
    above: Above
    born: Mapping[str, date]  # first day of every grid that has one

    def __len__(self) -> int:
        return len(self.grid_ids)

    @cached_property
    def index(self) -> pd.Index:
        """The grid ids as an index."""
        return pd.Index(self.grid_ids, dtype=object)

    @cached_property
    def points(self) -> Points:
        """Which grid a point lies in."""
        return Points(self.longitude, self.latitude, self.geometry)

    def index_of(self, grid_ids: pd.Series) -> Indices:
        """The index of each grid id, -1 where it is null or not in force."""
        return self.index.get_indexer(pd.Index(grid_ids)).astype(np.int64)

    def carry(
        self,
        grid_id: pd.Series,
        coded: Instants,
        record_ids: pd.Series,
        count: Indices,
        longitude: Reals | None = None,
        latitude: Reals | None = None,
    ) -> Carried:
        """Records carried from the grids in which they were written down to those in force: see `carried_records`."""
        nowhere = np.full(len(grid_id), np.nan)
        return carried_records(
            grid_id,
            coded,
            record_ids,
            count,
            nowhere if longitude is None else longitude,
            nowhere if latitude is None else latitude,
            in_force=self.index,
            lineage=self.lineage,
            points=self.points,
        )

    def carry_numbers(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of grid_id, valid_from and numbers carried to the grids in force: see `carried_numbers`."""
        return carried_numbers(rows, self.lineage, self.born)


def geography(
    grids: pd.DataFrame,
    as_of: date,
    city: str,
    lineage: Lineage = NO_LINEAGE,
    areas: pd.DataFrame | None = None,
) -> Geography:
    """The geography in force at `as_of` out of all stored versions of the `grids` table.

    `grids` has the columns of :data:`riskwarn.contracts.schema.GRIDS` and `areas` those of SERVICE_AREAS, sorted by load and
    row; the newest version of a grid holds. Raises GridsMissing where no grid is in force.
    """
    table = in_force(grids, as_of, lineage)
    if table.empty:
        raise GridsMissing()
    ids = _texts(table["grid_id"])
    codes = {unit: table[unit.value].fillna("").astype(str) for unit in (Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT)}
    units = {
        Unit.COMMUNITY: units_of(codes[Unit.COMMUNITY], table["community_name"], codes[Unit.TOWN]),
        Unit.TOWN: units_of(codes[Unit.TOWN], table["town_name"], codes[Unit.DISTRICT]),
        Unit.DISTRICT: units_of(codes[Unit.DISTRICT], table["district_name"], pd.Series(CITY_CODE, index=table.index)),
        Unit.CITY: Units((CITY_CODE,), (city,), np.zeros(len(ids), dtype=np.int64), ("",)),
    }
    longitude = table["longitude"].to_numpy(dtype=np.float64, na_value=np.nan)
    latitude = table["latitude"].to_numpy(dtype=np.float64, na_value=np.nan)
    return Geography(
        grid_ids=ids,
        names=_texts(table["name"].fillna(table["grid_id"])),
        kinds=_texts(table["kind"]),
        longitude=longitude,
        latitude=latitude,
        geometry=_texts(table["geometry"]),
        units=units,
        neighbours=neighbours_of(table, longitude, latitude, units[Unit.COMMUNITY].of_grid),
        lineage=lineage,
        above=above(grids, areas, as_of, pd.Index(ids, dtype=object), units, lineage),
        born=_born(grids),
    )


def _texts(column: pd.Series) -> tuple[Any, ...]:
    """A column of texts, None where there is none. At once: to go through Arrow memory one by one is slow."""
    return tuple(column.astype(object).where(column.notna(), None).to_numpy(dtype=object).tolist())


def in_force(grids: pd.DataFrame, as_of: date, lineage: Lineage = NO_LINEAGE) -> pd.DataFrame:
    """One row for every grid in force at a date, sorted by grid id."""
    newest = newest_of_each(grids, TABLE_CONTRACTS["grids"])
    start = pd.to_datetime(newest["valid_from"])
    end = pd.to_datetime(newest["valid_to"])
    moment = pd.Timestamp(as_of)
    valid = (start.isna() | (start <= moment)) & (end.isna() | (end > moment))
    newest = newest[valid].assign(_start=start.fillna(pd.Timestamp(ALWAYS)))
    newest = newest.sort_values(["grid_id", "_start"], kind="stable").drop_duplicates("grid_id", keep="last")
    newest = newest[~_replaced(newest, lineage)]
    return newest.drop(columns="_start").reset_index(drop=True)


def ended_without_successor(grids: pd.DataFrame, as_of: date, lineage: Lineage = NO_LINEAGE) -> list[str]:
    """Ids, sorted, of grids that have ended at a date and that no re-drawing leads to a grid in force."""
    there = set(in_force(grids, as_of, lineage)["grid_id"])
    newest = newest_of_each(grids, TABLE_CONTRACTS["grids"])
    over = pd.to_datetime(newest["valid_to"]) <= pd.Timestamp(as_of)
    gone = sorted(set(newest.loc[over, "grid_id"]) - there)
    return [grid for grid in gone if not any(heir in there for heir, _ in lineage.heirs(grid, 0))]


def _replaced(table: pd.DataFrame, lineage: Lineage) -> np.ndarray:
    """Grids that a re-drawing ended and whose end nobody wrote down: their successors are in force, they are not."""
    ended = lineage.replaced()
    if not ended:
        return np.zeros(len(table), dtype=bool)
    there = set(table["grid_id"])
    return np.array(
        [
            grid in ended
            and start < pd.Timestamp(ended[grid])
            and any(heir in there and heir != grid for heir, _ in lineage.heirs(grid, 0))
            for grid, start in zip(table["grid_id"], table["_start"], strict=True)
        ],
        dtype=bool,
    )


def _born(grids: pd.DataFrame) -> dict[str, date]:
    """The first day of every grid all of whose versions have one."""
    start = pd.to_datetime(grids["valid_from"])
    if start.isna().all():
        return {}
    first = start.groupby(grids["grid_id"]).agg(["min", "count", "size"])
    dated = first["min"][first["count"] == first["size"]]
    return {str(grid): day.date() for grid, day in dated.items()}
