"""A mapping proposed for a file that nobody has mapped: which column is which field, on what ground, and what is unsure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from riskwarn.configuration import Configuration
from riskwarn.contracts import contract, declared, required
from riskwarn.contracts.categories import CategoryWords
from riskwarn.contracts.fields import Kind
from riskwarn.contracts.merging import Merged, merged_as
from riskwarn.contracts.vocabulary import field_words, is_opinion, is_personal, words_that_mean
from riskwarn.ingest.columns import REPEATED, plain_heading
from riskwarn.ingest.mapping_proposal.guessing import guess, suggested_preset
from riskwarn.ingest.mapping_proposal.matching import Place, Recognised, recognise
from riskwarn.ingest.mapping_proposal.profile import Column, Profile, look_at, may_be_told
from riskwarn.ingest.redaction import shown_headings
from riskwarn.ingest.values.fill_down import MOSTLY, ROWS, hint
from riskwarn.mapping import Mapping as Rules
from riskwarn.mapping import preset_content

#: Rows of a file that are looked at.
SAMPLE = 20_000


@dataclass(frozen=True)
class Proposed:
    """One column and what it is proposed to be."""

    heading: str
    field: str | None  # None: not read
    ground: str
    sure: bool
    holds: str
    empty: float  # share of the rows that were looked at


@dataclass(frozen=True)
class Proposal:
    """What ``riskwarn map`` proposes."""

    file: str
    source: str
    source_ground: str
    preset: str | None  # in use, else one that may fit
    rows: int  # that were looked at
    columns: tuple[Proposed, ...]
    identity: tuple[str, ...]
    missing: tuple[str, ...]  # what is required and no column gives
    unknown_words: Mapping[str, Mapping[str, int]]  # field -> words that its list lacks -> rows
    notes: tuple[str, ...]
    mapping: Mapping[str, Any]  # as the file of the mapping holds it

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn map --json`` prints."""
        return asdict(self)


def propose(
    path: Path,
    configuration: Configuration,
    *,
    source: str | None = None,
    preset: str | None = None,
    places: Sequence[Place] = (),
    database: str | None = None,
    sheet: str | None = None,
) -> Proposal:
    """Propose a mapping for a file; `source` is guessed where neither it nor a preset is named.

    `places` are the codes and names of the units that are loaded, if any. Raises UnknownSource, FileMissing,
    FileUnreadable, FileEmpty, SheetMissing, SheetsDiffer, SheetUnfit.
    """
    if source is not None:
        contract(source, configuration)
    rules = Rules.model_validate({"preset": preset}) if preset else Rules()
    source = source or (preset_content(preset)["source"] if preset else None)
    names = [value for place in places for value in place.values]
    kind = declared(source).kind if source else "events"
    seen = look_at(path, kind, rules, most_rows=SAMPLE, database=database, sheet=sheet, known=names)
    ground = "named" if source else ""
    if source is None:
        source, ground = guess(path.name, seen)
        if declared(source).kind != kind:
            kind = declared(source).kind
            seen = look_at(path, kind, rules, most_rows=SAMPLE, database=database, sheet=sheet, known=names)
    told = contract(source, configuration) if source in configuration.sources else declared(source)
    found = recognise(told, seen, rules, places)
    present = set(found.fields) | ({"record_id"} if found.identity else set())
    missing = [
        group
        for group in required(told.kind, _counted(found.period) if found.period else rules)
        if not any(set(name.split("+")) <= present for name in group)
    ]
    notes = list(found.notes)
    if any(seen.columns[index].holds == "date and time" for index in _places_of(found)):
        notes.append(f"times without an offset are read as {configuration.timezone} (timezone: in the mapping)")
    if told.events and "category" not in found.fields and "category" not in rules.always and told.categories:
        notes.append(
            "no column gives the category, and a default target counts known ones only: if all are of one, say always:"
        )
    notes += [
        hint(name, seen.columns[index].empty)
        for name, position in found.fields.items()
        if merged_as(told.kind, name) is Merged.UNIT and seen.rows >= ROWS
        for index in [_index(seen, position)]
        if seen.columns[index].empty >= MOSTLY and bool(seen.cells[position].notna().iloc[0])
    ]
    if source not in configuration.sources:
        notes.append(f"{source} is no source of this home yet: declare it under sources: in riskwarn.yaml")
    return Proposal(
        file=seen.file,
        source=source,
        source_ground=ground,
        preset=preset or suggested_preset(source, seen),
        rows=seen.rows,
        columns=tuple(_proposed(column, heading, found) for column, heading in _shown(seen)),
        identity=found.identity,
        missing=tuple(" or ".join(group[:4]) + (" …" if len(group) > 4 else "") for group in missing),
        unknown_words=_unknown_words(found),
        notes=tuple(dict.fromkeys(notes)),
        mapping=_mapping(found, preset),
    )


