"""Which words of a file no list knows, which were read by their parts, and how many rows bear each.

A word is named only where it can be shown: borne by several rows, short, no number, nothing that could be a name, no refused word.
Of the others their number is told, and the row of the first. Of a word that was read by its parts the phrase of the list is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from riskwarn.contracts.phrases import Heard
from riskwarn.contracts.read_as import said_read_as
from riskwarn.contracts.repeated import may_be_named
from riskwarn.ingest.values.cells import coded
from riskwarn.messages import Joined, Message

#: A word is named that so many rows bear; of a field so many of each kind.
BORNE_BY, NAMED = 5, 8


@dataclass
class WordTallies:
    """Counts words of all batches of a sheet; a word that may not be named is counted and forgotten."""

    unknown: dict[str, Counter[str]] = field(default_factory=dict)  # field -> word -> rows
    guessed: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)  # field -> (phrase, code) -> rows
    said: dict[str, set[str]] = field(default_factory=dict)  # field -> the words that were read by their parts
    first: dict[str, int] = field(default_factory=dict)  # field -> the first row of the file with an unknown word

    def add(
        self,
        name: str,
        cells: pa.Array,
        unknown: set[str],
        guessed: Mapping[str, Heard],
        numbers: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Count the rows of a field that bear these words; `guessed` are words with what they were read as.

        `numbers` are those of the rows in the file.
        """
        if not unknown and not guessed:
            return
        codes, words = coded(cells)
        rows = np.bincount(codes[codes >= 0], minlength=len(words))
        if numbers is not None and name not in self.first:
            lacking = np.flatnonzero(np.isin(codes, [at for at, word in enumerate(words) if word in unknown]))
            self.first |= {name: int(numbers[lacking[0]])} if len(lacking) else {}
        for word, number in zip(words, rows.tolist(), strict=False):
            if not number:
                continue
            if word in unknown:
                self.unknown.setdefault(name, Counter())[word] += number
            elif word in guessed:
                told = guessed[word]
                self.guessed.setdefault(name, Counter())[told.by, str(told.code)] += number
                self.said.setdefault(name, set()).add(word)

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
            *(
                _said_unknown(name, source, words, self.first.get(name))
                for name, words in self.unknown.items()
                if words
            ),
            *(
                _said_guessed(name, source, words, len(self.said[name]))
                for name, words in self.guessed.items()
                if words
            ),
        ]


def commonest(words: Counter[str]) -> list[tuple[str, int]]:
    """The words that may be named with the rows of each, the commonest first."""
    return [(word, rows) for word, rows in words.most_common() if rows >= BORNE_BY and may_be_named(word)][:NAMED]


def _said_unknown(name: str, source: str, words: Counter[str], first: int | None) -> str:
    told = {"field": name, "words": len(words), "rows": f"{words.total():,}", "source": source}
    shown = commonest(words)
    if not shown and first is not None:
        return Message(
            "{field}: {words} unknown word(s) of {rows} row(s) were read as empty, the first in row {first}; say what they mean in "
            "riskwarn.yaml, under sources: {source}: mapping: words: {field}", first=first, **told,
        )  # fmt: skip
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


def _said_guessed(name: str, source: str, phrases: Counter[tuple[str, str]], words: int) -> str:
    told: dict[str, Any] = {"field": name, "words": words, "rows": f"{phrases.total():,}", "source": source}
    shown = [one for one in phrases.most_common() if one[1] >= BORNE_BY and one[0][0]][:NAMED]
    if not shown:
        return Message(
            "{field}: {words} word(s) of {rows} row(s) were read by their parts; what is wrong can be said in riskwarn.yaml, "
            "under sources: {source}: mapping: words: {field}", **told,
        )  # fmt: skip
    return said_read_as([(*pair, f"{rows:,}") for pair, rows in shown], **told)
