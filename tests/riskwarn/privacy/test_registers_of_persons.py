"""A register of persons whom offices watch is never stored or scored, whatever it is dressed as."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from riskwarn.errors import RefusedWord
from riskwarn.home import Home
from riskwarn.ingest.loading.survey import survey
from riskwarn.store import Store
from tests.worlds import NOW, grid_rows, load, with_grids, write_csv

CLASSES = ("社区矫正对象", "精神障碍患者", "刑满释放人员", "信访人员", "吸毒人员")


def persons(**columns: Any) -> list[dict[str, Any]]:
    usual = {"编号": "ZD{n:05d}", "网格编码": "G1", "发生时间": "2026-03-02 10:00", "登记时间": "2026-03-02 11:00"}
    rows = [{**usual, **columns} for _ in range(30)]
    return [
        {name: CLASSES[n % 5] if value == "?" else str(value).format(n=n) for name, value in row.items()}
        for n, row in enumerate(rows)
    ]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("重点人员台账.csv", {"事件类型": "走访"}),
        ("社区矫正名单.csv", {"事件类型": "走访"}),
        ("网格事件.csv", {"事件类型": "走访", "人员类别": "?"}),
        ("网格事件.csv", {"事件类型": "走访", "稳控措施": "每周走访"}),
    ],
)
def test_a_table_of_such_persons_is_refused_whole(
    home: Home, tmp_path: Path, name: str, columns: dict[str, Any]
) -> None:
    with_grids(home, tmp_path)
    file = write_csv(tmp_path / name, persons(**columns))
    for source in ("grid_reports", "grids"):
        with pytest.raises(RefusedWord):
            load(home, source, file)
    plan = survey(home, [file], now=NOW)
    assert plan.tables == () and [one.error.code for one in plan.failed] == ["refused_word"]
    assert set(Store(home).sources()) == {"grids"}


def test_its_rows_are_refused_where_only_their_words_say_it(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [*persons(事件类型="?")[:10], *persons(事件类型="占道经营")[10:]]
    rows[0]["事件类型"] = "刑 满 释 放 人员走访"
    account = load(home, "grid_reports", write_csv(tmp_path / "网格事件.csv", rows))
    assert (account.accepted, account.reasons) == (20, {"not_loaded": 10})


def test_a_sheet_of_such_persons_is_left_out_and_a_column_that_counts_them_is_dropped(
    home: Home, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    rows = [{**row, "社区矫正": 2, "特殊人群": 3} for row in grid_rows()]
    for title, table in (("网格", rows), ("重点人员", persons(姓名="王小二"))):
        sheet = book.create_sheet(title)
        sheet.append(list(table[0]))
        for row in table:
            sheet.append(list(row.values()))
    del book["Sheet"]
    book.save(tmp_path / "台账.xlsx")
    plan = survey(home, [tmp_path / "台账.xlsx"], now=NOW)
    assert [(table.source, table.sheets) for table in plan.tables] == [("grids", ("网格",))]
    assert ["重点人员" in one.reason for one in plan.skipped] == [True]
