"""Which words say that something is one of petitions, and on what road each of them does. At the ground, for all to ask.

To petition is a right: what is told here is loaded as petitions or not at all, and is no target. The words stand in
`contracts/data/petitions.yaml` alone; a road says whether a list counts within a text or as the whole of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from functools import cache, lru_cache
from typing import Any

from riskwarn.files import packaged
from riskwarn.refused import folded, listed_word

#: A longer text is no name of a kind.
_LONGEST = 40


class Road(Enum):
    """Where a word comes from: the lists whose words tell within a text there, and those whose words tell as the whole of one."""

    #: What a source of one's own, or a target, is called.
    NAME = ("names", "registers", "receptions", "boxes", "ways", "forms"), ("kinds",)
    #: What a table is called: by the lines above it, the title of its sheet, or its file.
    TITLE = ("names", "registers", "receptions", "boxes", "ways"), ("kinds", "forms")
    #: What a source of one's own, a target or a mapping says beside: a category, a heading, a word to be counted as harm.
    SAID = ("names", "registers", "receptions", "boxes", "ways"), ("kinds",)
    #: A category of a row, or a heading, of any other source.
    CATEGORY = ("names", "registers", "receptions"), ("kinds",)
    #: The same of calls, and the kind, the form or the channel of one: who comes and who writes there petitions.
    CALL_CATEGORY = ("names", "registers", "receptions"), ("kinds", "forms", "ways")
    CALL = ("names", "registers", "receptions", "ways", "forms"), ("kinds",)
    #: The form or the kind of a matter at a mediator's: whoever comes there has a dispute.
    FORM = ("names",), ()
    #: How the rows of a source of one's own came; what its texts say; what any other of its columns does.
    OWN_FORM = ("forms", "ways", "names", "registers", "receptions", "boxes"), ("kinds",)
    OWN_TEXT = ("names", "registers", "receptions", "boxes"), ("kinds",)
    OWN_CELL = ("boxes",), ("kinds", "names", "registers")

    def __init__(self, within: tuple[str, ...], whole: tuple[str, ...]) -> None:
        self.within, self.whole = within, whole


@cache
def petition_words() -> dict[str, Any]:
    """The packaged lists."""
    return packaged("contracts/data/petitions.yaml")


@lru_cache(1 << 14)
def petition_word(text: str, road: Road, visitors: bool = False) -> str | None:
    """The word by which a text says on a road that it is one of petitions, however it is written; None where it does not.

    `visitors` where it is known to be of those of a library, a school or a company: who comes there petitions nobody.

    >>> petition_word("官网访问", Road.CALL), petition_word("网 访", Road.CALL), petition_word("民情邮箱", Road.NAME)
    (None, '网访', '民情邮箱')
    """
    plain = folded(text)
    for word in petition_words()["none"]:
        plain = plain.replace(word, " ")
    if visitors or (road in (Road.NAME, Road.TITLE, Road.SAID) and is_of_visitors(plain)):
        for word in petition_words()["visited"]["words"]:
            plain = plain.replace(word, "")
    # The whole says more than what is within it: 网访件.
    found = (_whole(plain, name) for name in road.whole)
    found_within = (_within(plain, name) for name in road.within)
    return next((word for told in (found, found_within) for word in told if word is not None), None)


def right_told(text: str, road: Road = Road.NAME) -> str | None:
    """The word of what people do by right (petitions, assembly, speech, litigation) that a text holds, if any."""
    return petition_word(text, road) or listed_word(text, "rights")


def forms_of_kinds() -> dict[str, str]:
    """Each kind of petitions -> the form in which it is brought."""
    return {word: form for form, words in petition_words()["kinds"].items() for word in words}


def has_initials(key: str) -> bool:
    """Whether a key is made of initials of petitions, and beside them of nothing that says what it is (xf_reg, lf_2026)."""
    parts = [one for one in re.split(r"[\W\d_]+", key.lower()) if one]
    initials, rest = petition_words()["initials"], petition_words()["rest"]
    return folded(key) in initials or (any(one in initials for one in parts) and set(parts) <= {*initials, *rest})


def is_coming(heading: str) -> bool:
    """Whether a heading is of who comes to an office, or writes to it: 来访时间, 初信日期."""
    told = petition_words()["coming"]
    plain = folded(heading)
    return plain not in told["not"] and any(f"{of}{noted}" in plain for of in told["of"] for noted in told["noted"])


def is_complaint(heading: str) -> bool:
    """Whether a heading is of what somebody complains of, or of a kind of petitions."""
    plain = folded(heading)
    return any(word in plain for word in (*petition_words()["complaints"], *_words("kinds")))


def is_of_visitors(name: str) -> bool:
    """Whether a name says that something is of visitors of a library, a school or a company, and of no office."""
    visited, plain = petition_words()["visited"], folded(name)
    first = min((plain.index(word) for word in visited["words"] if word in plain), default=0)
    return any(host in plain[:first] for host in visited["hosts"]) and not any(word in plain for word in visited["not"])


@cache
def _words(name: str) -> tuple[str, ...]:
    """The words of a list, the longest first where one begins another."""
    listed = petition_words()[name]
    return tuple(forms_of_kinds()) if name == "kinds" else tuple(listed)


def _within(plain: str, name: str) -> str | None:
    """The word of a list that a folded text holds."""
    if name in ("boxes", "receptions"):
        found = _pattern(name).search(plain)
        return None if found is None else found[0]
    return next((word for word in _words(name) if word in plain), None)


def _whole(plain: str, name: str) -> str | None:
    """The word of a list that a folded text is, whatever kind of list it says it is, and whose: 青山县初信登记表."""
    found = _named(name).fullmatch(plain) if len(plain) <= _LONGEST else None
    return None if found is None else found["word"]


@cache
def _named(name: str) -> re.Pattern[str]:
    listed = petition_words()
    words, whose, endings = (_any(one) for one in (_words(name), listed["whose"], listed["endings"]))
    return re.compile(rf"(?:.*(?:{whose})|\d+)?(?P<word>{words})(?:{endings})*")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Channels through which people address those who govern, and days on which these receive them."""
    listed = petition_words()
    boxes = listed["boxes"]
    who, between = _any(boxes["who"]), _any(boxes["between"])
    if name == "receptions":
        return re.compile(rf"(?:{who})(?:{between})*(?:{_any(listed['receptions'])})")
    latin, channels = _any(boxes["latin_who"]), _any(boxes["latin_channels"])
    return re.compile(
        rf"(?:{who})(?:{between})*(?:{_any(boxes['channels'])})|{_any(boxes['pages'])}|{_any(boxes['latin_pages'])}"
        # Who asks about a policy (询问政策) asks nobody to answer for it.
        r"|(?:(?!询)[㐀-鿿]{2})?(?<!询)(?<!咨)(?<!访)问政(?![策府务治审法])"
        rf"|(?:{latin})s?(?:{channels})|(?:letter|message|mail|email)s?(?:to|for)(?:the|our)?(?:{latin})"
    )


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))
