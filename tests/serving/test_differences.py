"""In what two tellings of a snapshot differ, cell by cell, lists among them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from serving.snapshots.differences import differences


def test_cells_that_differ_are_counted_by_column_whatever_they_hold(tmp_path: Path) -> None:
    before = {"zh": ["甲", "乙", None], "services": [["mediation"], [], None], "own": [1, 2, 3]}
    after = {"zh": ["甲", "丙", None], "services": [["mediation"], ["aid"], ["aid"]], "other": [1, 2, 3]}
    for name, cells in (("before", before), ("after", after)):
        (tmp_path / name).mkdir()
        pq.write_table(pa.table(cells), tmp_path / name / "texts.parquet")
    found = differences(tmp_path / "before", tmp_path / "after", "texts.parquet")
    assert found == {"file": "texts.parquet", "rows": None, "columns": {"zh": 1, "services": 2, "own": 3, "other": 3}}
