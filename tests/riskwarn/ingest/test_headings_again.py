"""Headings that are printed again in the midst of a table are no records, and wait for nobody's repair."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskwarn.home import Home
from riskwarn.store import Store
from tests.riskwarn.ingest.books import book
from tests.worlds import dispute, load, with_grids, write_csv

SAID = "1 row(s) that print the headings again were passed over"


def test_headings_in_the_midst_of_a_table_are_counted_and_no_rows(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    again = {name: name for name in dispute(1)}
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", [dispute(1), dispute(2), again, dispute(3)]))
    assert (account.read, account.accepted, account.quarantined) == (3, 3, 0)
    assert SAID in account.notes and not any("totals" in note or "nothing in any" in note for note in account.notes)
    assert Store(home).quarantined() == []
    assert Store(home).versions("disputes")["row"].tolist() == [2, 3, 5]


TOP = [
    ["序号", "受理编号", "属地", None, "纠纷基本情况", None, "是否\n激化", "类型"],
    [None, None, "镇（街道）", "网格编码", "发现日期", "纠纷类别", None, None],
]


PART = "二、企业自查部分"


@pytest.mark.parametrize(
    "line", [[PART], [None, PART], [PART] * 6, [None, None, None, "（二）企业自查"], ["企业自查清单"]]
)
def test_a_line_that_names_the_part_below_it_is_no_record(home: Home, tmp_path: Path, line: list[str | None]) -> None:
    with_grids(home, tmp_path)
    headings = ["受理编号", "镇（街道）", "网格编码", "发现日期", "纠纷类型", "状态"]
    rows = [[f"D{n}", "洪家楼街道", "G1", f"2026-03-0{n}", "邻里", "已化解"] for n in range(1, 7)]
    file = book(tmp_path / "纠纷.xlsx", {"台账": [headings, *rows[:3], line, headings, *rows[3:]]})
    account = load(home, "disputes", file)
    assert (account.read, account.accepted, account.quarantined) == (6, 6, 0)


def test_a_unit_above_printed_headings_is_no_name_of_a_part(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    again = {name: name for name in dispute(1)}
    alone = dict.fromkeys(dispute(1), "") | {"网格编码": "G1"}
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", [dispute(1), alone, again, dispute(3)]))
    assert (account.read, account.accepted, account.quarantined) == (3, 2, 1)


@pytest.mark.parametrize(("printed", "passed"), [("joined", 1), ("both rows", 2), ("blank first", 1)])
def test_headings_of_two_rows_are_known_however_they_are_printed_again(
    home: Home, tmp_path: Path, printed: str, passed: int
) -> None:
    with_grids(home, tmp_path)
    joined = [[below or above for above, below in zip(*TOP, strict=True)]]
    lines = {"joined": joined, "both rows": TOP, "blank first": [[None, *joined[0][1:]]]}[printed]
    rows = [[n, f"D{n}", "洪家楼街道", "G1", f"2026-03-0{n}", "邻里", "无", "甲"] for n in range(1, 7)]
    file = book(tmp_path / "纠纷.xlsx", {"台账": [["矛盾纠纷台账"], *TOP, *rows[:3], *lines, *rows[3:]]})
    account = load(home, "disputes", file)
    assert (account.read, account.accepted, account.quarantined) == (6, 6, 0)
    assert f"{passed} row(s) that print the headings again were passed over" in account.notes


STOREYS = [
    ["基本情况", None, "发生地点", None, "纠纷情况", None],
    ["受理编号", "状态", "镇（街道）", "网格编码", "发现日期", "纠纷类型"],
]


@pytest.mark.parametrize("times", [1, 2])
def test_groups_above_headings_that_are_printed_again_are_no_record(home: Home, tmp_path: Path, times: int) -> None:
    with_grids(home, tmp_path)
    rows = [[f"D{n}", "已化解", "洪家楼街道", "G1", f"2026-03-0{n}", "邻里"] for n in range(1, 7)]
    pages = [line for at in range(times) for line in (*STOREYS, *rows[2 + at : 3 + at])]
    file = book(tmp_path / "纠纷.xlsx", {"台账": [*STOREYS, *rows[:2], *pages]})
    account = load(home, "disputes", file)
    assert (account.read, account.accepted, account.quarantined) == (2 + times, 2 + times, 0)
    assert f"{2 * times} row(s) that print the headings again were passed over" in account.notes


def test_words_of_records_above_printed_headings_are_no_groups(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [[f"D{n}", "已化解", "洪家楼街道", "G1", f"2026-03-0{n}", "邻里"] for n in range(1, 5)]
    half = [None, "已化解", "洪家楼街道", None, None, "邻里"]
    account = load(
        home, "disputes", book(tmp_path / "纠纷.xlsx", {"台账": [*STOREYS, *rows[:2], half, *STOREYS[1:], *rows[2:]]})
    )
    assert (account.read, account.accepted, account.quarantined) == (5, 4, 1)


def test_a_record_whose_words_are_a_heading_is_a_record(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [dispute(1), dispute(2) | {"纠纷类型": "纠纷类型", "严重程度": "严重程度"}]
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", rows))
    assert (account.read, account.accepted) == (2, 2)
