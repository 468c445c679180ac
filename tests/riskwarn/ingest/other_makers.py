"""Five exports of a district as five other makers write them, small: what each row should become is known."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl

from riskwarn.ingest.places.coordinates import wgs84_to_gcj02

TOWNS = {"东山街道": ("南滩社区", "北滩社区"), "柳河镇": ("枣林村", "突泉村")}
PERSONS = ("欧阳晓棠", "贺启铭", "滕玉兰")
PHONES = ("13855501234", "15066609876")
GRIDS = [
    (f"3701120{t}{c}00{n}", town, community, n)
    for t, (town, communities) in enumerate(TOWNS.items(), start=1)
    for c, community in enumerate(communities, start=1)
    for n in (1, 2, 3)
]
_START = datetime(2025, 8, 4, 9, 30)


def hand_over_by_others(folder: Path) -> Path:
    """Write them: a register of grids, a register by month, a hotline, the dump of an app, hazards and accidents."""
    folder.mkdir()
    _grids(folder / "历城区网格划分明细表.xlsx")
    _months(folder / "人民调解案件月报.xlsx")
    _hotline(folder / "12345转办工单_20260302083015.csv")
    _app(folder / "网格通APP事件.zip")
    _safety(folder / "应急局隐患及事故台账.xlsx")
    return folder


def _centre(number: int) -> tuple[float, float]:
    return 117.06 + 0.01 * (number % 4), 36.66 + 0.01 * (number // 4)


def _grids(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["历城区网格划分明细表"])
    book.active.title = "封面"
    book.create_sheet("填表须知").append([f"中心点坐标使用CGCS2000坐标系。联系人：{PERSONS[0]} {PHONES[0]}"])
    sheet = book.create_sheet("网格明细")
    sheet.append(["历城区网格划分明细表（2026年2月）"])
    sheet.append(["序号", "街道", "社区（村）", "网格编码", "网格名称", "中心点坐标", "规模", None, "专职网格员", None])
    sheet.append([None] * 6 + ["户数（户）", "常住人口（人）", "姓名", "联系电话"])
    sheet.merge_cells("G2:H2")
    sheet.merge_cells("I2:J2")
    for number, (code, town, community, n) in enumerate(GRIDS):
        x, y = _centre(number)
        name = f"{community.removesuffix('社区').removesuffix('村')}第{n}网格"
        sheet.append([number + 1, town, community, code, name, f"{x},{y}", 300, 800, PERSONS[number % 3], PHONES[0]])
        if number == 5:
            sheet.append(["小计", None, None, None, f"{town}共6个网格", None, 1800, 4800])
    sheet.append([13, "柳河镇", "突泉村", "待赋码", "新建片区", None, None, None, PERSONS[1], None])
    sheet.append(["合计", None, None, None, "共12个网格", None, 3600, 9600])
    sheet.append([f"审核人：{PERSONS[0]}", None, None, None, f"填表人：{PERSONS[1]}"])
    book.save(path)


def _months(path: Path) -> None:
    """Three months of 20 cases: one of each month is carried over and closed in the next; results mostly 正在调解 in the first."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    results = ("正在调解", "民转刑", "移交公安机关处理", "已息诉")
    for month in range(3):
        sheet = book.create_sheet(f"2025年{8 + month}月")
        sheet.append([f"历城区2025年{8 + month}月人民调解案件统计表"])
        sheet.append(
            [
                "序号",
                "案件编号",
                "所属街道",
                "社区/村",
                "纠纷发生地",
                "纠纷类别",
                "受理日期",
                "申请人",
                "申请人联系电话",
                "调处结果",
                "结案日期",
                "人民调解员",
            ]
        )
        for n in range(-1 if month else 0, 20):
            number = 20 * month + n
            _, town, community, part = GRIDS[number % len(GRIDS)]
            day = _START + timedelta(days=30 * month + max(n, 0))
            result = "调解成功" if n < 0 else results[number % 4] if month == 0 else ("调解成功", *results)[number % 5]
            closed = None if result == "正在调解" else f"{day.year}.{day.month}.{day.day}"
            date = (
                [day, f"{day:%Y}年{day.month}月{day.day}日", f"{day:%Y}.{day.month}.{day.day}"][n % 3]
                if n >= 0
                else day - timedelta(days=11)
            )
            if n == 18:
                date = "2025.13.3"
            kind = "集体上访" if n == 17 else ("邻里纠纷", "婚姻家庭纠纷")[n % 2]
            place = f"{community}第{part}网格3号楼" if n % 4 else "沿街商铺"
            sheet.append(
                [
                    n + 2,
                    f"历调〔2025〕{number:03d}号",
                    town,
                    community,
                    place,
                    kind,
                    date,
                    PERSONS[n % 3],
                    PHONES[n % 2],
                    result,
                    closed,
                    PERSONS[0],
                ]
            )
        sheet.append(["本月合计", None, None, None, None, None, None, None, None, f"共{20 + (month > 0)}件"])
        sheet.append([f"审核人：{PERSONS[0]}", None, None, None, None, f"制表人：{PERSONS[1]}"])
    book.save(path)


