"""Five exports of a district as clerks hand them over, small: a table of grids, a workbook, two CSV files, an export without ids."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl

NAMES = ("王建国", "李秀英", "张伟", "刘洋", "陈静")
GRIDS = 8
_START = datetime(2025, 1, 6, 9, 30)

Rows = Sequence[Sequence[Any]]


def code(number: int) -> str:
    """The code of a grid."""
    return f"JB{number % GRIDS:04d}"


def hand_over(folder: Path, count: int = 60) -> Path:
    """Write them; `count` disputes, and as many of the others."""
    folder.mkdir()
    _grids(folder / "网格台账.xlsx")
    _disputes(folder / "矛盾纠纷台账.xlsx", count)
    hotline = [
        "工单编号",
        "来电时间",
        "来电人",
        "诉求类型",
        "诉求类别",
        "诉求内容",
        "所属街道",
        "所属社区",
        "派单时间",
        "办结时间",
    ]
    calls = [
        [f"\t12345{n:09d}", _at(n), NAMES[n % 5], ("投诉", "求助", "举报")[n % 3], ("停水", "噪声", "物业")[n % 3], "楼上漏水",
         "石桥街道", f"青山{n % 2}社区", _at(n, 1), _at(n, 3)]
        for n in range(count)
    ]  # fmt: skip
    _csv(folder / "12345工单.csv", "gb18030", hotline, calls)
    petitions = ["信访件编号", "登记时间", "信访人", "信访形式", "信访目的", "内容分类", "问题属地"]
    letters = [
        [
            f"XF{n:05d}",
            _at(n),
            NAMES[n % 5],
            "来信",
            "申诉求决",
            ("城乡建设", "教育")[n % 2],
            f"江北区/石桥街道/青山{n % 2}社区",
        ]
        for n in range(count)
    ]
    _csv(folder / "信访件.csv", "utf-8-sig", petitions, letters)
    harm = ["事故发生时间", "事故类型", "经度", "纬度", "受伤人数"]
    incidents = [
        [f"{_START + timedelta(hours=31 * n):%Y年%m月%d日%H时%M分}", ("火灾", "触电", "溺水")[n % 3], f"{106.5031 + n % GRIDS / 100:.6f}",
         "29.497300", n % 2] for n in range(count)
    ]  # fmt: skip
    _csv(folder / "安全事故.csv", "utf-8", harm, incidents)
    (folder / "~$网格台账.xlsx").write_bytes(b"\x04")
    (folder / "通知.docx").write_bytes(b"PK")
    return folder


def _grids(path: Path) -> None:
    """No district; the residents of each grid beside it; coordinates under headings that no list knows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["基础网格台账"])
    sheet.append(["街道", "社区", "网格编号", "网格名称", "中心东经", "中心北纬", "常住人口", "网格员姓名"])
    for n in range(GRIDS):
        east = round(106.5031 + n / 100, 6)
        sheet.append(["石桥街道", f"青山{n % 2}社区", code(n), f"第{n + 1}网格", east, 29.4973, 900 + n, NAMES[n % 5]])
    book.save(path)


def _disputes(path: Path, count: int) -> None:
    """An explanation first, then a sheet a year, with titles and headings in two levels."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "填表说明"
    for row in (["序号", "说明"], [1, "由各镇街填报"]):
        sheet.append(row)
    for year in (0, 1):
        sheet = book.create_sheet(f"{2025 + year}年")
        sheet.append([f"{2025 + year}年矛盾纠纷台账"])
        sheet.append([None, "填报单位：综治中心", None, None, None, f"截至2025年{6 + year}月30日"])
        sheet.append(["纠纷编号", "网格编号", "纠纷信息", None, None, "当事人信息", None, "化解情况", None])
        sheet.append([None, None, "纠纷类型", "发生时间", "风险等级", "姓名", "身份证号", "化解结果", "责任单位"])
        for n in range(year * count // 2, (year + 1) * count // 2):
            sheet.append(
                [f"JF{n:05d}", code(n), ("邻里纠纷", "物业纠纷")[n % 2], f"{_START + timedelta(hours=31 * n):%Y.%m.%d}",
                 ("高", "中", "低")[n % 3], NAMES[n % 5], "510105198001011234", ("调解成功", "民转刑")[n % 2], "石桥街道"]
            )  # fmt: skip
    book.save(path)


def _at(number: int, days: int = 0) -> str:
    moment = _START + timedelta(hours=31 * number, days=days)
    return f"{moment:%Y/%m/%d %H:%M}"


def _csv(path: Path, encoding: str, headings: Sequence[str], rows: Rows) -> None:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows([headings, *rows])
