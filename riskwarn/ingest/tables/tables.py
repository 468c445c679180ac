"""Rows of the tables that are not event sources: grids, demographics, interventions."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.arrays import Flags
from riskwarn.contracts import declared
from riskwarn.contracts.fields import Kind
from riskwarn.contracts.schema import DEMOGRAPHIC_NUMBERS
from riskwarn.geography.shapes import Lie, as_geojson, lie_of, rings_of
from riskwarn.ingest.places.coordinates import pair, to_wgs84
from riskwarn.ingest.plausibility import not_before, plausible
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.values.cells import digests, plain_ids, rounded, where
from riskwarn.ingest.values.leading_zeros import lost_zeros
from riskwarn.ingest.values.numbers import MOST_WHOLE
from riskwarn.ingest.values.shares import Shares, shares_as
from riskwarn.messages import Message
from riskwarn.store import Store

#: Numbers of the grids table and of interventions.
_GRID_NUMBERS = ("households", "workers")
_LONGEST_GRID_ID = 32


def grids(reading: Reading) -> pd.DataFrame:
    """The rows of `grids`; a unit without a code is named by its path."""
    frame = with_grid_id(reading)
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
    frame["neighbours"] = reading.text("neighbours")
    _drawn(reading, frame)
    for column in _GRID_NUMBERS:
        frame[column] = in_range(reading, column, number(reading, column))
    return dated(reading, frame, "valid_from", "valid_to")


def demographics(reading: Reading, store: Store) -> pd.DataFrame:
    """The rows of `demographics`; shares written as percentages become fractions."""
    frame = _placed(reading, store)
    for name in DEMOGRAPHIC_NUMBERS:
        values = share(reading, name) if name.startswith("share_") else number(reading, name)
        frame[name] = in_range(reading, name, values)
    return dated(reading, frame, "valid_from")


def interventions(reading: Reading, store: Store) -> pd.DataFrame:
    """The rows of `interventions`."""
    frame = _placed(reading, store)
    frame["record_id"] = (
        digests(plain_ids(reading.cell("record_id")), reading.key, reading.source).to_pandas().astype("Int64")
    )
    frame["kind"] = reading.words("kind", "service")
    started = plausible(reading, "started_at", in_future=True)
    frame["started_at"] = started
    frame["ended_at"] = not_before(reading, "ended_at", plausible(reading, "ended_at"), started)
    reading.faults.add(np.isnat(started), "missing_date", "started_at", "empty")
    frame["outcome"] = reading.words("outcome", "outcome")
    frame["chosen_by"] = reading.words("chosen_by", "chosen_by")
    for name in ("hours", "propensity"):
        frame[name] = in_range(reading, name, number(reading, name))
    return frame


def with_grid_id(reading: Reading, name: str = "grid_id") -> pd.DataFrame:
    """A frame of one row a row read with its `grid_id`, from the column of a name; a missing or rounded one is a fault."""
    frame = pd.DataFrame(index=pd.RangeIndex(reading.faults.rows))
    frame["grid_id"] = reading.text(name)
    reading.faults.add(frame["grid_id"].isna().to_numpy(dtype=bool), "missing_grid_id", name, "empty")
    reading.faults.add(rounded(reading.cell(name)), "rounded_id", name, "number")
    return frame


def centre(reading: Reading) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Longitude and latitude of each row as they are told, from two columns or from one; NaN where there are none."""
    x, y = pair(reading.text("coordinates"))
    own = (number(reading, name) for name in ("longitude", "latitude"))
    x, y = (np.where(np.isnan(one), other, one) for one, other in zip((x, y), own, strict=True))
    swapped = (np.abs(y) > 90) & (np.abs(x) <= 90)
    if swapped.any():
        reading.notes.append(f"longitude and latitude were exchanged in {int(swapped.sum())} row(s) and put right")
    return np.where(swapped, y, x), np.where(swapped, x, y)


def _drawn(reading: Reading, frame: pd.DataFrame) -> None:
    """Centres and borders of grids in WGS-84; what does not lie on the globe in degrees is left out and told."""
    system = reading.mapping.coordinates
    x, y = centre(reading)
    off = (np.abs(x) > 180) | (np.abs(y) > 90)
    if off.any():
        reading.notes.append(_not_degrees("longitude, latitude", int(off.sum())))
        x, y = np.where(off, np.nan, x), np.where(off, np.nan, y)
    frame["longitude"], frame["latitude"] = to_wgs84(x, y, system)
    text = reading.text("geometry")
    drawn: list[str | None] = []
    found: Counter[Lie | None] = Counter()
    for told, middle in zip(text.astype(object).where(text.notna(), None), zip(x, y, strict=True), strict=True):
        rings = rings_of(told) if told else None
        lie = lie_of(rings, middle) if rings else None
        found[lie] += told is not None
        if lie is Lie.EXCHANGED:
            rings = [ring[:, ::-1] for ring in rings or ()]
        # Written anew from its corners: a feature of GeoJSON may carry anything beside them.
        turned = [np.column_stack(to_wgs84(ring[:, 0], ring[:, 1], system)) for ring in rings or ()]
        drawn.append(as_geojson(turned) if turned and lie is not Lie.ELSEWHERE else None)
    frame["geometry"] = pd.Series(drawn, index=frame.index, dtype=object)
    if unreadable := found[None]:
        reading.notes.append(f"geometry: {unreadable} row(s) are no polygon in GeoJSON or WKT and were read as empty")
    if exchanged := found[Lie.EXCHANGED]:
        reading.notes.append(f"geometry: {exchanged} border(s) had latitude before longitude; they were put right")
    if elsewhere := found[Lie.ELSEWHERE]:
        reading.notes.append(_not_degrees("geometry", elsewhere))


