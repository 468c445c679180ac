"""Free text becomes flags: which, how negation is read, and that many texts at once give what each gives alone."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import catalogue
from riskwarn.configuration import Configuration
from riskwarn.contracts.topics import MOST_TOPICS, negation, topics
from riskwarn.ingest.privacy.topics import topic_bits, united_topics
from riskwarn.refused import refused_word
from riskwarn.words import Unit


def codes(text: str) -> set[str]:
    bits = int(topic_bits(pa.array([text]))[0])
    return {topic.code for topic in topics() if bits & topic.mask}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "楼上漏水多次未解决，双方动手打人，其中一方持刀威胁",
            {"water_leak", "violence", "weapon_seen", "protection_needed"},
        ),
        ("丈夫酒后打她，孩子独自在家", {"domestic_violence", "alcohol", "alone"}),
        ("包工头拖欠我们十二名工人三个月工资", {"wage_arrears"}),
        ("楼道充电的电瓶车起火，消防通道堵满杂物", {"charging_wiring", "fire_smoke", "blocked_exit"}),
        ("她说活不下去了，要跳楼", {"self_harm_risk"}),
        ("未见漏水", set()),
        ("现场没有动手，但是对方拿刀", {"weapon_seen"}),
        ("无人员被打", set()),
        ("无故打人", {"violence"}),
        ("没有解决漏水问题", {"water_leak"}),
        ("没有问题。漏水", {"water_leak"}),
        ("Gas leak reported, no smoke seen; he was not drunk", {"gas_smell"}),
        ("KNIFE shown. Not only noise", {"weapon_seen", "noise"}),
        ("killed the engine at the skills centre", set()),
        ("", set()),
        ("🔥🔥 厨房起火 🔥，老人独居", {"fire_smoke", "alone"}),
    ],
)
def test_what_a_text_says(text: str, found: set[str]) -> None:
    assert codes(text) == found


def by_hand(text: str) -> int:
    """The same rules, one text and one word at a time."""
    rules = negation()
    plain = "".join(one.lower() if one.isascii() else one for one in text)

    def places(word: str) -> list[int]:
        found = [at for at in range(len(plain)) if plain.startswith(word, at)]
        ends = [(at, at + len(word)) for at in found]

        def latin(place: int) -> bool:
            return 0 <= place < len(plain) and plain[place].isascii() and plain[place].isalnum()

        return [at for at, end in ends if not (latin(at - 1) and latin(at)) and not (latin(end - 1) and latin(end))]

    def clause(place: int) -> int:
        return sum(mark in "。，；！？、,;!?.:：\n\r\t" for mark in plain[:place])

    spared = {at for word in rules.exceptions for at in places(word)}
    denials = [
        (at + len(word), rules.within_latin if word.isascii() else rules.within_han)
        for word in rules.words
        for at in places(word)
        if at not in spared
    ]

    def asserted(word: str) -> set[int]:
        kept = set()
        for at in places(word):
            nearest = max(((end, within) for end, within in denials if end <= at), default=None)
            if nearest is None or at - nearest[0] > nearest[1] or clause(nearest[0]) != clause(at):
                kept.add(clause(at))
        return kept

    bits = 0
    for topic in topics():
        if any(set.intersection(*(asserted(word) for word in words)) for words in topic.words):
            bits |= topic.mask
    return bits


PIECES = sorted({part for topic in topics() for words in topic.words for part in words})
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.sampled_from([*negation().words, *negation().exceptions]),
        st.sampled_from(["，", "。", ",", " ", "我们", "A", "x1", "𠮷", "\n"]),
    ),
    max_size=8,
).map("".join)


@given(st.lists(st.none() | TEXTS, max_size=6), st.integers(0, 3))
def test_many_texts_at_once_give_what_each_gives_alone(texts: list[str | None], cut: int) -> None:
    expected = [0 if text is None else by_hand(text) for text in texts]
    array = pa.array(texts, pa.string())
    assert topic_bits(array).tolist() == expected
    assert topic_bits(array.dictionary_encode()).tolist() == expected
    assert topic_bits(array[cut:]).tolist() == expected[cut:]
    assert topic_bits(pa.chunked_array([array[:cut], array[cut:]], pa.string())).tolist() == expected


def test_words_end_where_texts_end() -> None:
    texts = ["knife", "knife", "", "loud knife", "s", "no", "knife", "打", "人"]
    assert topic_bits(pa.array(texts)).tolist() == [by_hand(text) for text in texts]


def test_blocks_hold_any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskwarn.ingest.privacy.topics.BLOCK_BYTES", 64)
    texts = ["漏水" * 100, "噪音", "", "打人" * 50, *["起火"] * 40]
    assert topic_bits(pa.array(texts)).tolist() == [by_hand(text) for text in texts]


def test_several_columns_are_united() -> None:
    first, second = pa.array(["漏水", None, None, ""]), pa.array([None, "打人", None, "噪音"]).dictionary_encode()
    masks = {topic.code: topic.mask for topic in topics()}
    assert united_topics([first, second]).to_pylist() == [masks["water_leak"], masks["violence"], None, masks["noise"]]


def test_the_lexicon_keeps_its_promises() -> None:
    bits = [topic.bit for topic in topics()]
    assert len(set(bits)) == len(bits) and max(bits) < MOST_TOPICS
    words = [word for topic in topics() for told in topic.words for word in (*told, topic.zh)]
    assert not [word for word in words if refused_word(word)]
    assert not [
        word
        for word in words
        for never in ("上访", "信访", "集会", "游行", "举报", "宗教", "民族", "petition", "protest")
        if never in word
    ]


def test_what_people_suffer_at_home_is_counted_from_the_town_up() -> None:
    assert {topic.code for topic in topics() if topic.from_unit is not Unit.GRID} == {
        "domestic_violence",
        "self_harm_risk",
    }
    assert {topic.from_unit for topic in topics()} == {Unit.GRID, Unit.TOWN}
    assert codes("长期家暴，想自杀") == {"domestic_violence", "self_harm_risk"}
    for feature in catalogue(Configuration()):
        if "domestic_violence" in feature.name or "self_harm_risk" in feature.name:
            assert feature.name.endswith("_town"), feature.name
