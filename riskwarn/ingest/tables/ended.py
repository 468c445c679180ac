"""Grids that ended and of which nothing says what followed: told when a table of grids is loaded."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.contracts import declared
from riskwarn.geography import ended_without_successor, lineage
from riskwarn.messages import Listed, Message
from riskwarn.periods import Calendar
from riskwarn.store import Store

ENDED = (
    "{ended} grid(s) have ended and no row of grid_lineage says what followed ({names}); no grid of today counts the {records} "
    "stored record(s) that lie in them: load grid_lineage (from_grid_id, to_grid_id, effective_at)"
)

_COLUMNS = ["grid_id", "valid_from", "valid_to"]

#: Grids that are named one by one.
_NAMED = 5


def ended_grids(store: Store, loaded: pa.Table | None, today: date, calendar: Calendar) -> list[str]:
    """What is to be said of the grids that have ended by `today`, with the newly `loaded` rows, and have no successor."""
    notes: list[str] = []
    grids = store.versions("grids", _COLUMNS)
    if loaded is not None:
        grids = pd.concat([grids, loaded.select(_COLUMNS).to_pandas()], ignore_index=True)
    ended = ended_without_successor(grids, today, lineage(store.versions("grid_lineage"), today, calendar))
    if ended:
        names = Listed(ended, most=_NAMED)
        records = sum(_records(store, source, ended) for source in store.sources() if declared(source).events)
        notes.append(Message(ENDED, ended=len(ended), names=names, records=records))
    return notes


def _records(store: Store, source: str, grids: list[str]) -> int:
    """How many records of a source lie in some grids."""
    found = [
        table.filter(pc.is_in(table["grid_id"], value_set=pa.array(grids, table["grid_id"].type)))["record_id"]
        for table in store.scan(source, ["record_id", "grid_id"])
    ]
    return len(pc.unique(pa.chunked_array([chunk for one in found for chunk in one.chunks], pa.int64())))
