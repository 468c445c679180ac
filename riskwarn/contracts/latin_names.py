"""Names of persons in Latin letters, in a sentence: Zhang Wei came, call John Smith at home."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from riskwarn.contracts.vocabulary import shipped

_INITIAL = r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
_FINAL = (
    r"(?:iang|uang|iong|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ui|uo|ue|ve|er|a|o|e|i|u|v)"
)
#: A given name: one syllable or two.
_GIVEN = re.compile(rf"(?:{_INITIAL}{_FINAL}){{1,2}}")

#: What is done with whoever is named next.
_DEED = re.compile(
    r"\b(?:call|called|phone|phoned|ask|asked|tell|told|visit|visited|met|meet|met with|contact|contacted|warn|warned)\s+$",
    re.I,
)
_TWO = re.compile(r"(?<![A-Za-z])([A-Z][a-z]+|[A-Z]{2,})(?:\s+|-)([A-Z][a-z]+|[A-Z]{2,})(?![A-Za-z])")
#: The words with capitals that go on, and the one behind them: Yang Jia Ping market.
_GOES_ON = re.compile(r"(?:\s+[A-Z][a-z]+)*(?:\s+[a-z]+)?")


def names_in_latin(text: str) -> bool:
    """Whether somebody is named in Latin letters: by two words with capitals that are no place and no office."""
    start = 0
    while (found := _TWO.search(text, start)) is not None:
        start = found.start() + 1
        words = [word.lower() for word in (found[1], found[2], *_GOES_ON.match(text[found.end() :])[0].split())]  # type: ignore[index]
        if not set(words) & _listed("latin_places") and _is_name(words, text[: found.start()]):
            return True
    return False


def _is_name(words: Sequence[str], before: str) -> bool:
    first, second = words[:2]
    families = _listed("latin_families")
    in_pinyin = [_GIVEN.fullmatch(word) is not None for word in (first, second)]
    if (first in families and in_pinyin[1]) or (second in families and in_pinyin[0]):
        return True
    return first in _listed("latin_first_names") or (not all(in_pinyin) and _DEED.search(before) is not None)


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(shipped("personal")[name])
