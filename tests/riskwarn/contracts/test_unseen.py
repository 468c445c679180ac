"""Headings and words that no list had in mind are understood by rule, and what is of persons or refused is not."""

from __future__ import annotations

import pytest

from riskwarn.contracts import declared
from riskwarn.contracts.categories import CategoryWords
from riskwarn.contracts.latin import english_field, initial_fields, initials
from riskwarn.contracts.phrases import category_heard, code_of, heard
from riskwarn.contracts.vocabulary import field_of, is_personal, normalised, shipped
from riskwarn.ingest.heading_words import plain_heading
from tests.riskwarn.contracts import unseen


def field_told(source: str, heading: str) -> str | None:
    """The field for which a load would take a column by its heading, if what stands in it agrees."""
    plain, kind = plain_heading(heading), declared(source).kind
    if is_personal(plain):
        return None
    known = field_of(plain, kind)
    return known[0] if known else english_field(plain, kind)


def code_told(listed: str, word: str) -> str | None:
    """The code as which a load would read a word."""
    source = listed.removeprefix("category ")
    return code_of(listed, word) if source == listed else CategoryWords(source).code(word)


@pytest.mark.parametrize("half", ["A", "B"])
def test_unseen_headings_are_understood_and_none_is_taken_for_what_it_is_not(half: str) -> None:
    found = unseen.measured(unseen.headings(half), field_told)
    assert found[""].recall >= 0.92 and found[""].wrong == []
    assert all(of_source.recall >= 0.7 for of_source in found.values())


@pytest.mark.parametrize("half", ["A", "B"])
def test_unseen_words_are_understood_and_none_is_taken_for_what_it_is_not(half: str) -> None:
    found = unseen.measured(unseen.words(half), code_told)
    assert found[""].recall >= 0.96 and found[""].wrong == []
    assert all(of_list.recall >= 0.75 for of_list in found.values())


def test_words_of_the_ledgers_of_departments_are_read_right_and_those_of_rights_are_not_read() -> None:
    listed = [
        (name, code, word) for name, codes in unseen.departments().items() for code in codes for word in codes[code]
    ]
    assert len(listed) > 500
    assert [one for one in listed if code_told(one[0], one[2]) != (None if one[1] == "none" else one[1])] == []


def test_what_somebody_is_told_to_do_is_not_done() -> None:
    for word in (
        "责令限期清理",
        "要求尽快修复",
        "已通知物业清理",
        "需尽快排险",
        "限期拆除",
        "未清理",
        "无法修复",
        "待疏通",
    ):
        assert code_of("outcome", word) is None, word
    for word in ("打架隐患", "打架苗头", "现场未处理"):
        assert code_of("outcome", word) is None, word


def test_no_rule_lets_a_heading_of_a_person_through() -> None:
    before = ["", "纠纷", "矛盾纠纷", "案件", "工单", "信访", "所属", "3.", "(二)", "实际", "主要"]
    behind = ["", "名称", "编号", "(必填)", "（年月日）", "1"]
    let_through = [
        (source, heading, told)
        for source, person in unseen.personal_headings()
        for prefix in before
        for suffix in behind
        if (told := field_told(source, heading := f"{prefix}{person}{suffix}")) is not None
    ]
    assert let_through == []


def test_a_person_s_grid_or_address_is_the_person_s() -> None:
    for heading in ("当事人所在网格", "纠纷当事人地址", "矛盾纠纷申请人所属社区", "案件联系人电话", "3.当事人"):
        assert is_personal(plain_heading(heading)), heading
    for heading in ("所在网格", "纠纷发生地址", "当事人数", "涉及人数", "网格员人数", "独居老人数", "联系时间"):
        assert not is_personal(plain_heading(heading)), heading


def test_headings_of_public_systems_are_read_right_or_not_at_all() -> None:
    seen = {
        "矛盾纠纷所在地网格编号": "grid_id", "纠纷案号": "record_id", "是否成功调解": "outcome", "要求整改完成日期": "due_at", "问题部位": "address",
        "调节警员警号": None, "涉及人员": None, "位置发现人": None, "信访人意见": None, "发生环节": None, "是否转办": None, "操作时间": None,
        "数据来源平台": None, "协议（协商）方式": None, "企业id": None, "统一社会信用代码": None, "租户id": None, "登记单位": None, "policeNum": None,
        "discoverTime": "occurred_at", "discoverPerson": None, "createBy": None, "linkman": None, "operateName": None,
    }  # fmt: skip
    assert {heading: field_told("disputes", heading) for heading in seen} == seen


