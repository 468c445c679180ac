"""Refused rows: each is accounted for, told to the clerk in Chinese, and settled by the repaired file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from riskwarn.contracts.reasons import REASONS, REPAIRS_ZH
from riskwarn.errors import NothingToDismiss, PersonalText
from riskwarn.health.workbook import write_workbook
from riskwarn.home import Home
from riskwarn.ingest import retry
from riskwarn.store import Store, ledger, undo
from riskwarn.store.dismissal import Chosen, dismiss
from riskwarn.store.repairs import counts
from tests.worlds import NOW, dispute, grid_rows, load, with_grids, write_csv

BAD_DATE = {"发生时间": "去年冬天"}


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    return with_grids(home, tmp_path)


def written(folder: Path, name: str, rows: Sequence[dict[str, Any]]) -> Path:
    folder.mkdir(exist_ok=True)
    return write_csv(folder / name, rows)


def open_rows(home: Home) -> list[tuple[str, int, str]]:
    rows = Store(home).quarantined()
    return [(row["file_name"], row["row"], row["reason"]) for row in rows if not row["repaired"]]  # type: ignore[misc]


def test_every_reason_says_in_chinese_how_to_repair_it() -> None:
    for code, why in REASONS.items():
        for text in (why.zh, REPAIRS_ZH[code]):
            assert re.search("[\u4e00-\u9fff]", text), code


def test_a_repaired_file_settles_what_it_repairs(city: Home, tmp_path: Path) -> None:
    """Known again by their records, though the clerk sends only the rows that were refused, in another file."""
    rows = [dispute(1), dispute(2, **BAD_DATE), dispute(3, 网格编码="G99"), dispute(4)]
    load(city, "disputes", written(tmp_path / "a", "march.csv", rows))
    repaired = written(tmp_path / "b", "repaired.csv", [dispute(2), dispute(3, 网格编码="G98")])
    done = retry(city, "disputes", repaired, now=NOW)
    assert (done.before, done.repaired, done.after) == (2, 1, 1)
    assert (done.account.accepted, done.account.quarantined) == (1, 1)
    assert open_rows(city) == [("repaired.csv", 3, "unknown_grid")], "refused again: the newest refusal stands for it"
    again = retry(city, "disputes", written(tmp_path / "c", "last.csv", [dispute(3)]), now=NOW)
    assert (again.before, again.repaired, again.after) == (1, 1, 0)
    assert counts(city) == {"open": 0, "not_loaded": 0, "repaired": 2}


def test_a_row_without_a_record_is_known_by_its_number(city: Home, tmp_path: Path) -> None:
    rows = [dispute(1), dispute(2, 纠纷编号=""), dispute(3, 纠纷编号="")]
    load(city, "disputes", written(tmp_path / "a", "march.csv", rows))
    shorter = written(tmp_path / "b", "march.csv", [dispute(2), dispute(3)])
    assert retry(city, "disputes", shorter, now=NOW).repaired == 0, "rows of a shorter file have other numbers"
    whole = written(tmp_path / "c", "march.csv", [dispute(1), dispute(2), dispute(3, 纠纷编号="")])
    done = retry(city, "disputes", whole, now=NOW)
    assert (done.before, done.repaired, done.after) == (2, 1, 1)


def test_rows_of_a_table_are_known_by_their_key_whatever_the_file_is_called(city: Home, tmp_path: Path) -> None:
    """A clerk repairs 网格台账.csv and sends it as 网格台账-修复.csv, without the rows that were in order."""
    rows = grid_rows(8)[4:]
    broken = [row | {"街道": ""} for row in rows[:3]] + [rows[3] | {"网格编码": ""}]
    load(city, "grids", written(tmp_path / "a", "网格台账.csv", broken))
    assert [reason for _, _, reason in open_rows(city)] == ["missing_unit"] * 3 + ["missing_grid_id"]
    done = retry(city, "grids", written(tmp_path / "b", "网格台账-修复.csv", rows[:2]), now=NOW)
    assert (done.before, done.repaired, done.after) == (4, 2, 2)
    again = retry(city, "grids", written(tmp_path / "c", "网格台账-再修复.csv", [broken[2]]), now=NOW)
    assert (again.before, again.repaired, again.after) == (2, 0, 2), "refused again: the newest refusal stands for it"


def test_the_same_file_again_refuses_nothing_twice(city: Home, tmp_path: Path) -> None:
    rows = [dispute(1, **BAD_DATE), dispute(2, 纠纷编号=""), dispute(3)]
    file = written(tmp_path / "a", "march.csv", rows)
    for _ in range(3):
        load(city, "disputes", file)
    assert open_rows(city) == [("march.csv", 2, "bad_date"), ("march.csv", 3, "missing_record_id")]


def test_a_repair_that_is_undone_leaves_the_row_open(city: Home, tmp_path: Path) -> None:
    load(city, "disputes", written(tmp_path / "a", "march.csv", [dispute(1, **BAD_DATE)]))
    retry(city, "disputes", written(tmp_path / "b", "march.csv", [dispute(1)]), now=NOW)
    assert open_rows(city) == []
    undo(city, 3, now=NOW)
    assert open_rows(city) == [("march.csv", 2, "bad_date")]
    assert counts(city, "disputes")["open"] == 1


def test_what_is_by_rule_not_loaded_keeps_no_key_and_waits_for_nobody(city: Home, tmp_path: Path) -> None:
    row = {"信访件编号": "X1", "网格编码": "G1", "信访日期": "2026-03-03", "信访目的": "检举控告"}
    load(city, "petitions", written(tmp_path / "a", "p.csv", [row]))
    kept = Store(city).quarantined()
    assert [(one["reason"], one["record"]) for one in kept] == [("not_loaded", None)]
    assert counts(city) == {"open": 0, "not_loaded": 1, "repaired": 0}


def test_a_repaired_file_does_not_count_again_what_is_by_rule_not_loaded(city: Home, tmp_path: Path) -> None:
    """It brings the same tips again, under another name and without the row of totals: they are the same, one new is one more."""
    tips = [
        {"信访件编号": f"T{n}", "网格编码": "G1", "信访日期": f"2026-03-0{n + 1}", "信访目的": "检举控告"}
        for n in range(4)
    ]
    bad = {"信访件编号": "X1", "网格编码": "G1", "信访日期": "去年冬天", "信访目的": "申诉求决"}
    total = {"信访件编号": "X2", "网格编码": "", "信访日期": "", "信访目的": ""}
    load(city, "petitions", written(tmp_path / "a", "p.csv", [total, *tips[:3], bad]))
    assert counts(city) == {"open": 2, "not_loaded": 3, "repaired": 0}
    mended = written(tmp_path / "b", "p_修复.csv", [*tips[:3], {**bad, "信访日期": "2026-03-08"}])
    for _ in range(2):
        retry(city, "petitions", mended, now=NOW)
        assert counts(city)["not_loaded"] == 3 and counts(city)["repaired"] == 1
    assert sum(row["reason"] == "not_loaded" and not row["repaired"] for row in Store(city).quarantined()) == 3
    undo(city, 3, with_later=True, now=NOW)
    assert counts(city)["not_loaded"] == 3
    retry(city, "petitions", written(tmp_path / "c", "p.csv", [*tips, {**bad, "信访日期": "2026-03-08"}]), now=NOW)
    assert counts(city)["not_loaded"] == 4


def test_ids_that_excel_rounded_are_not_taken_for_one_record(city: Home, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    rows = [dispute(1, 纠纷编号=1234567890123456789), dispute(2, 纠纷编号=1234567890123456999)]
    for line in ([*rows[0]], *(list(row.values()) for row in rows)):
        book.active.append(line)
    book.save(tmp_path / "rounded.xlsx")
    load(city, "disputes", tmp_path / "rounded.xlsx")
    kept = Store(city).quarantined()
    assert [(one["reason"], one["record"]) for one in kept] == [("rounded_id", None)] * 2


def test_the_clerk_gets_a_sheet_for_each_file(city: Home, tmp_path: Path) -> None:
    """Read back as Excel would: headings as they stand in the file, reasons and repairs in Chinese, headers that stay."""
    name = "三月[江北]矛盾纠纷台账明细导出表全区各镇街汇总最终版.csv"
    load(
        city,
        "disputes",
        written(tmp_path / "a", name, [dispute(1, **BAD_DATE), dispute(2), dispute(3, 网格编码="G99")]),
    )
    load(city, "disputes", written(tmp_path / "b", name, [dispute(4, 纠纷编号="")]))
    petition = {
        "=信访件编号": "X1",
        "信访件编号": "X1",
        "网格编码": "G1",
        "信访日期": "2026-03-03",
        "信访目的": "检举控告",
    }
    load(city, "petitions", written(tmp_path / "a", "p.csv", [petition]))
    write_workbook(tmp_path / "refused.xlsx", Store(city).quarantined(), ledger(city))
    book = openpyxl.load_workbook(tmp_path / "refused.xlsx")
    first, *sheets = book.worksheets
    assert first.title == "汇总" and len(sheets) == 2
    assert all(len(sheet.title) <= 31 and sheet.freeze_panes == "A2" for sheet in book.worksheets)
    assert [[cell.value for cell in row] for row in sheets[0].iter_rows()] == [
        ["行号", "列名", "问题", "内容", "如何修复"],
        [2, "发生时间", "日期无法识别", "文字", REPAIRS_ZH["bad_date"]],
        [4, "网格编码", "网格编码不在网格表中", "编码", REPAIRS_ZH["unknown_grid"]],
    ]
    assert sheets[0].auto_filter.ref == "A1:E3" and sheets[0].column_dimensions["E"].width > 40
    lines = [[cell.value for cell in row] for row in first.iter_rows(min_row=2)]
    assert [(line[0], line[3] or "", line[4] or "", line[5]) for line in lines] == [
        (name, sheets[0].title, "日期无法识别", 1),
        (name, sheets[0].title, "网格编码不在网格表中", 1),
        (name, sheets[1].title, "缺少编号", 1),
        ("p.csv", "", "按规定不予加载，内容未留存", 1),
        ("合计", "", "", 4),
    ]


def test_a_heading_like_a_formula_stays_a_text(city: Home, tmp_path: Path) -> None:
    rows = [
        {
            "id": 1,
            "load_id": 1,
            "source": "grids",
            "file_name": "grids.csv",
            "row": 2,
            "column": "=1+1\x07",
            "value_class": "text",
            "reason": "bad_grid_id",
        }
    ]
    write_workbook(tmp_path / "refused.xlsx", rows, ledger(city))
    cell = openpyxl.load_workbook(tmp_path / "refused.xlsx")["grids"]["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.slow
def test_the_command_line_retries(city: Home, tmp_path: Path) -> None:
    from tests.riskwarn.test_cli import riskwarn, told

    load(city, "disputes", written(tmp_path / "a", "march.csv", [dispute(1, **BAD_DATE), dispute(2)]))
    repaired = written(tmp_path / "b", "march.csv", [dispute(1), dispute(2)])
    done = told("--home", city.path, "quarantine", "retry", "disputes", repaired, cwd=tmp_path)
    assert (done["before"], done["repaired"], done["after"]) == (1, 1, 0)
    assert told("--home", city.path, "quarantine", "list", cwd=tmp_path) == []
    shown = riskwarn("--home", city.path, "quarantine", "list", "--all", cwd=tmp_path).stdout
    assert "bad_date" in shown and "yes" in shown


def test_the_list_counts_by_reason_first_and_names_rows_after(city: Home, tmp_path: Path) -> None:
    from tests.riskwarn.test_cli import riskwarn, told

    rows = [dispute(n, **(BAD_DATE if n < 7 else {"网格编码": "G99"})) for n in range(8)]
    load(city, "disputes", written(tmp_path / "a", "march.csv", rows))
    petition = {"信访件编号": "X1", "网格编码": "G1", "信访日期": "2026-03-03", "信访目的": "检举控告"}
    load(city, "petitions", written(tmp_path / "a", "p.csv", [petition]))
    shown = riskwarn("--home", city.path, "quarantine", "list", cwd=tmp_path).stdout
    first, second = shown.splitlines()[1:3]
    assert first.split()[:2] == ["7", "disputes"] and "2, 3, 4, 5, 6 …" in first and "the date cannot be read" in first
    assert second.split()[:2] == ["1", "disputes"] and "no such grid" in second
    assert "8 rows wait for repair" in shown and "not loaded by rule (petitions): 1 rows" in shown
    assert len(told("--home", city.path, "quarantine", "list", cwd=tmp_path)) == 9, "JSON has every row"
    singly = riskwarn("--home", city.path, "quarantine", "list", "--rows", cwd=tmp_path).stdout
    assert len(singly.splitlines()) == 10


def test_a_repaired_file_is_read_by_the_mapping_of_the_load_it_repairs(city: Home, tmp_path: Path) -> None:
    """Coordinates under a heading of the office's own were dropped without a word when the repaired file came back."""
    mapping = tmp_path / "m.yaml"
    mapping.write_text("columns: {longitude: 东向, latitude: 北向}\ncoordinates: gcj02\n", encoding="utf-8")
    rows = [
        {("东向" if key == "经度" else "北向" if key == "纬度" else key): value for key, value in row.items()}
        for row in grid_rows(6)[4:]
    ]
    load(city, "grids", written(tmp_path / "a", "grids2.csv", [rows[0], rows[1] | {"街道": ""}]), mapping=mapping)
    done = retry(city, "grids", written(tmp_path / "b", "repaired.csv", [rows[1]]), now=NOW)
    assert (done.before, done.repaired, done.after) == (1, 1, 0)
    stored = Store(city).versions("grids").set_index("grid_id")
    assert stored.loc["G5", "longitude"] == pytest.approx(106.55, abs=0.01)
    assert stored.loc["G5", "longitude"] != 106.55, "read as GCJ-02, as the first load was"