def _hotline(path: Path) -> None:
    stream = io.StringIO(newline="")
    stream.write(f"12345热线 工单导出 导出时间：2026-03-02 08:30:15 导出人：{PERSONS[2]}\r\n")
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        [
            "工单号",
            "诉求时间",
            "诉求人姓名",
            "诉求类型",
            "诉求标题",
            "诉求详情",
            "一级类目",
            "二级类目",
            "三级类目",
            "所属区域",
            "转办时间",
            "是否保密",
        ]
    )
    topics = (
        ("城乡建设", "房屋质量", "外墙脱落"),
        ("生态环境", "噪声污染", "施工噪声"),
        ("劳动保障", "工资待遇", "拖欠工资"),
        ("交通运输", "道路交通", "信号灯故障"),
    )
    for n in range(60):
        kind = "举报" if n < 4 else "投诉"
        levels = topics[n % 4] if n != 10 else ("信访", "信访秩序", "越级上访")
        when = "2033/05/01 09:00:00" if n == 20 else f"{_START + timedelta(days=n):%Y/%m/%d %H:%M:%S}"
        area = "外区/某街道/某社区" if n == 21 else "历城区/{1}/{2}".format(*GRIDS[n % 12])
        told = f"{PERSONS[n % 3]}反映{levels[2]}，\n电话{PHONES[n % 2]}"
        writer.writerow(
            [
                f'="JN{n:06d}"',
                when,
                PERSONS[n % 3],
                kind,
                f"反映{levels[2]}",
                told,
                *levels,
                area,
                f"{_START + timedelta(days=n, hours=3):%Y/%m/%d %H:%M:%S}",
                "是" if n == 30 else "否",
            ]
        )
    stream.write("合计：60条\r\n")
    path.write_bytes(stream.getvalue().encode("gbk"))


def _app(path: Path) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["sjbh", "sjlx_mc", "wg_bm", "lng", "lat", "fssj", "sbsj", "zt", "sbr_xm"])
    writer.writerow(
        ["事件编号", "事件类型名称", "网格编码", "经度", "纬度", "发生时间", "上报时间", "状态", "上报人姓名"]
    )
    for n in range(60):
        x, y = (float(one[0]) for one in wgs84_to_gcj02(*(np.array([one]) for one in _centre(n % 12))))
        code = "NULL" if n % 6 == 5 else GRIDS[n % 12][0]
        moment = f"{_START + timedelta(days=n):%Y-%m-%d %H:%M:%S}.0"
        writer.writerow(
            [
                f"SJ{n:06d}",
                ("消防隐患", "环境卫生")[n % 2],
                code,
                f"{x:.6f}",
                f"{y:.6f}",
                moment,
                moment,
                "作废" if n == 7 else "已结案",
                PERSONS[n % 3],
            ]
        )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("t_wg_event.csv", "\ufeff" + stream.getvalue())


def _safety(path: Path) -> None:
    book = openpyxl.Workbook()
    hazards: Sequence[Any] = [
        "序号",
        "隐患编号",
        "所在街道",
        "所在社区",
        "隐患部位",
        "隐患类别",
        "隐患等级",
        "排查日期",
        "整改期限",
        "整改责任人",
    ]
    accidents: Sequence[Any] = [
        "序号",
        "事故发生时间",
        "街道",
        "社区",
        "地点",
        "事故类别",
        "死亡人数",
        "受伤人数",
        "伤者姓名",
    ]
    sheet = book.active
    sheet.title = "隐患排查"
    sheet.append(hazards)
    for n in range(40):
        _, town, community, part = GRIDS[n % 12]
        sheet.append(
            [
                n + 1,
                f"YH{n:04d}",
                town,
                community,
                f"{community}第{part}网格车棚",
                ("私拉电线", "消防通道堵塞")[n % 2],
                "一般隐患",
                _START + timedelta(days=n),
                _START + timedelta(days=n + 15),
                PERSONS[n % 3],
            ]
        )
    sheet.append(["合计", "40处"])
    sheet = book.create_sheet("事故登记")
    sheet.append(accidents)
    for n in range(30):
        _, town, community, part = GRIDS[n % 12]
        sheet.append(
            [
                n + 1,
                _START + timedelta(days=n, minutes=n),
                town,
                community,
                f"{community}第{part}网格{n}号楼",
                ("居民火灾", "机械伤害", "轰燃")[n % 3],
                0,
                n % 2,
                PERSONS[n % 3],
            ]
        )
    book.save(path)
