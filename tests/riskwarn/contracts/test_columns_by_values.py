"""Columns whose heading only hints at what they are, and whose values decide it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from riskwarn.configuration import Configuration
from riskwarn.contracts.vocabulary import is_personal
from riskwarn.ingest.mapping_proposal.proposal import Proposal, propose
from tests.worlds import write_csv


@pytest.mark.parametrize(
    ("headings", "field", "read"),
    [
        (["化解结果1"], "outcome", "化解结果1"),
        (["化解结果_2"], "outcome", "化解结果_2"),
        (["化解结果", "化解结果1"], "outcome", "化解结果"),
        (["纠纷类型1"], "category", "纠纷类型1"),
    ],
)
def test_a_number_behind_a_heading_only_tells_it_from_another(
    headings: list[str], field: str, read: str, tmp_path: Path
) -> None:
    words = {"outcome": ("调解成功", "调解不成"), "category": ("邻里", "物业")}[field]
    rows = [
        {"编号": f"D{n}", "发生时间": f"2026-03-{n % 28 + 1:02d}", "网格编码": "010101", **dict.fromkeys(headings, words[n % 2])}
        for n in range(40)
    ]  # fmt: skip
    seen = propose(write_csv(tmp_path / "纠纷.csv", rows), Configuration(), source="disputes")
    assert [one.heading for one in seen.columns if one.field == field] == [read]


@pytest.mark.parametrize("heading", ["姓名1", "联系电话1", "身份证号_2", "照片1", "工作单位2"])
def test_nor_does_it_hide_a_person(heading: str) -> None:
    assert is_personal(heading)


def field_under(proposal: Proposal, heading: str) -> str | None:
    return next(one.field for one in proposal.columns if one.heading == heading)


@pytest.mark.parametrize(
    "heading",
    [
        "台账编号",
        "调解台账编号",
        "登记号",
        "纠纷序列号",
        "调解书文号",
        "台账号",
        "矛盾纠纷台账号",
        "协议书字号",
        "卷宗号",
    ],
)
def test_numbers_that_an_office_gives_its_cases_are_their_ids(tmp_path: Path, heading: str) -> None:
    """A register of several months names an open case anew in each."""
    rows = [
        {"序号": n + 1, heading: f"{('忠州', '石宝')[n % 2]}调〔2026〕{n % 36 + 1:04d}号", "发生时间": f"2026-03-{n % 28 + 1:02d}",
         "网格编码": "010101", "纠纷类型": ("邻里", "物业", "婚姻")[n % 3], "化解结果": "调解成功"}
        for n in range(40)
    ]  # fmt: skip
    seen = propose(write_csv(tmp_path / "纠纷.csv", rows), Configuration(), source="disputes")
    assert field_under(seen, heading) == "record_id"
    assert seen.identity == ()


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("房号", "{n}栋2单元{n:04d}号"),
        ("来电账号", "忠〔2026〕{n:04d}号"),
        ("手机号", "1380000{n:04d}"),
        ("登记号", "第{m}号"),
    ],
)
def test_other_numbers_are_no_ids(tmp_path: Path, heading: str, value: str) -> None:
    rows = [
        {heading: value.format(n=n, m=n % 4), "发生时间": f"2026-03-{n % 28 + 1:02d}", "网格编码": "010101", "纠纷类型": "邻里"}
        for n in range(40)
    ]  # fmt: skip
    seen = propose(write_csv(tmp_path / "纠纷.csv", rows), Configuration(), source="disputes")
    assert field_under(seen, heading) is None


KINDS = ("交通肇事", "溺水", "火警", "触电", "高坠", "煤气中毒")


@pytest.mark.parametrize("heading", ["事故性质", "事件性质", "伤害方式", "致害情形", "事由"])
def test_a_column_of_words_that_say_categories_is_the_category(tmp_path: Path, heading: str) -> None:
    rows = [
        {"事故编号": f"SG{n:05d}", "事发时间": f"2026-01-{n % 28 + 1:02d} 08:00:00", "网格编码": "010101", heading: KINDS[n % 6],
         "处置单位": ("消防救援大队", "交警大队", "供电公司")[n % 3], "受伤人数": n % 3}
        for n in range(90)
    ]  # fmt: skip
    seen = propose(write_csv(tmp_path / "事故.csv", rows), Configuration(), source="incidents")
    assert field_under(seen, heading) == "category"
    assert field_under(seen, "处置单位") is None


@pytest.mark.parametrize(
    "heading",
    [
        "整改完毕时间",
        "完毕时间",
        "整改到位时间",
        "治理完成日期",
        "消除时间",
        "隐患消除时间",
        "闭环时间",
        "整改完成日期",
        "整治完毕时间",
    ],
)
def test_what_ended_a_hazard_closes_it(tmp_path: Path, heading: str) -> None:
    rows = [
        {"隐患编号": f"YH{n:05d}", "巡查时间": f"2026-01-{n % 28 + 1:02d}", "网格编码": "010101", "隐患类别": "电梯",
         "计划整改完毕时间": f"2026-02-{n % 28 + 1:02d}", heading: f"2026-02-{n % 28 + 1:02d}"}
        for n in range(40)
    ]  # fmt: skip
    seen = propose(write_csv(tmp_path / "隐患.csv", rows), Configuration(), source="hazards")
    assert field_under(seen, heading) == "closed_at"
    assert field_under(seen, "计划整改完毕时间") == "due_at"


@pytest.mark.parametrize(
    "note",
    [
        "单位：户、人",
        "单位:万元",
        "金额单位：元",
        "计量单位：户、人",
        "填报人：",
        "填报时间：2026年10月",
        "2026年10月  单位：户、人",
    ],
)
def test_a_note_above_the_headings_is_no_group_of_them(tmp_path: Path, note: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    headings = ["序号", "网格名称", "网格编号", "总户数", "网格长", "联系电话", "中心点经度", "中心点纬度"]
    sheet.append(["忠县网格基本情况表"])
    sheet.append(["填报单位：忠县平安办", *[None] * 4, note])
    sheet.append(headings)
    for n in range(20):
        sheet.append([n + 1, f"州屏社区第{n + 1}网格", f"0101{n:02d}", 300 + n, "", "", 107.95 + n / 1000, 30.22])
    path = tmp_path / "网格.xlsx"
    book.save(path)
    seen = propose(path, Configuration(), source="grids")
    assert [one.heading for one in seen.columns] == headings
    assert (field_under(seen, "中心点经度"), field_under(seen, "中心点纬度")) == ("longitude", "latitude")
    assert field_under(seen, "联系电话") is None


def test_what_stands_under_a_group_of_persons_is_theirs_beside_a_note(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["基本信息", None, None, "当事人", None, "单位：人", None])
    sheet.append(["编号", "发生时间", "网格编码", "名称", "地点", "纠纷类型", "化解结果"])
    for n in range(20):
        sheet.append([f"D{n:04d}", f"2026-03-{n + 1:02d}", "010101", "甲", "乙", "邻里", "调解成功"])
    path = tmp_path / "纠纷.xlsx"
    book.save(path)
    seen = propose(path, Configuration(), source="disputes")
    assert [one.heading for one in seen.columns][3:] == ["当事人名称", "当事人地点", "纠纷类型", "化解结果"]
    assert field_under(seen, "当事人地点") is None and field_under(seen, "纠纷类型") == "category"
