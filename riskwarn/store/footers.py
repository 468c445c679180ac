"""What the footer of a Parquet file tells of its columns, so that these need not be read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

#: Files whose footers are remembered.
MOST = 1024


def nulls_of(file: Path, column: str) -> int | None:
    """How many rows of a file do not hold a column, all where it has no such column; None where its footer does not tell."""
    told = file.stat()
    # A file is named by its content and never written again; one that was restored or damaged has another time.
    rows, nulls = _null_counts(file, told.st_mtime_ns, told.st_size)
    return nulls.get(column, rows)


@lru_cache(MOST)
def _null_counts(file: Path, changed: int, size: int) -> tuple[int, Mapping[str, int | None]]:
    """The rows of a file, and of each of its columns how many are null."""
    metadata = pq.read_metadata(file)
    counted: dict[str, int | None] = {}
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            own = column.statistics
            known = counted.get(column.path_in_schema, 0)
            told = known is not None and own is not None and own.has_null_count
            counted[column.path_in_schema] = known + own.null_count if told else None
    return metadata.num_rows, counted
