"""Batches of records to one table of new versions, compact enough that the largest export fits in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from riskwarn.contracts.schema import EVENTS
from riskwarn.ingest.events.events import Records
from riskwarn.ingest.loading.versions import Versions, content_part

#: Columns that every batch has and none of which is null.
_ALWAYS = ("record_id", "known_at", "version_at", "content", "row")


@dataclass
class Gathered:
    """Records of a load by column; columns that no batch had are missing."""

    columns: Records

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.columns["record_id"])

    def versions(self) -> Versions:
        """Their identity, content and age."""
        moments = self.columns["version_at"].cast(pa.int64()).to_numpy().view("datetime64[us]")
        return Versions(self.columns["record_id"].to_numpy(), self.columns["content"].to_numpy(), moments)

    def take(self, rows: npt.NDArray[np.bool_]) -> pa.Table:
        """Some of them as a table; the columns are freed on the way."""
        chosen = None if rows.all() else pa.array(rows)
        taken = {}
        for name in list(self.columns):
            column = self.columns.pop(name)
            taken[name] = column if chosen is None else column.filter(chosen)
        return pa.table(taken)


def gather(batches: Iterable[Records]) -> Gathered:
    """Join batches column by column, freeing them on the way."""
    parts = []
    for batch in batches:
        if len(batch["record_id"]):
            parts.append(batch)
        # What the batch left behind is in pieces that no later one fits into: Arrow would keep them all.
        pa.default_memory_pool().release_unused()
    if not parts:
        return Gathered({name: pa.array([], EVENTS.field(name).type) for name in _ALWAYS})
    sizes = [len(part["record_id"]) for part in parts]
    for part in parts:
        for name in [name for name, column in part.items() if column.null_count == len(column)]:
            del part[name]
    names = [name for name in EVENTS.names if any(name in part for part in parts)]
    return Gathered({name: _joined([part.pop(name, None) for part in parts], sizes) for name in names})


def add_up(gathered: Gathered) -> None:
    """Rows of one place, category and period are parts of one count: each carries the whole."""
    record = pd.factorize(gathered.columns["record_id"].to_numpy())[0]
    count = gathered.columns["count"].to_numpy()
    total = pa.array(np.bincount(record, weights=count).astype(np.int64)[record])
    content = gathered.columns["content"].to_numpy().view(np.uint64)
    content = content - content_part("count", gathered.columns["count"]) + content_part("count", total)
    gathered.columns.update({"count": total, "content": pa.array(content.view(np.int64))})


def _joined(parts: list[pa.Array | None], sizes: list[int]) -> pa.Array:
    kind = next(part.type for part in parts if part is not None)
    chunks = [pa.nulls(size, kind) if part is None else part for part, size in zip(parts, sizes, strict=True)]
    if pa.types.is_dictionary(kind):
        unified = pa.chunked_array(chunks, kind).unify_dictionaries()
        return pa.DictionaryArray.from_arrays(
            pa.concat_arrays([chunk.indices for chunk in unified.chunks]), unified.chunk(0).dictionary
        )
    return pa.concat_arrays(chunks)
