"""Rows of the tables about places: how grids were re-drawn, names of places, service areas, breaks of recording.

Lineage, places and service areas are told in groups (all successors of one grid on one day; all grids of one area), and
only a whole group means anything. So a group with a faulty row is refused whole, and every row carries the `statement` of its
group: where one row changes, all are stored anew, and readers take the newest statement.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.ingest.places.coordinates import to_wgs84
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.tables.tables import centre, dated, known_grids, number, of_known_grid, with_grid_id
from riskwarn.store import Store

#: Weights of a group must sum to 1 within this …
TOLERANCE = 1e-6

#: … and are scaled to it where they miss by less than this: hundredths that were rounded one by one.
ROUNDING = 0.02


def grid_lineage(reading: Reading, store: Store) -> pd.DataFrame:
    """The rows of `grid_lineage`: successors are grids of the city or are re-drawn themselves."""
    frame = pd.DataFrame(index=pd.RangeIndex(reading.faults.rows))
    for name in ("from_grid_id", "to_grid_id"):
        frame[name] = with_grid_id(reading, name)["grid_id"]
    known = known_grids(store) | set(frame["from_grid_id"].dropna())
    reading.faults.add(~frame["to_grid_id"].isin(list(known)).to_numpy(dtype=bool), "unknown_grid", "to_grid_id", "id")
    dated(reading, frame, "effective_at")
    reading.faults.add(frame["effective_at"].isna().to_numpy(dtype=bool), "missing_date", "effective_at", "empty")
    frame["basis"] = reading.text("basis")
    return _weighted(reading, frame, ["from_grid_id", "effective_at"], "to_grid_id")


def places(reading: Reading, store: Store) -> pd.DataFrame:
    """The rows of `places`: each leads to a grid, or at least to a community or town."""
    frame = _named(reading)
    frame["grid_id"] = reading.text("grid_id")
    given = frame["grid_id"].notna().to_numpy(dtype=bool)
    known = of_known_grid(reading, frame, store)
    reading.faults.add(given & ~known, "unknown_grid", "grid_id", "id")
    units = units_by_name(store)
    for unit in ("community", "town", "district"):
        told = reading.text(unit)
        frame[unit] = told.map(units).where(told.isin(list(units)), told)
    placed = given | frame[["community", "town"]].isin(list(units.values())).any(axis=1).to_numpy(dtype=bool)
    reading.faults.add(~placed, "no_place", "grid_id", "empty")
    frame["kind"] = reading.text("kind")
    longitude, latitude = centre(reading)
    frame["longitude"], frame["latitude"] = to_wgs84(longitude, latitude, reading.mapping.coordinates)
    dated(reading, frame, "valid_from", "valid_to")
    group = ["name", "community", "town", "district", "valid_from"]
    return _stated(frame, group, frame["grid_id"].fillna("").astype(str))


def service_areas(reading: Reading, store: Store) -> pd.DataFrame:
    """The rows of `service_areas`: the grids that an area covers, with the share of its events in each."""
    frame = _named(reading)
    frame["grid_id"] = with_grid_id(reading)["grid_id"]
    reading.faults.add(~of_known_grid(reading, frame, store), "unknown_grid", "grid_id", "id")
    frame["kind"] = reading.text("kind")
    dated(reading, frame, "valid_from", "valid_to")
    return _weighted(reading, frame, ["name", "kind", "valid_from"], "grid_id")


def breaks(reading: Reading, store: Store) -> pd.DataFrame:
    """The rows of `breaks`: from which day a source records differently, in which unit (none: in the whole city)."""
    frame = pd.DataFrame(index=pd.RangeIndex(reading.faults.rows))
    dated(reading, frame, "date")
    reading.faults.add(frame["date"].isna().to_numpy(dtype=bool), "missing_date", "date", "empty")
    frame["source"] = reading.text("source").str.lower()
    reading.faults.add(frame["source"].isna().to_numpy(dtype=bool), "missing_name", "source", "empty")
    units, told = {**units_by_name(store), **{grid: grid for grid in known_grids(store)}}, reading.text("unit")
    frame["unit"] = told.map(units).astype(object)
    unknown = told.notna() & frame["unit"].isna()
    reading.faults.add(unknown.to_numpy(dtype=bool), "unknown_unit", "unit", "id")
    frame["reason"] = reading.text("reason")
    return frame


#: The reader of each table.
READERS = {"grid_lineage": grid_lineage, "places": places, "service_areas": service_areas, "breaks": breaks}


def units_by_name(store: Store) -> dict[str, str]:
    """Codes of units by themselves and by every name that only one of them has."""
    grids = store.versions("grids", ["community", "community_name", "town", "town_name", "district", "district_name"])
    found: dict[str, set[str]] = {}
    for unit in ("community", "town", "district"):
        for code, name in grids[[unit, f"{unit}_name"]].drop_duplicates().itertuples(index=False):
            if not pd.isna(name):
                found.setdefault(str(name), set()).add(str(code))
    named = {name: codes.pop() for name, codes in found.items() if len(codes) == 1}
    codes = {str(code) for unit in ("community", "town", "district") for code in grids[unit].dropna()}
    return {**named, **{code: code for code in codes}}


def _named(reading: Reading) -> pd.DataFrame:
    frame = pd.DataFrame(index=pd.RangeIndex(reading.faults.rows))
    frame["name"] = reading.text("name")
    reading.faults.add(frame["name"].isna().to_numpy(dtype=bool), "missing_name", "name", "empty")
    return frame


def _weighted(reading: Reading, frame: pd.DataFrame, group: Sequence[str], member: str) -> pd.DataFrame:
    """Check and scale the weights of each group, and refuse whole groups.

    Weights of a group are all given or all left out (equal shares). They sum to 1; percentages, and hundredths that were
    rounded, are scaled with a note; any other sum is refused with the reason `bad_weights`.
    """
    weight = number(reading, "weight")
    reading.faults.add(weight < 0, "bad_number", "weight", "number")
    number_of = frame.groupby(list(group), dropna=False, sort=False).ngroup().to_numpy()
    bad = np.unique(number_of[reading.faults.any])
    # A row that comes twice counts once, with its last weight.
    last = ~pd.DataFrame({"group": number_of, "member": frame[member]}).duplicated(keep="last").to_numpy(dtype=bool)
    total = np.bincount(number_of[last], np.nan_to_num(weight)[last], number_of.max(initial=-1) + 1)
    given = np.bincount(number_of[last], ~np.isnan(weight[last]), len(total)).astype(np.int64)
    size = np.bincount(number_of[last], minlength=len(total))
    percent = (given == size) & (np.abs(total - 100) <= 100 * ROUNDING)
    weight = np.where(percent[number_of], weight / 100, weight)
    total = np.where(percent, total / 100, total)
    rounded = (given == size) & (np.abs(total - 1) > TOLERANCE) & (np.abs(total - 1) <= ROUNDING)
    weight = np.where(rounded[number_of], weight / np.where(total > 0, total, 1)[number_of], weight)
    sound = (given == 0) | ((given == size) & ((np.abs(total - 1) <= TOLERANCE) | rounded))
    wrong = ~sound[number_of] | np.isin(number_of, bad)
    reading.faults.add(wrong & ~reading.faults.any, "bad_weights", "weight", "number")
    if percent.any():
        reading.notes.append("weight is read as percent")
    if rounded.any():
        reading.notes.append(f"weight: {int(rounded.sum())} group(s) were scaled to sum to 1")
    frame["weight"] = weight
    return _stated(frame, group, frame[member].astype(str) + "=" + pd.Series(weight).round(9).astype(str))


def _stated(frame: pd.DataFrame, group: Sequence[str], words: pd.Series) -> pd.DataFrame:
    """Add the hash of all that each row's group tells, whatever the order of its rows."""
    hashed: npt.NDArray[np.uint64] = np.asarray(pd.util.hash_array(words.to_numpy(dtype=object)), dtype=np.uint64)
    number_of = frame.groupby(list(group), dropna=False, sort=False).ngroup().to_numpy()
    once = ~pd.DataFrame({"group": number_of, "words": hashed}).duplicated().to_numpy(dtype=bool)
    total = np.zeros(number_of.max(initial=-1) + 1, dtype=np.uint64)
    np.add.at(total, number_of[once], hashed[once])
    # 53 bits, so that it is the same number after any way through floating point.
    frame["statement"] = (total >> np.uint64(11)).astype(np.int64)[number_of]
    return frame
