"""A department's real workbook: 36 columns, 16 of them about people; a title, merged headings, long ids as text."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from riskwarn.home import Home
from riskwarn.store import Store
from tests.riskwarn.test_cli import told
from tests.worlds import grid_rows, load, write_csv

#: Group -> heading -> what stands in the rows; headings of CONTRACTS-like registers of disputes. `None`: no group above.
GROUPS: list[tuple[str | None, dict[str, str]]] = [
    (None, {"序号": "{n}", "矛盾纠纷编号": "5001050{n:015d}"}),
    ("属地", {"所属区县": "江北区", "所属镇街": "石桥街道", "所属社区": "青山{c}社区", "网格编码": "G{g}"}),
    (
        "申请人信息",
        {
            "申请人姓名": "欧阳锦程{n}",
            "身份证号码": "50010319900101123{n}",
            "性别": "男",
            "民族": "土家族",
            "出生日期": "1990-01-01",
            "联系电话": "1398377{n:04d}",
            "户籍地址": "重庆市江北区建新北路{n}号",
            "工作单位": "长安机械厂第{n}分厂",
            "文化程度": "高中",
            "政治面貌": "群众",
        },
    ),
    ("被申请人信息", {"被申请人姓名": "司马云飞{n}", "被申请人电话": "1360833{n:04d}", "被申请人住址": "观音桥{n}号"}),
    (
        "纠纷信息",
        {
            "矛盾纠纷类型": "{category}",
            "风险等级": "{severity}",
            "事件来源": "{found}",
            "发生时间*": "{happened}",
            "登记时间": "{registered}",
            "受理时间": "{registered}",
            "涉及人数": "3",
        },
    ),
    (
        "办理情况",
        {
            "化解时限": "{due}",
            "办理状态": "{status}",
            "化解结果": "{outcome}",
            "化解时间": "{closed}",
            "升级时间": "{escalated}",
            "更新时间": "{changed}",
            "是否重复": "否",
        },
    ),
    ("经办", {"调解员姓名": "诸葛明远", "登记人": "上官婉仪", "经办人": "皇甫松涛"}),
]
HEADINGS = [heading for _, group in GROUPS for heading in group]
PERSONAL = [
    *GROUPS[2][1], *GROUPS[3][1], *GROUPS[6][1],
]  # fmt: skip
PLANTED = ("欧阳锦程", "50010319900101123", "土家族", "1398377", "建新北路", "长安机械厂", "司马云飞", "1360833", "观音桥",
           "诸葛明远", "上官婉仪", "皇甫松涛", "5001050000")  # fmt: skip


def row(number: int) -> list[str]:
    """One dispute as the register has it."""
    happened = datetime(2026, 3, 1, 8, 5) + timedelta(hours=7 * number)
    registered = happened + timedelta(hours=3)
    settled, escalated = number % 3 == 0, number % 7 == 1
    ended = happened + timedelta(days=9)
    told = {
        "n": number, "c": number % 4 // 2, "g": number % 4,
        "category": ["婚姻家庭", "邻里", "拖欠农民工工资", "物业纠纷"][number % 4],
        "severity": ["一般", "较大", "重大"][number % 3],
        "found": ["群众上报", "网格员上报", "12345转办"][number % 3],
        "happened": f"{happened:%Y-%m-%d %H:%M:%S}",
        "registered": f"{registered.year}年{registered.month}月{registered.day}日 {registered.hour}时{registered.minute}分",
        "due": f"{happened + timedelta(days=30):%Y/%m/%d}",
        "status": "作废" if number == 5 else "已办结" if settled else "办理中",
        "outcome": "调解成功" if settled else "调解不成升级" if escalated else "调解中",
        "closed": f"{ended:%Y.%m.%d}" if settled else "--",
        "escalated": f"{ended:%Y-%m-%d}" if escalated and not settled else "/",
        "changed": f"{ended:%Y-%m-%d %H:%M:%S}",
    }  # fmt: skip
    return [cell.format(**told) for _, group in GROUPS for cell in group.values()]


def register(path: Path, rows: int) -> Path:
    """The workbook: a title over all columns, groups over headings, and the rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "矛盾纠纷台账"
    sheet.append(["江北区石桥街道矛盾纠纷排查化解台账（2026年第一季度）"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADINGS))
    at = 1
    for group, headings in GROUPS:
        for place, heading in enumerate(headings, start=at):
            sheet.cell(2 if group is None else 3, place, heading)
            if group is None:
                sheet.merge_cells(start_row=2, start_column=place, end_row=3, end_column=place)
        if group is not None:
            sheet.cell(2, at, group)
            sheet.merge_cells(start_row=2, start_column=at, end_row=2, end_column=at + len(headings) - 1)
        at += len(headings)
    for number in range(rows):
        for place, cell in enumerate(row(number), start=1):
            sheet.cell(4 + number, place, cell).number_format = "@"
    book.create_sheet("填表说明").append(["登记时间按实际填写"])
    book.save(path)
    return path


