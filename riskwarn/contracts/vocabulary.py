"""The shipped words: categories, vocabularies, headings, what is dropped and not loaded, read from packaged lists."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from riskwarn.contracts.compositions import (
    composed_field,
    composed_headings,
    without_counter,
    without_number,
    without_span,
)
from riskwarn.contracts.controlled import controlled_word
from riskwarn.files import packaged
from riskwarn.messages import Named
from riskwarn.petitions import Road, forms_of_kinds, petition_word
from riskwarn.refused import folded, refusals, refused_word
from riskwarn.words import NOTICE_STATUSES

#: Headings, and cells that may be some, of which is remembered whether they are of persons.
_HEADINGS = 1 << 13
_ACCUSATIONS = ("检举控告", "揭发控告", "举报", "report")
_BETWEEN_HAN = re.compile(r"(?<=[㐀-鿿]) (?=[㐀-鿿])")


@cache
def shipped(name: str) -> dict[str, Any]:
    """One packaged list by its name (`categories`, `headings`, `words`, `dropped`, …)."""
    return packaged(f"contracts/data/{name}.yaml")


def normalised(text: str) -> str:
    """Full width as half width, without blanks at the ends, inside line breaks, or between Han characters.

    Offices pad words of two characters to the width of four.
    """
    return _BETWEEN_HAN.sub("", " ".join(unicodedata.normalize("NFKC", text).split()))


@cache
def categories_of(source: str) -> dict[str, tuple[str, str]]:
    """Code -> (Chinese, English) of a source's shipped categories, `other` last; empty where none are shipped."""
    listed: dict[str, list[str]] = shipped("categories").get(source, {})
    return {code: (words[0], words[1]) for code, words in listed.items()}


@cache
def category_words(source: str) -> dict[str, str]:
    """Word -> code of a source's shipped categories; a code is a word for itself."""
    listed: dict[str, list[str]] = shipped("categories").get(source, {})
    words = {code: code for code in listed}
    for code, (zh, en, *others) in listed.items():
        words.update({normalised(word): code for word in (zh, en, *others)})
    return words


@cache
def field_words(field: str) -> dict[str, str]:
    """Word -> code of a vocabulary (severity, outcome, form, …); a code is a word for itself."""
    listed: dict[str, list[str]] = shipped("words")["fields"][field]
    words = {code: code for code in listed}
    words.update({normalised(str(word)): code for code, others in listed.items() for word in others})
    return {**forms_of_kinds(), **words} if field == "form" else words


def chinese_name(field: str, source: str, code: str) -> str:
    """What a code of a vocabulary, or of the categories of a source, is called in Chinese; itself where no list has it."""
    if field.startswith("category"):
        return categories_of(source).get(code, (code, code))[0]
    listed: list[str] = shipped("words")["fields"].get(field, {}).get(code, [code])
    return str(shipped("words")["names"].get(field, {}).get(code, listed[0]))


def standing_named(status: str) -> Named:
    """Where a notice stands, as the app that supervises tickets calls it; what no ticket has has a name of its own."""
    return Named(status, NOTICE_STATUSES.get(status) or chinese_name("ticket_status", "tickets", status))


@cache
def words_that_mean(what: str) -> frozenset[str]:
    """The words that are `empty`, `withdrawn` or `in_progress`, or of an inspection `nothing_found`, `sound`, `faulty`, `wanting`."""
    return frozenset(normalised(str(word)) for word in shipped("words")[what])


@cache
def kinds_not_loaded(source: str) -> frozenset[str]:
    """Kinds and topics of a source that are by rule not loaded."""
    return frozenset(refusals()["not_loaded"].get(source, ()))


def is_not_loaded(source: str, text: str) -> bool:
    """Whether a row of a source with this word is by rule not loaded: see :func:`rule_against`."""
    return rule_against(source, text) is not None


def rule_against(source: str, text: str) -> str | None:
    """The rule (of :data:`riskwarn.contracts.reasons.RULES`) by which a row with this word is not loaded, if there is one.

    A kind that is not loaded also counts where more follows it (检举控告类), a long one wherever it stands (网上检举控告).
    """
    told = rule_and_word(source, text)
    return None if told is None else told[0]


def rule_and_word(source: str, text: str) -> tuple[str, str] | None:
    """The rule as in :func:`rule_against`, and the word of its list that the text holds: of the text nothing else is to be told."""
    plain = folded(text)
    for word in kinds_not_loaded(source):
        if plain == word or (not word.isascii() and _stands_in(word, plain)):
            return ("accusation" if word in _ACCUSATIONS else "confidential" if word == "保密" else "kind"), word
    refused = refused_word(text) or controlled_word(text)
    return None if refused is None else ("refused_word", refused)


def petition_told(text: str, field: str, called: bool) -> str | None:
    """The word by which a cell of a row's category, kind, form or channel (`field`) says that it is a petition, if it does.

    `called` where the others of its register were calls: there who comes or writes petitions. At a mediator's whoever comes has a dispute,
    and of a matter (邮政信函) a way to bring it is no part.
    """
    if field.startswith("category"):
        return petition_word(text, Road.CALL_CATEGORY if called else Road.CATEGORY)
    return petition_word(text, Road.CALL if called else Road.FORM)


def _stands_in(word: str, plain: str) -> bool:
    return plain.startswith(word) or (len(word) > 3 and word in plain)


