"""What a load makes of words: codes, kinds that do not count, opinions, confidential rows, ids made of columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from riskwarn.configuration import Configuration
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from riskwarn.store import Store
from tests.worlds import dispute, load, with_grids, write_csv


@pytest.fixture
def city(home: Home, tmp_path: Path) -> Home:
    return with_grids(home, tmp_path)


def mapped(folder: Path, text: str) -> Path:
    path = folder / "m.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def call(number: int, **changes: Any) -> dict[str, Any]:
    return {"工单编号": f"T{number}", "网格编码": "G1", "来电时间": "2026-03-02 09:00:00", **changes}


def test_codes_of_a_list_are_read_and_what_it_refuses_is_not_loaded(city: Home, tmp_path: Path) -> None:
    rows = [dispute(n, 纠纷类型=code) for n, code in enumerate(["16", "2", "06", "邻里"])]
    path = write_csv(tmp_path / "d.csv", rows)
    account = load(city, "disputes", path, mapping=mapped(tmp_path, "codes: code24\n"))
    assert (account.accepted, account.reasons) == (3, {"not_loaded": 1})
    stored = Store(city).versions("disputes").sort_values("row")
    assert stored["category"].tolist() == ["marriage_family", "land_requisition", "neighbourhood"]


def test_bare_numbers_without_a_list_count_as_other_and_are_noted(city: Home, tmp_path: Path) -> None:
    account = load(city, "disputes", write_csv(tmp_path / "d.csv", [dispute(1, 纠纷类型="16")]))
    assert any("codes:" in note for note in account.notes)
    assert Store(city).versions("disputes")["category"].tolist() == ["other"]


def test_tips_are_loaded_as_hazards_only_and_secrets_never(city: Home, tmp_path: Path) -> None:
    rows = [
        call(1, 工单类型="投诉", 诉求类别="噪声", 是否保密="否"),
        call(2, 工单类型="举报", 诉求类别="飞线充电", 是否保密="否"),
        call(3, 工单类型="举报", 诉求类别="油烟", 是否保密="否"),
        call(4, 工单类型="求助", 诉求类别="低保", 是否保密="是"),
        call(5, 工单类型="咨询", 诉求类别="社保", 是否保密="否"),
        call(6, 工单类型="投诉", 诉求类别="违停", 是否保密="否"),
    ]
    account = load(city, "hotline", write_csv(tmp_path / "h.csv", rows))
    assert (account.accepted, account.reasons) == (3, {"not_loaded": 3})
    stored = Store(city).versions("hotline").sort_values("row")
    assert stored["kind"].tolist() == ["complaint", "tip", "inquiry"]
    rules = {row["row"]: row["value_class"] for row in Store(city).quarantined("hotline")}
    assert rules == {4: "tip", 5: "confidential", 7: "kind"}, "which rule it was is kept, and nothing else of the row"
    assert [note for note in account.notes if note.startswith("not loaded by rule: 1 row(s), tips (举报)")]
    assert stored["category"].tolist() == ["neighbourhood", "hazard", "labour"]


@pytest.mark.parametrize("heading", ["诉求归口", "归口分类", "事项路径", "问题分类路径"])
def test_the_levels_of_a_path_of_categories_are_read_and_ruled_out_like_columns(
    city: Home, tmp_path: Path, heading: str
) -> None:
    kept = {
        "城乡建设/物业管理/物业服务不到位": "property_management",
        "生态环境 > 噪声污染 > 夜间施工噪声": "neighbourhood",
        "人力社保／工资待遇／拖欠农民工工资": "wage_arrears",
        "民政-社会救助-其他": "unmet_need",
        "市场监管/消费维权": "consumer",
        "城市管理/市容秩序/占道经营": "城市管理",
        "城市管理/违法建设/私搭乱建": "城市管理",
        "欠薪": "wage_arrears",
    }
    refused = ["社会治安/违停", "综治维稳/集体上访/土地", "公共安全/盗窃/入室", "平安建设/人员管理/重点人员"]
    rows = [call(n, **{heading: path}) for n, path in enumerate([*kept, *refused])]
    account = load(city, "hotline", write_csv(tmp_path / "h.csv", rows))
    assert (account.accepted, account.reasons) == (len(kept), {"not_loaded": len(refused)})
    stored = Store(city).versions("hotline").sort_values("row")
    assert stored["category"].tolist() == list(kept.values())
    assert {row["column"] for row in Store(city).quarantined("hotline")} == {heading}


def test_only_words_that_stored_records_bear_are_told_as_local_categories(city: Home, tmp_path: Path) -> None:
    rows = [
        *(call(n, 一级类目="甲业类", 二级类目="噪声") for n in range(3)),
        *(call(n, 一级类目="乙业类", 二级类目="") for n in range(3, 6)),
        call(6, 一级类目="丙业类", 二级类目="", 来电时间="某日"),
    ]
    account = load(city, "hotline", write_csv(tmp_path / "h.csv", rows))
    assert (account.accepted, account.reasons) == (6, {"bad_date": 1})
    [said] = [note for note in account.notes if "local categories" in note]
    assert said == "category: 1 unknown word(s) are kept as local categories"


def test_a_path_that_the_mapping_translates_as_a_whole_is_so_translated(city: Home, tmp_path: Path) -> None:
    path = "城市管理/市容秩序/占道经营"
    rows = [
        call(1, 诉求归口=path, 小类=""),
        call(2, 诉求归口="城市管理/违停", 小类=""),
        call(3, 诉求归口="城市管理/油烟", 小类="噪声"),
    ]
    words = mapped(tmp_path, f"words:\n  category:\n    {path}: environment\n")
    assert load(city, "hotline", write_csv(tmp_path / "h.csv", rows), mapping=words).accepted == 2
    stored = Store(city).versions("hotline").sort_values("row")
    assert stored["category"].tolist() == ["environment", "neighbourhood"]


def test_a_risk_grade_is_severity_only_with_the_words_of_severity(city: Home, tmp_path: Path) -> None:
    def rows(words: list[str], start: int) -> list[dict[str, Any]]:
        made = []
        for n, word in enumerate(words, start):
            row = dispute(n, 风险等级=word)
            del row["严重程度"]
            made.append(row)
        return made

    good = load(city, "disputes", write_csv(tmp_path / "a.csv", rows(["一般", "重大", "特别重大"], 0)))
    assert good.dropped_columns == ()
    opinion = load(city, "disputes", write_csv(tmp_path / "b.csv", rows(["一般", "高", "低"], 10)))
    assert opinion.dropped_columns == ("风险等级",) and opinion.accepted == 3
    assert any("opinion" in note for note in opinion.notes)
    stored = Store(city).versions("disputes")
    assert stored["severity"].notna().sum() == 3


def test_grades_states_and_numbers_of_people_are_kept_as_codes(city: Home, tmp_path: Path) -> None:
    rows = [
        {"隐患编号": "H1", "网格编码": "G1", "发现日期": "2026-03-02", "隐患等级": "重大隐患", "状态": "已整改"},
        {"隐患编号": "H2", "网格编码": "G1", "发现日期": "2026-03-02", "隐患等级": "一般隐患", "状态": "整改中"},
    ]
    load(city, "hazards", write_csv(tmp_path / "h.csv", rows))
    stored = Store(city).versions("hazards").sort_values("row")
    assert stored["grade"].tolist() == ["major", "general"]
    assert stored["severity"].isna().all()
    assert stored["status"].tolist() == ["closed", "in_progress"]


def test_an_id_is_made_of_several_columns(city: Home, tmp_path: Path) -> None:
    rows = [
        {"网格编码": "G1", "发生时间": f"2026-03-0{day}", "类型": kind}
        for day, kind in ((1, "火灾"), (1, "触电"), (2, "火灾"), (1, "火灾"))
    ]
    path = write_csv(tmp_path / "i.csv", rows)
    account = load(city, "incidents", path, mapping=mapped(tmp_path, "identity: [发生时间, 类型]\n"))
    assert (account.accepted, account.duplicates) == (3, 1)
    assert load(city, "incidents", path, mapping=tmp_path / "m.yaml").duplicates == 4


def test_a_preset_reads_its_department_and_says_who_delivers(city: Home, tmp_path: Path) -> None:
    rows = [
        {"线索编号": f"W{n}", "所属网格编码": "G1", "反映时间": "2026-03-02", "核实结果": word, "线索来源": "群众投诉"}
        for n, word in enumerate(["已清欠", "不属实", "引导仲裁"])
    ]
    account = load(city, "disputes", write_csv(tmp_path / "w.csv", rows), preset="wage")
    assert account.accepted == 3 and "provider: 人社局" in account.notes[0] and "3 years" in account.notes[0]
    stored = Store(city).versions("disputes").sort_values("row")
    assert set(stored["category"]) == {"wage_arrears"}
    assert stored["outcome"].tolist() == ["settled", "unfounded", "referred"]
    assert set(stored["discovered_by"]) == {"reported"}


def test_calls_from_a_home_or_a_crisis_are_placed_on_the_town(tmp_path: Path) -> None:
    declared = tmp_path / "declared.yaml"
    declared.write_text(
        "sources: {grids: {}, police_calls: {mapping: {preset: 110}}}\n"
        "targets: {harm: {source: police_calls, date: occurred_at}}\n",
        encoding="utf-8",
    )
    city = with_grids(make_home(tmp_path / "h", Settings(), declared), tmp_path)
    words = ["家暴", "自杀求助", "邻里纠纷", "诈骗", "殴打他人"]
    rows = [
        {"接警单编号": f"P{n}", "网格编码": "G1", "经度": "106.51", "纬度": "29.5", "报警时间": "2026-03-02 23:10",
         "接警类别": "邻里纠纷" if n == 0 else word, "反馈类别": word}
        for n, word in enumerate(words)
    ]  # fmt: skip
    account = load(city, "police_calls", write_csv(tmp_path / "p.csv", rows))
    assert (account.accepted, account.reasons) == (4, {"not_loaded": 1})
    stored = Store(city).versions("police_calls").sort_values("row")
    assert stored["located_by"].tolist() == ["town", "town", "grid_id", "grid_id"]
    assert stored["grid_id"].isna().tolist() == [True, True, False, False]
    assert stored["unit"].tolist()[:2] == ["江北区/石桥街道"] * 2
    assert stored["longitude"].isna().tolist()[:2] == [True, True]
    assert "police_calls" not in Configuration().sources


def test_numbers_outside_their_range_are_refused(city: Home, tmp_path: Path) -> None:
    rows = [
        {"网格编码": f"G{n}", "统计日期": "2026-01-01", "常住人口": people, "65岁以上占比": share}
        for n, (people, share) in enumerate([(900, "18.5%"), (-4, "20%"), (800, "130%")])
    ]
    account = load(city, "demographics", write_csv(tmp_path / "p.csv", rows))
    assert (account.accepted, account.reasons) == (1, {"out_of_range": 2})


def test_two_offices_that_count_alike_are_told_apart_by_an_identity(city: Home, tmp_path: Path) -> None:
    first = [dispute(n, 街道="石桥街道") for n in range(6)]
    second = [dispute(n, 街道="河东镇", 发生时间=f"2026-05-0{n + 1} 09:00:00", 登记时间="") for n in range(6)]
    mapping = mapped(tmp_path, "identity: [纠纷编号, 街道]\n")
    assert load(city, "disputes", write_csv(tmp_path / "a.csv", first), mapping=mapping).accepted == 6
    account = load(city, "disputes", write_csv(tmp_path / "b.csv", second), mapping=mapping)
    assert (account.accepted, account.corrected) == (6, 0)
