"""Totals and signatures below a table are no records, and wait for nobody's repair."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from riskwarn.home import Home
from riskwarn.ingest.footers import footers
from riskwarn.ingest.loading.survey import survey
from riskwarn.store import Store
from tests.worlds import NOW, dispute, grid_rows, load, with_grids, write_csv


@pytest.mark.parametrize(
    ("row", "passed_over"),
    [
        (["合计", None, "467"], True),
        (["（以下空白）", None, None], True),
        (["以上共计20件，其中化解15件", None, None], True),
        (["以上共计20件，其中化解15件、移送2件。", None, None], True),
        (["合计", "20件", "化解15件"], True),
        (["累计", None, "120件"], True),
        (["经手人 王某某（签名）", None, None], True),
        (["化解15件", "G1", "D1"], False),
        (["累计", "G1", "D1"], False),
        (["合 计：", None, None], True),
        (["总计 1,752 件", None, None], True),
        ([None, "本月小计", "12"], True),
        ([None, "2024年小计", "12"], True),
        (["2024年度合计", None, "3"], True),
        (["12月份小计", None, None], True),
        (["第三季度合计：32件", None, None], True),
        (["二〇二四年小计", "7", None], True),
        (["2024小计", "G1", "D1"], False),
        (["填表人：王某某", None, "审核人：李某某"], True),
        (["调解员签字：王某某", None, "司法所长：李某某"], True),
        (["登记人：王某某 分管领导：李某某", None, None], True),
        ([None, "调解员：王某某　司法所长（签字）：李某某", None], True),
        (["承办人：王某某", "社区书记签字：", "2026年3月1日"], True),
        (["登记人：王某某 分管领导：李某某", "G1", "D1"], False),
        (["举报人：王某某 当事人：李某某", None, None], False),
        (["登记人 王某某", None, None], False),
        (["填报单位（盖章）：江北区司法局", None, None], True),
        (["注：本表一式两份", None, None], True),
        (["共 788 条　制表人：王某某　制表日期：2026年9月30日", None, None], True),
        (["共788条，制表人：王某某", None, None], True),
        (["合计：32件  填表人：王某某 联系电话：13800138000", None, None], True),
        (["本月小计 填表日期：2026-09-30", None, None], True),
        (["江北区应急管理局　填表人：王某某　填表日期：2026年9月30日", None, None], True),
        (["第3页 共3页　打印人：王某某；打印时间：2026-09-30 08:00", None, None], True),
        (["共 788 条　制表人：王某某　制表日期：2026年9月30日", "G1", "D1"], False),
        (["来电反映，联系人：王某某", None, None], False),
        (["合计", "G1", "12"], False),
        (["填表人：", "王某某", None], False),
        (["王某某", "审核人", "填表日期"], True),
        (["审核人：", "王某某", "填表日期 2026年1月2日"], True),
        (["审核人：", "王某某", "D7"], False),
        (["填报日期 2026年3月1日", None, None], True),
        ([None, "2026年3月1日制表", None], True),
        (["江北区司法局 2026年3月1日", None, None], True),
        (["填报单位（盖章）　　2026年3月1日", None, None], True),
        (["单位（盖章）", None, "2026年3月1日"], True),
        (["（盖章）", None, "2026年3月1日"], True),
        ([None, "(加盖公章)", "2026年3月1日"], True),
        (["（公章）", None, None], True),
        (["（盖章）", "G1", "D1"], False),
        (["（盖章）处", None, "2026年3月1日"], False),
        (["填报人：王某某", "2026-03-01", None], True),
        (["以上数据截至2026年3月1日", None, None], True),
        (["数据更新时间：2026年3月1日 08:00", None, None], True),
        (["数据来源：综治平台", "日期：2026年3月1日", None], True),
        (["导出时间 2026-03-01 08:00:00", None, None], True),
        (["填报人 王某某", None, None], True),
        (["第1页 共3页", None, None], True),
        (["以下空白", None, None], True),
        (["填报日期 2026年3月1日", "G1", None], False),
        (["江北区司法局", "2026年3月1日", None], False),
        (["江北区司法局转来，2026年3月1日", None, None], False),
        (["日期", "2026年3月1日", None], False),
        (["王某某 2026年3月1日", None, None], False),
        (["D1", None, None], False),
        (["合计金额纠纷", None, None], False),
        ([None, None, None], False),
        (["本月合计", None, "共123件"], True),
        (["合计：", None, "青山1社区"], False),
        ([None, "二〇二六年十一月一日", None], True),
        ([None, None, "二○二六年十一月"], True),
        ([None, "2026年11月1日", None], True),
        (["D1", "2026年11月1日", None], False),
        (["D1", "二〇二六年十一月一日", None], False),
    ],
)
def test_a_line_is_a_footer_where_every_other_cell_is_empty(row: list[str | None], passed_over: bool) -> None:
    columns = {name: pa.array([cell, "D7"], pa.string()) for name, cell in zip("abc", row, strict=True)}
    coded = {name: column.dictionary_encode() for name, column in columns.items()}
    assert footers(columns, 2).tolist() == footers(coded, 2).tolist() == [passed_over, False]


def test_a_register_with_its_footer_loads_whole(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    nothing = dict.fromkeys(dispute(0), "")
    lines = [
        nothing | {"纠纷编号": "合计", "严重程度": "2"},
        nothing | {"纠纷编号": "填表人：王某某  审核人：李某某"},
        nothing,
    ]
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", [dispute(1), dispute(2), *lines]))
    assert (account.read, account.accepted, account.quarantined) == (2, 2, 0)
    assert "2 row(s) of totals and signatures, with nothing else in them, were passed over" in account.notes
    assert "1 row(s) with nothing in any column that is read were passed over" in account.notes
    assert Store(home).quarantined() == []


@pytest.mark.parametrize(
    "line",
    [
        "制表日期：2026年3月1日,填报人：王某某",
        "填报日期 2026年3月1日",
        "单位（盖章）,2026-03-01",
        "说明：含历史遗留,不含信访",
    ],
)
@pytest.mark.parametrize("padded", [True, False])
def test_lines_of_text_with_a_date_beneath_a_table_wait_for_nobody(
    home: Home, tmp_path: Path, line: str, padded: bool
) -> None:
    with_grids(home, tmp_path)
    rows = [dispute(1), dispute(2)]
    file = write_csv(tmp_path / "d.csv", rows)
    filled_up = line + "," * (len(rows[0]) - 1 - line.count(",")) if padded else line
    file.write_text(file.read_text("utf-8") + filled_up + "\n", "utf-8")
    account = load(home, "disputes", file)
    assert (account.read, account.accepted, account.quarantined) == (2, 2, 0)
    assert "1 row(s) of totals and signatures, with nothing else in them, were passed over" in account.notes
    assert "王某某" not in str(account.as_dict())


TOGETHER = "共 2 条　制表人：王某某　制表日期：2026年4月30日"


@pytest.mark.parametrize("kind", ["csv", "page"])
def test_several_labels_in_the_one_cell_of_a_last_line_say_the_day_and_name_nobody(
    home: Home, tmp_path: Path, kind: str
) -> None:
    with_grids(home, tmp_path)
    rows = [dispute(1), dispute(2)]
    if kind == "csv":
        file = write_csv(tmp_path / "纠纷.csv", [*rows, dict.fromkeys(rows[0], "") | {"纠纷编号": TOGETHER}])
    else:
        file = tmp_path / "纠纷.xls"
        lines = [rows[0], *(row.values() for row in rows)]
        body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in line)}</tr>" for line in lines)
        page = f"<html><table>{body}<tr><td colspan={len(rows[0])}>{TOGETHER}</td></tr></table></html>"
        file.write_bytes(page.encode("gb18030"))
    (table,) = survey(home, [file], now=NOW).tables
    assert (str(table.exported_at), str(table.export_ground)) == ("2026-05-01 00:00:00+08:00", "its last lines")
    account = load(home, "disputes", file)
    assert (account.read, account.accepted, account.quarantined) == (2, 2, 0)
    assert "王某某" not in str(account.as_dict())


def test_a_total_whose_word_stands_in_a_column_that_is_not_read_is_passed_over(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [{"序号": n, **dispute(n)} for n in (1, 2)]
    nothing = dict.fromkeys(rows[0], "")
    lines = [
        nothing | {"序号": "合计", "纠纷类型": "2"},
        nothing | {"序号": 3, "纠纷编号": "3"},
        nothing | {"序号": 4, "纠纷类型": "邻里"},
    ]
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", [*rows, *lines]))
    assert (account.read, account.accepted, account.quarantined) == (4, 2, 2), "an id or a word alone is half a record"
    assert "1 row(s) of totals and signatures, with nothing else in them, were passed over" in account.notes


@pytest.mark.parametrize(
    ("row", "passed_over"),
    [
        ([None, "鱼洞街道小计", None, "9812", None], True),
        ([None, "鱼洞街道", "小计", "9812", None], True),
        (["小计", None, None, "17起", None], True),
        ([None, "合计", None, "9812", None], True),
        ([None, None, "本页合计：", "12", None], True),
        ([None, "消防类总计 32 件", "4", "9.3%", None], True),
        (["500113001", "合计", None, None, None], False),
        (["G1", "鱼洞街道小计", None, "12", None], False),
        ([None, "鱼洞街道小计", None, "12", "2026-03-01"], False),
        ([None, "合计村", None, "12", None], False),
        ([None, "鱼洞街道", "群乐社区", "12", None], False),
        (["小计", "鱼洞街道", "群乐社区", "待查", None], False),
    ],
)
def test_a_subtotal_with_numbers_is_a_footer_and_a_unit_called_so_is_none(
    row: list[str | None], passed_over: bool
) -> None:
    names = ("grid_id", "town_name", "community_name", "people", "occurred_at")
    columns = {name: pa.array([cell, "D7"], pa.string()) for name, cell in zip(names, row, strict=True)}
    assert footers(columns, 2).tolist() == [passed_over, False]


def test_subtotals_of_units_are_passed_over_in_a_table_of_grids(home: Home, tmp_path: Path) -> None:
    rows = [{**row, "街道": "鱼洞街道", "户数": 300} for row in grid_rows()]
    nothing = dict.fromkeys(rows[0], "")
    called = {**rows[0], "网格编码": "G99", "网格名称": "合计"}
    lines = [nothing | {"街道": "鱼洞街道小计", "户数": "900"}, nothing | {"街道": "合计", "户数": "9,000"}, called]
    account = load(home, "grids", write_csv(tmp_path / "g.csv", [*rows, *lines]))
    assert (account.accepted, account.quarantined) == (len(rows) + 1, 0)
    assert "2 row(s) of totals and signatures, with nothing else in them, were passed over" in account.notes
    residents = [{**row, "常住人口": 40, "统计日期": "2026-01-01"} for row in [*rows, called]]
    lines = [dict.fromkeys(residents[0], "") | {"街道": "鱼洞街道小计", "常住人口": "4,000"}]
    account = load(home, "demographics", write_csv(tmp_path / "d.csv", [*residents, *lines]))
    assert (account.accepted, account.quarantined) == (len(rows) + 1, 0), "the units of residents are not read"


def test_a_subtotal_that_counts_grids_in_the_column_of_their_names_is_passed_over(home: Home, tmp_path: Path) -> None:
    rows = grid_rows()
    heads = dict.fromkeys(rows[0], "") | {"街道": f"{rows[0]['街道']}小计", "网格名称": "26个网格"}
    account = load(home, "grids", write_csv(tmp_path / "g.csv", [*rows, heads]))
    assert (account.accepted, account.quarantined) == (len(rows), 0)


def test_one_workbook_has_one_name_in_quarantine_whatever_it_is_loaded_as(home: Home, tmp_path: Path) -> None:
    rows = [{**row, "区县": "巴南区", "常住人口": 40, "统计日期": "2026-01-01"} for row in grid_rows()]
    file = write_csv(tmp_path / "巴南区综合网格底册.csv", [*rows, {**rows[0], "网格编码": ""}])
    assert [load(home, source, file).quarantined for source in ("grids", "demographics")] == [1, 1]
    assert {row["file_name"] for row in Store(home).quarantined()} == {"巴南区综合网格底册.csv"}


def test_a_large_batch_is_looked_at_by_column() -> None:
    columns = [
        pa.array([f"D{row}" for row in range(1000)]),
        pa.array(["一般"] * 1000),
        pa.array(["G1"] * 1000),
        pa.array(["x"] * 1000),
    ]
    assert not np.any(footers(dict(zip("abcd", columns, strict=True)), 1000))


def test_subtotals_with_numbers_in_many_columns_and_counts_are_passed_over(home: Home, tmp_path: Path) -> None:
    """A register of grids whose towns end in a subtotal, and a line that only counts."""
    rows = [{"序号": n, **row, "户数": 300, "备注": ""} for n, row in enumerate(grid_rows(), start=1)]
    nothing = dict.fromkeys(rows[0], "")
    total = nothing | {"序号": "小计", "网格名称": "石桥街道共4个网格", "户数": 1200}
    lines = [
        *rows[:2], total, *rows[2:], total,
        nothing | {"序号": "合计", "网格名称": "共4个网格", "户数": "1200"},
        nothing | {"网格名称": "新建片区", "户数": "20"},
    ]  # fmt: skip
    account = load(home, "grids", write_csv(tmp_path / "grids.csv", lines))
    assert (account.read, account.accepted, account.reasons) == (5, 4, {"missing_grid_id": 1})
    assert "3 row(s) of totals and signatures, with nothing else in them, were passed over" in account.notes
    # Also where nothing but numbers is read of a total, and its word stands in the column that numbers the rows.
    people = [
        {name: row[name] for name in ("序号", "网格编码")}
        | {"统计日期": "2026-01-01", "常住人口": "900", "户数": "300"}
        for row in lines
    ]
    account = load(home, "demographics", write_csv(tmp_path / "people.csv", people))
    assert (account.read, account.accepted, account.reasons) == (5, 4, {"missing_grid_id": 1})


def test_what_only_counts_is_no_record_where_half_a_record_is(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [{"序号": n, **dispute(n)} for n in (1, 2)]
    nothing = dict.fromkeys(rows[0], "")
    lines = [
        nothing | {"序号": "本月合计", "办理状态": "共2件"},
        nothing | {"序号": "合计", "纠纷编号": "2件"},
        nothing | {"登记时间": "2026-03-01", "办理状态": "共2件"},
        nothing | {"纠纷类型": "共有物业", "办理状态": "2"},
    ]
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", [*rows, *lines]))
    assert (account.read, account.accepted, account.quarantined) == (4, 2, 2), "a date or a word is half a record"


@pytest.mark.parametrize("quoted", [False, True])
def test_a_line_that_counts_below_a_text_is_passed_over(home: Home, tmp_path: Path, quoted: bool) -> None:
    with_grids(home, tmp_path)
    file = write_csv(tmp_path / "d.csv", [dispute(1), dispute(2, 纠纷类型='"邻里"' if quoted else "邻里")])
    line = "导出时间：2026-04-01 08:00:00\n"
    file.write_text(line + file.read_text(encoding="utf-8") + "合计：2条\n合计,2,3\nD3,G1\n", encoding="utf-8")
    account = load(home, "disputes", file)
    assert (account.read, account.accepted, account.reasons) == (3, 2, {"ragged_row": 1})
    assert "2 row(s) of totals and signatures, with nothing else in them, were passed over" in account.notes


def test_a_subtotal_of_a_year_among_events_asks_for_no_date(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    nothing = dict.fromkeys(dispute(0, 涉及人数="2", 镇街=""), "")
    lines = [nothing | {"纠纷编号": f"{year}年小计", "涉及人数": "37"} for year in (2024, 2025)]
    rows = [dispute(1, 涉及人数="2", 镇街=""), lines[0], dispute(2, 涉及人数="3", 镇街=""), lines[1]]
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", rows))
    assert (account.read, account.accepted, account.quarantined) == (2, 2, 0)


def test_a_subtotal_may_count_in_the_column_of_the_ids(home: Home, tmp_path: Path) -> None:
    """双桂街道小计, 41个: neither a grid nor the residents of one; numbers with their unit are numbers, unless it is another's."""
    rows = [{**row, "统计日期": "2026-01-01", "户数": "320户", "常住人口": 960} for row in grid_rows()]
    rows[1]["常住人口"], rows[2]["常住人口"], rows[3]["常住人口"] = "1,418人", " 418 人", "418户"
    nothing = dict.fromkeys(rows[0], "")
    total = nothing | {"街道": "石桥街道小计", "网格编码": "4个", "户数": "1280", "常住人口": "3,756"}
    file = write_csv(tmp_path / "g.csv", [*rows, total, nothing | {"网格编码": "41个", "社区": "青山0社区"}])
    account = load(home, "grids", file)
    assert (account.read, account.accepted, account.reasons) == (5, 4, {"missing_unit": 1})
    assert "1 row(s) of totals and signatures, with nothing else in them, were passed over" in account.notes
    account = load(home, "demographics", file)
    assert (account.accepted, account.reasons) == (3, {"bad_number": 1}), "41个 alone counts"
    residents = Store(home).versions("demographics").sort_values("row")
    assert residents["population"].tolist() == [960, 1418, 418] and set(residents["households"]) == {320}


def test_who_exported_a_list_and_when_is_no_row_of_it(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    file = write_csv(tmp_path / "d.csv", [dispute(1), dispute(2)])
    lines = "共计 2 条\n导出人：冉某某  导出时间：2026-04-01 09:15:33\n下载用户：admin\n"
    file.write_text(file.read_text(encoding="utf-8") + lines, encoding="utf-8")
    account = load(home, "disputes", file)
    assert (account.read, account.accepted, account.reasons) == (2, 2, {})
    assert "3 row(s) of totals and signatures, with nothing else in them, were passed over" in account.notes


def test_a_line_that_numbers_the_group_below_it_is_no_record(city: Home, tmp_path: Path) -> None:
    rows = [{**dispute(n), "备注": ""} for n in range(6)]
    blank = dict.fromkeys(rows[0], "")
    named = next(iter(blank))
    group = {**blank, named: "二、柳镇第2社区（网格长：王某某）"}
    account = load(city, "disputes", write_csv(tmp_path / "d.csv", [*rows[:3], group, *rows[3:]]))
    assert (account.read, account.accepted, account.quarantined) == (6, 6, 0)