def test_it_has_36_columns_of_which_16_are_about_people() -> None:
    assert (len(HEADINGS), len(PERSONAL)) == (36, 16)


def test_the_workbook_loads_without_a_mapping(city: Home, tmp_path: Path) -> None:
    account = load(city, "disputes", register(tmp_path / "石桥街道台账.xlsx", 24))
    assert (account.read, account.accepted, account.reasons) == (24, 24, {})
    dropped = list(account.dropped_columns)
    assert len(dropped) == len(set(dropped))
    # A heading under a group of people is named with its group.
    assert {heading for heading in PERSONAL if any(name.endswith(heading) for name in dropped)} == set(PERSONAL)
    unread = {name for name in dropped if not any(name.endswith(heading) for heading in PERSONAL)}
    assert unread <= {"序号", "涉及人数"}, "nothing that a contract knows is dropped"
    stored = Store(city).versions("disputes").sort_values("row")
    assert stored["row"].tolist() == list(range(4, 28)), "rows as Excel numbers them"
    assert stored["category"].tolist()[:4] == [
        "marriage_family",
        "neighbourhood",
        "wage_arrears",
        "property_management",
    ]
    assert stored["severity"].tolist()[:3] == ["general", "larger", "major"]
    assert stored["discovered_by"].tolist()[:3] == ["reported", "patrol", "transferred"]
    assert stored["grid_id"].tolist()[:4] == ["G0", "G1", "G2", "G3"]
    assert stored["occurred_at"].iloc[0] == pd.Timestamp("2026-03-01 00:05")
    assert stored["known_at"].iloc[0] == pd.Timestamp("2026-03-01 03:05")
    assert stored["outcome"].tolist()[:2] == ["settled", "mediation_failed"]
    assert stored["closed_at"].notna().sum() == 8 and stored["escalated_at"].notna().sum() == 3
    assert stored["withdrawn"].sum() == 1
    assert stored["record_id"].is_unique


def test_nothing_about_people_reaches_the_disk(city: Home, tmp_path: Path) -> None:
    load(city, "disputes", register(tmp_path / "台账.xlsx", 8))
    city.database.dispose()
    for file in city.path.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not [word for word in PLANTED if word.encode() in content], file.name


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_same_register_saved_otherwise_is_the_same(city: Home, tmp_path: Path, kind: str) -> None:
    book = register(tmp_path / "台账.xlsx", 12)
    flat: list[dict[str, Any]] = [dict(zip(HEADINGS, row(number), strict=True)) for number in range(12)]
    other = tmp_path / f"台账.{kind}"
    if kind == "csv":
        write_csv(other, flat, "gb18030")
    else:
        pd.DataFrame(flat).to_parquet(other)
    assert load(city, "disputes", other).accepted == 12
    again = load(city, "disputes", book)
    assert (again.duplicates, again.accepted, again.corrected) == (12, 0, 0)


@pytest.mark.slow
def test_the_command_line_names_what_it_dropped(tmp_path: Path) -> None:
    told("init", cwd=tmp_path)
    told("ingest", "grids", write_csv(tmp_path / "grids.csv", grid_rows()), cwd=tmp_path)
    account = told("ingest", "disputes", register(tmp_path / "台账.xlsx", 6), cwd=tmp_path)
    assert (account["read"], account["accepted"]) == (6, 6)
    printed = json.dumps(account, ensure_ascii=False)
    assert "身份证号码" in printed and not [word for word in PLANTED if word in printed]
