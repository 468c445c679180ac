"""Where records lie as of a date: the one place at which they are carried to the grids in force.

Labels, features, interventions and demographics all pass through here, so that they mean the same grids.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskwarn.arrays import Reals
from riskwarn.geography import Geography
from riskwarn.periods import Instants
from riskwarn.words import LocatedBy

#: Rungs of the ladder that find the grid of the event's day, and that find the grid of today.
_BY_THE_DAY = (LocatedBy.COORDINATES.value, LocatedBy.ADDRESS.value, LocatedBy.PATH.value)
_BY_TODAY = (LocatedBy.PLACES.value,)


def crosswalk(frame: pd.DataFrame, places: Geography, delivery: np.timedelta64) -> pd.DataFrame:
    """Rows of an event source with `grid` (int64 index of a grid in force, -1 where there is none), `above` (int64 index
    into ``places.above``, -1 where there is a grid) and whole `count`.

    `frame` is sorted by `_record` and then version; `known_at` is the record's and includes `delivery`. A row that counts
    several events and lay in a re-drawn grid may come back as several rows.
    """
    count = frame["count"].fillna(1).to_numpy(dtype=np.int64)
    coded = _coded_at(frame, delivery) if places.lineage else np.full(len(frame), np.datetime64("NaT", "us"))
    ids, longitude, latitude = frame["record_id"], _degrees(frame, "longitude"), _degrees(frame, "latitude")
    found = places.carry(frame["grid_id"], coded, ids, count, longitude, latitude)
    carried = frame.iloc[found.row] if len(found.row) != len(frame) else frame
    above = np.full(len(carried), -1, dtype=np.int64)
    high = found.grid < 0
    if high.any():
        told = carried.loc[high, ["unit", "located_by", "grid_id"]]
        above[high] = places.above.index_of(told["unit"], told["located_by"], told["grid_id"])
    return carried.assign(grid=found.grid, count=found.count, above=above)


def _coded_at(frame: pd.DataFrame, delivery: np.timedelta64) -> Instants:
    """By which day's drawing the grid of each version is meant.

    A grid id by that of the registration, or of the version that changed it; what the ladder found on the map, in an address or by a path by
    that of the event; what it found by the table of places by that of the export, for the table tells today's grids.
    """
    known: Instants = np.asarray(frame["known_at"].to_numpy(dtype="datetime64[us]") - delivery, dtype="datetime64[us]")
    if len(frame) == 0:
        return known
    record, grid = frame["_record"].to_numpy(), pd.factorize(frame["grid_id"])[0]
    first = np.flatnonzero(np.r_[True, record[1:] != record[:-1]])
    same = grid == grid[np.repeat(first, np.diff(np.r_[first, len(record)]))]
    coded = np.where(same, known, frame["believed_from"].to_numpy(dtype="datetime64[us]"))
    for rungs, column in ((_BY_THE_DAY, "occurred_at"), (_BY_TODAY, "exported_at")):
        chosen = frame["located_by"].isin(rungs).to_numpy(dtype=bool)
        coded[chosen] = frame.loc[chosen, column].to_numpy(dtype="datetime64[us]")
    return coded


def _degrees(frame: pd.DataFrame, name: str) -> Reals:
    if name not in frame:
        return np.full(len(frame), np.nan)
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
