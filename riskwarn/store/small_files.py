"""Files of the lake as tables; small ones are kept in memory, for a load of many asks for each of those before it again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

#: Files of so many bytes are kept, and so many of them: together some hundred megabytes at the most.
SMALL, MOST = 1 << 16, 256


def rows_of(file: Path, schema: pa.Schema, columns: Sequence[str], filters: Sequence[tuple[str, str, Any]]) -> pa.Table:
    """The columns of a file, of the rows that pass all `filters`; columns that it does not have are null."""
    told = file.stat()
    if told.st_size > SMALL:
        return pq.read_table(file, columns=list(columns), schema=schema, filters=list(filters) or None)
    # A file is named by its content and never written again; one that was restored or damaged has another time.
    whole = _whole(file, told.st_mtime_ns, told.st_size, schema)
    if filters:
        asked = dict.fromkeys([*columns, *(name for name, _, _ in filters)])
        whole = whole.select(list(asked)).filter(pq.filters_to_expression(list(filters)))
    return whole.select(list(columns))


@lru_cache(MOST)
def _whole(file: Path, changed: int, size: int, schema: pa.Schema) -> pa.Table:
    return pq.read_table(file, schema=schema)
