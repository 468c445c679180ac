"""Which column of an export is which field, and which columns are never read."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from riskwarn.configuration import Mapping
from riskwarn.contracts.vocabulary import headings_of, is_personal, refuse_words
from riskwarn.errors import ColumnMissing, ConfigurationInvalid, HeadingClash, PrivateColumn
from riskwarn.ingest.headings import Cells, Found, find_headings

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")

#: Of these fields one or the other tells the place of an event.
PLACE_FIELDS = ("grid_id", "community", "community_name", "path", "town", "town_name")


@dataclass(frozen=True)
class Columns:
    """The columns of a sheet, matched."""

    positions: dict[str, int]  # field (or a heading that the mapping names for the period) -> position
    dropped: tuple[str, ...]  # headings that are not read, as they stand in the file
    notes: tuple[str, ...]


def match(headings: Sequence[str], kind: str, mapping: Mapping, file: str) -> Columns:
    """Match headings to the fields of `kind` (`events`, or the name of a table).

    The mapping comes first, then exact aliases. Raises PrivateColumn, RefusedWord (a mapping names what may not be
    read), ConfigurationInvalid (it names a column that the file does not have), HeadingClash.
    """
    plain = [plain_heading(heading) for heading in headings]
    wanted = {field: _find(heading, headings, plain, file, field) for field, heading in _named(mapping).items()}
    for field, position in wanted.items():
        if is_personal(plain[position]):
            refuse_words(plain[position], file)
            raise PrivateColumn(where=f"the mapping of {file}, columns.{field}", column=headings[position])
    taken = set(wanted.values())
    found: dict[str, list[int]] = {}
    assumed = []
    aliases = headings_of(kind)
    for position, heading in enumerate(plain):
        if position in taken or is_personal(heading) or heading not in aliases:
            continue
        field, guess = aliases[heading]
        if field not in wanted:
            found.setdefault(field, []).append(position)
            if guess:
                assumed.append(
                    f"{file}: {headings[position]!r} is taken for {field} (assumed; confirm it in a mapping)"
                )
    for field, positions in found.items():
        if len(positions) > 1:
            clash = ", ".join(repr(headings[position]) for position in positions)
            raise HeadingClash(file=file, headings=clash, field=field)
        wanted[field] = positions[0]
    read = set(wanted.values())
    dropped = tuple(heading for position, heading in enumerate(headings) if position not in read and heading)
    return Columns(wanted, dropped, tuple(assumed))


def heading_finder(kind: str, mapping: Mapping) -> Callable[[Sequence[Cells]], Found]:
    """Tells the headings of `kind` from titles: what an alias, the mapping or the privacy gate knows is a heading."""
    aliases, named = headings_of(kind), {plain_heading(heading) for heading in _named(mapping).values()}

    def known(cell: str) -> bool:
        plain = plain_heading(cell)
        return plain in aliases or plain in named or is_personal(plain)

    return lambda top: find_headings(top, known, lambda cell: is_personal(plain_heading(cell)))


def require(columns: Columns, fields: Sequence[str], headings: Sequence[str], kind: str, file: str) -> None:
    """Raise ColumnMissing unless one of `fields` has a column; the first names it."""
    if any(field in columns.positions for field in fields):
        return
    words = [heading for heading, (field, _) in headings_of(kind).items() if field in fields]
    close = [near for heading in headings for near in difflib.get_close_matches(plain_heading(heading), words, 1, 0.6)]
    shown = [heading for heading in headings if heading and not is_personal(plain_heading(heading))][:8]
    hint = f"found {', '.join(shown)}" if shown else "found nothing that may be read"
    if close:
        hint += f"; usual is {close[0]}"
    raise ColumnMissing(file=file, field=fields[0], hint=hint)


def plain_heading(heading: str) -> str:
    """A heading without blanks, line breaks, bracketed units, a trailing colon or asterisk, 必填; in half width."""
    text = unicodedata.normalize("NFKC", heading)
    text = _BRACKETS.sub("", text)
    return "".join(text.split()).replace("必填", "").rstrip(":*").lstrip("*")


def _named(mapping: Mapping) -> dict[str, str]:
    """Every column that the mapping names: field -> heading; the period's parts as period_start, …"""
    named = dict(mapping.columns)
    if mapping.period is not None:
        parts = {"start": mapping.period.start, "year": mapping.period.year, "month": mapping.period.month}
        named.update({f"period_{part}": heading for part, heading in parts.items() if heading is not None})
    return named


def _find(heading: str, headings: Sequence[str], plain: Sequence[str], file: str, field: str) -> int:
    for listed, sought in ((list(headings), heading), (list(plain), plain_heading(heading))):
        if sought in listed:
            return listed.index(sought)
    raise ConfigurationInvalid(
        file=f"the mapping of {file}",
        line=1,
        key=f"columns.{field}",
        problem=f"the file has no column {heading!r}; it has {', '.join(headings)}",
    )
