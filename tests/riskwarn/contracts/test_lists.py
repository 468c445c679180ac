"""The packaged lists: headings, words and codes are understood as departments write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.contracts.categories import NOT_LOADED, CategoryWords, counted_only_as, never_below
from riskwarn.contracts.vocabulary import (
    Ground,
    categories_of,
    field_of,
    field_words,
    headings_of,
    is_not_loaded,
    is_opinion,
    is_personal,
    shipped,
)
from riskwarn.ingest.heading_words import plain_heading


@pytest.mark.parametrize(
    ("heading", "field", "ground"),
    [
        ("发生时间", "occurred_at", Ground.EXACT),
        ("＊发生时间（必填）：", "occurred_at", Ground.EXACT),
        ("发 生\n时间", "occurred_at", Ground.EXACT),
        ("Record ID", "record_id", Ground.EXACT),
        ("GRID_ID", "grid_id", Ground.EXACT),
        ("网格编码【12位】", "grid_id", Ground.EXACT),
        ("线索编号", "record_id", Ground.ASSUMED),
        ("案件登记日期", "known_at", Ground.AFFIX),
        ("交办日期", "assigned_at", Ground.AFFIX),
        ("所属社区名称", "community_name", Ground.AFFIX),
        ("隐患等级", "grade", Ground.EXACT),
        ("紧急程度", "urgency", Ground.EXACT),
        ("经纬度", "coordinates", Ground.EXACT),
        ("事件简述", "text", Ground.EXACT),
        ("事发地址", "address", Ground.EXACT),
        ("二级分类", "category_detail", Ground.EXACT),
        ("诉求归口", "category", Ground.PARTS),
        ("事项分类路径", "category", Ground.PARTS),
        ("网格路径", "path", Ground.EXACT),
    ],
)
def test_headings_are_known_however_they_are_dressed(heading: str, field: str, ground: Ground) -> None:
    assert field_of(plain_heading(heading), "events") == (field, ground)


@pytest.mark.parametrize(
    "heading", ["序号", "发案日志", "备注二", "心情", "网格员数", "事件规模", "预警等级", "归口单位", "归口部门"]
)
def test_other_headings_are_nothing(heading: str) -> None:
    assert field_of(heading, "events") is None


@pytest.mark.parametrize(
    "heading",
    [
        "姓名", "当事人姓名", "申请人身份证号", "来电人电话", "信访人", "民警", "调解员姓名", "户籍地址", "联系人", "车牌号码",
        "银行卡号", "报警人联系方式", "党员数", "社区矫正人数", "刑满释放人员", "Phone", "ID card", "被反映人职务", "事件规模",
        "是否扬言", "集体访标识", "信访人数",
    ],
)  # fmt: skip
def test_personal_headings_are_known_with_what_stands_around_them(heading: str) -> None:
    assert is_personal(plain_heading(heading))


ALIASES = sorted(
    (word.rstrip("?"), field) for field, words in shipped("headings")["events"].items() for word in (field, *words)
)


def wide(text: str) -> str:
    """The same text in full width."""
    return "".join(chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in text)


@given(
    alias=st.sampled_from(ALIASES),
    before=st.sampled_from(["", "*", "＊", " "]),
    after=st.sampled_from(["", ":", "：", "*", "(必填)", "（必填）", "[天]", "【可选】", "\n", " *"]),
    as_wide=st.booleans(),
)
def test_dress_never_changes_what_a_heading_is(alias: tuple[str, str], before: str, after: str, as_wide: bool) -> None:
    word, field = alias
    found = field_of(plain_heading(before + (wide(word) if as_wide else word) + after), "events")
    assert found is not None and found[0] == field


@given(alias=st.sampled_from(ALIASES), prefix=st.sampled_from(["当事人", "申请人", "来电人", "身份证", "联系人"]))
def test_a_field_of_a_person_is_no_field(alias: tuple[str, str], prefix: str) -> None:
    heading = plain_heading(prefix + alias[0])
    assert is_personal(heading) or heading == "当事人数"


def test_no_heading_stands_for_two_fields() -> None:
    for kind in shipped("headings"):
        if kind in ("version", "affixes", "opinions"):
            continue
        listed = [
            (word.rstrip("?"), field) for field, words in shipped("headings")[kind].items() for word in (field, *words)
        ]
        for word, field in listed:
            assert field_of(plain_heading(word), kind) is not None
            assert headings_of(kind)[word.lower().replace("_", "")][0] == field, word


def test_severity_urgency_and_grade_are_three_things() -> None:
    assert "一般隐患" not in field_words("severity") and "紧急" not in field_words("severity")
    assert field_words("grade")["重大隐患"] == "major"
    assert not is_opinion("风险等级", ["一般", "重大", "特别重大"])
    assert is_opinion("风险等级", ["一般", "高"])
    assert is_opinion("风险等级", ["红"])
    assert not is_opinion("严重程度", ["高"])


@pytest.mark.parametrize(
    ("text", "codes", "code"),
    [
        ("邻里", None, "neighbourhood"),
        ("邻里纠纷", None, "neighbourhood"),
        ("02 邻里纠纷", None, "neighbourhood"),
        ("拖欠农民工工资纠纷", None, "wage_arrears"),
        ("道路交通事故", None, "traffic_accident"),
        ("16", "code24", "marriage_family"),
        ("2", "code24", "land_requisition"),
        ("06", "code24", NOT_LOADED),
        ("99", "code24", "other"),
        ("07", "code2level", "labour"),
        ("0703", "code2level", "labour"),
        ("703", "code2level", "labour"),
        ("1502", "code2level", NOT_LOADED),
        ("电子商务", "mediation", "consumer"),
        ("网络谣言", None, None),
        ("16", None, None),
    ],
)
def test_words_and_codes_of_categories(text: str, codes: str | None, code: str | None) -> None:
    assert CategoryWords("disputes", codes=codes).code(text) == code


def test_a_bare_number_says_nothing_without_its_list() -> None:
    assert CategoryWords("disputes").is_bare("16")
    assert not CategoryWords("disputes", codes="code24").is_bare("16")
    assert not CategoryWords("disputes", own={"16": "婚姻家庭"}).is_bare("16")
    assert CategoryWords("disputes", own={"16": "婚姻家庭"}).code("16") == "marriage_family"


def test_every_code_of_the_lists_is_a_category() -> None:
    known = {*categories_of("disputes"), NOT_LOADED}
    for name in ("mediation", "code24", "code2level"):
        listed = shipped("codes")[name]
        assert {*listed["words"].values(), *listed.get("codes", {}).values()} <= known
    assert len(shipped("codes")["mediation"]["words"]) == 20
    assert len(shipped("codes")["code24"]["codes"]) == 24
    assert len(shipped("codes")["code2level"]["codes"]) == 16


@pytest.mark.parametrize(
    ("source", "word", "refused"),
    [
        ("petitions", "检举控告", True),
        ("petitions", "纪检监察", True),
        ("petitions", "城乡建设", False),
        ("hotline", "违停", True),
        ("hotline", "噪声", False),
        ("police_calls", "盗窃", True),
        ("police_calls", "投诉监督", True),
        ("police_calls", "家庭纠纷", False),
        ("disputes", "集体访", True),
        ("hotline", "集体上访诉求", True),
        ("hotline", "违章停车", True),
    ],
)
def test_what_is_by_rule_not_loaded(source: str, word: str, refused: bool) -> None:
    assert is_not_loaded(source, word) == refused


def test_tips_count_as_hazards_only_and_crises_are_placed_on_the_town() -> None:
    assert field_words("kind")["举报"] == "tip"
    assert counted_only_as("hotline") == {"tip": ("hazard",)} and counted_only_as("disputes") == {}
    assert never_below("police_calls") == {"self_harm": "town", "domestic_violence": "town"}
