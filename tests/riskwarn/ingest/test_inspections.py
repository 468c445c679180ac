"""Registers of inspections: what found nothing is no hazard, and is counted as not loaded by a rule."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from riskwarn.home import Home
from riskwarn.ingest.inspections import nothing_found
from riskwarn.store import Store
from tests.worlds import load, with_grids, write_csv

#: Kind, description, whether nothing was found.
INSPECTIONS = [
    ("无", "未发现隐患", True),
    ("无", "", True),
    ("无", "/", True),
    ("未发现问题", "", True),
    ("", "合格。", True),
    ("", "未发现安全隐患", True),
    ("消防设施", "经检查未发现隐患", True),
    ("无", "灭火器过期", False),
    ("用电安全", "无", False),
    ("消防设施", "合格", False),
    ("消防设施", "", False),
    ("", "灭火器过期", False),
    ("", "", False),
    # Where no kind is told, a clause of a description says it, too.
    ("", "对沿街商铺开展消防安全检查，灭火器在有效期内，通道畅通，未发现隐患。", True),
    ("无", "3月5日对辖区内加油站进行例行巡查；经检查未发现问题", True),
    ("", "对沿街商铺开展消防安全检查，未发现隐患，但灭火器过期", False),
    ("", "对小区电梯进行检查，1号楼未发现隐患，2号楼发现隐患1处，已责令整改", False),
    ("", "上次检查未发现隐患的商铺本次复查", False),
    ("用电安全", "对沿街商铺开展检查，其余未发现隐患", False),
    # What stands in the kind decides, however it is described what was looked at.
    ("未发现隐患", "检查五金店", True),
    ("未发现隐患", "对沿街商铺开展消防安全检查，灭火器在有效期内，通道畅通", True),
    ("未发现隐患", "令狐超市经营的门店未发现隐患", True),
    ("未发现隐患", "未发现违规用电、堵塞通道现象；灭火器未过期，无需整改", True),
    ("未发现隐患", "通道无杂物堆放，电线无老化裸露", True),
    ("无隐患", "开展安全隐患排查", True),
    ("合格", "对辖区电梯进行检查", True),
    ("正常", "检查燃气阀门是否泄漏", True),
    ("无", "走访独居老人住所", True),
    # But for a description that says that something was found.
    ("未发现隐患", "灭火器过期，已要求更换", False),
    ("未发现隐患", "检查五金店，消防通道堆放杂物", False),
    ("未发现隐患", "通道畅通，但未配备灭火器", False),
    ("未发现隐患", "存在用电安全问题，限期三日整改", False),
    ("未发现隐患", "其他未发现隐患。发现2处隐患", False),
    ("合格", "应急灯不亮", False),
    ("正常", "已责令整改", False),
    ("无", "没有灭火器", False),
]

#: Kind, further cells of the row, whether nothing was found.
BESIDE = [
    ({}, True),
    ({"grade": "一般隐患"}, False),
    ({"grade": "无隐患"}, True),
    ({"due_at": "2026-03-17"}, False),
    ({"closed_at": "2026-03-09"}, False),
    ({"outcome": "已整改"}, False),
    ({"status": "整改中"}, False),
    ({"outcome": "无需整改"}, True),
    ({"status": "已办结"}, True),
    ({"text_2": "复查未发现隐患"}, True),
    ({"text_2": "已更换老化线路"}, False),
    ({"category_detail": "消防"}, True),
]


@pytest.mark.parametrize(("beside", "nothing"), BESIDE)
def test_what_else_the_row_says_was_found_goes_before_its_kind(beside: dict[str, str], nothing: bool) -> None:
    told = {"category": "未发现隐患", "text": "检查五金店", **beside}
    cells = {name: pa.array([said], pa.string()) for name, said in told.items()}
    assert nothing_found(cells, 1).tolist() == [nothing]


def test_a_lesser_word_beside_a_kind_is_of_that_kind() -> None:
    cells = {name: pa.array([said], pa.string()) for name, said in (("category", "消防"), ("category_detail", "正常"))}
    assert nothing_found(cells, 1).tolist() == [False]


@pytest.mark.parametrize(("kind", "description", "nothing"), INSPECTIONS)
def test_an_inspection_is_told_from_a_hazard(kind: str, description: str, nothing: bool) -> None:
    cells = {"category": pa.array([kind or None], pa.string()), "text": pa.array([description or None], pa.string())}
    assert nothing_found(cells, 1).tolist() == [nothing]
    coded = {name: cell.dictionary_encode() for name, cell in cells.items()}
    assert nothing_found(coded, 1).tolist() == [nothing]


def test_what_found_nothing_is_not_loaded_by_a_rule_and_counted(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [
        {"隐患编号": f"H{n}", "网格编码": "G1", "发现日期": "2026-03-02", "隐患类型": kind, "隐患描述": text,
         "整改情况": "复查未发现隐患"}
        for n, (kind, text, _) in enumerate(INSPECTIONS)
    ]  # fmt: skip
    account = load(home, "hazards", write_csv(tmp_path / "h.csv", rows))
    assert (account.accepted, account.reasons) == (18, {"not_loaded": 18})
    said = "not loaded by rule: 18 row(s), an inspection that found nothing is no hazard: 隐患类型"
    assert said in account.notes
    stored = Store(home).versions("hazards").sort_values("row")
    assert stored["category"].fillna("").tolist() == [
        "",
        "electrical",
        "fire_safety",
        "fire_safety",
        *[""] * 5,
        "electrical",
        *[""] * 8,
    ]


def test_elsewhere_the_word_is_nothing(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    row = {"纠纷编号": "D1", "网格编码": "G1", "发生时间": "2026-03-02", "纠纷类型": "无"}
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", [row]))
    assert (account.accepted, account.quarantined) == (1, 0)
