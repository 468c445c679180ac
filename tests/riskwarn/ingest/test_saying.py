"""What a table says of itself outweighs its file's name and settled headings; petitions are told wherever a row or a title says it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from riskwarn.configuration import Source
from riskwarn.contracts.own import faults_of
from riskwarn.errors import ConfigurationInvalid, FileOfAnotherSource, PetitionsElsewhere
from riskwarn.home import Home, make_home, open_home
from riskwarn.ingest.mapping_proposal.saying import called
from riskwarn.settings import Settings
from riskwarn.store import Store
from tests.riskwarn.ingest.books import book
from tests.riskwarn.ingest.commands import told
from tests.worlds import dispute, load, write_csv

HEADINGS = ["编号", "发生日期", "类别", "网格编码", "状态"]
KINDS = {
    "incidents": ["居民火灾", "溺水", "触电", "交通事故"],
    "petitions": ["城乡建设", "房产物业", "生态环境", "农村农业"],
    "disputes": ["邻里纠纷", "婚姻家庭", "物业", "劳动争议"],
}


def rows(source: str, first: int = 0) -> list[list[str]]:
    kinds = KINDS[source]
    return [
        [f"{source[0]}{n}", f"2026-03-{n % 28 + 1:02d}", kinds[n % 4], f"G{n % 4}", "已办结"]
        for n in range(first, first + 40)
    ]


def loaded(home: Home, file: Path) -> dict[str, int]:
    """Source -> records that a load of a file has stored as it."""
    accounts = told(home.path, "load", file, "--yes")["accounts"]
    return {account["source"]: account["accepted"] for account in accounts}


@pytest.mark.parametrize(
    ("name", "sheet", "title", "source"),
    [
        ("隐患报表.xlsx", "事故", "青山县事故统计表", "incidents"),
        ("隐患报表.xlsx", "9月", "青山县事故统计表", "incidents"),
        ("隐患报表.xlsx", "事故", None, "incidents"),
        ("隐患报表.xlsx", "9月", None, "incidents"),
        ("导出.xlsx", "事故", None, "incidents"),
        ("纠纷.xlsx", "Sheet1", "信访事项登记表", "petitions"),
        ("12345热线.xlsx", "来访", "群众来访登记表", "petitions"),
    ],
)
def test_a_table_is_what_it_says_of_itself_whatever_its_file_is_called(
    city: Home, tmp_path: Path, name: str, sheet: str, title: str | None, source: str
) -> None:
    table = [*([[title]] if title else []), HEADINGS, *rows(source)]
    file = book(tmp_path / name, {sheet: table})
    error = PetitionsElsewhere if source == "petitions" else FileOfAnotherSource
    with pytest.raises(error, match=f"riskwarn ingest {source}"):
        load(city, "disputes" if source == "petitions" else "hazards", file)
    assert loaded(city, file) == {source: 40}


def test_each_sheet_of_a_workbook_is_what_it_says(city: Home, tmp_path: Path) -> None:
    calls = [["来电编号", "来电时间", "诉求类型", "一级分类", "网格编码"]]
    calls += [[f"H{n}", "2026-03-02", "投诉", ["噪声污染", "物业管理"][n % 2], f"G{n % 4}"] for n in range(40)]
    file = book(tmp_path / "12345热线.xlsx", {"一": calls, "9月": [["信访事项登记表"], HEADINGS, *rows("petitions")]})
    assert loaded(city, file) == {"hotline": 40, "petitions": 40}


def test_headings_that_were_settled_save_questions_and_no_look_at_the_rows(city: Home, tmp_path: Path) -> None:
    month = {"纠纷台账.xlsx": ("disputes", 0), "导出4月.xlsx": ("incidents", 0), "导出5月.xlsx": ("disputes", 40)}
    files = {name: book(tmp_path / name, {"Sheet1": [HEADINGS, *rows(*what)]}) for name, what in month.items()}
    assert loaded(city, files["纠纷台账.xlsx"]) == {"disputes": 40}
    assert loaded(city, files["导出5月.xlsx"]) == {"disputes": 40}, "whose source is settled asks nothing"
    with pytest.raises(FileOfAnotherSource, match="riskwarn ingest incidents"):
        load(city, "disputes", files["导出4月.xlsx"])
    assert loaded(city, files["导出4月.xlsx"]) == {"incidents": 40}


@pytest.mark.parametrize(
    ("lines", "sheets", "headings", "sources"),
    [
        (["事故隐患排查清单"], [], [], {"hazards"}),
        (["生产安全事故隐患台账"], [], [], {"hazards"}),
        (["青山县信访局矛盾纠纷台账"], [], [], {"disputes"}),
        (["填报单位：青山县信访局"], ["事故"], [], {"incidents"}),
        (["交通事故纠纷登记表"], [], [], set()),
        (["信访办理情况"], ["纠纷"], [], {"petitions"}),
        (["信访事项转办登记表"], [], [], {"petitions"}),
        (["信访督办台账"], ["纠纷"], [], {"petitions"}),
        (["矛盾纠纷交办台账"], [], [], {"disputes"}),
        (["事故督办清单"], [], [], {"incidents"}),
        (["青山县信访办矛盾纠纷台账"], [], [], {"disputes"}),
        (["信访"], [], ["工单编号", "来电时间"], set()),
        (["信访"], [], ["工单编号", "信访时间"], {"petitions"}),
        ([], ["9月", "事故"], [], {"incidents"}),
        ([], ["纠纷", "事故"], [], {"disputes", "incidents"}),
    ],
)
def test_titles_name_a_source_and_not_who_fills_them_in(
    lines: list[str], sheets: list[str], headings: list[str], sources: Sequence[str]
) -> None:
    assert set(called([lines], sheets, headings)) == set(sources)


@pytest.mark.parametrize("heading", ["诉求类型", "工单类型", "业务类型", "诉求目的", "诉求来源", "受理方式"])
def test_petitions_among_calls_are_told_by_any_column_of_kind_or_channel(
    city: Home, tmp_path: Path, heading: str
) -> None:
    ways = ["电话", "来访", "来信", "信访", "网上信访", "信访转办", "重访", "集体访"]
    calls = [
        {"工单编号": f"H{n}", "来电时间": f"2026-03-{n + 1:02d}", "一级分类": "噪声污染", "网格编码": "G1", heading: ways[n % 8]}
        for n in range(24)
    ]  # fmt: skip
    account = load(city, "hotline", write_csv(tmp_path / "12345.csv", calls))
    assert (account.accepted, account.reasons) == (3, {"not_loaded": 21})


@pytest.mark.parametrize("heading", ["诉求类型", "受理渠道", "来电方式"])
def test_so_are_kinds_of_petitions_and_not_what_only_sounds_alike(city: Home, tmp_path: Path, heading: str) -> None:
    ways = [
        "初信",
        "重信",
        "网信",
        "网访件",
        "个访",
        "重复访",
        "写信",
        "局长接待日",
        "初次来电",
        "官网访问",
        "市长信箱",
        "热线",
    ]
    calls = [
        {"工单编号": f"H{n}", "来电时间": f"2026-03-{n + 1:02d}", "一级分类": "噪声污染", "网格编码": "G1", heading: ways[n % 12]}
        for n in range(24)
    ]  # fmt: skip
    account = load(city, "hotline", write_csv(tmp_path / "12345.csv", calls))
    assert (account.accepted, account.reasons) == (8, {"not_loaded": 16})


def test_visitors_of_a_library_are_a_source_of_ones_own(city: Home, tmp_path: Path) -> None:
    own = {"sources": {"visitors": {"zh": "图书馆来访登记", "fields": ["form"]}}}
    (city.path / "riskwarn.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
    home = open_home(city.path, Settings())
    table: list[list[Any]] = [["来访登记号", "来访登记时间", "发生时间", "网格编码", "方式"]]
    table += [[f"A{n}", "2026-03-02", "2026-03-02", f"G{n % 4}", ["来访", "预约"][n % 5 == 0]] for n in range(40)]
    mapping = tmp_path / "m.yaml"
    mapping.write_text("columns: {record_id: 来访登记号, form: 方式}\n", encoding="utf-8")
    file = book(tmp_path / "来访登记.xlsx", {"一": [["县图书馆来访登记表"], *table]})
    assert load(home, "visitors", file, mapping=mapping).accepted == 40
    petitions = book(
        tmp_path / "来访.xlsx",
        {"一": [["县图书馆来访登记表"], *[[*row[:4], "信访"] if n else row for n, row in enumerate(table)]]},
    )
    with pytest.raises(PetitionsElsewhere):
        load(home, "visitors", petitions, mapping=mapping)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("重大事故隐患清单.xlsx", "hazards"),
        ("2026年事故台账.xlsx", "incidents"),
        ("青山县矛盾纠纷.xlsx", "disputes"),
        ("网访件登记表.xlsx", "petitions"),
        ("事故纠纷.xlsx", None),
        ("青山县台账.xlsx", None),
    ],
)
def test_the_name_of_a_file_is_evidence_where_neither_title_nor_headings_tell(
    city: Home, tmp_path: Path, name: str, source: str | None
) -> None:
    kinds = KINDS.get(source or "", ["甲", "乙", "丙", "丁"])
    table = [["编号", "名称", "所在网格", "时间", "级别"]]
    table += [[f"Y{n}", kinds[n % 4], f"G{n % 4}", f"2026-03-{n % 28 + 1:02d}", "一般"] for n in range(40)]
    assert loaded(city, book(tmp_path / name, {"Sheet1": table})) == ({source: 40} if source else {})


def test_a_dispute_that_an_office_of_petitions_hands_over_is_a_dispute(city: Home, tmp_path: Path) -> None:
    cases = [dispute(n, 问题来源="信访转办") for n in range(4)]
    assert load(city, "disputes", write_csv(tmp_path / "纠纷.csv", cases)).accepted == 4


@pytest.mark.parametrize(
    "zh", ["网访", "重复访", "初信", "重信", "写信走访", "联名信", "申诉求决", "初信登记", "网访件登记表"]
)
def test_what_is_called_by_a_word_of_petitions_is_no_source_of_ones_own(zh: str) -> None:
    assert list(faults_of("desk", Source(zh=zh)))


@pytest.mark.parametrize("key", ["xf_reg", "lf_2026", "jitifang", "chufang", "cxcf_list"])
def test_a_key_of_initials_of_petitions_is_no_source_of_ones_own(key: str) -> None:
    assert list(faults_of(key, Source()))


@pytest.mark.parametrize(("key", "zh"), [("xf_hydrants", None), ("xf_reg", "消防"), ("chufang", "厨房"), ("desk", "官网访问"), ("desk", "最初信息")])  # fmt: skip
def test_what_only_holds_such_letters_is(key: str, zh: str | None) -> None:
    assert not list(faults_of(key, Source(zh=zh)))


@pytest.mark.parametrize(
    ("title", "heading", "ways"),
    [
        ("青山县信访事项登记表", "备用", ["甲"]),
        (None, "初重访", ["初访", "重访"]),
        (None, "类型", ["初访", "重访", "初信", "网信"]),
        (None, "反映渠道", ["走访", "写信", "网上", "领导信箱"]),
        ("青山县县长信箱办理情况表", "备用", ["甲"]),
        ("网络问政留言汇总", "备用", ["甲"]),
        (None, "来源", ["人民网领导留言板", "市长信箱（网站）", "电话"]),
        (None, "备用", ["阳光诉求平台", "县委书记信箱", "民意直通车", "电话"]),
    ],
)
def test_the_title_and_the_kinds_of_a_file_tell_petitions_of_a_source_of_ones_own(
    city: Home, tmp_path: Path, title: str | None, heading: str, ways: list[str]
) -> None:
    own = {"sources": {"desk": {"zh": "群众办"}}}
    (city.path / "riskwarn.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
    home = open_home(city.path, Settings())
    table: list[list[Any]] = [["编号", "发生时间", "网格编码", "事项类别", heading]]
    table += [[f"A{n}", "2026-03-02", f"G{n % 4}", "低保", ways[n % len(ways)]] for n in range(40)]
    file = book(tmp_path / "群众办.xlsx", {"一": [*([[title]] if title else []), *table]})
    for options in ({}, {"force": True}):
        with pytest.raises(PetitionsElsewhere):
            load(home, "desk", file, **options)


BOXES = [
    "市长信箱",
    "县委书记信箱",
    "阳光诉求",
    "网络问政",
    "领导留言板",
    "局长信箱",
    "民意直通车",
    "给市长留言",
    "網絡問政",
    "縣長信箱",
]


@pytest.mark.parametrize("zh", BOXES)
def test_a_letter_box_of_an_office_is_no_source_of_ones_own_and_no_target(zh: str, tmp_path: Path) -> None:
    """Who writes to who holds an office petitions: that is loaded as petitions, and counts as unanswered demand only."""
    assert list(faults_of("desk", Source(zh=zh))) and list(faults_of("desk", Source(categories=("咨询", zh))))
    target = {"source": "hotline", "date": "occurred_at", "zh": zh}
    declared = tmp_path / "declared.yaml"
    declared.write_text(yaml.safe_dump({"targets": {"voices": target}}), encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match="is a right, and no target"):
        make_home(tmp_path / "new", Settings(), declared)


@pytest.mark.parametrize(
    "key", ["mayor_mailbox", "mayors_letters", "shizhang_xinxiang", "lingdao_liuyanban", "szxx", "ldlyb_2026"]
)
def test_nor_is_one_whose_key_says_so(key: str) -> None:
    assert list(faults_of(key, Source()))


@pytest.mark.parametrize("zh", ["信箱维修", "快递信箱", "市民诉求", "阳光花园", "询问政策", "小区留言"])
def test_what_only_sounds_alike_is(zh: str) -> None:
    assert not list(faults_of("desk", Source(zh=zh)))


def test_among_the_calls_of_a_hotline_a_letter_box_is_a_channel_and_among_petitions_a_form(
    city: Home, tmp_path: Path
) -> None:
    """The register decides: a hotline answers what comes by its letter boxes like a call."""
    calls = [
        {"工单编号": f"H{n}", "来电时间": "2026-03-02", "诉求类型": "投诉", "一级分类": "噪声污染", "网格编码": "G1", "受理渠道": box}
        for n, box in enumerate(BOXES)
    ]  # fmt: skip
    assert load(city, "hotline", write_csv(tmp_path / "12345.csv", calls)).accepted == len(BOXES)
    letters = [
        {"信访编号": f"X{n}", "信访日期": "2026-03-02", "信访形式": "市长信箱", "网格编码": "G1", "内容分类": "城乡建设"} for n in range(4)
    ]  # fmt: skip
    assert load(city, "petitions", write_csv(tmp_path / "信访.csv", letters)).accepted == 4
    assert set(Store(city).versions("petitions")["form"]) == {"online"}
    other = book(tmp_path / "导出.xlsx", {"市长信箱": [HEADINGS, *rows("petitions")]})
    with pytest.raises(PetitionsElsewhere):
        load(city, "disputes", other)
    assert loaded(city, other) == {"petitions": 40}


def test_who_goes_round_brings_no_petitions(city: Home, tmp_path: Path) -> None:
    own = {"sources": {"desk": {"zh": "群众办"}}}
    (city.path / "riskwarn.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
    rounds = [
        {"编号": f"A{n}", "发生时间": "2026-03-02", "网格编码": "G1", "发现渠道": ["走访", "巡查"][n % 4 == 0]}
        for n in range(40)
    ]
    assert load(open_home(city.path, Settings()), "desk", write_csv(tmp_path / "a.csv", rounds)).accepted == 40
