"""Which column of an export is which field, and which columns are never read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as defaults
from itertools import pairwise

from riskwarn.contracts.sources import PLACE
from riskwarn.contracts.vocabulary import Ground, field_of, headings_of, is_opinion, is_personal, may_be_opinion
from riskwarn.errors import ColumnMissing, ConfigurationInvalid, HeadingClash, PrivateColumn, TablesSideBySide
from riskwarn.ingest.heading_words import known_field, named_columns, own_place, plain_heading, position_of
from riskwarn.ingest.redaction import kept_heading, shown_headings
from riskwarn.ingest.values.clock import TIME_OF
from riskwarn.mapping import Mapping
from riskwarn.messages import Joined, Listed, Message
from riskwarn.refused import refuse_words

#: Fields of which the codes are kept, or a digest of them.
_IDS = ("record_id", "repeat_of", "linked_to", "grid_id", "community", "town", "district")

#: Grounds that are shown, and wait to be confirmed.
_GUESSED = {
    Ground.ASSUMED: Message("assumed"),
    Ground.AFFIX: Message("by its prefix or ending"),
    Ground.PARTS: Message("by its parts"),
}

#: What tells equal headings apart: 类型（受理情况）, 类型（2）.
_APART = re.compile(r"（[^（）]*）$")

#: What in a heading says that its column holds days, or times of day.
_DAY_OR_TIME = re.compile(r"日期|时间|时刻|date|time", re.I)

#: Fields that several columns of a sheet may fill: `text`, `text_2`, `text_3` …, in the order of the sheet. A category may
#: have a third level and a fourth, and whether a matter turned violent may stand beside what came of that.
REPEATED = ("text", "address", "category_detail", "escalation")
#: Fields that are the sum of several columns, and what in their headings says that each counts a part: 重伤 and 轻伤.
_SUMMED = {"injured": re.compile("重伤|轻伤|轻微伤")}


@dataclass(frozen=True)
class Columns:
    """The columns of a sheet, matched."""

    positions: dict[str, int]  # field (or a heading that the mapping names for the period) -> position
    dropped: tuple[str, ...]  # headings that are not read, as they stand in the file
    notes: tuple[str, ...]
    claimed: dict[str, str] = defaults(
        default_factory=dict
    )  # mapped or guessed fields whose heading no contract lists -> heading


def match(headings: Sequence[str], kind: str, mapping: Mapping, file: str) -> Columns:
    """Match headings to the fields of `kind` (`events`, or the name of a table).

    The mapping comes first, then exact aliases. Raises PrivateColumn, RefusedWord (a mapping names what may not be
    read), ConfigurationInvalid (it names a column that the file does not have), HeadingClash.
    """
    shown = shown_headings(headings)
    plain = [plain_heading(heading) for heading in headings]
    wanted = {field: _find(heading, headings, file, field) for field, heading in named_columns(mapping).items()}
    for field, position in wanted.items():
        if is_personal(plain[position]):
            refuse_words(plain[position], file)
            raise PrivateColumn(
                where=_in_mapping(file, f"columns.{field}"),
                column=headings[position],
            )
    for field, listed in mapping.headings.items():
        if personal := next((heading for heading in listed if is_personal(plain_heading(heading))), None):
            refuse_words(personal, file)
            raise PrivateColumn(where=_in_mapping(file, f"headings.{field}"), column=personal)
    apart = days_and_times(plain, kind, mapping, wanted)
    for field, (day, clock) in apart.items():
        wanted.update({field: day, TIME_OF + field: clock})
    taken = {position for field, position in wanted.items() if not field.startswith("identity_")}
    found: dict[str, list[tuple[int, Ground]]] = {}
    for position, heading in enumerate(plain):
        if position in taken or is_personal(heading):
            continue
        known = known_field(heading, kind, mapping)
        if known is not None and known[0] not in wanted:
            found.setdefault(known[0], []).append((position, known[1]))
    notes = [
        f"{file}: {kept_heading(headings[day])!r} and {kept_heading(headings[clock])!r} together are read as {field}"
        for field, (day, clock) in apart.items()
    ]
    for field, claims in found.items():
        chosen, told = _settled(field, claims, headings, mapping, file)
        notes += told
        wanted.update({field if index == 0 else f"{field}_{index + 1}": one for index, one in enumerate(chosen)})
    read = set(wanted.values())
    dropped = tuple(heading for position, heading in enumerate(shown) if position not in read and heading)
    claimed = {name: shown[at] for name, at in wanted.items() if _only_claimed(name, plain[at], kind)}
    return Columns(wanted, dropped, tuple(notes), claimed)


def refuse_side_by_side(headings: Sequence[str], kind: str, mapping: Mapping, file: str) -> None:
    """Raise TablesSideBySide where the headings of events are those of several tables: each with an id, a time, and a place or category.

    A mapping that says which column is the id has chosen among them.
    """
    if kind != "events" or "record_id" in named_columns(mapping) or mapping.identity:
        return
    fields = [_surely(heading, kind, mapping) for heading in headings]
    begin = [at for at, field in enumerate(fields) if field == "record_id"]
    blocks = {at: set(fields[at:end]) for at, end in pairwise([*begin, len(fields)])}
    whole = [at for at, block in blocks.items() if "occurred_at" in block and block & {*PLACE, "category"}]
    if len(whole) > 1:
        named = Listed(kept_heading(headings[at]) for at in whole)
        raise TablesSideBySide(file=file, tables=len(whole), headings=named)


def _surely(heading: str, kind: str, mapping: Mapping) -> str | None:
    """The field of a heading, with or without what tells it from others that are called alike; None where it is a guess."""
    for told in (heading, _APART.sub("", heading)):
        plain = plain_heading(told)
        known = None if is_personal(plain) else known_field(plain, kind, mapping)
        if known is not None and known[1] in (Ground.OWN, Ground.EXACT):
            return known[0]
    return None


def _only_claimed(field: str, plain: str, kind: str) -> bool:
    """Whether nothing but a mapping, or a guess by parts, says that a column is no person's: ids of cases may be telephones."""
    known = field_of(plain, kind)
    return known is None or (known[1] is Ground.PARTS and field in _IDS)


