"""What may be repeated of a text: words that a list knows, and between them nothing that could be somebody's name.

A file brings names in every kind of cell, and in its headings: nothing tells a name that no list has from a word that no list
has. So of what is told to people, or kept beside the records, only that is repeated which cannot hold a name.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, lru_cache

from riskwarn.contracts.personal import (
    compound_family_names,
    family_names,
    file_words,
    is_listed_word,
    is_name,
    is_place,
    listed_names,
    may_stand,
    only_given,
    telling_compounds,
    words,
)
from riskwarn.contracts.vocabulary import shipped

_ENDINGS = ("街道", "社区", "区", "县", "市", "镇", "乡", "村")
#: Single characters that may follow a known word in the name of a file.
_PARTICLES = frozenset("表各版的与及按含等新旧总类件月年日周号期份")
_PEOPLE = re.compile(
    r"(?:居民|村民|市民|群众|住户|业主|商户|租户|租客|房客|用户|户主|房东|老板|店主|车主|邻居|农户|牧民|渔民|牧户|渔户|农民|菜农|果农|村医|摊贩|摊主|老人|职工|工人|工友|司机|"
    r"学生|家长|患者|病人|顾客|旅客|当事人|申请人|负责人|责任人|联系人|联络员|经办人?|网格员|网格长|调解员|护林员|楼长|组长|队长|党员)$"
)
#: What somebody does to a table stands behind who does it: 高春兰填写的纠纷类型.
_DONE = re.compile(r"的|填写|填报|负责|登记|经办|状态")
_RUNS = re.compile(r"[㐀-鿿]+")
_BLANKS = re.compile(r"(?<=[㐀-鿿])\s+(?=[㐀-鿿])")
_SECOND_LEVEL = 0xD8
#: Behind such a name: the place that is called so, or a flower.
_NO_PERSON = ("镇", "乡", "县", "路", "街", "大道", "广场", "花", "草原", "社区", "小区", "村", "湖", "山", "寺")
#: What stands between a word of people and the name.
_MARKS = " \t:：-—_/|(（"
#: Characters with which names of places and matters end, and given names no less.
GIVEN_TOO = "科树水权法旗"


def may_hold_name(text: str) -> bool:
    """Whether somebody could be named in a text: a family name outside of all known words, with what given names have behind it.

    A name that is spaced out (马 建 国) is one all the same.
    """
    closed = without_blanks(text)
    return any(map(_may_hold_name, {text, closed}))


def without_blanks(text: str) -> str:
    """A text without the blanks between its Han characters."""
    return _BLANKS.sub("", text)


def _may_hold_name(text: str) -> bool:
    telling, *_ = listed_names()
    for run in _RUNS.finditer(text):
        if is_listed_word(run[0]):
            continue
        strange = set(_strange(run[0]))
        if any(_is_far_name(run[0], found, strange) for found in _far_names().finditer(run[0])):
            return True
        for at in sorted(strange):
            if run[0][at : at + 2] in telling_compounds():
                return True
            first, behind = run[0][at], run[0][at + 1 : at + 2]
            if first not in family_names() or not behind or behind == "家":
                continue
            # Behind what a table is of stands what is done to it: 水井登记.
            if first in telling or (only_given(behind) and not _DONE.match(run[0], at + 1)):
                return True
            if is_rare(behind) or _is_unknown_name(run[0], at, strange):
                return True
        if _named_in_full(run[0], strange, text[: run.start()]):
            return True
    return False


def _is_unknown_name(run: str, at: int, strange: set[int]) -> bool:
    """Whether three unknown characters are a name: one of those behind the family name is such as given names have (何旻昊), or they
    stand by themselves between known words (何曲怀占道)."""
    part, own = run[at : at + 3], {at, at + 1, at + 2}
    if len(part) < 3 or not own <= strange or (is_place(part) and part[2] not in GIVEN_TOO):
        return False
    alone = at - 1 not in strange and at + 3 not in strange
    return alone or any(map(only_given, part[1:])) or is_rare(part[2])


def is_rare(character: str) -> bool:
    """Whether a character is none of the 3,755 commonest (GB 2312, level 1): of the words of offices hardly one has such, given names do."""
    try:
        return character.encode("gb2312")[0] >= _SECOND_LEVEL
    except UnicodeEncodeError:
        return True


@cache
def _far_names() -> re.Pattern[str]:
    """Names without a family name, or parts of such, by which peoples of the west and north are known: 扎西, 古丽, 买买提."""
    return re.compile("|".join(sorted(shipped("personal")["far_names"], key=len, reverse=True)))


def is_far_name(part: str) -> bool:
    """Whether a text is a name without a family name, but for one character: 阿依古丽, 买买提江, and not 努尔巴格."""
    return len(_far_names().sub("", part)) <= 1


def far_name_with_house(text: str) -> bool:
    """Whether somebody without a family name stands in a sentence with house or home, or says something: 古丽娜尔家, 买买提江反映."""
    return _far_house().search(text) is not None


@cache
def _far_house() -> re.Pattern[str]:
    # 那日 and 乌云 are words, too: 那日家中无人.
    parts = "|".join(sorted({*shipped("personal")["far_names"]} - {"那日", "乌云"}, key=len, reverse=True))
    house = r"(?:家(?![具电园庭长乡])|户(?![外籍口])|的(?:[家房地羊牛]|要求|申请)|反映|要求|申请|来电|来信|投诉|表示|同意|签字|不在)"
    return re.compile(rf"(?:{parts})(?:(?:{parts})|[㐀-鿿]){{0,3}}?{house}")


def _is_far_name(run: str, found: re.Match[str], strange: set[int]) -> bool:
    """Whether such a name stands there outside of known words, and is not called a place or the flower (扎西镇, 格桑花)."""
    behind = run[found.end() : found.end() + 2]
    return set(range(found.start(), found.end())) <= strange and not behind.startswith(_NO_PERSON)


def _named_in_full(run: str, strange: set[int], before: str) -> bool:
    """Whether a name in full, of whatever characters, stands behind a word of people or before what they do: 村民马骁珩漏水.

    Elsewhere so many unknown characters are a matter no less (马蜂窝): they are a name only where given names have the first.
    A known word may be the beginning of a name, too (党建国).
    """
    for at in range(len(run) - 2):
        size = 4 if run[at : at + 2] in compound_family_names() else 3
        part, end = run[at : at + size], at + size
        if size == 3 and (run[at] not in family_names() or part[1] == "家"):
            continue
        if size == 3 and is_place(part) and part[2] not in GIVEN_TOO:
            continue
        unknown = len(part) == size and set(range(at, end)) <= strange
        begun = at not in strange and {at + 1, at + 2} & strange == {at + 2} and is_name(part) and part[2] != "和"
        behind = _PEOPLE.search((before + run[:at]).rstrip(_MARKS)) is not None
        if (unknown or begun) and behind:
            return True
        if at - 1 not in strange and ((unknown and _DONE.match(run, end)) or (begun and end not in strange)):
            return True
    return False


def holds_sure_name(text: str) -> bool:
    """Whether a name of three or four characters that can hardly be anything else stands in a text, wherever: 村民李秀梅漏雨."""
    telling, commonest, places, _ = listed_names()
    for run in _RUNS.findall(text):
        strange = set(_strange(run))
        for at in sorted(strange):
            for size in (4, 3):
                part = run[at : at + size]
                if len(part) < size or part in places:
                    continue
                if is_name(part) and (size == 4 or part[0] in telling or part[0] in commonest):
                    return True
            # Between known words, or behind one of people: 业主褚云峥.
            before = at - 1 not in strange or _PEOPLE.search(run[:at])
            if (
                before
                and at + 3 not in strange
                and {at, at + 1, at + 2} <= strange
                and part[0] in telling
                and part[1] != "家"
                and only_given(part[1])
                and not is_place(part)
            ):
                return True
    return False


def _strange(run: str) -> list[int]:
    """Where in a run of Han characters no known word stands; the longest word is taken, from left to right."""
    known, longest = _all_words()
    strange: list[int] = []
    at = 0
    while at < len(run):
        size = longest_at(run, at, known, longest)
        strange += [] if size else [at]
        at += size or 1
    return strange


@cache
def _all_words() -> tuple[frozenset[str], int]:
    topics = {part for topic in shipped("topics")["topics"] for word in topic["words"] for part in word.split("+")}
    listed = frozenset(word for word in {*file_words(), *words(), *topics} if len(word) > 1)
    return listed, max(map(len, listed))


def without_strangers(stem: str, units: frozenset[str] = frozenset()) -> str:
    """A text whose runs of Han characters keep only words that are known; … stands for the others."""
    words, longest = _words_and(units)
    parts: list[str] = []
    for run in re.findall(r"[㐀-鿿]+|[^㐀-鿿]+", stem):
        if not re.match(r"[㐀-鿿]", run):
            parts.append(run)
            continue
        at = 0
        while at < len(run):
            size = longest_at(run, at, words, longest)
            dated = re.match(r"第?[一二三四五六七八九十]{1,3}(?:季度|月份?|期|批|周)", run[at:])
            counted = re.match(r"[年月日号至第期批周份]+", run[at:]) if (at == 0 and parts) or run[at] == "第" else None
            single = run[at] in _PARTICLES and bool(parts) and parts[-1] != "…"
            size = max(size, dated.end() if dated else 0, counted.end() if counted else 0, int(single))
            # What follows a hidden character may be the rest of a name (司马云飞).
            if not size and (not parts or parts[-1] != "…"):
                ahead = next((end for end in range(at + 1, len(run)) if longest_at(run, end, words, longest)), len(run))
                size = ahead - at if may_stand(run[at:ahead]) else 0
            if size:
                parts.append(run[at : at + size])
            elif not parts or parts[-1] != "…":
                parts.append("…")
            at += size or 1
    return "".join(parts)


@lru_cache(2)
def _words_and(units: frozenset[str]) -> tuple[frozenset[str], int]:
    """The words that names of files are made of, those of units with and without their kind, and the length of the longest."""
    words = file_words() | units | {unit[: -len(end)] for unit in units for end in _ENDINGS if unit.endswith(end)}
    return words, max(map(len, words))


def longest_at(run: str, at: int, words: Collection[str], longest: int) -> int:
    """The length of the longest known word at a place of a text, 0 where none stands there."""
    return next((size for size in range(min(longest, len(run) - at), 1, -1) if run[at : at + size] in words), 0)
