"""Names by roles and deeds, written apart or in Latin letters, and words of force: no note has them; places, papers and offices pass."""

from __future__ import annotations

import pytest

from riskwarn.contracts.because import check_because, check_note, somebody_in
from riskwarn.errors import PersonalText, RefusedWord

NAMING = (
    "由张伟负责整改", "户主王建国不在家", "找到了王建国的儿子", "户主张伟", "租户李强没有搬走", "房东刘秀英未签字", "店主陈建军拒绝", "见到了李建国的妻子",
    "请王建国牵头处理", "让赵敏跟进", "老板周强表示配合", "联系到了张伟的女儿", "司机王强在场", "张伟负责", "负责人王建国未到",
)  # fmt: skip
APART = ("张 伟 负责", "由张 伟负责整改", "户主王 建国不在家", "找 王 建 国 谈话", "张　伟要求")
LATIN = (
    "Zhang Wei came", "call John Smith at home", "visited Mary Johnson twice", "met with Li Xiaohong", "WANG JIANGUO was not at home", "ask Peter Brown",
    "agreed with Ouyang Xiu", "Wei Zhang came", "联系Zhang Wei", "Zhang-Wei signed", "told Robert Miller to come",
)  # fmt: skip
FORCE = (
    "已带离现场", "派人看守", "限制出行", "防止进京", "上访老户", "detained him", "blacklisted", "petitioner intercepted", "Blacklisted the family", "he was arrested",
    "keep him under house arrest", "detain the ringleaders", "ＤＥＴＡＩＮＥＤ", "限制其外出", "专人盯守", "强制带回", "a known troublemaker", "intercept petitioners",
    "把他带走", "拘传", "送派出所", "强制送医", "上门盯人", "劝其息访", "稳住人员", "把带头人带走", "taken to the police station", "evict him", "restrain him",
    "put on a watch list",
)  # fmt: skip
PLAIN = (
    "曾家岩的排水沟", "纪要已签", "由社区负责整改", "户主不在家", "找到了漏水的原因", "请物业牵头处理", "让街道跟进", "店主拒绝配合", "由网格负责", "由物业 社区 街道 负责",
    "杨家坪的路灯已修", "石家梁的护栏", "方案已签", "章程已公示", "通知已送达", "文书已送达", "单据已交", "施工方负责恢复路面", "房东未签字", "租户没有搬走", "严格落实责任",
    "已 签", "已 办结", "水 电 费分摊", "安 全 隐患已排除", "物业经理表示配合", "司机在场", "老板表示配合",
    "called Longhua Street office", "visited Yang Jia Ping market", "met the Water Company", "Community Centre informed", "New detention pond is full", "asked Jiangbei District for help",
    "the Green Valley estate", "Residents Committee met", "rerun for Chongqing Jiangbei", "Data Centre moved", "arresting slide of the slope", "No Parking sign", "Check Building A again",
    "Old Town Road", "Fire Station informed", "Li Jia Tuo Street", "sewage intercepted", "已安排保安值守", "回访跟踪", "看守工地的保安反映噪音", "带走垃圾", "稳住边坡", "请派出所出具证明", "送医后已出院",
)  # fmt: skip


@pytest.mark.parametrize("said", [*NAMING, *APART, *LATIN])
def test_whoever_is_named_is_refused(said: str) -> None:
    with pytest.raises(PersonalText):
        check_because(said)
    assert somebody_in(said) is not None


@pytest.mark.parametrize("said", FORCE)
def test_no_note_tells_of_force(said: str) -> None:
    with pytest.raises(RefusedWord):
        check_note(said, "note")


@pytest.mark.parametrize("said", PLAIN)
def test_what_names_nobody_passes(said: str) -> None:
    check_note(said, "note")


@pytest.mark.parametrize(
    "said", ["承租人田野", "联系人田野。", "古丽娜尔家", "阿依古丽家漏水", "买买提江反映路灯", "扎西家"]
)
def test_whoever_bears_a_name_that_is_a_word_or_no_family_name_is_refused(said: str) -> None:
    assert somebody_in(said) == "name"


@pytest.mark.parametrize(
    "said",
    ["户主不在", "租户搬走", "店主何时回", "尼玛县户外广告", "扎西镇家具店", "努尔巴格户籍办", "拉萨路布达拉家园"],
)
def test_who_lives_there_and_places_of_the_west_are_nobody(said: str) -> None:
    check_note(said, "note")


@pytest.mark.parametrize("said", ["那大姐", "那大姐说灯坏了", "祖奶奶", "看望祖爷爷"])
def test_whoever_was_spoken_of_is_nobody(said: str) -> None:
    """那 and 祖 are families, too, that few bear; by one of these and what one is called nobody is told apart."""
    check_note(said, "note")


def test_what_may_be_read_as_an_owner_by_name_is_refused() -> None:
    """业主张强烈要求 is either an owner called Zhang or a slip of the pen for what is said without him, which passes."""
    assert somebody_in("业主张强烈要求") == "name"
    check_note("业主强烈要求", "note")


@pytest.mark.parametrize(
    "team",
    [
        "Longlin-East",
        "PL-03 Team",
        "Xinglong Team",
        "Longlin-Team-2",
        "North Han",
        "Pinglin Zone-1",
        "LONGLIN-EAST",
        "T-WANG",
    ],
)
def test_an_id_that_looks_like_a_place_in_latin_letters_is_nobody(team: str) -> None:
    assert somebody_in(team) is None
