"""A word that says that something is one of petitions says so on every road by which it can come."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import riskwarn
from riskwarn.configuration import Configuration, Source, Target
from riskwarn.contracts.checking import check_configuration
from riskwarn.contracts.own import faults_of
from riskwarn.contracts.vocabulary import field_words, petition_told
from riskwarn.errors import ConfigurationInvalid
from riskwarn.ingest.mapping_proposal.guessing import petitions_told
from riskwarn.ingest.mapping_proposal.petitions import came_as
from riskwarn.ingest.mapping_proposal.saying import called
from riskwarn.petitions import Road, forms_of_kinds, petition_word, petition_words

LISTED = petition_words()
HAN = [word for name in ("names", "registers") for word in LISTED[name] if not word.isascii()]
KINDS = list(forms_of_kinds())
FORMS = [*LISTED["forms"], *LISTED["ways"]]
WHO = LISTED["boxes"]["who"]
BOXES = [
    *map("".join, product(WHO, ["信箱", "邮箱", "留言板"])),
    *LISTED["boxes"]["pages"],
    "人民网地方领导留言板",
    "网络问政",
    "问政",
]
RECEPTIONS = [*map("".join, product(WHO, ["接待日", "接访日"]))]


#: Any declarations: where a fault stands in them is looked up.
ANY_FILE = Path(riskwarn.__file__).parent / "contracts" / "data" / "petitions.yaml"


def foretold(target: Target) -> bool:
    """Whether a target is refused as one of what people do by right."""
    declared = Configuration(sources={"grids": Source(), "incidents": Source()}, targets={"ours": target})
    try:
        check_configuration(declared, ANY_FILE)
    except ConfigurationInvalid:
        return True
    return False


def unheard(word: str) -> list[str]:
    """The roads on which something that is called or told by a word is not known for one of petitions."""
    roads = {
        "the name of a source": bool(list(faults_of("desk", Source(zh=word)))),
        "the name of a source in a longer one": bool(list(faults_of("desk", Source(zh=f"青山县{word}登记表")))),
        "most categories of a source": bool(list(faults_of("desk", Source(categories=(word, "咨询", word))))),
        "the name of a target": foretold(Target(source="incidents", date="occurred_at", zh=word)),
        "the categories of a target": foretold(Target(source="incidents", date="occurred_at", categories=(word,))),
        "the title of a sheet": "petitions" in called([], [word], ["编号"]),
        "a line above a table": "petitions" in called([[f"2026年青山县{word}登记表"]], [], ["编号"]),
        "how rows of a source of one's own came": bool(came_as({word: 3, "电话": 2}, 5, "form")),
        "a category of a row of calls": bool(petition_told(word, "category", called=True)),
        "the kind of a row of calls": bool(petition_told(f"{word}", "kind", called=True)),
        "the channel of a row of calls": bool(petition_told(word, "discovered_by", called=True)),
        "a file and a heading": bool(petitions_told("某某登记.xlsx", [f"{word}事项", f"{word}登记", "编号"], "desk")),
    }  # fmt: skip
    return [road for road, heard in roads.items() if not heard]


#: What who comes and who writes is called at a counter, too: as one name among others it tells nothing.
AT_A_COUNTER = {"a file and a heading"}
#: A hotline answers these letters like a call.
A_CHANNEL_OF_CALLS = {"a category of a row of calls", "the kind of a row of calls", "the channel of a row of calls"}


@pytest.mark.parametrize("word", [*HAN, *KINDS, *RECEPTIONS[:4]])
def test_a_word_for_petitions_is_one_on_every_road(word: str) -> None:
    assert unheard(word) == []


@pytest.mark.parametrize("word", FORMS)
def test_so_is_how_they_are_brought_but_for_headings_of_a_counter(word: str) -> None:
    assert set(unheard(word)) <= AT_A_COUNTER


@given(
    word=st.sampled_from([*BOXES, "县委书记信箱", "主任信箱", "民情邮箱", "人民网留言", "书记网上信箱", "政民互动平台"])
)
def test_so_is_a_channel_to_who_governs_where_it_is_a_register_of_its_own(word: str) -> None:
    assert set(unheard(word)) == A_CHANNEL_OF_CALLS


@given(word=st.sampled_from([*HAN, *KINDS, *FORMS, *BOXES, *RECEPTIONS]), blank=st.sampled_from([" ", "　", "·"]))
def test_however_it_is_written(word: str, blank: str) -> None:
    assert petition_word(blank.join(word), Road.NAME) == petition_word(word, Road.NAME) is not None


@pytest.mark.parametrize("word", KINDS)
def test_a_kind_is_a_form_among_petitions(word: str) -> None:
    assert field_words("form")[word] in {"visit", "letter", "online"}


@pytest.mark.parametrize("key", ["mayor_box", "mayors_mailbox", "director_mailbox", "secretary_email", "letters_to_the_mayor", "zhuren_xinxiang", "shuji_youxiang", "wenzheng"])  # fmt: skip
def test_a_key_of_a_letter_box_is_no_source_of_ones_own(key: str) -> None:
    assert list(faults_of(key, Source()))


@pytest.mark.parametrize("zh", ["官网访问", "最初信息", "互联网信息", "信箱维修", "快递信箱", "小区留言", "询问政策", "咨询政务", "电子邮箱开通", "重信用单位", "走访慰问"])  # fmt: skip
def test_what_only_sounds_alike_is_none(zh: str) -> None:
    assert not list(faults_of("desk", Source(zh=zh)))
    assert "petitions" not in called([[zh]], [zh], ["编号"])
    assert petition_told(zh, "kind", called=True) is None


@pytest.mark.parametrize("word", ["联名信用卡纠纷", "个人访谈", "个体访谈", "个人访问", "家庭医生初访", "产后初访", "来访登记系统故障", "手机来信息", "外来访客停车", "亲友来访停车", "学生公寓来访", "快递信函丢失", "校长信箱", "家长留言", "董事长信箱"])  # fmt: skip
def test_what_holds_a_word_for_petitions_and_is_another_is_none(word: str) -> None:
    assert all(petition_word(word, road) is None for road in Road)
    assert not list(faults_of("desk", Source(zh=word)))


@pytest.mark.parametrize("place", ["图书馆", "博物馆", "县第一中学", "公司", "某某小区"])
@pytest.mark.parametrize("what", ["来访登记", "来访接待", "来访登记表"])
def test_who_comes_to_a_library_is_a_visitor(place: str, what: str) -> None:
    name = f"{place}{what}"
    assert not list(faults_of("desk", Source(zh=name)))
    assert called([[name]], [], ["编号"]) == {}
    assert not came_as({"来访": 5}, 5, "form", visitors=True)


@pytest.mark.parametrize(
    "zh",
    ["图书馆信访登记", "学校群众来访登记", "教育局学校来访登记", "公司职工上访", "医院投诉来访登记", "县政府来访登记"],
)
def test_who_petitions_there_is_none(zh: str) -> None:
    assert list(faults_of("desk", Source(zh=zh)))
    assert came_as({"信访": 5}, 5, "form", visitors=True) and came_as({"初访": 5}, 5, "form", visitors=True)
