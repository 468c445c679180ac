"""What the footer of a Parquet file tells of its columns, so that these need not be read.

It is remembered by the file's time and size: a file is named by its content and never written again; one that was restored or damaged
has another time.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

Known = tuple[np.datetime64, np.datetime64]

#: Files whose footers are remembered.
MOST = 1024


def nulls_of(file: Path, column: str) -> int | None:
    """How many rows of a file do not hold a column, all where it has no such column; None where its footer does not tell."""
    told = file.stat()
    rows, nulls = _null_counts(file, told.st_mtime_ns, told.st_size)
    return nulls.get(column, rows)


def known_times(file: Path) -> Known | None:
    """The least and the largest known time of a file, UTC; None where its footer does not tell."""
    told = file.stat()
    return _known_times(file, told.st_mtime_ns, told.st_size)


def may_hold(file: Path, since: np.datetime64 | None, until: np.datetime64 | None) -> bool:
    """Whether a file may hold what was known at or after one instant and before another (UTC), as far as its footer tells."""
    known = known_times(file)
    if known is None:
        return True
    return bool((since is None or known[1] >= since) and (until is None or known[0] < until))


@lru_cache(MOST)
def _known_times(file: Path, changed: int, size: int) -> Known | None:
    metadata = pq.read_metadata(file)
    place = metadata.schema.to_arrow_schema().get_field_index("known_at")
    groups = [metadata.row_group(index).column(place).statistics for index in range(metadata.num_row_groups)]
    known = [(group.min, group.max) for group in groups if group is not None and group.has_min_max]
    if not known:
        return None
    oldest, newest = min(one for one, _ in known), max(one for _, one in known)
    return np.datetime64(oldest.replace(tzinfo=None), "us"), np.datetime64(newest.replace(tzinfo=None), "us")


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
