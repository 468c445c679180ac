"""The topics that free text is read for, and from which unit up each may be counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from riskwarn.contracts.vocabulary import shipped
from riskwarn.words import Unit

#: Flags are an int64: bit 63 would be its sign.
MOST_TOPICS = 63


@dataclass(frozen=True)
class Topic:
    """One topic of the lexicon.

    `bit` is its place in the stored mask, for good. `from_unit` is the smallest unit for which it may be counted: what
    people suffer at home or do to themselves is never said of a grid or a community. `sensitive` is the sensitive category to which it
    belongs (:mod:`riskwarn.disclosure.sensitive`), None for none.
    """

    code: str
    bit: int
    zh: str
    en: str
    from_unit: Unit
    sensitive: str | None = field(repr=False)  # says what may be shown, and changes no number
    words: tuple[tuple[str, ...], ...]  # a topic is found by any of these; of a pair both stand in one clause

    @property
    def mask(self) -> int:
        """The topic's bit as a number."""
        return 1 << self.bit


@dataclass(frozen=True)
class Negation:
    """Words after which a topic's word does not count."""

    words: tuple[str, ...]
    exceptions: tuple[str, ...]
    within_han: int  # characters between the negation and the word
    within_latin: int


@cache
def topics() -> tuple[Topic, ...]:
    """All topics, in the order of their bits."""
    listed: list[dict[str, Any]] = shipped("topics")["topics"]
    found = [
        Topic(
            one["code"],
            one["bit"],
            one["zh"],
            one["en"],
            Unit(one.get("from_unit", Unit.GRID)),
            None if one["sensitive"] == "none" else one["sensitive"],
            tuple(tuple(part.strip().lower() for part in word.split("+")) for word in one["words"]),
        )
        for one in listed
    ]
    return tuple(sorted(found, key=lambda topic: topic.bit))


@cache
def negation() -> Negation:
    """How negation is recognised."""
    listed = shipped("topics")["negation"]
    return Negation(tuple(listed["words"]), tuple(listed["except"]), listed["within"]["han"], listed["within"]["latin"])
