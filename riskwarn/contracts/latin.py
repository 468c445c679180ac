"""What an English heading of a program, or one of pinyin initials, may stand for; what stands below it has to agree.

Systems export the names of their columns (eventType, gmt_create, GRID_CODE) or initials of Chinese ones (WGBM, JFLX, SLSJ).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from typing import Any

from riskwarn.contracts.compositions import composed_headings
from riskwarn.contracts.vocabulary import headings_of, is_personal, shipped

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_INITIALS = re.compile(r"[A-Za-z]{3,12}")
#: GB 2312 orders its first level by pinyin: the first code of each initial.
_STARTS = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8, 0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA,
    0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1,
)  # fmt: skip
_LETTERS = "abcdefghjklmnopqrstwxyz"
_LAST = 0xD7F9
#: Characters that are usually read otherwise than GB 2312 has them.
_READ = {"调": "t", "重": "c", "行": "x", "化": "h", "地": "d"}


def english_field(heading: str, kind: str) -> str | None:
    """The field that the English words of a heading say; None where any of them is not known, or is of a person."""
    words = _words(heading)
    listed: dict[str, Any] = shipped("latin")
    if not words or is_personal(heading) or set(words) & set(listed["persons"]):
        return None
    fields = {field for field, _ in headings_of(kind).values()}
    found: str | None = _said(words, listed)
    if kind == "grids":
        found = {"grid_name": "name", "category": "kind"}.get(found or "", found)
    elif found == "category" and "grid" in words:
        found = None
    return found if found in fields else None


def initial_fields(heading: str, kind: str) -> tuple[str, ...]:
    """The fields whose Chinese headings have these initials; none where a heading of persons has them, too."""
    if not heading.isascii() or not _INITIALS.fullmatch(heading):
        return ()
    plain = heading.lower()
    whole, ends, within = _of_persons()
    if plain in whole or plain.endswith(ends) or any(part in plain for part in within):
        return ()
    return _by_initials(kind).get(plain, ())


def initials(text: str) -> str | None:
    """The initials of Han characters as they are read; None where one is rare. ASCII letters stand for themselves."""
    found = []
    for character in text:
        if character.isascii():
            found.append(character.lower())
            continue
        encoded = character.encode("gb2312", errors="ignore")
        code = int.from_bytes(encoded, "big") if len(encoded) == 2 else 0
        if character in _READ:
            found.append(_READ[character])
        elif _STARTS[0] <= code <= _LAST:
            found.append(_LETTERS[bisect_right(_STARTS, code) - 1])
        else:
            return None
    return "".join(found)


def _words(heading: str) -> list[str]:
    if not heading.isascii() or re.search(r"\d", heading):
        return []
    return [word.lower() for word in _WORDS.findall(heading)]


def _said(words: list[str], listed: dict[str, Any]) -> str | None:
    last, before = words[-1], words[:-1]
    subjects, times, units = set(listed["subjects"]), listed["times"], listed["units"]
    others = [word for word in before if word not in subjects]
    unit: str | None = next((field for field, names in units.items() if others and others[-1] in names), None)
    if unit is not None and len(others) == 1:
        if last in listed["ids"]["nouns"]:
            return unit
        named = "grid_name" if unit == "grid_id" else f"{unit}_name"
        of_grids = unit == "grid_id" and last in listed["nouns"]["category"]
        return named if last == "name" else "category" if of_grids else None
    verbs: dict[str, str] = {verb: field for field, listing in times.items() if field != "nouns" for verb in listing}
    if last in times["nouns"] or (words[0] == "gmt" and last in verbs):
        told = [word for word in (before if last in times["nouns"] else words) if word in verbs]
        rest = [word for word in others if word not in verbs]
        # Of report and create the last says it: last_update_time.
        return verbs[told[-1]] if told and not rest else None
    if last in listed["ids"]["nouns"]:
        return "record_id" if before and not others else None
    if last == "name" and len(words) > 2 and words[-2] in listed["nouns"]["category"]:
        return _said(words[:-1], listed)
    found: str | None = next((field for field, nouns in listed["nouns"].items() if last in nouns), None)
    if found == "category" and len(others) == 1:
        if others[0] in listed["finer"]:
            return "category_detail"
        return "category" if others[0] in listed["coarser"] else None
    if found == "severity" and others and set(others) <= set(listed["nouns"]["urgency"]):
        return "urgency"
    return found if not others else None


@cache
def _by_initials(kind: str) -> dict[str, tuple[str, ...]]:
    told: dict[str, set[str]] = {}
    headings = {**composed_headings(kind), **{heading: field for heading, (field, _) in headings_of(kind).items()}}
    for heading, field in headings.items():
        if len(heading) > 2 and not heading.isascii() and not is_personal(heading) and (found := initials(heading)):
            told.setdefault(found, set()).add(field)
    return {found: tuple(sorted(fields)) for found, fields in told.items()}


@cache
def _of_persons() -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Initials of headings of persons: whole ones, what they end with, and what stands anywhere in them."""
    listed = shipped("dropped")
    whole, ends, within = (
        [found for word in listed[name] if not word.isascii() and (found := initials(word))]
        for name in ("exact", "suffixes", "anywhere")
    )
    # Two letters tell little: 时间 has those of 手机, 结果 those of 籍贯.
    short = [end for end in ends if len(end) > 2 or end in ("xm", "dh", "xb", "nl", "zz")]
    return frozenset(whole), tuple(short), tuple(part for part in within if len(part) > 2)
