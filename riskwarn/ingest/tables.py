"""Rows of the tables that are not event sources: grids, demographics, interventions."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.contracts.schema import DEMOGRAPHIC_NUMBERS
from riskwarn.ingest.cells import digests, numbers, rounded
from riskwarn.ingest.reading import Reading

#: Numbers of the grids table and of interventions.
_GRID_NUMBERS = ("longitude", "latitude", "households", "workers")
_LONGEST_GRID_ID = 32


def grids(reading: Reading) -> pd.DataFrame:
    """The rows of `grids`; a unit without a code is named by its path."""
    frame = _with_grid_id(reading)
    too_long = frame["grid_id"].str.len().gt(_LONGEST_GRID_ID).fillna(False).to_numpy(dtype=bool)
    reading.faults.add(too_long, "bad_grid_id", "grid_id", "text")
    above: pd.Series | None = None
    for unit in ("district", "town", "community"):
        code, name = reading.text(unit), reading.text(f"{unit}_name")
        path = name if above is None else (above + "/" + name)
        above = path
        frame[unit] = code.where(code.notna(), path)
        frame[f"{unit}_name"] = name.where(name.notna(), code)
        reading.faults.add(frame[unit].isna().to_numpy(dtype=bool), "missing_unit", unit, "empty")
        above = above.where(above.notna(), code)
    frame["name"] = reading.text("name")
    frame["kind"] = reading.words("kind", "grid_kind")
    for column in ("geometry", "neighbours"):
        frame[column] = reading.text(column)
    for column in _GRID_NUMBERS:
        frame[column] = _number(reading, column)
    return _dated(reading, frame, "valid_from", "valid_to")


def demographics(reading: Reading, known_grids: set[str]) -> pd.DataFrame:
    """The rows of `demographics`; shares written as percentages become fractions."""
    frame = _of_known_grid(reading, known_grids)
    for name in DEMOGRAPHIC_NUMBERS:
        values = _number(reading, name)
        if name.startswith("share_") and np.nanmax(values, initial=0.0) > 1:
            reading.notes.append(f"{name} is read as percent")
            values = values / 100
        frame[name] = values
    return _dated(reading, frame, "valid_from")


def interventions(reading: Reading, known_grids: set[str]) -> pd.DataFrame:
    """The rows of `interventions`."""
    frame = _of_known_grid(reading, known_grids)
    frame["record_id"] = digests(reading.cell("record_id"), reading.key, reading.source).to_pandas().astype("Int64")
    frame["kind"] = reading.words("kind", "service")
    for name in ("started_at", "ended_at"):
        frame[name] = reading.instants(name)
    reading.faults.add(np.isnat(frame["started_at"].to_numpy()), "missing_date", "started_at", "empty")
    frame["outcome"] = reading.words("outcome", "outcome")
    frame["chosen_by"] = reading.words("chosen_by", "chosen_by")
    for name in ("hours", "propensity"):
        frame[name] = _number(reading, name)
    return frame


def identity(frame: pd.DataFrame) -> pd.Series:
    """What makes two rows of a table versions of one: the grid and the start, or the record id where there is one."""
    parts = ("grid_id", "valid_from") if "valid_from" in frame else ("grid_id", "kind", "started_at")
    told = [["" if pd.isna(value) else str(value) for value in frame[name]] for name in parts]
    own = pd.Series(["|".join(values) for values in zip(*told, strict=True)], index=frame.index, dtype=object)
    return own if "record_id" not in frame else frame["record_id"].astype(object).where(frame["record_id"].notna(), own)


def _with_grid_id(reading: Reading) -> pd.DataFrame:
    frame = pd.DataFrame(index=pd.RangeIndex(reading.faults.rows))
    frame["grid_id"] = reading.text("grid_id")
    reading.faults.add(frame["grid_id"].isna().to_numpy(dtype=bool), "missing_grid_id", "grid_id", "empty")
    reading.faults.add(rounded(reading.cell("grid_id")), "rounded_id", "grid_id", "number")
    return frame


def _of_known_grid(reading: Reading, known_grids: set[str]) -> pd.DataFrame:
    frame = _with_grid_id(reading)
    unknown = ~frame["grid_id"].isin(list(known_grids)).to_numpy(dtype=bool)
    reading.faults.add(unknown, "unknown_grid", "grid_id", "id")
    return frame


def _number(reading: Reading, name: str) -> npt.NDArray[np.float64]:
    values, unreadable, percent = numbers(reading.cell(name))
    reading.faults.add(unreadable, "bad_number", name, "text")
    return np.where(percent, values / 100, values)


def _dated(reading: Reading, frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Dates without a time: the local day."""
    for name in names:
        moments = pd.DatetimeIndex(reading.instants(name)).tz_localize("UTC").tz_convert(reading.zone)
        days: list[date | None] = [None if pd.isna(moment) else moment.date() for moment in moments]
        frame[name] = pd.Series(days, index=frame.index, dtype=object)
    return frame
