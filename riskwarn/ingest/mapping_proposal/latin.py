"""Columns whose heading is English or made of initials: taken for a field where what stands in them agrees."""

from __future__ import annotations

import re
from collections.abc import Callable

from riskwarn.contracts.categories import CategoryWords
from riskwarn.contracts.fields import Kind
from riskwarn.contracts.latin import english_field, initial_fields
from riskwarn.contracts.phrases import code_of
from riskwarn.contracts.vocabulary import words_that_mean
from riskwarn.geography import shapes
from riskwarn.ingest.mapping_proposal.profile import Column
from riskwarn.ingest.mapping_proposal.recognised import Recognised
from riskwarn.messages import Message

#: So great a share of the rows of a column has to agree with the field that its heading hints at.
MOST = 0.5
_ENGLISH = Message("by its English heading, and its values agree")
_INITIALS = Message("by the initials of its heading, and its values agree")
_UNIT = re.compile(r"(?:社区|村|居委会|街道|镇|乡|区|县|网格|路段|市)$")


def by_latin_headings(found: Recognised) -> None:
    """Take columns of which the English words or the initials of the heading, and the cells, say the same field."""
    claims: dict[str, list[tuple[Column, str]]] = {}
    for column in found.free():
        english = english_field(column.heading, found.contract.kind)
        hinted = (english,) if english else initial_fields(column.heading, found.contract.kind)
        fitting = [name for name in hinted if name not in found.fields and agrees(found, name, column)]
        if len(fitting) == 1:
            ground: str = _ENGLISH if english else _INITIALS
            claims.setdefault(fitting[0], []).append((column, ground))
    for name, columns in claims.items():
        # Of two nobody could say which it is.
        if len(columns) == 1:
            column, ground = columns[0]
            found.take(column, name, ground, False)


def agrees(found: Recognised, name: str, column: Column) -> bool:
    """Whether what stands in a column looks like a field."""
    field = found.contract.field(name)
    if column.position not in found.seen.cells:
        return False
    if field.kind in (Kind.INSTANT, Kind.DATE):
        return column.holds in ("date", "date and time")
    if field.kind is Kind.DIGEST:
        return column.empty == 0 and column.distinct == 1 and column.holds in ("id", "whole number", "word")
    if field.kind in (Kind.ID, Kind.NAME):
        return _is_place(found, name, column, field.kind)
    if field.kind is Kind.CATEGORY:
        listed = CategoryWords(found.contract.source, found.contract.categories)
        return bool(column.words) and _share(column, lambda word: listed.code(word) is not None) >= MOST
    if field.vocabulary is not None:
        waiting = words_that_mean("in_progress")
        vocabulary = field.vocabulary
        return bool(column.words) and (
            _share(column, lambda word: code_of(vocabulary, word) is not None or word in waiting) >= MOST
        )
    if field.kind is Kind.GEOMETRY:
        texts = found.seen.cells[column.position].dropna().head(5)
        return len(texts) > 0 and all(shapes.rings_of(str(text)) is not None for text in texts)
    if name in ("longitude", "latitude"):
        return column.holds == "coordinate"
    return {Kind.PAIR: "pair of coordinates", Kind.TEXT: "text", Kind.WHOLE: "whole number"}.get(
        field.kind
    ) == column.holds


def _is_place(found: Recognised, name: str, column: Column, kind: Kind) -> bool:
    """Units that are loaded; before any is, codes of which each stands in a row, or names that end like those of units."""
    cells = found.seen.cells[column.position].dropna().astype(str)
    if not len(cells):
        return False
    for place in found.places:
        if place.field == name and place.values:
            return float(cells.isin(place.values).mean()) >= MOST
    if kind is Kind.NAME:
        return float(cells.str.contains(_UNIT).mean()) >= MOST
    return not found.contract.events and column.holds in ("id", "word", "whole number") and column.distinct > MOST


def _share(column: Column, fits: Callable[[str], bool]) -> float:
    words = column.words or {}
    return sum(rows for word, rows in words.items() if fits(word)) / max(sum(words.values()), 1)
