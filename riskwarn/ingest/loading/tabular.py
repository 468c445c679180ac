"""Tables that are not event sources, from a sheet to new versions. They are small: read whole, and compared by pandas."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.contracts.identity import identities
from riskwarn.contracts.schema import TABLES
from riskwarn.contracts.tables import TABLE_CONTRACTS
from riskwarn.errors import GridsMissing
from riskwarn.ingest.loading.versions import (
    Sorted,
    Versions,
    content_hash,
    listed_again,
    repeated,
    sort_out,
    told_before,
)
from riskwarn.ingest.reading import Reading
from riskwarn.ingest.tables import tables, tables_of_answers, tables_of_places
from riskwarn.ingest.values.cells import digests
from riskwarn.ingest.values.dates import naive_utc
from riskwarn.store import Store

#: From when a row of a table holds, by the first of these that the table has.
STARTS = ("started_at", "valid_from", "effective_at", "date", "updated_at")


def new_rows(reading: Reading, store: Store, exported: datetime) -> tuple[pa.Table, Sorted, pa.Array]:
    """What is to be stored of a table, how its sound rows were told apart, and the key of every row; faults are left in `reading`.

    The keys, (rows,) int64, are keyed digests of what makes two rows versions of one thing; null where that is not told.
    """
    source, schema = reading.source, TABLES[reading.source]
    contract = TABLE_CONTRACTS[source]
    frame = _rows(reading, store)
    frame["row"] = reading.numbers
    keys = _keys(reading, frame)
    frame = frame[~reading.faults.any].reset_index(drop=True)
    for name in schema.names:
        if name not in frame:
            frame[name] = None
    own = {field.name for field in contract.fields}
    start = next((name for name in STARTS if name in own), None)
    frame["known_at"] = pd.to_datetime(frame[start]).astype("datetime64[us]") if start else pd.NaT
    instant = naive_utc(exported)
    frame["exported_at"] = instant
    frame["withdrawn"] = False
    frame["version_at"] = frame["known_at"].where(frame["known_at"].notna(), frame["exported_at"])
    table = _as_arrow(frame, schema)
    content = content_hash({name: table[name].combine_chunks() for name in table.column_names}, source)
    table = table.set_column(schema.get_field_index("content"), "content", pa.array(content))
    stored = store.versions(source)
    both = pd.concat([identities(stored, contract), identities(frame, contract)], ignore_index=True)
    records = pd.factorize(both)[0].astype(np.int64)
    held, come = records[: len(stored)], records[len(stored) :]
    incoming = Versions(come, content, frame["version_at"].to_numpy(dtype="datetime64[us]"))
    before = Versions(
        held,
        stored["content"].to_numpy(dtype=np.int64),
        stored["version_at"].to_numpy(dtype="datetime64[us]"),
        stored["load_id"].to_numpy(dtype=np.int64),
        stored["exported_at"].to_numpy(dtype="datetime64[us]"),
    )
    again = repeated(incoming) | told_before(incoming, before, instant)
    again |= listed_again(incoming, before, np.ones(len(come), dtype=bool))
    # A row of a table that is stored already speaks of the day of its export.
    moments = frame["version_at"].where(~np.isin(come, held) | again, frame["exported_at"])
    told = sort_out(replace(incoming, version_at=moments.to_numpy(dtype="datetime64[us]")), before, again)
    kept = table.filter(pa.array(told.accepted | told.corrected))
    late = pa.array(told.corrected[told.accepted | told.corrected])
    version_at = pc.if_else(late, kept["exported_at"], kept["version_at"])
    return kept.set_column(schema.get_field_index("version_at"), schema.field("version_at"), version_at), told, keys


def _keys(reading: Reading, frame: pd.DataFrame) -> pa.Array:
    """Keyed digests of the rows' identities; null where the first part (a grid, a name) is missing or was a fault."""
    whole = identities(frame, TABLE_CONTRACTS[reading.source])
    told = whole.where(~whole.astype(str).str.startswith("|") & whole.notna(), None)
    return digests(
        pa.array(told.map(lambda one: None if one is None else str(one)), pa.string()), reading.key, reading.source
    )


def _rows(reading: Reading, store: Store) -> pd.DataFrame:
    if reading.source == "grids":
        return tables.grids(reading)
    if "grids" not in store.sources():
        raise GridsMissing()
    readers = {
        "demographics": tables.demographics,
        "interventions": tables.interventions,
        **tables_of_places.READERS,
        **tables_of_answers.READERS,
    }
    return readers[reading.source](reading, store)


def _as_arrow(frame: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    arrays = []
    for field in schema:
        column = frame[field.name]
        if not column.notna().any():
            arrays.append(pa.nulls(len(frame), field.type))
        elif pa.types.is_timestamp(field.type):
            moments = pd.to_datetime(column).to_numpy(dtype="datetime64[us]")
            arrays.append(pa.array(moments, pa.timestamp("us"), from_pandas=True).cast(field.type))
        elif pa.types.is_integer(field.type) and column.dtype.kind == "f":
            arrays.append(pa.array(column, pa.float64(), from_pandas=True).cast(field.type))
        else:
            arrays.append(pa.array(column, field.type, from_pandas=True))
    whole = [array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array for array in arrays]
    return pa.Table.from_arrays(whole, schema=schema)
