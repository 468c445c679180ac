"""What a load has in common with the store where it should have more, or lacks where it has the rest: told, never mended."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from riskwarn.ingest.loading.gathering import Gathered
from riskwarn.ingest.loading.versions import content_part
from riskwarn.messages import Message
from riskwarn.store import Store

Flags = npt.NDArray[np.bool_]

#: What two spellings of one record share.
_SAME = ("occurred_at", "known_at", "grid_id", "unit", "category")
#: So many new records, so great a share of the load, and of them so great a share with a stored double, before it is told.
FEWEST, MOST = 10, 0.5


def doubles(store: Store, source: str, gathered: Gathered, new: Flags) -> str | None:
    """What is said of new records that are stored under other ids, as when a department writes its ids in another way.

    Only times, places and categories that stand once in the load and in one stored record count: a date and a grid are
    shared by many.
    """
    if new.sum() < max(FEWEST, MOST * len(new)) or source not in store.sources():
        return None
    keys = _keys(gathered.columns, gathered.rows)[new]
    stored = _stored(store, source, gathered, new, _SAME)
    if stored is None:
        return None
    held = pd.DataFrame({"key": _keys(stored, len(stored["record_id"])), "record": stored["record_id"].to_numpy()})
    once = held.drop_duplicates()["key"].drop_duplicates(keep=False)
    alike = int(pd.Series(keys).drop_duplicates(keep=False).isin(once).sum())
    if alike < max(FEWEST, MOST * new.sum()):
        return None
    said = (
        "{alike} of {records} new records have the times, place and category of stored ones under another id: if the ids are "
        "written in another way than before (zeros in front, a prefix), take this load back (riskwarn loads undo)"
    )
    return Message(said, alike=alike, records=int(new.sum()))


def missing_counts(store: Store, source: str, gathered: Gathered) -> str | None:
    """What is said of stored counts that an aggregated export leaves out, though it tells their period and district anew.

    They keep their value: a department that sends its counts in parts leaves out as much.
    """
    if gathered.rows == 0 or source not in store.sources():
        return None
    names = ("occurred_at", "district", "category")
    stored = _stored(store, source, gathered, np.ones(gathered.rows, dtype=bool), (*names, "count", "withdrawn"))
    if stored is None:
        return None
    none = pa.nulls(gathered.rows, pa.string())
    told = pd.DataFrame({name: _plain(gathered.columns.get(name, none)).to_pandas() for name in names})
    frame = pd.DataFrame({name: _plain(column).to_pandas() for name, column in stored.items()})
    newest = frame.drop_duplicates("record_id", keep="last")
    newest = newest[(newest["count"] > 0) & ~newest["withdrawn"].fillna(False).astype(bool)]
    spans = pd.MultiIndex.from_frame(told[["occurred_at", "district"]])
    again = pd.MultiIndex.from_frame(newest[["occurred_at", "district"]]).isin(spans)
    again &= newest["category"].isin(told["category"]).to_numpy()
    left = int((again & ~newest["record_id"].isin(gathered.columns["record_id"].to_numpy()).to_numpy()).sum())
    if not left:
        return None
    said = (
        "{counts} stored count(s) are missing here, though this file tells their period and district anew: they keep their value; "
        "where they are none now, have them exported as 0"
    )
    return Message(said, counts=left)


def _stored(
    store: Store, source: str, gathered: Gathered, rows: Flags, names: tuple[str, ...]
) -> dict[str, pa.Array] | None:
    """The stored versions that were known within the span of some rows of a load, in the order of loads; None: none."""
    known = gathered.columns["known_at"].cast(pa.int64()).to_numpy().view("datetime64[us]")[rows]
    until = known.max() + np.timedelta64(1, "us")
    parts = list(store.scan(source, ["record_id", *names], since=known.min(), until=until))
    table = pa.concat_tables(parts) if parts else None
    if table is None or len(table) == 0:
        return None
    return {name: _plain(table[name].combine_chunks()) for name in table.column_names}


def _keys(columns: dict[str, pa.Array], rows: int) -> npt.NDArray[np.uint64]:
    """(rows,) what a record shares with its double, as one number."""
    total = np.zeros(rows, dtype=np.uint64)
    for name in _SAME:
        if name in columns:
            total += content_part(name, columns[name])
    return total


def _plain(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