def _index(seen: Profile, position: int) -> int:
    return next(index for index, column in enumerate(seen.columns) if column.position == position)


def _places_of(found: Recognised) -> list[int]:
    return [index for index, column in enumerate(found.seen.columns) if column.position in found.taken]


def _shown(seen: Profile) -> list[tuple[Column, str]]:
    shown = shown_headings(seen.headings)
    return [(column, shown[column.position]) for column in seen.columns]


def _proposed(column: Column, heading: str, found: Recognised) -> Proposed:
    told = found.taken.get(column.position)
    if told is not None:
        return Proposed(heading, told.field, told.ground, told.sure, _class(column), round(column.empty, 3))
    if is_personal(plain_heading(column.heading)):
        why = "dropped unread: about persons"
    elif column.personal:
        why = "dropped: its values look personal"
    elif column.holds == "nothing":
        why = "nothing stands in it"
    else:
        why = "dropped unread: no contract knows it"
    return Proposed(heading, None, why, True, _class(column), round(column.empty, 3))


def _class(column: Column) -> str:
    forms = ", ".join(form.lstrip("!") for form in column.forms[:3])
    return f"{column.holds} ({forms})" if forms else column.holds


def _unknown_words(found: Recognised) -> dict[str, dict[str, int]]:
    """Words of columns with a list that the list lacks: each may be translated in the mapping."""
    told, rules = found.contract, found.rules
    categories = CategoryWords(told.source, told.categories, rules.words.get("category"), rules.codes)
    unknown: dict[str, dict[str, int]] = {}
    for column in found.seen.columns:
        taken = found.taken.get(column.position)
        if taken is None or column.words is None:
            continue
        if taken.field.startswith("period_"):
            continue
        field = told.field(taken.field)
        if field.kind is Kind.CATEGORY:
            lacking = [word for word in column.words if categories.code(word) is None]
        elif field.vocabulary is not None and not is_opinion(plain_heading(column.heading), column.words):
            known = {*field_words(field.vocabulary), *rules.words.get(field.name, {})}
            known |= words_that_mean("in_progress") | words_that_mean("withdrawn")
            lacking = [word for word in column.words if word not in known]
        else:
            continue
        if lacking := [word for word in lacking if may_be_told(word)]:
            unknown[field.name] = {word: column.words[word] for word in lacking}
    return unknown


def _counted(period: Mapping[str, str]) -> Rules:
    return Rules.model_validate({"period": {"unit": "month", **period}})


def _mapping(found: Recognised, preset: str | None) -> dict[str, Any]:
    """What the file of the mapping holds: what is not known by its heading as it stands."""
    columns: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    for position, taken in sorted(found.taken.items()):
        if taken.ground in ("heading", "preset") or taken.field.startswith("period_"):
            continue
        if taken.field in REPEATED:
            several.setdefault(taken.field, []).append(found.seen.headings[position])
        elif found.fields[taken.field] == position:
            columns[taken.field] = found.seen.headings[position]
    told: dict[str, Any] = {"preset": preset} if preset else {}
    if columns:
        told["columns"] = columns
    if several:
        told["headings"] = several
    if found.period:
        told["period"] = {"unit": "month", **found.period}
    if found.identity:
        told["identity"] = list(found.identity)
    return told
