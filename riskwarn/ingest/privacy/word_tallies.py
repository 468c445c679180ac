"""Which words of a file no list knows, which were read by their parts, and how many rows bear each.

A word is named only where it can be shown: borne by several rows, short, no number, no name, no refused word. Of the
others only their number is told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from riskwarn.contracts.personal import may_be_name, may_name_category
from riskwarn.contracts.persons import names_somebody
from riskwarn.contracts.vocabulary import chinese_name
from riskwarn.ingest.values.cells import coded
from riskwarn.messages import Joined, Message, Named
from riskwarn.refused import refused_word

#: A word is named that so many rows bear; of a field so many of each kind.
BORNE_BY, NAMED = 5, 8


def may_be_named(word: str) -> bool:
    """Whether a word of a vocabulary may be shown and kept: of no part could it be said that it is a text, a number or a name."""
    parts = [part for part in re.split(r"[,，、;；/()（）\s]+", word) if part]
    return (
        refused_word(word) is None
        and not any(character.isdigit() for character in word)
        and bool(parts)
        and len(word) <= 24
        and all(may_name_category(part) and not may_be_name(part) and not names_somebody(part) for part in parts)
    )


@dataclass
class WordTallies:
    """Counts words of all batches of a sheet; a word that may not be named is counted and forgotten."""

    unknown: dict[str, Counter[str]] = field(default_factory=dict)  # field -> word -> rows
    guessed: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)  # field -> (word, code) -> rows

    def add(self, name: str, cells: pa.Array, unknown: set[str], guessed: Mapping[str, str]) -> None:
        """Count the rows of a field that bear these words; `guessed` are words with the code that they were read as."""
        if not unknown and not guessed:
            return
        codes, words = coded(cells)
        rows = np.bincount(codes[codes >= 0], minlength=len(words))
        for word, number in zip(words, rows.tolist(), strict=False):
            if not number:
                continue
            if word in unknown:
                self.unknown.setdefault(name, Counter())[word] += number
            elif word in guessed:
                self.guessed.setdefault(name, Counter())[word, guessed[word]] += number

    def as_dict(self) -> dict[str, dict[str, object]]:
        """Field -> {words, rows, named: {word: rows}} of the unknown words: what the ledger keeps of them."""
        return {
            name: {"words": len(words), "rows": words.total(), "named": dict(commonest(words))}
            for name, words in self.unknown.items()
            if words
        }

    def notes(self, source: str) -> list[str]:
        """What the account says of them."""
        return [
            *(_said_unknown(name, source, words) for name, words in self.unknown.items() if words),
            *(_said_guessed(name, source, words) for name, words in self.guessed.items() if words),
        ]


def commonest(words: Counter[str]) -> list[tuple[str, int]]:
    """The words that may be named with the rows of each, the commonest first."""
    return [(word, rows) for word, rows in words.most_common() if rows >= BORNE_BY and may_be_named(word)][:NAMED]


def _said_unknown(name: str, source: str, words: Counter[str]) -> str:
    told = {"field": name, "words": len(words), "rows": f"{words.total():,}", "source": source}
    shown = commonest(words)
    if not shown:
        return Message(
            "{field}: {words} unknown word(s) of {rows} row(s) were read as empty; say what they mean in riskwarn.yaml, under "
            "sources: {source}: mapping: words: {field}", **told,
        )  # fmt: skip
    named = Joined(", ", [f"{word} ({rows:,})" for word, rows in shown])
    return Message(
        "{field}: {words} unknown word(s) of {rows} row(s) were read as empty: {named}; say what they mean in riskwarn.yaml, "
        "under sources: {source}: mapping: words: {field}", named=named, **told,
    )  # fmt: skip


def _said_guessed(name: str, source: str, words: Counter[tuple[str, str]]) -> str:
    told = {"field": name, "words": len(words), "rows": f"{words.total():,}", "source": source}
    shown = [one for one in words.most_common() if one[1] >= BORNE_BY and may_be_named(one[0][0])][:NAMED]
    if not shown:
        return Message(
            "{field}: {words} word(s) of {rows} row(s) were read by their parts; what is wrong can be said in riskwarn.yaml, "
            "under sources: {source}: mapping: words: {field}", **told,
        )  # fmt: skip
    named = Joined(
        ", ",
        [
            Message(
                "{word} → {code} ({rows})",
                word=word,
                code=Named(code, chinese_name(name, source, code)),
                rows=f"{rows:,}",
            )
            for (word, code), rows in shown
        ],
    )
    return Message(
        "{field}: {words} word(s) of {rows} row(s) were read by their parts: {named}; what is wrong can be said in "
        "riskwarn.yaml, under sources: {source}: mapping: words: {field}", named=named, **told,
    )  # fmt: skip
