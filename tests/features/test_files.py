"""The files of a state: records are taken out and added in memory, and the file stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.encoding.records import GONE, Records
from features.incremental.files import RecordFile, VersionFiles
from features.incremental.incremental import ordered_when_read


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def records(ids: list[int]) -> Records:
    numbers = np.arange(len(ids))
    return Records(
        {
            "record": np.array(ids, dtype=np.int64),
            "grid": (numbers % 7).astype(np.int32),
            "stop": np.full(len(ids), 9, dtype=np.int32),
            "referred": numbers % 2 == 0,
        }
    )


def standing(rows: Records) -> list[tuple[Any, ...]]:
    """What stands in force, row by row."""
    return sorted(zip(*(rows[name][rows["stop"] != GONE].tolist() for name in rows.names), strict=True))


IDS = st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-5, 5), max_size=40)


@settings(max_examples=60)
@given(held=IDS, told=IDS, new=st.integers(0, 1100))
def test_touched_records_give_way_to_the_fresh_ones(folder: Path, held: list[int], told: list[int], new: int) -> None:
    """Whether there is room after the last row (up to 1,024 here) or not."""
    kept = RecordFile.write(folder, records(held))
    before = kept.path.read_bytes()
    touched, fresh = np.unique(np.array(told, dtype=np.int64)), records([*told, *range(100, 100 + new)])
    changed = kept.changed(touched, fresh)
    stay = records(held).choose(np.flatnonzero(~np.isin(np.array(held, dtype=np.int64), touched)))
    assert standing(changed) == sorted(standing(stay) + standing(fresh))
    assert kept.path.read_bytes() == before
    again = RecordFile.of(folder, RecordFile.write(folder, changed).as_dict())
    assert standing(again.changed(touched[:0], records([]))) == standing(changed)


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 2), st.integers(-9, 9), st.booleans())
    ),
    sorted_first=st.integers(0, 40),
)
def test_rows_are_put_in_order_by_grid_time_and_identity(
    rows: list[tuple[int, int, int, int, bool]], sorted_first: int
) -> None:
    """However many lie in order already, of equal keys too; equal rows stay as they came."""
    rows = sorted(rows[:sorted_first], key=lambda row: row[:4]) + rows[sorted_first:]
    columns = [np.array(one, dtype=np.int64) for one in zip(*rows, strict=True)] or [np.zeros(0, dtype=np.int64)] * 5
    names = ("grid", "known", "start", "record")
    table = {name: column.astype(np.int32) for name, column in zip(names, columns, strict=False)}
    table |= {"stop": np.where(columns[4] == 1, GONE, 9).astype(np.int32), "came": np.arange(len(rows))}
    told, later = Records(table).in_order(), ordered_when_read(Records(table))
    assert all(told[name].tolist() == later[name].tolist() for name in table)
    held = [(*row[:4], place) for place, row in enumerate(rows) if not row[4]]
    found = list(zip(*(told[name].tolist() for name in (*names, "came")), strict=True))
    assert [row[:4] for row in found] == sorted(row[:4] for row in held)
    assert found == sorted(held, key=lambda row: row[:4])


class Asked(dict[str, Any]):
    """Columns that note which of them were read."""

    def __init__(self, columns: dict[str, Any]) -> None:
        super().__init__(columns)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return super().__getitem__(name)


def test_a_column_is_put_in_order_when_it_is_read() -> None:
    """What is kept of a large city lies in files: what nobody reads is not copied because something is new."""
    numbers = np.array([5, 3, 9, 4])
    names = ("grid", "known", "start", "stop", "record", "day", "topics")
    columns = Asked({name: numbers.astype(np.int32) for name in names})
    rows = ordered_when_read(Records(columns))
    assert columns.read == {"grid", "known", "start", "stop", "record"}
    assert rows["day"].tolist() == [3, 4, 5, 9] and "topics" not in columns.read


def test_versions_are_found_by_their_records(folder: Path) -> None:
    table = pa.table({"record_id": pa.array([5, -3, 5, 8], pa.int64()), "severity": ["a", "b", "c", "d"]})
    kept = VersionFiles.write(folder, np.array([-3, 2, 5, 5, 8]), table)
    touched = np.array([-4, 2, 5, 9])
    assert kept.known(touched).tolist() == [2, 5]
    assert kept.of_young(touched)["severity"].to_pylist() == ["a", "c"]
    nothing = VersionFiles.write(folder, np.empty(0, dtype=np.int64), table.slice(0, 0))
    assert nothing.known(touched).tolist() == []
    assert nothing.of_young(touched).num_rows == 0