def known_grids(store: Store) -> set[str]:
    """Every grid id that the city has or had."""
    lineage = store.versions("grid_lineage", ["from_grid_id", "to_grid_id"])
    return {*store.versions("grids", ["grid_id"])["grid_id"], *lineage["from_grid_id"], *lineage["to_grid_id"]}


def of_known_grid(reading: Reading, frame: pd.DataFrame, store: Store) -> Flags:
    """(rows,) those whose `grid_id` the city has or had; an id that only lost the zeros before it is put right in `frame`."""
    grids = known_grids(store)
    known: Flags = frame["grid_id"].isin(list(grids)).to_numpy(dtype=bool)
    unknown = where(reading.cell("grid_id"), ~known)
    meant = lost_zeros(frame.loc[~known, "grid_id"].dropna().unique().tolist(), grids)
    if meant:
        reading.zeros.note_put_back(unknown, grids)
        frame["grid_id"] = frame["grid_id"].where(
            known | ~frame["grid_id"].isin(list(meant)), frame["grid_id"].map(meant)
        )
        known = frame["grid_id"].isin(list(grids)).to_numpy(dtype=bool)
        unknown = where(reading.cell("grid_id"), ~known)
    reading.zeros.note_unknown(unknown, grids)
    return known


def _placed(reading: Reading, store: Store) -> pd.DataFrame:
    frame = with_grid_id(reading)
    reading.faults.add(~of_known_grid(reading, frame, store), "unknown_grid", "grid_id", "id")
    return frame


def number(reading: Reading, name: str) -> npt.NDArray[np.float64]:
    """The numbers of a field, percentages as fractions; unreadable ones are faults, and of a field of whole numbers fractions are."""
    values, unreadable, percent = reading.numbers_of(name)
    reading.faults.add(unreadable, "bad_number", name, "text")
    values = np.where(percent, values / 100, values)
    if declared(reading.source).field(name).kind is Kind.WHOLE:
        reading.faults.add(np.abs(values) > MOST_WHOLE, "out_of_range", name, "number")
        reading.faults.add((values % 1 != 0) & np.isfinite(values), "not_whole", name, "number")
    return values


def share(reading: Reading, name: str) -> npt.NDArray[np.float64]:
    """The shares of a field, out of one reading for all cells without a percent sign, which is told.

    Where one is above 100 they are numbers of people, and where the heading leaves it open and the residents make it likelier;
    else where one is above 1 hundredths.
    """
    values, unreadable, percent = reading.numbers_of(name)
    reading.faults.add(unreadable, "bad_number", name, "text")
    population, _, _ = reading.numbers_of("population")
    read_as = shares_as(values, percent, population if name in reading.open_shares else None)
    if read_as is Shares.PEOPLE:
        reading.notes.append(f"{name} is read as numbers of people, and divided by the population")
        of_all = np.divide(values, population, out=np.full(len(values), np.nan), where=population > 0)
        return np.where(percent, values / 100, of_all)
    if read_as is Shares.PERCENT:
        reading.notes.append(f"{name} is read as percent")
        return values / 100
    return np.where(percent, values / 100, values)


def in_range(reading: Reading, name: str, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The same numbers; those outside the range that the contract believes in are faults."""
    field = declared(reading.source).field(name)
    lower = -np.inf if field.lower is None else field.lower
    upper = np.inf if field.upper is None else field.upper
    reading.faults.add((values < lower) | (values > upper), "out_of_range", name, "number")
    return values


def dated(reading: Reading, frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Dates without a time: the local day."""
    for name in names:
        moments = pd.DatetimeIndex(reading.instants(name)).tz_localize("UTC").tz_convert(reading.zone)
        days: list[date | None] = [None if pd.isna(moment) else moment.date() for moment in moments]
        frame[name] = pd.Series(days, index=frame.index, dtype=object)
    return frame


def _not_degrees(fields: str, rows: int) -> Message:
    said = (
        "{fields}: {rows} row(s) are not in degrees (metres of Web Mercator or another projection) and were read as empty; export "
        "them in WGS-84 (EPSG:4326), longitude first"
    )
    return Message(said, fields=fields, rows=rows)
