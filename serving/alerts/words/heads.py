"""The head of a notice: one line for a phone, cut by how it is made; never inside a word, and never without its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from riskwarn.alert_texts import HEAD_MOST, MARKS_MOST, Language, placeholders, width
from riskwarn.words import Unit
from serving.alerts.words.wording import Wording

#: A word that is written in letters and digits is not cut; elsewhere one character is.
_WORD = re.compile(r"[^\W\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|\s+|.", re.DOTALL)


def most(language: Language) -> int:
    """Characters of a head, without the marks that may stand before it."""
    return HEAD_MOST[language] - MARKS_MOST[language]


def head(parts: Sequence[str], values: Mapping[str, str | None], told: Mapping[str, Any], wording: Wording) -> str:
    """The parts in their order: one that names what is not known is left out, and from the first that does not fit, all the others."""
    known = {name: value or "" for name, value in values.items()}
    room = most(wording.language) - width(parts[0].format_map({**known, "place": ""}))
    text = parts[0].format_map({**known, "place": place(told, wording, room)})
    for part in parts[1:]:
        if not all(known[name] for name in placeholders(part)):
            continue
        longer = text + part.format_map(known)
        if width(longer) > most(wording.language):
            break
        text = longer
    return text


def place(told: Mapping[str, Any], wording: Wording, room: int) -> str:
    """Where it is, in so many characters: with its community where that fits, else by its own name, else by the beginning of that."""
    name = own_name(told)
    if told.get("members"):
        form, count = wording.part("several"), len(told["members"])
        left = room - width(form.format(name="", count=count))
        return str(form.format(name=shortened(name, left), count=count))
    above = [line(one["name"]) for one in told.get("above", ()) if one["unit"] == Unit.COMMUNITY]
    if above and above[0] and above[0] not in name:
        longer = f"{above[0]}{name}" if wording.language == "zh" else f"{name}, {above[0]}"
        if width(longer) <= room:
            return longer
    return shortened(name, room)


def own_name(told: Mapping[str, Any]) -> str:
    """What a unit is called; its code where it has no name."""
    return line(told.get("name")) or line(told.get("code")) or str(told.get("unit", ""))


def line(text: object) -> str:
    """A text on one line, without what no line shows."""
    plain = "".join(character if character.isprintable() else " " for character in str(text or ""))
    return " ".join(plain.split())


def shortened(text: str, room: int) -> str:
    """A text of so many characters, cut between words and marked where it was; one word that is longer is cut all the same.

    >>> shortened("Qingshan 12", 20), shortened("Qingshan community 12", 14), shortened("青山社区第12网格", 8)
    ('Qingshan 12', 'Qingshan…', '青山社区第12…')
    """
    if width(text) <= room:
        return text
    kept = _first(_WORD.findall(text), room - 1)
    return (kept if kept.strip() else _first(text, room - 1)).rstrip() + "…"


def _first(pieces: Iterable[str], room: int) -> str:
    """The first pieces, as many as there is room for."""
    kept = ""
    for piece in pieces:
        if width(kept + piece) > room:
            break
        kept += piece
    return kept
