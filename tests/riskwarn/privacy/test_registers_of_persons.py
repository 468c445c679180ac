"""A register of persons whom offices watch is never stored or scored, whatever it is dressed as."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from riskwarn.errors import RefusedWord
from riskwarn.home import Home, open_home
from riskwarn.ingest.loading.inbox import load_new
from riskwarn.ingest.loading.survey import survey
from riskwarn.settings import Settings
from riskwarn.store import Store
from tests.riskwarn.ingest.commands import run, stored
from tests.worlds import NOW, dispute, grid_rows, load, with_grids, write_csv

SAID = "it is a list of persons ({}), which riskwarn never reads: it warns about places and unmet needs; delete it, for it does not belong here"
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
    assert (plan.tables, plan.failed) == ((), ()), "it is passed over, and named"
    assert [(one.file, one.reason.startswith("it is a list of persons (")) for one in plan.skipped] == [(name, True)]
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
    assert [(one.sheet, one.reason) for one in plan.skipped] == [("重点人员", SAID.format("重点人员"))]


LISTS = {
    "重点人员名单.xlsx": ["序号", "姓名", "身份证号", "手机号", "镇街", "帮扶措施"],
    "花名册.xlsx": ["姓名", "手机号", "职务"],
    "走访对象.xlsx": ["序号", "姓名", "身份证号", "手机号", "住址", "网格编码"],
}


def test_a_list_of_persons_in_a_folder_is_named_and_hinders_nothing(tmp_path: Path) -> None:
    at = tmp_path / "home"
    run(at, "init")
    with_grids(open_home(at, Settings()), tmp_path)
    folder = tmp_path / "handed over"
    folder.mkdir()
    write_csv(folder / "纠纷.csv", [dispute(n) for n in range(6)])
    for name, headings in LISTS.items():
        book = openpyxl.Workbook()
        assert book.active is not None
        rows = ([str(n), "欧阳砚秋", "500112199001011234", f"138{n:08d}", "G1", "走访"] for n in range(12))
        for row in (headings, *rows):
            book.active.append(row[: len(headings)])
        book.save(folder / name)
    done = run(at, "load", folder, "--yes")
    said = dict(re.findall(r"^skipped: (.+?\.xlsx)(?:, sheet Sheet)?: (.*)$", done.stdout, re.M))
    assert said == {
        "重点人员名单.xlsx": SAID.format("重点人员"),
        "花名册.xlsx": SAID.format("姓名, 手机号"),
        "走访对象.xlsx": SAID.format("姓名, 身份证号, 手机号, 住址"),
    }
    assert stored(at)["disputes"] == 6 and "mend what was not loaded" not in done.stdout
    inbox = load_new(open_home(at, Settings()), folder, now=NOW)
    assert (inbox.done, inbox.failed) == ((), ())
    assert {one.file: str(one.reason) for one in inbox.skipped} == said