def days_and_times(
    plain: Sequence[str], kind: str, mapping: Mapping, wanted: dict[str, int]
) -> dict[str, tuple[int, int]]:
    """Fields whose day stands under one heading and whose time of day under another: 报警日期 and 报警时间, Call Date and Call Time."""
    pairs: dict[str, dict[str, list[int]]] = {}
    claims: dict[str, set[int]] = {}
    for position, heading in enumerate(plain):
        known = known_field(heading, kind, mapping)
        if known is not None and known[1] in (Ground.OWN, Ground.EXACT):
            claims.setdefault(known[0], set()).add(position)
        matched = _DAY_OR_TIME.search(heading)
        if matched is not None and not is_personal(heading):
            stem = _DAY_OR_TIME.sub("", heading).lower().strip("_-")
            part = "day" if matched[0].lower() in ("日期", "date") else "clock"
            pairs.setdefault(stem, {}).setdefault(part, []).append(position)
    found: dict[str, tuple[int, int]] = {}
    for parts in pairs.values():
        day, clock = parts.get("day", []), parts.get("clock", [])
        if len(day) != 1 or len(clock) != 1:
            continue
        own = {name for name, at in wanted.items() if at in (day[0], clock[0]) and name.endswith("_at")}
        fields = {known[0] for at in (*day, *clock) if (known := known_field(plain[at], kind, mapping)) is not None}
        fields = own or fields
        field = next(iter(fields)) if len(fields) == 1 else ""
        alone = field in own or (field not in wanted and claims.get(field, set()) <= {*day, *clock})
        if field.endswith("_at") and alone and field not in mapping.times:
            found[field] = (day[0], clock[0])
    return found


def _settled(
    field: str, claims: Sequence[tuple[int, Ground]], headings: Sequence[str], mapping: Mapping, file: str
) -> tuple[list[int], list[str]]:
    """Which columns a field gets, and what is to be shown of that.

    The mapping's own headings come first, in its order; then seen aliases, of which two are a clash; then assumed ones
    and those found behind a prefix, which never block: where two could be meant, neither is read.
    """
    parts = {position for position, _ in claims if counts_a_part(field, headings[position])}
    claims = [one for one in claims if one[0] not in parts] or claims
    for ground in Ground:
        chosen = [position for position, found in claims if found is ground]
        if not chosen:
            continue
        if field in REPEATED or parts >= {position for position, _ in claims}:
            guessed = [kept_heading(headings[position]) for position, found in claims if found in _GUESSED]
            notes = [_taken_for(file, repr(heading), field, _GUESSED[Ground.ASSUMED]) for heading in guessed]
            return [position for position, _ in claims], notes
        if ground is Ground.OWN:
            listed = mapping.headings[field]
            return [min(chosen, key=lambda position: own_place(headings[position], listed) or 0)], []
        named = Listed(repr(kept_heading(headings[position])) for position in chosen)
        if len(chosen) > 1 and ground is Ground.EXACT:
            raise HeadingClash(file=file, headings=named, field=field)
        if len(chosen) > 1:
            said = "{file}: {headings} could all be {field}; none is read until a mapping says which"
            return [], [Message(said, file=file, headings=named, field=field)]
        how = _GUESSED.get(ground)
        return chosen, [_taken_for(file, named, field, how)] if how else []
    return [], []