def test_initials_of_persons_stand_for_nothing() -> None:
    for _, person in unseen.personal_headings():
        told = initials(person) if not person.isascii() else None
        if told and len(told) > 2:
            fields = initial_fields(told, "events")
            # Where some field has the same initials the cells decide, of which none that looks personal is read.
            assert not fields or told not in {initials(word) for word in shipped("dropped")["exact"]}
    for told in ("BJRXM", "DSRXM", "LXDH", "SFZH", "SQRXM", "LXRDH", "XB", "SJHM"):
        assert initial_fields(told, "events") == (), told
    assert initial_fields("SLSJ", "events") == ("accepted_at",) and initial_fields("WGBM", "grids") == ("grid_id",)


def test_refused_words_are_heard_by_no_rule() -> None:
    dressed = [
        f"{before}{word}{behind}"
        for word in unseen.refused_texts()
        for before in ("", "打架，")
        for behind in ("", "类", "（已化解）")
    ]
    for word in dressed:
        for name in shipped("phrases")["fields"]:
            assert heard(name, normalised(word)).code is None, (name, word)
        for source in shipped("phrases")["categories"]:
            assert category_heard(source, normalised(word)).code is None, (source, word)


OUTCOMES = {
    "injury": ["打架致伤", "轻微伤，移交派出所", "调解不成致人受伤", "无法达成协议打架致伤", "打架，引导诉讼，一人轻伤"],
    "violence": ["打架（无人受伤）", "打架后经调解和好", "调解中发生肢体冲突", "打架，未造成人员受伤"],
    "police_intervention": ["调解不成，移交派出所", "未达成协议，已报警，无人受伤", "公安机关已处理完毕"],
    "referred": ["调解不成，引导诉讼", "当事人不同意调解，建议走诉讼"],
    "settled": ["双方因打架赔偿达成协议", "经派出所调解达成协议", "无人受伤，调解成功", "防止矛盾激化打架，已和解"],
    "mediation_failed": ["双方未达成一致", "多次调解未果", "化解未成功"],
    "transferred": ["移交司法所", "上报镇街调解"],
    "terminated": ["一方死亡，终止"],
}  # fmt: skip
NO_OUTCOME = [
    "未造成伤亡", "无人受伤", "未发生肢体冲突", "没有打架", "未造成打架、受伤", "未发生打架斗殴", "可能引发打架", "有打架苗头", "险些打架",
    "劝阻了打架", "待移交派出所", "尚未移交公安", "建议报警", "拟引导诉讼", "未报警", "民警参与调解", "打架纠纷",
]  # fmt: skip


@pytest.mark.parametrize(("code", "word"), [(code, word) for code, words in OUTCOMES.items() for word in words])
def test_the_gravest_part_of_an_outcome_is_the_outcome(code: str, word: str) -> None:
    assert code_of("outcome", word) == code


@pytest.mark.parametrize("word", NO_OUTCOME)
def test_what_did_not_happen_or_has_yet_to_is_no_outcome(word: str) -> None:
    assert code_of("outcome", word) is None


def test_an_accident_that_is_feared_or_practised_is_none() -> None:
    for word in ("火灾隐患", "消防火灾演练", "疑似燃气泄漏", "防溺水宣传", "触电风险排查"):
        assert category_heard("incidents", word).code is None, word
    assert category_heard("incidents", "居民楼厨房起火").code == "fire"
    assert category_heard("police_calls", "夫妻家庭暴力纠纷").code == "domestic_violence"
    # An accident without injury is none of our calls, as the list has it.
    assert category_heard("police_calls", "一般交通事故").code is None


def test_what_is_long_is_a_text_and_no_word() -> None:
    assert (
        code_of("outcome", "双方因停车位发生争执，继而打架，后经社区民警和调解员多次上门劝解，最终达成协议并签字")
        is None
    )
