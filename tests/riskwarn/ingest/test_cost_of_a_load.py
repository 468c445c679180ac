"""What a load does beside reading its rows: once for many files, on few rows, and with nothing imported that it does not ask for.

Operations are counted, never seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import openpyxl
from sqlalchemy import event

from riskwarn.home import Home
from riskwarn.ingest.heading_finder import heading_finder
from riskwarn.ingest.loading import home_places
from riskwarn.ingest.loading.home_places import HomePlaces
from riskwarn.ingest.loading.proposing import propose_in_home
from riskwarn.ingest.loading.remembered import found_headings, remember, settled_path
from riskwarn.ingest.mapping_proposal import registers
from riskwarn.ingest.sheets import excel, open_sheet
from riskwarn.mapping import Mapping
from riskwarn.store import Store, lake
from tests.worlds import dispute, grid_rows, load, with_grids, write_csv

ROOT = Path(__file__).parents[3]


def months(folder: Path, count: int) -> list[Path]:
    """A file of four disputes for each of some months."""
    return [
        write_csv(
            folder / f"{month}月.csv",
            [
                dispute(
                    10 * month + row,
                    发生时间=f"2025-{month:02d}-{row + 1:02d} 09:00:00",
                    登记时间=f"2025-{month:02d}-{row + 2:02d} 09:00:00",
                )
                for row in range(4)
            ],
        )
        for month in range(1, count + 1)
    ]


def test_places_are_read_once_for_many_files(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    files = months(tmp_path, 5)
    with patch.object(home_places, "ladder", wraps=home_places.ladder) as made:
        assert load(home, "disputes", *files).accepted == 20
    assert made.call_count == 1


def test_places_are_read_anew_where_they_are_others(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    places = HomePlaces(Store(home))
    first, units = places.ladder("wgs84"), places.units()
    assert places.ladder("wgs84") is first and places.ladder("gcj02") is not first
    more = [{**row, "社区": "新桥社区"} for row in grid_rows(5)[4:]]
    load(home, "grids", write_csv(tmp_path / "more.csv", more))
    assert "新桥社区" not in units and "新桥社区" in places.units()
    assert set(places.ladder("wgs84").grid_ids) == {*first.grid_ids, "G4"}


def test_the_next_file_opens_those_that_were_loaded_only_where_they_may_hold_the_same(
    home: Home, tmp_path: Path
) -> None:
    with_grids(home, tmp_path)
    load(home, "disputes", *months(tmp_path, 6))
    store, april = Store(home), (np.datetime64("2025-04-01", "us"), np.datetime64("2025-05-01", "us"))
    with patch.object(lake, "rows_of", wraps=lake.rows_of) as opened:
        held = store.versions("disputes", ["record_id", "known_at"], since=april[0], until=april[1])
        assert len(held) == 4 and opened.call_count == 1
        assert len(store.versions("disputes", ["record_id"], since=april[0])) == 12
        assert len(store.versions("disputes", ["record_id"], until=april[0])) == 12
        assert store.versions("disputes", ["record_id"], since=np.datetime64("2026-01-01", "us")).empty


def test_of_the_ledger_a_load_reads_its_own_account_alone(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)

    def accounts_asked(file: Path) -> int:
        """Statements of a load that ask for accounts."""
        given = [0]

        def count(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            given[0] += "account" in statement and statement.startswith("SELECT")

        event.listen(home.database, "after_cursor_execute", count)
        load(home, "disputes", file, foretell=False)
        event.remove(home.database, "after_cursor_execute", count)
        return given[0]

    assert [accounts_asked(file) for file in months(tmp_path, 6)] == [1] * 6


def test_the_look_for_a_register_of_persons_is_at_a_few_rows_and_classes_no_column(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    file = write_csv(tmp_path / "many.csv", [dispute(number) for number in range(20_000)])
    with patch.object(registers, "column_of", wraps=registers.column_of) as classed:
        assert load(home, "disputes", file).accepted == 20_000
    assert classed.call_count == 0
    sheet = open_sheet(file, heading_finder("events", Mapping()))
    first, *rest = [len(rows.numbers) for rows in sheet.top([0])]
    assert first < 10_000 and first + sum(rest) == 20_000
    assert [len(rows.numbers) for rows in sheet.batches([0])] == [20_000], "who reads all reads large pieces"


def test_a_workbook_whose_mapping_was_settled_is_read_once_to_propose_another(home: Home, tmp_path: Path) -> None:
    book, file = openpyxl.Workbook(), tmp_path / "some.xlsx"
    for row in [list(dispute(0)), *(list(dispute(number).values()) for number in range(4))]:
        book.active.append(row)
    book.save(file)
    headings = found_headings("disputes", file)
    path = settled_path(home, "disputes", headings)
    path.parent.mkdir()
    remember(path, "disputes", {"columns": {"record_id": "纠纷编号"}}, headings=headings)
    with patch.object(excel, "_tabs_of", wraps=excel._tabs_of) as read:
        assert propose_in_home(home, file).mapping["columns"] == {"record_id": "纠纷编号"}
    assert read.call_count == 1


def test_a_load_of_text_imports_nothing_that_computes_proposes_or_reads_workbooks(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    file = write_csv(tmp_path / "some.csv", [dispute(number) for number in range(4)])
    unasked = [
        "scipy", "openpyxl", "python_calamine", "riskwarn.health.examining", "riskwarn.ingest.loading.rehearsal",
        "riskwarn.ingest.mapping_proposal.proposal",
    ]  # fmt: skip
    script = (
        "import sys; from riskwarn.cli import main\n"
        f"try: main(['--home', {str(home.path)!r}, 'ingest', 'disputes', {str(file)!r}])\n"
        f"except SystemExit as end: sys.exit(end.code or ' '.join(set({unasked!r}) & set(sys.modules)) or None)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr
