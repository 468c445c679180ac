"""The initials of names in pinyin: 渝中 is yz. Made once, when a snapshot is published: who answers a search has no dictionary."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_CHINESE = re.compile("[\u3400-\u9fff]+")
_MARKS = re.compile(r"[\W_]+")


def initials_of(names: Sequence[str]) -> tuple[str, ...]:
    """(units,) for each name one letter a character of Chinese, by how it is read in its word (重庆 is cq, 重点 zd), and letters and
    digits as they are; in lower case, without blanks and marks."""
    return tuple(_MARKS.sub("", _CHINESE.sub(_read, name)).casefold() for name in names)


def _read(found: re.Match[str]) -> str:
    return _initials(found[0])


@lru_cache(100_000)
def _initials(words: str) -> str:
    """Of a text of Chinese characters alone: the names of grids mostly differ by their number."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(words, style=Style.FIRST_LETTER))
