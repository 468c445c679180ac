"""Headings and words that no list had in mind, and how many of them are understood: one half to build with, one to count by."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
#: Another seed is another pair of halves.
SEED = 20260401


@dataclass
class Measured:
    """What became of the texts of one half."""

    right: int = 0
    missed: list[tuple[str, str, str]] = field(default_factory=list)  # list, text, wanted
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)  # list, text, wanted, read as

    @property
    def recall(self) -> float:
        """Share of the texts that stand for something which are read as that."""
        return self.right / max(self.right + len(self.missed) + sum(one[2] != "" for one in self.wrong), 1)

    def add(self, listed: str, text: str, wanted: str | None, told: str | None) -> None:
        """Count one text: wrong is what is read as something that it does not stand for."""
        if told is not None and told != wanted:
            self.wrong.append((listed, text, wanted or "", told))
        elif wanted is not None:
            self.right += told == wanted
            if told is None:
                self.missed.append((listed, text, wanted))


def half_of(listed: str, text: str) -> str:
    """In which half a text lies: A is built with, B only counted."""
    return "AB"[hashlib.blake2b(f"{SEED}|{listed}|{text}".encode(), digest_size=1).digest()[0] % 2]


def _lists(name: str) -> dict[str, Any]:
    listed: dict[str, Any] = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    return listed


def headings(half: str | None = None) -> Iterator[tuple[str, str | None, str]]:
    """(source, field or None, heading); None for headings of persons and of nothing that is a field."""
    for source, fields in _lists("headings").items():
        for name, texts in fields.items():
            for text in map(str, texts):
                if half is None or half_of(source, text) == half:
                    yield source, None if name in ("personal", "nothing") else name, text


def personal_headings() -> list[tuple[str, str]]:
    """(source, heading) of every heading that is of persons."""
    return [(source, str(text)) for source, fields in _lists("headings").items() for text in fields["personal"]]


def words(half: str | None = None) -> Iterator[tuple[str, str | None, str]]:
    """(vocabulary, or source of categories as "category disputes"; code or None; word)."""
    listed = _lists("words")
    categories = listed.pop("category")
    for name, codes in (*listed.items(), *((f"category {source}", codes) for source, codes in categories.items())):
        for code, texts in codes.items():
            for text in map(str, texts):
                if half is None or half_of(name, text) == half:
                    yield name, None if code in ("none", "refused") else code, text


def refused_texts() -> list[str]:
    """Every word that may be kept in no form."""
    listed = _lists("words")
    of_categories = listed.pop("category").values()
    return [str(text) for codes in (*listed.values(), *of_categories) for text in codes.get("refused", ())]


def measured(
    listed: Iterator[tuple[str, str | None, str]], told: Callable[[str, str], str | None]
) -> dict[str, Measured]:
    """What becomes of the texts of each list, and of all under ""."""
    found: dict[str, Measured] = defaultdict(Measured)
    for name, wanted, text in listed:
        code = told(name, text)
        for key in ("", name):
            found[key].add(name, text, wanted, code)
    return dict(found)


def departments() -> dict[str, dict[str, list[str]]]:
    """Vocabulary -> code (`none`: no code) -> words of the ledgers of departments."""
    return _lists("departments")
