"""How a file of the lake is written: sorted by district and known time, in row groups."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

#: Rows of a row group: the statistics of each tell readers whether to open it.
ROW_GROUP = 1 << 16

#: Columns of random bits, which no compression makes smaller.
_RANDOM = ("record_id", "content", "repeat_of", "linked_to")


def write_sorted(path: Path, records: pa.Table, schema: pa.Schema, load_id: int) -> None:
    """Write records sorted by district and known time, in row groups; a second thread writes while the next is picked."""
    order = _order(records)
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    packing = {name: "none" if name in _RANDOM else "zstd" for name in schema.names}
    with (
        pq.ParquetWriter(
            path,
            schema,
            compression=packing,
            compression_level={name: 1 for name, how in packing.items() if how == "zstd"},
            use_dictionary=texts,
        ) as writer,
        ThreadPoolExecutor(1) as pool,
    ):
        written = None
        for start in range(0, len(order), ROW_GROUP):
            part = records.take(pa.array(order[start : start + ROW_GROUP]))
            if written is not None:
                written.result()
            written = pool.submit(writer.write_table, _whole(part, schema, load_id))
        if written is not None:
            written.result()


def _order(records: pa.Table) -> npt.NDArray[np.int64]:
    """By district, then known time, then as they come."""
    known = records["known_at"].cast(pa.timestamp("us")).cast(pa.int64()).combine_chunks()
    key = known.fill_null(0).to_numpy() - (known.drop_null().to_numpy().min() if known.null_count < len(known) else 0)
    if "district" in records.column_names:
        column = records["district"].combine_chunks()
        column = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        words = np.array([word or "" for word in column.dictionary.to_pylist()], dtype=object)
        ranks = np.append(np.argsort(np.argsort(words)) + 1, 0)
        # One number to sort by: the known time takes the lower 52 bits (142 years in microseconds).
        key = key + (ranks[column.indices.fill_null(-1).to_numpy()] << 52)
    return np.argsort(key, kind="stable")


def _whole(part: pa.Table, schema: pa.Schema, load_id: int) -> pa.Table:
    """A part of the records with every column of the schema, in its types."""
    arrays = [
        pa.array(np.full(len(part), load_id, dtype=np.int32))
        if field.name == "load_id"
        else part[field.name].cast(field.type)
        if field.name in part.column_names
        else pa.nulls(len(part), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
