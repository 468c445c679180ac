"""Every table of loads tells each part of the rows that were read, those that were left out too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from riskwarn.home import Home
from riskwarn.messages import column_title
from riskwarn.store.ledger import COUNTS
from tests.riskwarn.ingest.books import book
from tests.riskwarn.ingest.commands import run, told
from tests.worlds import dispute, write_csv

ACCIDENTS = ["事故编号", "网格编码", "发生时间", "事故类型"]


@pytest.fixture
def two_tables(tmp_path: Path) -> Path:
    """A sheet of 30 disputes with five accidents beneath."""
    cases = [dispute(n) for n in range(30)]
    lines: list[list[Any]] = [list(cases[0]), *(list(case.values()) for case in cases), ACCIDENTS]
    lines += [[f"S{n}", "G1", "2026-03-02 08:00", "火灾"] for n in range(5)]
    return book(tmp_path / "纠纷.xlsx", {"台账": lines})


def test_the_parts_of_each_load_add_up_to_what_was_read(city: Home, two_tables: Path) -> None:
    run(city.path, "ingest", "disputes", two_tables)
    [before, one] = told(city.path, "loads", "list")
    assert {name: one[name] for name in COUNTS} == {
        "read": 35, "accepted": 30, "duplicates": 0, "corrected": 0, "quarantined": 0, "left_out": 5,
    }  # fmt: skip
    assert before["left_out"] == 0


@pytest.mark.parametrize("command", ["list", "ingest", "load"])
def test_rows_that_were_left_out_have_a_column_beside_the_refused_ones(
    city: Home, two_tables: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    arguments = {"list": ["loads", "list"], "ingest": ["ingest", "disputes", two_tables], "load": ["load", two_tables, "--yes"]}  # fmt: skip
    if command == "list":
        run(city.path, "ingest", "disputes", two_tables)
    titles = next(
        line.split()
        for line in run(city.path, *arguments[command]).stdout.splitlines()
        if "quarantined" in line.split()
    )
    assert titles[titles.index("quarantined") + 1] == "left_out"


def test_who_left_nothing_out_is_shown_no_column_of_it(city: Home, tmp_path: Path) -> None:
    run(city.path, "ingest", "disputes", write_csv(tmp_path / "a.csv", [dispute(1)]))
    assert "left_out" not in run(city.path, "loads", "list").stdout


def test_a_repaired_file_tells_what_of_it_was_left_out(city: Home, two_tables: Path) -> None:
    said = run(city.path, "quarantine", "retry", "disputes", two_tables).stdout
    assert "save the 5 row(s) below other headings" in said


@pytest.mark.parametrize("name", COUNTS)
def test_every_count_of_an_account_has_a_chinese_title(name: str) -> None:
    assert not column_title(name, "zh").isascii()
