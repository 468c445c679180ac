"""Where the rows of a batch lie: each distinct place is looked for once on the ladder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from riskwarn.contracts.schema import EVENTS
from riskwarn.ingest.places.ladder import Ladder, is_place
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.values.cells import coded, rounded, series, where
from riskwarn.messages import Message
from riskwarn.words import LocatedBy

Codes = npt.NDArray[np.int64]

_SWAPPED = Message("had longitude and latitude in each other's column; they were put right")
_OUTSIDE = Message("have coordinates that lie in no grid; their names were used, where there are any")
_AWAY = Message(
    "name a grid and have coordinates that are nearer to the centre of another; the grid that they name was used"
)
_WITHIN_ANOTHER = Message(
    "have coordinates within the borders of another grid than the one that they name; the coordinates were used"
)
_NO_COMMUNITY = Message("name a community that the table of grids does not have; their town was used")


def located(reading: Reading, ladder: Ladder, occurred: npt.NDArray[np.datetime64]) -> dict[str, pa.Array]:
    """Place columns of the event schema; rows without a place are faults. `occurred` is UTC: names mean what they meant then."""
    faults, names = reading.faults, [name for name in reading.cells if is_place(name)]
    codes = [coded(reading.cells[name])[0] for name in names]
    epochs = np.zeros(len(reading), dtype=np.int64)
    if ladder.dated:
        epochs = ladder.epochs(_local_days(occurred, reading)).astype(np.int64)
    row_of, first = _distinct([*codes, epochs], len(reading))
    told = pd.DataFrame({name: series(reading.cells[name].take(pa.array(first))) for name in names})
    for name in ("longitude", "latitude"):
        if name in told and reading.decimal_of(name) == ",":
            told[name] = told[name].str.replace(",", ".")
    place = ladder.locate(told.assign(epoch=epochs[first]))
    faults.add(rounded(reading.cell("grid_id")), "rounded_id", "grid_id", "number")
    unknown = place.unknown_grid[row_of]
    faults.add(unknown, "unknown_grid", "grid_id", "id")
    if unknown.any():
        reading.zeros.note_unknown(where(reading.cell("grid_id"), unknown), ladder.grid_ids)
    if place.without_zeros.any():
        rows_mended = place.without_zeros[row_of]
        reading.zeros.note_put_back(where(reading.cell("grid_id"), rows_mended), ladder.grid_ids)
    nowhere = pd.isna(place.located_by)
    faults.add((nowhere & place.outside)[row_of], "outside_city", "coordinates", "number")
    told_by = next((name for name in names if name.startswith("address")), names[0] if names else "grid_id")
    faults.add((nowhere & place.several)[row_of], "several_places", told_by, "text")
    named = told.notna().any(axis=1).to_numpy(dtype=bool)
    faults.add((nowhere & named)[row_of], "unknown_place", told_by, "text")
    faults.add(nowhere[row_of], "no_place", "grid_id", "empty")
    reading.moved[_SWAPPED] += int(place.swapped[row_of].sum())
    reading.moved[_AWAY] += int(place.away[row_of].sum())
    reading.moved[_WITHIN_ANOTHER] += int(place.within_another[row_of].sum())
    reading.moved[_OUTSIDE] += int(place.outside[row_of].sum())
    communities = [name for name in ("community", "community_name") if name in told]
    if communities:
        telling = told[communities].notna().any(axis=1).to_numpy(dtype=bool)
        above = np.equal(place.located_by, LocatedBy.TOWN.value).astype(bool)
        reading.moved[_NO_COMMUNITY] += int((telling & above)[row_of].sum())
    rows = pa.array(row_of.astype(np.int32))
    found: dict[str, pa.Array] = {
        name: _compact(pa.array(getattr(place, name), pa.string(), from_pandas=True), rows)
        for name in ("grid_id", "unit", "located_by", "district")
    }
    # Coordinates of a count are those of one of its rows, and say nothing of the others.
    if np.isfinite(place.longitude).any() and reading.mapping.period is None:
        for name in ("longitude", "latitude"):
            degrees = pa.array(getattr(place, name)[row_of], EVENTS.field(name).type, from_pandas=True)
            found[name] = degrees
    return found


def _local_days(moments: npt.NDArray[np.datetime64], reading: Reading) -> npt.NDArray[np.datetime64]:
    zoned = pd.DatetimeIndex(moments).tz_localize("UTC").tz_convert(reading.zone).tz_localize(None)
    return zoned.to_numpy(dtype="datetime64[D]")


def _distinct(columns: Sequence[Codes], rows: int) -> tuple[Codes, Codes]:
    """(rows,) the number of each row's combination of codes (-1: nothing), and a row in which each combination stands."""
    combined = np.zeros(rows, dtype=np.int64)
    for codes in columns:
        wide = combined * (int(codes.max(initial=-1)) + 2) + codes + 1
        combined = pd.factorize(wide)[0].astype(np.int64)
    first = np.full(int(combined.max(initial=-1)) + 1, -1, dtype=np.int64)
    first[combined[::-1]] = np.arange(rows)[::-1]
    return combined, first


def _compact(words: pa.Array, rows: pa.Array) -> pa.DictionaryArray:
    """The text of every row, each once in its dictionary."""
    told = words.dictionary_encode()
    return pa.DictionaryArray.from_arrays(told.indices.take(rows), told.dictionary)
