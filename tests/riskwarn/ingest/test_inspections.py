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
]


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
    assert (account.accepted, account.reasons) == (6, {"not_loaded": 7})
    said = "not loaded by rule: 7 row(s), an inspection that found nothing is no hazard: 隐患类型"
    assert said in account.notes
    stored = Store(home).versions("hazards").sort_values("row")
    assert stored["category"].fillna("").tolist() == ["", "electrical", "fire_safety", "fire_safety", "", ""]


def test_elsewhere_the_word_is_nothing(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    row = {"纠纷编号": "D1", "网格编码": "G1", "发生时间": "2026-03-02", "纠纷类型": "无"}
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", [row]))
    assert (account.accepted, account.quarantined) == (1, 0)