@lru_cache(_HEADINGS)
def is_personal(heading: str) -> bool:
    """Whether a column of this (normalised) heading holds persons, protected traits or counts of people."""
    exact, prefixes, suffixes, allowed = _dropped()
    key = _key(without_counter(without_span(without_number(heading)))).replace(
        "台账号", "台账编号"
    )  # the number of a ledger is no account
    if key in allowed:
        return False
    if key in exact or key.startswith(prefixes) or key.endswith(suffixes) or refused_word(heading) is not None:
        return True
    # Behind other words a person is still a person (纠纷当事人地址), and a number of them is none.
    listed = shipped("dropped")
    return not key.endswith(_NUMBERS_OF) and any(word in key for word in listed["anywhere"])


#: How a heading ends that counts people.
_NUMBERS_OF = ("数", "数量")


@cache
def _dropped() -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...], frozenset[str]]:
    listed = shipped("dropped")
    exact, prefixes, suffixes, allowed = (
        tuple(map(_key, listed[name])) for name in ("exact", "prefixes", "suffixes", "except")
    )
    return frozenset(exact), prefixes, suffixes, frozenset(allowed)


def _key(heading: str) -> str:
    """How headings are compared: `Report ID`, `report_id` and `ReportId` are one."""
    return normalised(heading).lower().replace("_", "").replace("-", "").replace(" ", "")


class Ground(StrEnum):
    """Why a heading is taken for a field, from the best reason down."""

    OWN = "own"  # the mapping lists it
    EXACT = "exact"  # the heading is a seen alias
    ASSUMED = "assumed"  # the heading is an alias that nobody has confirmed yet
    AFFIX = "affix"  # it is an alias behind a known prefix, or with another ending
    PARTS = "parts"  # it is made of known parts: who it is of, what happened, and a noun


@cache
def headings_of(kind: str) -> dict[str, tuple[str, Ground]]:
    """Heading -> (field, ground) of `events` or of a table: the exact and the assumed aliases."""
    found: dict[str, tuple[str, Ground]] = {}
    for field, words in shipped("headings")[kind].items():
        for word in (field, *words):
            found[_key(word.rstrip("?"))] = (field, Ground.ASSUMED if word.endswith("?") else Ground.EXACT)
    return found


@cache
def field_of(heading: str, kind: str) -> tuple[str, Ground] | None:
    """The field for which a (normalised) heading stands, and why; None for a heading that no contract knows.

    With a year, a quarter or months in it (2026年化解时间) it is a guess: there may be one for each of them. So it is with a number
    behind it (化解结果1).
    """
    whole = without_number(heading)
    plain = without_span(whole)
    found = _field_of(plain, kind)
    if found is None and (shorter := without_counter(plain)) != plain:
        plain, found = shorter, _field_of(shorter, kind)
    if found is None or plain == whole or found[1] is Ground.PARTS:
        return found
    return found[0], Ground.AFFIX


def _field_of(heading: str, kind: str) -> tuple[str, Ground] | None:
    aliases, heading = headings_of(kind), _key(heading)
    if heading in aliases:
        return aliases[heading]
    whole = composed_headings(kind).get(heading)
    affixes = shipped("headings")["affixes"]
    shorter = [heading.removeprefix(prefix) for prefix in affixes["prefixes"] if heading.startswith(prefix)]
    for form in (heading, *shorter):
        endings = [
            form.removesuffix(ending) + other for ending, other in affixes["suffixes"].items() if form.endswith(ending)
        ]
        found = next((aliases[one] for one in (form, *endings) if one in aliases), None)
        if found is not None:
            field = _named(found[0], heading, kind)
            return (field, Ground.AFFIX) if whole in (None, field) else (whole, Ground.PARTS)
    composed = composed_field(heading, kind)
    return None if composed is None else (composed, Ground.PARTS)


def _named(field: str, heading: str, kind: str) -> str:
    """The name of a unit where a heading says so of its code: 责任网格名称."""
    name = {"grid_id": "name" if kind == "grids" else "grid_name"}.get(field, f"{field}_name")
    return name if heading.endswith("名称") and name in _fields_of(kind) else field


@cache
def _fields_of(kind: str) -> frozenset[str]:
    return frozenset(field for field, _ in headings_of(kind).values())


def template_heading(kind: str, field: str) -> str:
    """The Chinese heading that a template writes for a field: its first alias that is not assumed, else the first."""
    words: list[str] = shipped("headings")[kind].get(field, [])
    return next((word for word in words if not word.endswith("?")), words[0].rstrip("?") if words else field)


def may_be_opinion(heading: str) -> bool:
    """Whether a (normalised) heading stands for an officer's opinion in some registers."""
    return _opinion_on(heading) is not None


def is_opinion(heading: str, words: Iterable[str]) -> bool:
    """Whether a column is an officer's opinion: its (normalised) heading may be one, and a word is not the field's.

    风险等级 with the four words of severity is severity; with others (高, 中, 低, colours …) nothing of it is read.
    """
    field = _opinion_on(heading)
    return field is not None and any(normalised(word) not in field_words(field) for word in words)


def _opinion_on(heading: str) -> str | None:
    """The field that a heading is of, where it may stand for an opinion, also behind other words (纠纷风险等级)."""
    opinions: dict[str, str] = shipped("headings")["opinions"]
    return next((field for word, field in opinions.items() if heading.endswith(word)), None)