def _taken_for(file: str, headings: str, field: str, how: str) -> str:
    """What is said of a column that is known by less than its heading."""
    said = "{file}: {headings} is taken for {field} ({how}; confirm it in a mapping)"
    return Message(said, file=file, headings=headings, field=field, how=how)


def field_of_several(name: str) -> str:
    """The field of a column that is read: several columns may be one (injured, injured_2 …)."""
    return name.rstrip("0123456789").removesuffix("_")


def holds_dates(name: str) -> bool:
    """Whether a column that is read holds days or moments, or parts of them."""
    return name.endswith("_at") or name.startswith(("valid_", "date", "period_"))


def counts_a_part(field: str, heading: str) -> bool:
    """Whether a column counts but a part of a field: of such columns all are read, and their sum is the field."""
    return field in _SUMMED and _SUMMED[field].search(heading) is not None


def reads_as_opinion(heading: str, texts: Iterable[str | None], own: Collection[str]) -> bool:
    """Whether a column whose heading may stand for an officer's opinion is one, by the texts below it.

    `own` are words that the mapping translates; digits are told apart by the mapping's `order`.
    """
    return is_opinion(
        plain_heading(heading), [word for word in texts if word and word not in own and not word.isdecimal()]
    )


def opinions(columns: Columns, headings: Sequence[str]) -> dict[str, str]:
    """Field -> heading, where the heading may also stand for an officer's opinion: the words below it decide."""
    return {
        field: headings[position]
        for field, position in columns.positions.items()
        if may_be_opinion(plain_heading(headings[position]))
    }


def require(
    columns: Columns,
    fields: Sequence[str],
    headings: Sequence[str],
    kind: str,
    file: str,
    sheets: str = "",
    always: Collection[str] = (),
) -> None:
    """Raise ColumnMissing unless one of `fields` has a column; the first names it. "a+b" needs both.

    `sheets` are those that the file has, where it has several; `always` are fields that a mapping gives to every row.
    """
    if any(all(part in columns.positions or part in always for part in field.split("+")) for field in fields):
        return
    words = [heading for heading, (field, _) in headings_of(kind).items() if field in fields]
    close = [near for heading in headings for near in difflib.get_close_matches(plain_heading(heading), words, 1, 0.6)]
    shown = [heading for heading in shown_headings(headings) if heading and not is_personal(plain_heading(heading))][:8]
    hints = [
        Message("found {headings}", headings=Joined(", ", shown))
        if shown
        else Message("found nothing that may be read")
    ]
    if close:
        hints.append(Message("usual is {heading}", heading=close[0]))
    if "record_id" in fields:
        hints.append(Message("where no column is an id, identity: names several that tell rows apart"))
    if sheets:
        hints.append(Message("of the sheets {sheets} another can be named with --sheet", sheets=sheets))
    raise ColumnMissing(file=file, field=fields[0], hint=Joined("; ", hints))


def clashing(headings: Sequence[str], kind: str, mapping: Mapping) -> dict[str, list[int]]:
    """Fields for which several columns stand with equal right -> their positions: what is below the headings decides."""
    named = {position_of(heading, headings) for heading in named_columns(mapping).values()}
    told = {*named_columns(mapping), *(field.removeprefix(TIME_OF) for field in named_columns(mapping)), *REPEATED}
    apart = days_and_times([plain_heading(one) for one in headings], kind, mapping, {})
    claims: dict[str, list[int]] = {}
    for position, heading in enumerate(headings):
        plain = plain_heading(heading)
        known = None if is_personal(plain) or position in named else known_field(plain, kind, mapping)
        if known is not None and known[1] is Ground.EXACT and known[0] not in told and known[0] not in apart:
            claims.setdefault(known[0], []).append(position)
    return {field: positions for field, positions in claims.items() if len(positions) > 1}


def _find(heading: str, headings: Sequence[str], file: str, field: str) -> int:
    position = position_of(heading, headings)
    if position is not None:
        return position
    raise ConfigurationInvalid(
        file=Message("the mapping of {file}", file=file),
        line=1,
        key=f"columns.{field}",
        problem=Message(
            "the file has no column {heading!r}; it has {headings}",
            heading=heading,
            headings=Joined(", ", shown_headings(headings)),
        ),
    )


def _in_mapping(file: str, key: str) -> Message:
    """Where in the mapping of a file something stands."""
    return Message("{where}, {key}", where=Message("the mapping of {file}", file=file), key=key)