def test_what_was_dismissed_stays_so_when_its_file_or_its_record_comes_again(city: Home, tmp_path: Path) -> None:
    rows = [dispute(1, **BAD_DATE), dispute(2, 网格编码="G99"), dispute(3, 纠纷编号="", 网格编码="G99"), dispute(4)]
    file = written(tmp_path / "a", "march.csv", rows)
    load(city, "disputes", file)
    assert dismiss(city, Chosen("disputes"), because="测试数据", now=NOW) == 3
    assert load(city, "disputes", file).quarantined == 3
    assert open_rows(city) == []
    later = [dispute(5), dispute(1, **BAD_DATE), dispute(2, **BAD_DATE), dispute(6, 纠纷编号="", 网格编码="G99")]
    load(city, "disputes", written(tmp_path / "b", "april.csv", later))
    assert open_rows(city) == [("april.csv", 4, "bad_date"), ("april.csv", 5, "missing_record_id")]


def test_rows_that_nobody_will_repair_are_dismissed_with_a_reason(city: Home, tmp_path: Path) -> None:
    from tests.riskwarn.test_cli import refused, told

    rows = [dispute(n, **BAD_DATE) for n in range(3)] + [dispute(9, 网格编码="G99")]
    load(city, "disputes", written(tmp_path / "a", "march.csv", rows))
    with pytest.raises(PersonalText, match="without naming anyone"):
        dismiss(city, Chosen("disputes"), because="张三的要求", now=NOW)
    assert len(open_rows(city)) == 4
    say = ("--home", city.path, "quarantine", "dismiss")
    assert "--source, --file or --reason" in refused(*say, "--because", "合计行", cwd=tmp_path, code=2)
    done = told(*say, "--file", "march.csv", "--row", 2, "--row", 4, "--because", "合计行", cwd=tmp_path)
    assert done == {"dismissed": 2}
    assert open_rows(city) == [("march.csv", 3, "bad_date"), ("march.csv", 5, "unknown_grid")]
    assert dismiss(city, Chosen(reason="bad_date"), because="测试数据", now=NOW) == 1
    assert counts(city) == {"open": 1, "not_loaded": 0, "repaired": 0}
    with pytest.raises(NothingToDismiss):
        dismiss(city, Chosen(reason="bad_date"), because="测试数据", now=NOW)
    again = retry(city, "disputes", written(tmp_path / "b", "march.csv", [dispute(n) for n in range(3)]), now=NOW)
    assert (again.before, again.after) == (1, 1), "a dismissed row that comes repaired is simply loaded"
    assert again.account.accepted == 3
