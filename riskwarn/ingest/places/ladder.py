"""The ladder of places: from what a row says of its place to a grid, or to the unit above it.

Rungs, tried in this order: grid id; coordinates; the name of a place (a residential quarter, a village group, a market), also
within an address; a path of names down to a grid; community; town; service area. Where no borders are known coordinates
tell only the nearest centre: a row that names its grid, which is its identity where it gives no id, is believed before that.
Names mean what they meant on the record's day. What the rung was is kept, addresses are not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags, Reals
from riskwarn.contracts.schema import PLACES, SERVICE_AREAS
from riskwarn.ingest.places.coordinates import System, degrees, pair, to_wgs84
from riskwarn.ingest.places.epochs import Epochs, versions_in_time
from riskwarn.ingest.places.gazetteer import Place
from riskwarn.ingest.places.names import Names
from riskwarn.ingest.places.spots import Spots
from riskwarn.ingest.values.leading_zeros import lost_zeros
from riskwarn.store import Store
from riskwarn.words import LocatedBy

#: Columns that :meth:`Ladder.locate` reads, as fields of an event source. `epoch` (integers of :meth:`Ladder.epochs`) comes
#: beside them: the names of a row are those of its day. Several columns of addresses are `address`, `address_2` ….
PLACE_COLUMNS = (
    "grid_id",
    "longitude",
    "latitude",
    "coordinates",
    "place",
    "address",
    "path",
    "district",
    "district_name",
    "town",
    "town_name",
    "community",
    "community_name",
    "grid_name",
    "service_area",
)
_NOT_NAMES = PLACE_COLUMNS[:4]
#: Fields that name a grid, or the path down to it, and those that tell the units above it.
_GRID_NAMES = ("path", "grid_name")
_UNIT_NAMES = PLACE_COLUMNS[PLACE_COLUMNS.index("district") : PLACE_COLUMNS.index("grid_name")]
_HAN = "[㐀-鿿]"

#: Coordinates are kept to four decimals (11 m), enough for grids that are re-drawn and too little for a door.
DECIMALS = 4

Objects = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Located:
    """Where each row lies; arrays (rows,)."""

    grid_id: Objects
    unit: Objects  # code of the community or town, or name of the service area, where there is no grid
    district: Objects
    located_by: Objects
    unknown_grid: Flags  # a grid id is given, is none of the city, and no lower rung held
    longitude: npt.NDArray[np.float32]  # WGS-84 degrees to four decimals; NaN where there are none in the city
    latitude: npt.NDArray[np.float32]
    swapped: Flags  # longitude and latitude stood in each other's column, and were put right
    several: Flags  # what is told is the name of several places, and nothing tells them apart
    without_zeros: Flags  # the grid id had lost the zeros before it, and was read with them
    away: Flags  # the grid that is named was believed, though another's centre is nearer to the coordinates
    within_another: Flags  # the coordinates were believed: another grid's borders hold them than the one that is named
    outside: Flags  # coordinates are given and lie in no grid (or cannot be read): a lower rung had to hold


def is_place(name: str) -> bool:
    """Whether a field of an event source helps to find its place."""
    return name in PLACE_COLUMNS or name.startswith("address_")


class Ladder:
    """Finds places among the grids that are loaded. Make it with :func:`ladder`."""

    def __init__(
        self,
        grids: pd.DataFrame,
        places: pd.DataFrame | None = None,
        areas: pd.DataFrame | None = None,
        former: Mapping[str, str] | None = None,
        coordinates: System = "wgs84",
    ) -> None:
        """All stored versions of `grids`, `places` and `service_areas`, sorted by load and row.

        `former` leads from ids that only the lineage knows (old records name them) to one of their successors.
        """
        places = PLACES.empty_table().to_pandas() if places is None else places
        areas = SERVICE_AREAS.empty_table().to_pandas() if areas is None else areas
        self._epochs = Epochs(table[name] for table in (grids, places, areas) for name in ("valid_from", "valid_to"))
        grids = versions_in_time(grids, self._epochs)
        self._district = dict(zip(grids["grid_id"], grids["district"], strict=True))
        self._community = dict(zip(grids["grid_id"], grids["community"], strict=True))
        self._town = dict(zip(grids["community"], grids["town"], strict=True))
        self._town.update(zip(grids["grid_id"], grids["town"], strict=True))
        for old in former or {}:
            self._district.setdefault(old, _district_of(old, former or {}, self._district))
            self._town.setdefault(old, _district_of(old, former or {}, self._town))
        self._ids = pa.array(list(self._district), pa.string())
        self._grids = np.array(list(self._district), dtype=object)
        self._districts = np.array(list(self._district.values()), dtype=object)
        self._spots, self._system = Spots(grids), coordinates
        self._made_of = grids, places, areas

    @cached_property
    def _names(self) -> Names:
        """Made when the first row asks: exports with grid ids never do."""
        return Names(*self._made_of, self._epochs)

    @property
    def dated(self) -> bool:
        """Whether units changed over time, so that the day of a record matters."""
        return self._epochs.last > 0

    def epochs(self, days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int32]:
        """Which set of units is in force on each local day (NaT: the newest); for the column `epoch`."""
        return self._epochs.of(days)

    def towns(self, grids: Sequence[str | None], units: Sequence[str | None]) -> list[str | None]:
        """The town of each grid, or of the unit where there is no grid; a unit that is in no town is its own."""
        return [
            (self._town.get(grid) or None) if grid is not None else None if unit is None else self._town.get(unit, unit)
            for grid, unit in zip(grids, units, strict=True)
        ]

    @property
    def grid_ids(self) -> Collection[str]:
        """Every grid id that a row may name."""
        return self._district.keys()

    def locate(self, rows: pd.DataFrame) -> Located:
        """Locate rows of text by their :data:`PLACE_COLUMNS`, as far as there are; give distinct rows, it costs less."""
        count = len(rows)
        epoch = (
            rows["epoch"].to_numpy(dtype=np.int32) if "epoch" in rows else np.full(count, self._epochs.last, np.int32)
        )
        given = rows["grid_id"] if "grid_id" in rows else pd.Series([None] * count, index=rows.index, dtype="str")
        found = pc.fill_null(pc.index_in(pa.array(given, pa.string(), from_pandas=True), value_set=self._ids), -1)
        index = np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)
        known = index >= 0
        grid_id, district, unit, located_by = (np.full(count, None, dtype=object) for _ in range(4))
        grid_id[known], district[known] = self._grids[index[known]], self._districts[index[known]]
        located_by[known] = LocatedBy.GRID_ID.value
        longitude, latitude, swapped, told = self._degrees(rows)
        asked = np.flatnonzero(~known & np.isfinite(longitude))
        bordered = np.zeros(count, dtype=bool)
        if len(asked):
            grid_id[asked], bordered[asked] = self._spots.locate(longitude[asked], latitude[asked], epoch[asked])
        near = asked[pd.notna(grid_id[asked])]
        located_by[near] = LocatedBy.COORDINATES.value
        away, within_another = self._name_first(rows, near, epoch, grid_id, located_by, bordered)
        district[near] = [self._district[grid] for grid in grid_id[near]]
        held = pd.notna(located_by)
        several = np.zeros(count, dtype=bool)
        meant = self._with_zeros(given, np.flatnonzero(~held))
        for members, place in self._by_name(rows, np.flatnonzero(~held), epoch):
            if place is None:
                several[members] = True
                continue
            grid_id[members], unit[members] = place.grid_id, place.unit
            district[members], located_by[members] = place.district, place.located_by
        mended = np.zeros(count, dtype=bool)
        for row, grid in meant.items():
            # What the names of the row say goes before a number that only fits.
            if not several[row] and self._agrees(grid, grid_id[row], unit[row], located_by[row]):
                grid_id[row], unit[row], district[row] = grid, None, self._district[grid]
                located_by[row], mended[row] = LocatedBy.GRID_ID.value, True
        return Located(
            grid_id=grid_id,
            unit=unit,
            district=district,
            located_by=located_by,
            unknown_grid=given.notna().to_numpy(dtype=bool) & pd.isna(located_by),
            longitude=np.round(longitude, DECIMALS).astype(np.float32),
            latitude=np.round(latitude, DECIMALS).astype(np.float32),
            swapped=swapped,
            several=several,
            without_zeros=mended,
            away=away,
            within_another=within_another,
            outside=told & (np.isnan(longitude) | ~held),
        )

    def _name_first(
        self,
        rows: pd.DataFrame,
        near: npt.NDArray[np.int64],
        epoch: npt.NDArray[np.int32],
        grid_id: Objects,
        located_by: Objects,
        bordered: Flags,
    ) -> tuple[Flags, Flags]:
        """Put rows with coordinates into the grid that they name, unless borders hold the point.

        Changes `grid_id` and `located_by` of the rows `near`. Gives the rows whose point has another centre nearer, and those
        whose point lies within the borders of another grid.
        """
        away, within_another = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
        words = [name for name in (*_GRID_NAMES, *_UNIT_NAMES) if name in rows]
        if not self._may_name_grids(rows):
            return away, within_another
        for members, said, day in self._each_told(rows, words, near, epoch):
            named = self._names.named_grid(said, day)
            if named is None:
                continue
            other, held = grid_id[members] != named, bordered[members]
            within_another[members[other & held]] = True
            away[members[other & ~held]] = True
            grid_id[members[~held]], located_by[members[~held]] = named, LocatedBy.PATH.value
        return away, within_another

    def _may_name_grids(self, rows: pd.DataFrame) -> bool:
        """Whether a column may name grids: a path, a name, or names where the id of a grid should stand."""
        return any(name in rows for name in _GRID_NAMES) or (
            "grid_id" in rows and bool(rows["grid_id"].str.contains(_HAN, na=False).any())
        )

    def _with_zeros(self, given: pd.Series, rows: npt.NDArray[np.int64]) -> dict[int, str]:
        """Row -> the one grid whose id it names without the zeros before it, of rows that nothing surer has placed."""
        told = given.iloc[rows].dropna()
        meant = lost_zeros(told.unique().tolist(), self.grid_ids) if len(told) else {}
        asked = given.to_numpy(dtype=object)
        return {int(row): meant[asked[row]] for row in rows if asked[row] in meant} if meant else {}

    def _agrees(self, grid: str, other: str | None, unit: str | None, located_by: str | None) -> bool:
        """Whether a grid is where the names of a row say that it is, as far as they say it."""
        if other is not None:
            return other == grid
        within = {LocatedBy.COMMUNITY.value: self._community, LocatedBy.TOWN.value: self._town}.get(located_by or "")
        return within is None or within.get(grid) == unit

    def _degrees(self, rows: pd.DataFrame) -> tuple[Reals, Reals, Flags, Flags]:
        """WGS-84 degrees (NaN outside the city), whether they were swapped, and whether any were told."""
        count = len(rows)
        x, y = np.full(count, np.nan), np.full(count, np.nan)
        told = np.zeros(count, dtype=bool)
        if "coordinates" in rows:
            x, y = pair(rows["coordinates"])
            told |= rows["coordinates"].notna().to_numpy(dtype=bool)
        if "longitude" in rows and "latitude" in rows:
            own = degrees(rows["longitude"]), degrees(rows["latitude"])
            x, y = np.where(np.isnan(x), own[0], x), np.where(np.isnan(y), own[1], y)
            told |= (rows["longitude"].notna() & rows["latitude"].notna()).to_numpy(dtype=bool)
        if not told.any():
            return x, y, np.zeros(count, dtype=bool), told
        if not self._spots.any:
            right = (np.abs(x) <= 180) & (np.abs(y) <= 90)
            x, y = to_wgs84(np.where(right, x, np.nan), np.where(right, y, np.nan), self._system)
            return x, y, np.zeros(count, dtype=bool), told
        straight, crossed = to_wgs84(x, y, self._system), to_wgs84(y, x, self._system)
        here = self._spots.in_city(*straight)
        there = ~here & self._spots.in_city(*crossed)
        longitude, latitude = (
            np.where(here, one, np.where(there, other, np.nan)) for one, other in zip(straight, crossed, strict=True)
        )
        return longitude, latitude, there, told

    def _by_name(
        self, rows: pd.DataFrame, left: npt.NDArray[np.int64], epoch: npt.NDArray[np.int32]
    ) -> list[tuple[npt.NDArray[np.int64], Place | None]]:
        """The rows that each place holds (None: several could), found by their names; each distinct combination once."""
        words = [str(name) for name in rows if is_place(str(name)) and name not in _NOT_NAMES]
        found: list[tuple[npt.NDArray[np.int64], Place | None]] = []
        for members, said, day in self._each_told(rows, words, left, epoch):
            place = self._names.find(said, day)
            if place is not None or self._names.fits_several(said, day):
                found.append((members, place))
        return found

    def _each_told(
        self, rows: pd.DataFrame, words: Sequence[str], left: npt.NDArray[np.int64], epoch: npt.NDArray[np.int32]
    ) -> Iterator[tuple[npt.NDArray[np.int64], dict[str, str], int]]:
        """Each distinct combination of the `words` of some rows: the rows that tell it, field -> what it tells, its epoch."""
        if len(left) == 0:
            return
        told = rows[words].iloc[left].astype(object)
        if "grid_id" in rows and (named := rows["grid_id"].iloc[left].str.contains(_HAN, na=False)).any():
            # Where the id of a grid should stand many registers have its name, or the whole path down to it.
            words = [*words, "grid_id"]
            told["grid_id"] = rows["grid_id"].iloc[left].astype(object).where(named, None)
        if not words:
            return
        told = told.where(told.notna(), None).assign(epoch=epoch[left])
        columns = [told[name].tolist() for name in words]
        for members in told.groupby([*words, "epoch"], dropna=False, sort=False).indices.values():
            one = int(members[0])
            said = {
                name: str(column[one]) for name, column in zip(words, columns, strict=True) if column[one] is not None
            }
            yield left[members], said, int(epoch[left[one]])


def ladder(store: Store, coordinates: System = "wgs84") -> Ladder:
    """The ladder of a store's places. `coordinates` is the system of the records' coordinates."""
    redrawn = store.versions("grid_lineage", ["from_grid_id", "to_grid_id"])
    former = dict(zip(redrawn["from_grid_id"], redrawn["to_grid_id"], strict=True))
    return Ladder(
        store.versions("grids"), store.versions("places"), store.versions("service_areas"), former, coordinates
    )


def _district_of(old: str, former: Mapping[str, str], districts: Mapping[str, str]) -> str:
    """The district of the first successor that the city knows."""
    seen: set[str] = set()
    while old not in districts and old in former and old not in seen:
        seen.add(old)
        old = former[old]
    return districts.get(old, "")
