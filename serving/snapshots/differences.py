"""In what two tellings of one snapshot differ: which file, which columns, and how many cells of each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from riskwarn.files import sha256


def damaged(folder: Path, sums: Mapping[str, str]) -> list[str]:
    """The files of a snapshot that are missing, or other than they were written."""
    return [name for name, wanted in sums.items() if _digest(folder / name) != wanted]


def differences(published: Path, rebuilt: Path, name: str) -> dict[str, Any]:
    """`{file, rows, columns: {column: cells}}` of a file in two folders; `rows` is (published, rebuilt) where their numbers differ."""
    if not name.endswith(".parquet"):
        return {"file": name, "rows": None, "columns": {}}
    old, new = (pq.read_table(folder / name, memory_map=False) for folder in (published, rebuilt))
    if old.num_rows != new.num_rows:
        return {"file": name, "rows": [old.num_rows, new.num_rows], "columns": {}}
    names = list(dict.fromkeys([*old.column_names, *new.column_names]))
    cells = {column: _cells(old, new, column) for column in names}
    return {"file": name, "rows": None, "columns": {column: number for column, number in cells.items() if number}}


def _cells(old: pa.Table, new: pa.Table, column: str) -> int:
    """How many cells of a column differ: all, where one of the two has no such column, or one of another kind."""
    if column not in old.column_names or column not in new.column_names:
        return int(new.num_rows)
    one, other = old[column], new[column]
    if one.type != other.type:
        return int(new.num_rows)
    if pa.types.is_nested(one.type):  # of a text the services; no kernel compares lists
        return sum(before != now for before, now in zip(one.to_pylist(), other.to_pylist(), strict=True))
    equal = pc.equal(one, other)
    both_empty = pc.and_(pc.is_null(one), pc.is_null(other))
    return int(pc.sum(pc.invert(pc.or_(pc.fill_null(equal, False), both_empty))).as_py() or 0)


def _digest(file: Path) -> str | None:
    try:
        return sha256(file)
    except OSError:
        return None
