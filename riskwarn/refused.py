"""Words that may stand nowhere: in no category, target, column, rule or configuration. At the ground, for all to ask."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

from riskwarn.errors import RefusedWord
from riskwarn.files import packaged

#: Traditional forms of the characters of refused words.
_SIMPLIFIED = str.maketrans(
    "訪體級進赴省纏鬧揚穩維員點輿網絡論軍眾權團隊聯標識歷數類檢舉控揭發組織紀監務黨領導來縣長鎮鄉書訴問陽聲",
    "访体级进赴省缠闹扬稳维员点舆网络论军众权团队联标识历数类检举控揭发组织纪监务党领导来县长镇乡书诉问阳声",
)
#: Marks that people put between the characters of a word; commas, slashes and stops part words and stay.
_BETWEEN = frozenset("·•・‧*_~-.^'\"`“”‘’()（）[]【】<>《》「」|+")


@cache
def refusals() -> dict[str, Any]:
    """The packaged list: refused `words`, and the kinds of each source that are `not_loaded`."""
    return packaged("contracts/data/refused.yaml")


@cache
def refused_words() -> tuple[str, ...]:
    """Words that may stand nowhere."""
    return tuple(refusals()["words"])


def folded(text: str) -> str:
    """Text as refused words are looked for in it, however it is spaced, widened, dotted or written.

    Half width, simplified, lower case, without blanks, invisible characters and marks between characters.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_SIMPLIFIED).lower()
    return "".join(
        character
        for character in plain
        if character not in _BETWEEN and unicodedata.category(character)[0] not in "ZCM"
    )


def refused_word(text: str) -> str | None:
    """The refused word that a text holds, if any; blanks, full width, marks between or traditional forms hide none.

    Offices say 集体访 and 集体上访 of the same.
    """
    if text.isascii():
        return None
    plain = folded(text)
    shorter = plain.replace("上访", "访")
    return next((word for word in refused_words() if word in plain or word in shorter), None)


def listed_word(text: str, *lists: str) -> str | None:
    """The word of some packaged lists (`rights`, `actions`, `labels` …) that a text holds, if any, however it is written."""
    plain = folded(text)
    return next((word for name in lists for word in refusals()[name] if word in plain), None)


def refuse_words(text: str, where: str) -> None:
    """Raise RefusedWord where a text holds a refused word."""
    if word := refused_word(text):
        raise RefusedWord(where=where, word=word)


def refuse_actions(text: str, where: str) -> None:
    """Raise RefusedWord where a text asks for what no notice asks anybody to do, or tells that it was done, or puts somebody down as
    something."""
    if word := listed_word(text, "actions", "labels") or _english_word(text):
        raise RefusedWord(where=where, word=word)


def _english_word(text: str) -> str | None:
    """The English word for such that a text holds, if any: a whole one, for a detention pond holds water."""
    found = _english().search(" ".join(unicodedata.normalize("NFKC", text).lower().split()))
    return None if found is None else found[0]


@cache
def _english() -> re.Pattern[str]:
    words = [*refusals()["actions_in_english"], *refusals()["labels_in_english"]]
    return re.compile(rf"(?<![a-z])(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})(?![a-z])")


def refuse_in(value: object, where: str) -> None:
    """Raise RefusedWord where any text of a declaration, key or value at any depth, holds a refused word."""
    if isinstance(value, str):
        refuse_words(value, where)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            refuse_words(str(key), where)
            refuse_in(part, where)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for part in value:
            refuse_in(part, where)
