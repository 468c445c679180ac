"""Files as offices make them: titles above the table, merged headings, empty rows, other containers, odd dates."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from riskwarn.home import Home
from riskwarn.store import Store
from tests.worlds import dispute, load, with_grids, write_csv


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    return with_grids(home, tmp_path)


def workbook(path: Path, rows: list[list[Any]], merged: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for area in merged:
        book.active.merge_cells(area)
    book.save(path)
    return path


def table(count: int = 3) -> list[list[Any]]:
    rows = [dispute(number) for number in range(count)]
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def test_a_title_above_the_table_is_passed_over(city: Home, tmp_path: Path) -> None:
    title = ["江北区石桥街道矛盾纠纷台账（2026年3月）"] + [None] * 10
    path = workbook(tmp_path / "d.xlsx", [title, [None] * 11, *table()], merged=("A1:K1",))
    account = load(city, "disputes", path)
    assert (account.read, account.accepted) == (3, 3)
    assert Store(city).versions("disputes")["row"].tolist() == [4, 5, 6], "as Excel numbers them"


@pytest.mark.parametrize("padded", [True, False])
def test_a_title_above_a_csv_is_passed_over(city: Home, tmp_path: Path, padded: bool) -> None:
    path = write_csv(tmp_path / "d.csv", [dispute(number) for number in range(3)])
    title = "石桥街道台账" + "," * (10 if padded else 0)
    path.write_text(f"{title}\n" + path.read_text(encoding="utf-8"), encoding="gb18030")
    account = load(city, "disputes", path)
    assert (account.read, account.accepted, account.quarantined) == (3, 3, 0)
    assert sorted(Store(city).versions("disputes")["row"]) == [3, 4, 5]


def test_headings_merged_over_groups_are_read_and_people_stay_out(city: Home, tmp_path: Path) -> None:
    rows = [
        ["矛盾纠纷台账"] + [None] * 7,
        ["纠纷编号", "网格编码", "时间", None, "当事人", None, None, "纠纷类型"],
        [None, None, "发生时间", "登记时间", "姓名", "类型", "状态", None],
        ["D1", "G1", "2026-03-01", "2026-03-02", "张三", "特殊", "在逃", "邻里"],
        ["D2", "G2", "2026-03-01", "2026-03-02", "李四", "特殊", "在逃", "物业"],
    ]
    path = workbook(tmp_path / "d.xlsx", rows, merged=("A1:H1", "A2:A3", "B2:B3", "C2:D2", "E2:G2", "H2:H3"))
    account = load(city, "disputes", path)
    assert (account.read, account.accepted) == (2, 2)
    assert account.dropped_columns == ("当事人姓名", "当事人类型", "当事人状态")
    stored = Store(city).versions("disputes")
    assert sorted(stored["category"]) == ["neighbourhood", "property_management"]
    assert stored["status"].isna().all()


def test_empty_rows_are_passed_over_and_told(city: Home, tmp_path: Path) -> None:
    rows = table()
    path = workbook(tmp_path / "d.xlsx", [*rows[:2], [None] * 11, *rows[2:], [None] * 11, [" "] + [None] * 10])
    account = load(city, "disputes", path)
    assert (account.read, account.accepted) == (3, 3)
    assert any("3 row(s) with nothing" in note for note in account.notes)


def test_json_lines_are_read_and_broken_ones_counted(city: Home, tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    lines = [json.dumps({**dispute(number), "当事人": {"姓名": "张三"}}, ensure_ascii=False) for number in range(3)]
    path.write_text("\n".join([lines[0], "{not json", "", *lines[1:], "[1]"]), encoding="utf-8")
    account = load(city, "disputes", path)
    assert (account.read, account.accepted, account.reasons) == (5, 3, {"ragged_row": 2})
    assert [row["row"] for row in Store(city).quarantined()] == [2, 6]
    assert account.dropped_columns == ("当事人",)


def test_a_compressed_csv_with_semicolons_is_read(city: Home, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "d.csv", [dispute(number) for number in range(3)])
    packed = tmp_path / "d.csv.gz"
    packed.write_bytes(gzip.compress(path.read_text(encoding="utf-8").replace(",", ";").encode("gb18030")))
    assert load(city, "disputes", packed).accepted == 3


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2024-03-01 08:05:00", "2024-03-01T00:05:00"),
        ("2024-03-01T08:05:00+08:00", "2024-03-01T00:05:00"),
        ("2024-03-01T00:05:00.123456789Z", "2024-03-01T00:05:00.123456"),
        ("2024/3/1 8:05", "2024-03-01T00:05:00"),
        ("2024年3月1日 8时5分", "2024-03-01T00:05:00"),
        ("2024年3月1日", "2024-02-29T16:00:00"),
        ("20240301", "2024-02-29T16:00:00"),
        ("20240301080500", "2024-03-01T00:05:00"),
        ("2024.3.1", "2024-02-29T16:00:00"),
        ("24-3-1", "2024-02-29T16:00:00"),
        ("2024-3-1 下午2:05", "2024-03-01T06:05:00"),
        ("2024-3-1 上午12:05", "2024-02-29T16:05:00"),
        ("2024年3月1日 上午", "2024-02-29T16:00:00"),
        ("2024-03-01 下午", "2024-02-29T16:00:00"),
        ("45352", "2024-02-29T16:00:00"),
        ("45352.5", "2024-03-01T04:00:00"),
        ("1709251500", "2024-03-01T00:05:00"),
        ("1709251500000", "2024-03-01T00:05:00"),
        ("２０２４－０３－０１", "2024-02-29T16:00:00"),
    ],
)  # fmt: skip
def test_dates_as_offices_write_them(city: Home, tmp_path: Path, written: str, instant: str) -> None:
    load(city, "disputes", write_csv(tmp_path / "d.csv", [dispute(1, 发生时间=written, 登记时间="")]))
    stored = Store(city).versions("disputes")
    assert stored["occurred_at"].tolist() == [pd.Timestamp(instant)]


@pytest.mark.parametrize(
    "written",
    ["-", "--", "/", "无", "空", "null", "未知", "详见附件", "1900-01-01", "0000-00-00", "9999-12-31", ""],
)
def test_words_that_mean_nothing_are_nothing(city: Home, tmp_path: Path, written: str) -> None:
    account = load(city, "disputes", write_csv(tmp_path / "d.csv", [dispute(1, 化解时间=written), dispute(2)]))
    assert account.accepted == 2, account.reasons
    assert Store(city).versions("disputes")["closed_at"].isna().all()
