"""Registers of persons whom offices watch or supervise: known by what they are called, and by what their rows say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from riskwarn.errors import RegisterOfPersons
from riskwarn.files import packaged
from riskwarn.refused import folded

#: Where so great a share of the filled cells of a column names such persons, its table is a register of them.
MOSTLY = 0.5
#: Fewer rows are no register: each is refused by its word.
FEWEST_ROWS = 10


@cache
def controlled_words() -> tuple[str, ...]:
    """The classes of persons."""
    return tuple(packaged("contracts/data/controlled.yaml")["words"])


def controlled_word(text: str) -> str | None:
    """The class of persons that a text names, if any, however it is spaced or written."""
    if text.isascii():
        return None
    plain = folded(text)
    return next((word for word in controlled_words() if word in plain), None)


def refuse_register(file: str, called: Iterable[str]) -> None:
    """Raise RegisterOfPersons where a table is a register of persons by its name, its titles or those of its sheet."""
    for text in called:
        if (word := controlled_word(text)) is not None:
            raise RegisterOfPersons(where=file, told=word)


def named_in_most(words: Mapping[str, int]) -> str | None:
    """The class of persons that most rows of a column name, if so many do that its table is a register (word -> rows)."""
    named = {text: word for text in words if (word := controlled_word(text)) is not None}
    rows = sum(words.values())
    if rows >= FEWEST_ROWS and sum(words[text] for text in named) >= MOSTLY * rows:
        return next(iter(named.values()))
    return None
