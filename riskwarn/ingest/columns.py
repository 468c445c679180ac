"""Which column of an export is which field, and which columns are never read."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from riskwarn.configuration import Mapping
from riskwarn.contracts.vocabulary import Ground, field_of, headings_of, is_personal, refuse_words
from riskwarn.errors import ColumnMissing, ConfigurationInvalid, HeadingClash, PrivateColumn
from riskwarn.ingest.headings import Cells, Found, find_headings

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")

#: Fields that several columns of a sheet may fill: `text`, `text_2`, `text_3` …, in the order of the sheet.
REPEATED = ("text", "address")


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
    found: dict[str, list[tuple[int, Ground]]] = {}
    for position, heading in enumerate(plain):
        if position in taken or is_personal(heading):
            continue
        known = field_of(heading, kind)
        if known is not None and known[0] not in wanted:
            found.setdefault(known[0], []).append((position, known[1]))
    notes = []
    for field, claims in found.items():
        # An alias as it stands comes before one that was only found behind a prefix.
        chosen = [claim for claim in claims if claim[1] is not Ground.AFFIX] or claims
        if len(chosen) > 1 and field not in REPEATED:
            clash = ", ".join(repr(headings[position]) for position, _ in chosen)
            raise HeadingClash(file=file, headings=clash, field=field)
        for index, (position, ground) in enumerate(chosen, start=1):
            wanted[field if index == 1 else f"{field}_{index}"] = position
            if ground is not Ground.EXACT:
                how = "assumed" if ground is Ground.ASSUMED else "by its prefix or ending"
                notes.append(f"{file}: {headings[position]!r} is taken for {field} ({how}; confirm it in a mapping)")
    read = set(wanted.values())
    dropped = tuple(heading for position, heading in enumerate(headings) if position not in read and heading)
    return Columns(wanted, dropped, tuple(notes))


def heading_finder(kind: str, mapping: Mapping) -> Callable[[Sequence[Cells]], Found]:
    """Tells the headings of `kind` from titles: what an alias, the mapping or the privacy gate knows is a heading."""
    named = {plain_heading(heading) for heading in _named(mapping).values()}

    def known(cell: str) -> bool:
        plain = plain_heading(cell)
        return plain in named or is_personal(plain) or field_of(plain, kind) is not None

    return lambda top: find_headings(top, known, lambda cell: is_personal(plain_heading(cell)))


def require(columns: Columns, fields: Sequence[str], headings: Sequence[str], kind: str, file: str) -> None:
    """Raise ColumnMissing unless one of `fields` has a column; the first names it. "a+b" needs both."""
    if any(all(part in columns.positions for part in field.split("+")) for field in fields):
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
