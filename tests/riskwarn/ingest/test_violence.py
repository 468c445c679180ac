"""Registers say in a column of its own whether a matter turned violent: that counts beside the result, and does not replace it."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskwarn.contracts.phrases import code_of
from riskwarn.contracts.vocabulary import field_of
from riskwarn.health import prospects
from riskwarn.home import Home
from riskwarn.ingest.heading_words import plain_heading
from riskwarn.store import Store
from riskwarn.store.targets import dated, rule_of
from tests.worlds import dispute, load, with_grids, write_csv

#: What stands in the two columns, and the outcome that it is.
_ENDED = [
    ("调解成功", "无", "settled"),
    ("调解成功", "有，打架致伤", "injury"),
    ("调解成功", "双方发生抓扯", "violence"),
    ("调解不成", "未激化", "mediation_failed"),
    ("引导诉讼", "民转刑", "violence"),
    ("引导诉讼", "", "referred"),
    ("发生肢体冲突", "转公安机关处置", "violence"),
    ("", "有", "violence"),
    ("当事人撤回", "已化解", "withdrawn"),
]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("有无激化", "escalation"), ("是否激化", "escalation"), ("激化情况", "escalation"), ("激化后果", "escalation"),
        ("纠纷是否激化", "escalation"), ("是否民转刑", "escalation"), ("是否发生肢体冲突", "escalation"), ("矛盾激化情况", "escalation"),
        ("激化时间", "escalated_at"), ("是否有激化倾向", None), ("激化风险", None), ("调解结果", "outcome"),
    ],
)  # fmt: skip
def test_what_asks_whether_it_turned_violent_and_what_only_fears_it(heading: str, field: str | None) -> None:
    known = field_of(plain_heading(heading), "events")
    assert (known and known[0]) == field


def test_a_fear_or_an_orderly_end_is_no_violence() -> None:
    for word in ("未发生打架", "否", "无人员受伤", "未激化，已调解成功", "可能激化", "情绪激动"):
        assert code_of("escalation", word) in (None, "none"), word


def test_the_gravest_harm_is_the_outcome_and_else_the_result_stays(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [
        dispute(n, 调解结果=result, 有无激化=turned, 化解时间="2026-03-30")
        for n, (result, turned, _) in enumerate(_ENDED)
    ]
    load(home, "disputes", write_csv(tmp_path / "d.csv", rows))
    stored = Store(home).versions("disputes").sort_values("row")
    assert stored["outcome"].tolist() == [code for _, _, code in _ENDED]
    at, by_outcome = dated(stored, rule_of(home.configuration.targets["conflict"]))
    harmed = [code in ("injury", "violence") for _, _, code in _ENDED]
    assert (~(at != at)).tolist() == harmed and by_outcome.tolist() == harmed


def test_whether_and_how_may_stand_in_two_columns(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    told = [("是", "致人受伤"), ("是", ""), ("否", "动手"), ("否", "")]
    rows = [dispute(n, 调解结果="调解成功", 是否激化=yes, 激化后果=how) for n, (yes, how) in enumerate(told)]
    load(home, "disputes", write_csv(tmp_path / "d.csv", rows))
    stored = Store(home).versions("disputes").sort_values("row")
    assert stored["outcome"].tolist() == ["injury", "violence", "violence", "settled"]


def test_a_word_of_violence_that_nobody_knows_is_foretold_with_where_to_say_it(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [dispute(n, 调解结果="调解成功", 有无激化="场面失控", 化解时间="2026-03-30") for n in range(6)]
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", rows))
    assert account.files[0].unknown_words["escalation"] == {"words": 1, "rows": 6, "named": {"场面失控": 6}}
    (one,) = prospects(Store(home), home.configuration, targets=["conflict"])
    assert any("场面失控 (6)" in note and note.endswith("mapping: words: escalation") for note in one.notes)
    mapping = tmp_path / "m.yaml"
    mapping.write_text("words: {escalation: {场面失控: violence}}\n", encoding="utf-8")
    load(home, "disputes", tmp_path / "d.csv", mapping=mapping)
    assert Store(home).versions("disputes")["outcome"].tolist()[-6:] == ["violence"] * 6


def test_a_refused_word_is_told_with_its_column_and_nothing_else_of_the_cell(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    rows = [dispute(n, 有无激化=("无", "扬言报复邻居王某", "进京访")[n % 3]) for n in range(9)]
    account = load(home, "disputes", write_csv(tmp_path / "d.csv", rows))
    (note,) = [note for note in account.notes if note.startswith("not loaded by rule")]
    assert note.startswith("not loaded by rule: 6 row(s), with a word that riskwarn never uses: 有无激化 (")
    assert "扬言 3" in note and "进京访 3" in note and "报复" not in "".join(account.notes)
    kept = str(list(Store(home).accounts("disputes")))
    assert "扬言" not in kept and "进京访" not in kept, "the ledger counts it, and does not store it"


def test_what_was_found_untrue_counts_for_nothing_and_is_told(home: Home, tmp_path: Path) -> None:
    with_grids(home, tmp_path)
    words = ["已结案", "经核实不属实", "查无此事", "属虚假警情", "部分属实", "调查中", "已办结（情况不属实）"]
    rows = [
        {
            "事故编号": f"A{n}",
            "网格编码": "G1",
            "发生时间": "2026-03-02",
            "事故类型": "火灾",
            "状态": word,
            "处理结果": "",
        }
        for n, word in enumerate(words)
    ]
    rows.append({**rows[0], "事故编号": "A9", "处理结果": "不实投诉"})
    account = load(home, "incidents", write_csv(tmp_path / "i.csv", rows))
    assert (account.accepted, account.quarantined) == (8, 0)
    assert any(note.startswith("5 row(s) are void, or were found untrue") for note in account.notes)
    stored = Store(home).versions("incidents").sort_values("row")
    assert stored["withdrawn"].tolist() == [False, True, True, True, False, False, True, True]
