"""Persons in the names of units, teams and houses: grids are called after who has them in charge, houses after who lives there.

What remains of a name without the units above it, numerals, and the words by which grids, teams and houses are called, is a
place or a person: what ends like a place is one, and what could be a person is cut.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from riskwarn.contracts.called import calls_somebody
from riskwarn.contracts.personal import (
    compound_family_names,
    family_names,
    given_characters,
    is_listed_word,
    is_name,
    is_place,
    listed_names,
    only_given,
    telling_compounds,
)
from riskwarn.contracts.persons import EDGES, ROLES, SERVES, SEVERAL, is_feature, may_name_somebody
from riskwarn.contracts.place_words import begins_places, is_place_word, is_rather_somebody
from riskwarn.contracts.strangers import is_far_name, is_rare, longest_at, without_blanks
from riskwarn.contracts.vocabulary import shipped

_BRACKETS = re.compile(r"\s*[(（\[【〔]\s*([^()（）\[\]【】〔〕]*?)\s*[)）\]】〕]")
_ROLES = rf"{SERVES}(?:{ROLES}|辅警|队长|户主|房主|业主|调解员)"
_ROLE = re.compile(_ROLES)
_NAMED_ROLE = re.compile(rf"[\s\-—–_/|,，、]*{_ROLES}\s*[:：为]\s*[^\s\-—–_/|]*")
_HAN = re.compile(r"[㐀-鿿]+")
_NUMERALS = "一二三四五六七八九十百零〇"
_NUMBER = re.compile(rf"第(?:[{_NUMERALS}]+|$)|[{_NUMERALS}]+")
#: What a numeral counts in one character.
_COUNTED = tuple("组号队栋幢期段户")
#: Ends of places that given names have in their list, and hardly ever at their end.
_WAYS = ("路", "道", "镇")
#: The longest that a name of somebody with a family name is.
_LONGEST = 4
#: A part of a village, or its like on the other side: 东杨家, 李庄南.
_SIDE_OF = re.compile(r"[东西南北前后上下][㐀-鿿]家子?|[㐀-鿿]{2}[南北西]")
#: Parts of a place: 安华西里.
_SIDES = "东南西北中前后上下新老"
#: What is said behind somebody of the unit in charge.
_BEHIND = re.compile(
    rf"[{re.escape(EDGES)}]*(?:(?:负责|包[保片干]?|管理|联系|分管|[驻联挂])(?:[村社组户](?=第|\d|网格|$))?(?<![包驻联挂]))?的?"
)
#: How much a bracket speaks for a person, in bits; an office before a name, and a house behind it, are stronger than any place.
_IN_BRACKETS, _SOMEBODY = 4, 99
#: Before an office of the city stands a place, unless it is a name in full.
_OFFICES = ("综治", "执法", "街道", "应急")
#: 老王, 小李: of a house or a shop.
_NICKNAME = re.compile(r"[老小阿](?P<family>[㐀-鿿])")
#: Behind these any family name may begin a name: 北片马秋生, 老党员文明骁.
_BEHIND_THESE = "片段街村组社区户员长人"


class _Part(NamedTuple):
    """A part of a name between words that are known: where it stands, and whether it is a role, and no part of its own."""

    start: int
    end: int
    role: bool = False


def without_persons(name: str, known: Collection[str] = ()) -> str | None:
    """The name of a unit without the persons in it; None where nothing is left of it.

    A bracket or a part that could be a person, or that names a role (网格员：…), is cut; what tells a place stays. 张伟网格 is
    called after a person as a whole. `known` are the stems of units that are loaded, which are places.
    """
    plain = unicodedata.normalize("NFKC", name).strip()
    kept = _NAMED_ROLE.sub("", without_bracketed(plain, known))
    closed = without_blanks(kept)
    kept = closed if _cut(closed, known) != closed and _cut(kept, known) == kept else kept
    kept = _cut(kept, known).strip(EDGES)
    if kept == plain.strip(EDGES):
        return name
    return kept if _tells_anything(kept) else None


def without_bracketed(text: str, known: Collection[str] = ()) -> str:
    """A text without the brackets in which a person or a role stands."""
    return _BRACKETS.sub(lambda found: "" if _tells_person(found[1], known) else found[0], text)


def names_person(text: str, known: Collection[str] = ()) -> bool:
    """Whether a person could stand in the name of a unit, a team or a house, in its brackets or elsewhere: 马秋生队."""
    return without_persons(text, known) != text


def _tells_person(inside: str, known: Collection[str]) -> bool:
    if re.match(rf"{_ROLES}(?:[:：\s]|$)", inside) or re.search(rf"{_ROLES}\s*[:：]", inside):
        return True
    parts = [_ROLE.sub("", part) for part in SEVERAL.split(inside)]
    return any(_cut(part, known, _IN_BRACKETS) != part for part in parts if part)


def _cut(text: str, known: Collection[str], doubt: int = 0) -> str:
    """A text without its parts that could be persons, and without what they are called: 网格员李志强第二网格. By so many bits of `doubt`
    each is a person sooner than a place."""
    words, longest = _words_and(frozenset(known))
    gone: list[tuple[int, int]] = []
    for run in _HAN.finditer(text):
        role = 0
        for part in _parts(run[0], words, longest):
            start, end = run.start() + part.start, run.start() + part.end
            if part.role:
                role = end - start
                continue
            told, after = text[start:end], run[0][part.end :]
            beside = _SOMEBODY if role or after.startswith(_of_houses()) else doubt
            beside = max(beside, _IN_BRACKETS) if _ROLE.match(after) else beside
            place = len(told) == 2 and not role and after.startswith(_OFFICES)
            if not place and (_somebody(told, known, beside) or (role and _holds_person(told, public=False))):
                gone.append((start - role, end))
            role = 0
    for start, end in reversed(gone):
        behind = _BEHIND.match(text, end)
        joined = start > 0 and text[start - 1] not in EDGES
        text = text[:start] + ("-" if joined and behind and behind[0] else "") + text[behind.end() if behind else end :]
    if not gone:
        return text
    text = re.sub(r"[(\[【〔]\s*[)\]】〕]", "", text).strip(EDGES)
    whole = _BRACKETS.fullmatch(text)
    return text if whole is None else whole[1]


def _parts(run: str, words: frozenset[str], longest: int) -> Iterator[_Part]:
    """What stands between known words and numerals of a run of Han characters, and the roles in it.

    Behind a family name alone neither ends it: 张三, 王建国 where 建国 is a community.
    """
    start = at = 0
    while at < len(run):
        role, number = _ROLE.match(run, at), _NUMBER.match(run, at)
        family = run[start:at] in family_names() or run[start:at] in compound_family_names()
        word = longest_at(run, at, words, longest)
        size = 0 if family and run[at : at + word] not in _unit_words() else word
        if number is not None and (run[at] == "第" or (_counts(run, number.end()) if start == at else not family)):
            counted = run[number.end() : number.end() + 1] in _COUNTED
            size = max(size, number.end() - at + counted)
        if role is not None and role.end() - at >= size and not _may_begin(run, role):
            size = role.end() - at
        else:
            role = None
        if not size:
            at += 1
            continue
        if start < at:
            yield _Part(start, at)
        if role is not None:
            yield _Part(at, at + size, role=True)
        start = at = at + size
    if start < len(run):
        yield _Part(start, len(run))


def _counts(run: str, end: int) -> bool:
    """Whether a numeral at the beginning of a part counts what follows it: 一组, 三社, and not 九龙."""
    return (
        end == len(run)
        or run[end] in "社村区"
        or any(run.startswith(word, end) for word in shipped("personal")["unit_words"])
    )


def _may_begin(run: str, role: re.Match[str]) -> bool:
    """Whether the last character of a role may begin the next part as well: 网格长江路."""
    behind = run[role.end() :]
    return role[0].endswith("长") and _is_place_like("长" + behind) and (len(behind) < 2 or not _somebody(behind, ()))


def _somebody(part: str, known: Collection[str], doubt: int = 0) -> bool:
    """Whether a part of a name could be somebody, with or without what their house or team is called by; of a longer word for what an
    estate is called its last character is none (华溪佳园 is no 华溪佳)."""
    variants = {part}
    for word in _single_words() if not part.endswith(_estates()) else ():
        variants |= {one[: -len(word)] for one in variants if one.endswith(word)}
    variants |= {part[1:]} if part[0] in _single_words() else set()
    doubt = _SOMEBODY if part.endswith(_of_houses()) else doubt
    return any(len(one) > 1 and _could_be(one, known, doubt) for one in variants)


def _could_be(part: str, known: Collection[str], doubt: int = 0) -> bool:
    """Whether a part could be a person: it is no unit and no place, and the strict question is answered so."""
    if part in known or part in _called_like_persons() or is_listed_word(part):
        return False
    if _is_nickname(part) or calls_somebody(part):
        return doubt > 0 or not _is_nickname(part)
    if doubt == _SOMEBODY and len(part) == 2 and part[0] in family_names() and part[1] in given_characters() - {"家"}:
        return True  # 网格员黄海, and not 网格员张庄
    if _is_place_like(part) or (doubt < _SOMEBODY and _is_called_so(part, doubt)):
        return False
    if len(part) == 2:
        return (
            part[1] != "家"
            and part[0] in family_names()
            and (only_given(part[1]) or is_rare(part[1]))
            and not is_feature(part)
        )
    rare = part[:2] in compound_family_names() and any(map(is_rare, part[2:]))
    if rare or doubt or len(part) == 3:
        return rare or may_name_somebody(part)
    return _is_compound(part) or _holds_person(part, public=False) or _stands_beside_person(part) or is_far_name(part)


def _is_called_so(part: str, doubt: int) -> bool:
    """Whether a part is a place by what begins it: 海韵, 东方红, 东华山, 万和春天."""
    if len(part) == 3 and part[0] in _SIDES and (_is_place_like(part[1:]) or is_feature(part[1:])):
        return True
    return is_place_word(part[:2] if len(part) == 4 and begins_places(part[0]) else part, doubt)


def _is_compound(part: str) -> bool:
    """司马志强, and not 东方新天: with some family names of two characters words begin."""
    return is_name(part) and (part[:2] in telling_compounds() or not is_place_word(part[2:]))


def _is_nickname(part: str) -> bool:
    told = _NICKNAME.fullmatch(part)
    return told is not None and told["family"] in family_names() and not begins_places(told["family"])


def _stands_beside_person(part: str) -> bool:
    """城东李强, 幸福里马秀莲, 王芳雅居: beside a place a name that is hardly anything else."""
    for size in (2, 3, 4):
        before, name = part[:-size], part[-size:]
        # A usual name in full is one behind any place: 城东司马建军. Of another the place before has to end like one.
        usual = size > 2 and (is_name(name) or _is_rare_name(name))
        if len(before) > 1 and (usual or before.endswith(_endings())) and _could_be(name, ()):
            return True
    short = _is_short_name(part[-2:]) and not is_listed_word(part[-3:-1])
    return short or _is_short_name(part[:2])


def _is_short_name(part: str) -> bool:
    """Whether two characters are somebody and hardly ever a place: 王芳, and not 李花."""
    return len(part) == 2 and part[1] != "家" and is_name(part) and is_rather_somebody(part)


def _is_place_like(part: str) -> bool:
    """Whether a part of a name ends like a place: 杨家坪, 白云山, 碧水小区. After a family name what given names have at their
    end, too (王文轩, 李金山), is no sign."""
    if _SIDE_OF.fullmatch(part) and (part[1] in family_names() or _is_place_like(part[:2])):
        return True
    ending = next((end for end in _endings() if part.endswith(end) and len(part) > len(end)), "")
    if not ending and part[-1] not in listed_names()[3]:
        return False
    compound = part[:2] in compound_family_names()
    if len(ending) > 1 or len(part) > _LONGEST - (not compound) or part[1] == "家":
        called_after = len(ending) > 1 and ending not in _public() and _is_short_name(part[: -len(ending)])
        return not called_after and not _holds_person(part)
    if part[:2] in _called_like_persons() or is_listed_word(part[:2]) or ending in _WAYS:
        return True
    if len(part) == 2 and not ending:
        return is_feature(part)
    family = 2 if compound else int(part[0] in family_names())
    usual = only_given(part[family:]) or any(map(is_rare, part[family:]))
    return not family or (ending != "" and not (usual and only_given(part[-1])))


def _holds_person(part: str, *, public: bool = True) -> bool:
    """Whether a name in full stands in a part that ends like a place, with more behind it than what a place is: 赵德生驻村.

    With `public` what is called after persons of whom history tells is a place: 张自忠路, and not 民警王建国社区. Further on than
    at the beginning a name is of a family that begins hardly any other word, or behind what units and people end with: 北片马秋生桥头.
    """
    telling, commonest, places, _ = listed_names()
    for at in range(len(part) - 2):
        size = 4 if part[at : at + 2] in compound_family_names() and len(part) - at > 3 else 3
        name, behind, third = part[at : at + size], part[at + size :], part[at + 2 :]
        begins = not at or part[at - 1] in _BEHIND_THESE or name[0] in telling | commonest
        if not begins or name in places or not (is_name(name) or (len(behind) > 1 and _is_rare_name(name))):
            continue
        words = name[:2], part[max(at - 1, 0) : at + 1]
        if any(word in _called_like_persons() or is_listed_word(word) for word in words):
            continue
        if not (public and behind in _public()) and not (len(third) > 1 and _is_kind(third)):
            return True
    return False


def _is_rare_name(name: str) -> bool:
    """Whether given names have one of the characters behind a family name, and hardly any word the other: 何旻昊."""
    given = name[1:]
    usual, rare = any(map(only_given, given)), any(map(is_rare, given))
    return name[0] in family_names() and given[0] != "家" and usual and rare and not is_place(name)


@lru_cache(1024)
def _is_kind(text: str) -> bool:
    """Whether a text says nothing but what kind of place it is, and on which side: 新村, 国际花园, 西里."""
    ends = any(text == end or (text.startswith(end) and _is_kind(text[len(end) :])) for end in _endings())
    return ends or (len(text) > 1 and text[0] in _SIDES and _is_kind(text[1:]))


def _tells_anything(kept: str) -> bool:
    """Whether a number or a name is left beside the words by which any grid, team or house is called."""
    rest = _ROLE.sub("", kept)
    for word in sorted(_unit_words() | set(_single_words()), key=len, reverse=True):
        rest = rest.replace(word, "")
    return re.search(r"\w", rest) is not None


@lru_cache(4)
def _words_and(known: frozenset[str]) -> tuple[frozenset[str], int]:
    words = _unit_words() | {unit for unit in known if len(unit) > 1}
    return words, max(map(len, words))


@cache
def _unit_words() -> frozenset[str]:
    """Words of two characters and more by which grids, teams and houses are called."""
    return frozenset(word for word in shipped("personal")["unit_words"] if len(word) > 1)


@cache
def _single_words() -> tuple[str, ...]:
    """The same of one character: they end a name, and stand inside of persons' names, too."""
    return tuple(word for word in shipped("personal")["unit_words"] if len(word) == 1)


@cache
def _of_houses() -> tuple[str, ...]:
    """What only persons have, and places hardly ever."""
    return tuple(shipped("personal")["houses"])


@cache
def _called_like_persons() -> frozenset[str]:
    """What places and quarters are called that has the shape of a name: 江南, 文昌."""
    return listed_names()[2] | frozenset(shipped("personal")["unit_names"])


@cache
def _public() -> frozenset[str]:
    """What is called after persons of whom history tells: 左权县, 张自忠路."""
    return frozenset(shipped("personal")["public_kinds"])


@cache
def _estates() -> tuple[str, ...]:
    return tuple(shipped("personal")["estate_endings"])


@cache
def _endings() -> tuple[str, ...]:
    return tuple(sorted((*shipped("personal")["unit_endings"], *_estates()), key=len, reverse=True))


def stems(names: Collection[str | None]) -> Iterator[str]:
    """Names of units, and what is left of them without their kind (香山社区: 香山)."""
    for name in filter(None, names):
        yield name
        yield re.sub(r"(?:社区居委会|居委会|村委会|社区|村|街道办事处|街道|镇|乡|区|县)$", "", name)
