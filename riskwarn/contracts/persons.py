"""Persons' names beside and inside other words: in the name of a unit, in a word of a category, in a sentence.

:mod:`riskwarn.contracts.personal` tells whether a whole text is surely a name. Here stand the stricter rules for texts
that are kept or shown: some family names begin hardly any other word (谭, 冉, 令狐), and what follows them is a name unless
it is a word or a place.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from riskwarn.contracts.personal import (
    family_names,
    is_listed_word,
    is_name,
    is_place,
    listed_names,
    only_given,
)
from riskwarn.contracts.strangers import GIVEN_TOO, holds_sure_name, may_hold_name, without_blanks

#: How roles may begin.
SERVES = r"(?:专职|兼职|微)?"
#: Who serves in a unit, or answers for it.
ROLES = (
    r"网格(?:管理|指导|监督)?(?:员|长)|负责人|责任人|联系人|联络员|包片干部|民警|支部书记|支书|书记|主任|组长|楼长|姓名"
)
#: After what office a name stands.
_HOLDERS = re.compile(rf"{SERVES}(?:{ROLES})|队长|调解员|社工|志愿者|辅警|律师|值班员|联系方式")
#: What is left at the edges of a name whose person is gone.
EDGES = " -—–_/|·:：,，、"
SEVERAL = re.compile(r"[与和及、,，/;；\s]+")
#: What follows the name of somebody whose family or house is meant.
_OF_THEM = re.compile(r"(?:一家|全家|夫妇|夫妻|父子|母子|兄弟|姐妹|家属|家|等人|等|户|的)$")
_OLD_HOUSE = re.compile(r"^[老小](?P<family>[㐀-鿿])(?P<behind>家(?![具电庭政园长乡暖禽畜])|头)")
#: What stands right before a name inside a sentence.
_BEFORE = re.compile(r"[由与和及因被对为给跟找告经向]$")
#: 那大姐 is whoever was spoken of, 祖奶奶 a great-grandmother: few bear these families, and a family name alone tells nobody apart.
_WHOEVER = re.compile(r"[那祖](?:[大老小]?[爷奶哥姐弟妹叔婶伯姨嫂妈娘婆]|爷爷|奶奶|阿姨|师傅|先生|女士|老人|老师)")
#: With these characters, which are family names too, other words go on: 从明天, 于周二.
_GO_ON = "从于向和应由与经"
#: What people do to each other, and what befalls them.
_DEEDS = (
    r"殴打|打|骂|殴|揍|砍|捅|刺伤|推搡|推倒|踢|踹|咬|掐|扇|抓伤|撞|泼|砸|杀|辱骂|侮辱|威胁|恐吓|欺负|纠缠|骚扰|跟踪|家暴|虐待|拖欠|欠|借|骗|讹|偷|抢|起诉|状告|"
    r"指责|争吵|争执|吵|闹|扭打|厮打|拉扯|互殴|动手|斗殴|对骂|阻拦|阻挠"
)
_DEED = re.compile(
    rf"(?:又|再次|多次|先|就|曾|还|都|也|均|酒后|当场|用[㐀-鿿]{{1,3}})?(?:{_DEEDS}|被|把|将|遭|受伤|重伤|轻伤|死|身亡|自杀|自残|失踪|住院|昏迷|离婚)"
)
_DONE_TO = re.compile(rf"(?:{_DEEDS})(?:了|过|伤了?|死了?|倒了?|着)?$")


def likely_name(text: str) -> bool:
    """Whether a short text is a name, or begins with a telling family name and is neither a word nor a place."""
    telling, _, places, _ = listed_names()
    if text in places or is_listed_word(text) or _goes_on(text) or _WHOEVER.fullmatch(text):
        return False
    if is_name(text):
        return True
    if is_listed_word(text[:2]):
        return False
    if len(text) == 3 and text[0] in telling | {"向"} and only_given(text[1:]):
        return not is_place(text) or text[-1] in GIVEN_TOO
    if len(text) == 4 and text[-1] in GIVEN_TOO and is_name(text[:3]):
        return True
    return len(text) in (2, 3) and text[0] in telling and _is_han(text) and text[1] != "家" and not is_place(text)


def _goes_on(text: str) -> bool:
    """Whether a text is a word with what may stand before or behind any: 从明天, 房东家."""
    before, behind = text[:1] in _GO_ON and is_listed_word(text[1:]), text[-1:] == "家" and is_listed_word(text[:-1])
    return len(text) > 2 and (before or behind)


def names_somebody(word: str) -> bool:
    """Whether an unknown word of a category names somebody: 谭永碧, 张伟与王秀英, 牟伦胜家, 老张家猪圈, 李建国讨薪."""
    plain = unicodedata.normalize("NFKC", word).strip()
    if is_listed_word(plain):
        return False
    if _is_old_house(plain):
        return True
    parts = [part for part in SEVERAL.split(plain) if part]
    return any(likely_name(part) or _of_them(part) for part in parts) or holds_name(plain) or holds_sure_name(plain)


def _is_old_house(text: str) -> bool:
    """Whether a text begins with a house that is called by the family: 老夏家围墙, and neither 老方法 nor 小商家."""
    told = _OLD_HOUSE.match(text)
    if told is None or is_listed_word(told[0][:2]) or is_listed_word(told[0][1:]):
        return False
    telling, commonest, *_ = listed_names()
    return told["family"] in (family_names() if told["behind"] == "家" else telling | commonest)


def may_name_somebody(word: str) -> bool:
    """Whether an unknown word names somebody, or could: what is kept beside the records, and not only told, must not.

    This is the strict question, which is asked of whatever is kept or served of a text that a department wrote.
    """
    plain = unicodedata.normalize("NFKC", word)
    return names_somebody(plain) or names_somebody(without_blanks(plain)) or may_hold_name(plain)


def serves_somebody(text: str) -> bool:
    """Whether somebody stands in a text by the name and the office: 网格员张伟, 社区民警李强, 李主任."""
    for role in _HOLDERS.finditer(text):
        rest = text[role.end() :].lstrip(EDGES)
        for size in (4, 3, 2):
            part, behind = rest[:size], rest[size : size + 1]
            whole = not behind or not _is_han(behind) or rest[size:].startswith(("电话", "手机"))
            if len(part) == size and (size > 2 or whole) and likely_name(part):
                return True
    return _titled().search(text) is not None


@cache
def _titled() -> re.Pattern[str]:
    telling, commonest, _, _ = listed_names()
    return re.compile(
        rf"(?<![每本上下各副正])(?!班主任)[{''.join(sorted(telling | commonest))}](?:主任|书记|所长|站长|队长|科长|局长|律师|警官)"
    )


def holds_name(text: str) -> bool:
    """Whether a sure name stands where a sentence has one: at its beginning, or after 由, 与, 因 …"""
    for start, size in ((start, size) for start in range(len(text)) for size in (4, 3)):
        part = text[start : start + size]
        if len(part) == size and (not start or _BEFORE.search(text[:start])) and _is_sure(part):
            return True
    return False


def does_something(text: str) -> bool:
    """Whether a sure name stands beside what people do to each other, or what befalls them: 张三打了李四, 门口王强被打伤."""
    for start, size in ((start, size) for start in range(len(text)) for size in (4, 3, 2)):
        part, before, after = text[start : start + size], text[:start], text[start + size :]
        if len(part) < size or not _is_sure(part) or (before and is_listed_word(before[-1] + part[0])):
            continue
        goes_on = bool(after) and is_listed_word(part[-1] + after[0])
        if _DEED.match(after) or (_DONE_TO.search(before) and not goes_on):
            return True
    return False


def _is_sure(part: str) -> bool:
    """Whether a part of a sentence is a name that can hardly be anything else."""
    telling, commonest, places, _ = listed_names()
    if not is_name(part) or part in places or is_listed_word(part[:2]) or is_feature(part):
        return False
    return len(part) == 4 or part[0] in telling | commonest


def _of_them(part: str) -> bool:
    """Whether a part is a name with 家, 等 or the like behind it."""
    found = _OF_THEM.search(part)
    return found is not None and len(part[: found.start()]) > 1 and likely_name(part[: found.start()])


def _is_han(text: str) -> bool:
    return re.fullmatch(r"[㐀-鿿]+", text) is not None


def is_feature(text: str) -> bool:
    """金山, 梅江: of two characters, the second a hill or a river, and no family name of the commonest."""
    _, commonest, _, features = listed_names()
    return len(text) == 2 and text[0] not in commonest and text[1] in features
