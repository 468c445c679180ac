"""Workbooks of several sheets: which are read, which are told to be left out, and where a refused row stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskwarn.errors import ColumnMissing, FileEmpty, SheetMissing, SheetsDiffer, SheetUnfit
from riskwarn.home import Home
from riskwarn.ingest import retry
from riskwarn.ingest.heading_finder import heading_finder
from riskwarn.ingest.sheets import hidden_sheets, open_sheet, sheet_names
from riskwarn.mapping import Mapping
from riskwarn.store import Store
from tests.riskwarn.ingest.books import CASES, book, table
from tests.riskwarn.test_cli import told
from tests.worlds import NOW, dispute, grid_rows, load, write_csv

EXPLAINED = [["序号", "说明"], [1, "登记时间按实际填写"], [2, "勿改动"]]
DICTIONARY = [["纠纷类型", "代码"], ["邻里", "01"]]
SUMMARY = [["街道", "件数"], ["石桥街道", 4]]


def refused(home: Home) -> list[tuple[str, int]]:
    rows = Store(home).quarantined()
    return [(str(row["file_name"]), int(str(row["row"]))) for row in rows if not row["repaired"]]


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    """A city of six grids."""
    load(home, "grids", write_csv(tmp_path / "grids.csv", [{**row, "纬度": 29.56} for row in grid_rows(6)]))
    return home


def test_a_sheet_a_month_is_one_load(city: Home) -> None:
    account = load(city, "disputes", CASES / "g12a_a_sheet_a_month.xlsx")
    assert (account.accepted, account.quarantined) == (60, 0)
    assert [note for note in account.notes if "12 sheets with the same headings were read as one" in note]
    again = load(city, "disputes", CASES / "g12a_a_sheet_a_month.xlsx")
    assert (again.read, again.duplicates) == (60, 60)


@pytest.mark.parametrize("command", ["ingest", "load"])
@pytest.mark.parametrize("titles", [("2026年2月", "2026年1月"), ("1月", "12月"), ("2026年一季度", "2025-12")])
def test_of_a_record_in_sheets_of_several_months_the_newest_counts(
    city: Home, tmp_path: Path, titles: tuple[str, str], command: str
) -> None:
    """A workbook with its newest sheet first: the case was open in the older one, and is closed in the newer."""
    older = dispute(1)
    newer = {**older, "化解时间": "2026-03-20 09:00", "办理状态": "已办结"}
    rest = [dispute(number) for number in range(2, 6)]
    file = book(tmp_path / "months.xlsx", {titles[0]: table([newer, *rest]), titles[1]: table([older, *rest])})
    if command == "ingest":
        load(city, "disputes", file)
    else:
        told("load", str(file), "--yes", "--exported-at", "2026-04-01", "--home", city.path, cwd=tmp_path)
    newest = Store(city).versions("disputes").groupby("record_id").tail(1)
    assert newest["closed_at"].notna().sum() == 1 and len(newest) == 5


@pytest.mark.parametrize("file", ["g10a_tabs_and_commas.txt", "g10b_semicolons.csv"])
def test_the_line_of_headings_decides_the_separator(city: Home, file: str) -> None:
    account = load(city, "disputes", CASES / file)
    assert (account.accepted, account.quarantined) == (5, 0)


def test_a_border_may_be_longer_than_any_cell(home: Home) -> None:
    assert load(home, "grids", CASES / "g11_long_border.csv").accepted == 2


def test_the_sheet_that_fits_is_read_wherever_it_stands(city: Home, tmp_path: Path) -> None:
    account = load(city, "disputes", CASES / "g12b_explanation_first.xlsx")
    assert account.accepted == 5
    assert [note for note in account.notes if "'台账' was read, not" in note and "--sheet" in note]
    rows = table([dispute(number) for number in range(3)])
    sheets = {"填表说明": EXPLAINED, "汇总": SUMMARY, "字典": DICTIONARY, "台账": rows, "旧": rows}
    path = book(tmp_path / "d.xlsx", sheets, hidden=["字典", "旧"])
    assert (sheet_names(path), hidden_sheets(path)) == (("填表说明", "汇总", "台账"), ("字典", "旧"))
    note = next(note for note in load(city, "disputes", path).notes if "台账" in note)
    assert "'汇总' (it has no column for record_id)" in note and "(it is hidden)" in note
    assert load(city, "disputes", path, sheet="旧").duplicates == 3, "by name a hidden one is read, too"


def test_sheets_that_differ_in_columns_that_nobody_reads_are_one_table(city: Home, tmp_path: Path) -> None:
    march = [{"姓名": "某人", **dispute(1)}, {"姓名": "某人", **dispute(2)}]
    april = [{**dict(reversed(dispute(number).items())), "备注": "无"} for number in (3, 4, 5)]
    account = load(city, "disputes", book(tmp_path / "d.xlsx", {"3月": table(march), "4月": table(april), "5月": [[]]}))
    assert (account.accepted, set(account.dropped_columns)) == (5, {"姓名", "备注"})
    assert account.files[0].as_dict()["sheets"] == ["3月", "4月"]


def test_different_headings_that_both_fit_are_not_chosen_between(city: Home, tmp_path: Path) -> None:
    first = [dispute(number) for number in range(5)]
    other = [{"编号": f"E{n}", "网格编码": "G1", "发生时间": "2026-03-01", "类别": "邻里"} for n in range(2)]
    path = book(tmp_path / "d.xlsx", {"纠纷": table(first), "补录": table(other)})
    with pytest.raises(SheetsDiffer, match=r"'纠纷' and .*--sheet NAME"):
        load(city, "disputes", path)
    assert load(city, "disputes", path, sheet="补录").accepted == 2
    assert load(city, "disputes", path, sheet="1").accepted == 5, "a sheet by its number"


def test_all_sheets_are_read_or_none(city: Home, tmp_path: Path) -> None:
    rows = {"3月": table([dispute(1)]), "4月": table([dispute(2)])}
    assert load(city, "disputes", book(tmp_path / "a.xlsx", rows), sheet="all").accepted == 2
    before = Store(city).version()
    with pytest.raises(SheetUnfit, match=r"it has none of its headings.*'3月'"):
        load(city, "disputes", book(tmp_path / "b.xlsx", {**rows, "说明": EXPLAINED}), sheet="all")
    assert Store(city).version() == before


def test_a_sheet_that_is_not_there_and_one_that_lacks_a_column_name_those_there_are(city: Home, tmp_path: Path) -> None:
    path = book(tmp_path / "d.xlsx", {"3月": table([dispute(1)]), "汇总": SUMMARY})
    with pytest.raises(SheetMissing, match=r"no sheet '5月'; there are '3月', '汇总'"):
        load(city, "disputes", path, sheet="5月")
    with pytest.raises(ColumnMissing, match=r"'3月', '汇总' another can be named with --sheet"):
        load(city, "disputes", path, sheet="汇总")
    with pytest.raises(ColumnMissing, match=r"'汇总' another can be named with --sheet"):
        load(city, "disputes", book(tmp_path / "e.xlsx", {"说明": EXPLAINED, "汇总": SUMMARY}))
    with pytest.raises(SheetUnfit, match="hidden"):
        load(city, "disputes", book(tmp_path / "f.xlsx", {"旧": table([dispute(1)]), "空": [[]]}, hidden=["旧"]))
    with pytest.raises(SheetMissing, match="one table"):
        load(city, "disputes", write_csv(tmp_path / "d.csv", [dispute(1)]), sheet="3月")
    with pytest.raises(FileEmpty):
        load(city, "disputes", book(tmp_path / "g.xlsx", {"3月": table([dispute(1)])[:1], "4月": [list(dispute(1))]}))


def test_a_refused_row_leads_back_to_its_sheet(city: Home, tmp_path: Path) -> None:
    wrong = {"纠纷编号": "", "发生时间": "去年冬天"}
    march, april = [dispute(1), dispute(2)], [dispute(3), dispute(4), dispute(5)]
    march[1] |= wrong
    april[1] |= wrong
    path = book(tmp_path / "d.xlsx", {"3月": table(march), "4月": table(april)})
    account = load(city, "disputes", path)
    assert (account.read, account.accepted, account.quarantined) == (5, 3, 2)
    assert refused(city) == [("d.xlsx [3月]", 3), ("d.xlsx [4月]", 3)]
    (tmp_path / "repaired").mkdir()
    march[1] |= dispute(2)
    repaired = book(tmp_path / "repaired" / "d.xlsx", {"3月": table(march), "4月": table(april)})
    done = retry(city, "disputes", repaired, now=NOW)
    assert (done.before, done.repaired, done.after) == (2, 1, 1)
    assert refused(city) == [("d.xlsx [4月]", 3)]
    # Another sheet of the same file settles nothing of this one.
    load(city, "disputes", repaired, sheet="3月")
    assert refused(city) == [("d.xlsx [4月]", 3)]
    april[1] |= dispute(4)
    repaired = book(tmp_path / "repaired" / "d.xlsx", {"3月": table(march), "4月": table(april)})
    assert retry(city, "disputes", repaired, now=NOW).after == 0


def test_titles_that_may_be_names_are_neither_told_nor_kept(city: Home, tmp_path: Path) -> None:
    wrong = dispute(1, 发生时间="去年冬天")
    path = book(tmp_path / "d.xlsx", {"欧阳锦程": table([wrong]), "司马云飞": table([{**wrong, "纠纷编号": "D2"}])})
    account = load(city, "disputes", path)
    names = {name for name, _ in refused(city)}
    assert len(names) == 2, "two sheets stay apart"
    for text in (*account.notes, *account.files[0].sheets, *names):
        assert "欧阳" not in text and "司马" not in text
    with pytest.raises(SheetMissing, match=r"there are no\. 1, no\. 2"):
        load(city, "disputes", path, sheet="诸葛明远")


@pytest.mark.slow
def test_map_diff_and_ingest_take_the_same_sheet(tmp_path: Path) -> None:
    told("init", cwd=tmp_path)
    told("ingest", "grids", write_csv(tmp_path / "grids.csv", grid_rows()), cwd=tmp_path)
    strange = [{"甲": f"D{n}", "乙": "G1", "丙": f"2026-03-0{n} 08:00"} for n in range(1, 4)]
    path = book(
        tmp_path / "d.xlsx", {"说明": EXPLAINED, "纠纷": table([dispute(n) for n in range(9)]), "其他": table(strange)}
    )
    assert told("map", path, cwd=tmp_path)["rows"] == 9
    seen = told("map", path, "--sheet", "其他", "--source", "disputes", cwd=tmp_path)
    assert (seen["rows"], [one["heading"] for one in seen["columns"]]) == (3, ["甲", "乙", "丙"])
    assert told("diff", path, path, "--sheet", "纠纷", cwd=tmp_path)["rows"] == [9, 9]
    assert told("ingest", "disputes", path, "--sheet", "2", cwd=tmp_path)["accepted"] == 9


def test_an_unknown_workbook_is_seen_by_its_widest_sheet(tmp_path: Path) -> None:
    strange = [[f"列{n}" for n in range(6)], *([row] * 6 for row in range(4))]
    find = heading_finder("events", Mapping())
    sheet = open_sheet(book(tmp_path / "d.xlsx", {"说明": EXPLAINED, "一": strange, "二": strange}), find)
    assert sheet.headings == tuple(strange[0]) and sum(len(rows.numbers) for rows in sheet.batches([0])) == 8
