"""A mapping proposed for a file that nobody has mapped: which column is which field, on what ground, and what is unsure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from riskwarn.arrays import Flags, Reals
from riskwarn.configuration import Configuration
from riskwarn.contracts import contract, declared, required
from riskwarn.contracts.categories import CategoryWords
from riskwarn.contracts.fields import Kind
from riskwarn.contracts.merging import Merged, merged_as
from riskwarn.contracts.phrases import heard, unknown_words
from riskwarn.contracts.ruled_out import RuledOut
from riskwarn.contracts.vocabulary import chinese_name, field_words, is_opinion, is_personal, normalised
from riskwarn.ingest.columns import REPEATED, counts_a_part
from riskwarn.ingest.heading_words import plain_heading
from riskwarn.ingest.mapping_proposal.guessing import guess, suggested_preset
from riskwarn.ingest.mapping_proposal.hints import POINTS, SYSTEM_ASSUMED, also_hint, also_of
from riskwarn.ingest.mapping_proposal.matching import recognise
from riskwarn.ingest.mapping_proposal.profile import Column, Profile, look_at, may_be_told
from riskwarn.ingest.mapping_proposal.recognised import Place, Recognised
from riskwarn.ingest.redaction import kept_heading, shown_headings
from riskwarn.ingest.refusals import by_rule, column_told
from riskwarn.ingest.values.cells import coded, strings
from riskwarn.ingest.values.fill_down import MOSTLY, ROWS, carried, hint
from riskwarn.ingest.values.numbers import UNITS, number_form, numbers
from riskwarn.ingest.values.shares import Shares, says_share, shares_as
from riskwarn.mapping import Mapping as Rules
from riskwarn.mapping import preset_content
from riskwarn.messages import Joined, Listed, Message, Named

#: Why a column whose heading is about persons is not read.
ABOUT_PERSONS = Message("dropped unread: about persons")
#: Grounds of columns that need no mapping: they are known by their headings.
KNOWN_GROUNDS = ("heading", "preset", "mapping")
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
    taken_for: tuple[str, ...] = ()  # as what numbers and blanks are read that could be something else

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn map --json`` prints."""
        return asdict(self)


def propose(
    path: Path,
    configuration: Configuration,
    *,
    source: str | None = None,
    preset: str | None = None,
    rules: Rules | None = None,
    places: Sequence[Place] = (),
    database: str | None = None,
    sheet: str | None = None,
) -> Proposal:
    """Propose a mapping for a file: the first part of what :func:`examine` gives."""
    return examine(
        path, configuration, source=source, preset=preset, rules=rules, places=places, database=database, sheet=sheet
    )[0]


def examine(
    path: Path,
    configuration: Configuration,
    *,
    source: str | None = None,
    preset: str | None = None,
    rules: Rules | None = None,
    places: Sequence[Place] = (),
    database: str | None = None,
    sheet: str | None = None,
    seen: Profile | None = None,
) -> tuple[Proposal, Recognised]:
    """A mapping for a file, and the columns as they were seen; `source` is guessed where neither it nor a preset is named.

    `rules` are a mapping on which the proposal builds, else that of the preset; `places` are the codes and names of the
    units that are loaded, if any; `sheet` is one of a workbook; `seen` is the file where it was looked at
    before, with the same headings. Raises UnknownSource, FileMissing, FileUnreadable,
    FileEmpty, SheetMissing, SheetsDiffer, SheetUnfit.
    """
    if source is not None:
        contract(source, configuration)
    if rules is None:
        rules = Rules.model_validate({"preset": preset}) if preset else Rules()
    source = source or (preset_content(preset)["source"] if preset else None)
    names = frozenset(value for place in places for value in place.values)

    def look(kind: str) -> Profile:
        return look_at(path, kind, rules, most_rows=SAMPLE, database=database, known=names, sheet=sheet)

    kind = declared(source).kind if source else "events"
    seen = seen or look(kind)
    ground = "named" if source else ""
    if source is None:
        source, ground = guess(f"{path.name} {sheet or ''}", seen, configuration)
        if declared(source).kind != kind:
            seen = look(declared(source).kind)
    told = contract(source, configuration) if source in configuration.sources else declared(source)
    found = recognise(told, seen, rules, places)
    present = {*found.fields, *rules.always} | ({"record_id"} if found.identity or rules.identity else set())
    missing = [
        group
        for group in required(told.kind, _counted(found.period) if found.period else rules)
        if not any(set(name.split("+")) <= present for name in group)
    ]
    notes = list(found.notes)
    if any(seen.columns[index].holds == "date and time" for index in _places_of(found)):
        said = "times without an offset are read as {timezone} (timezone: in the mapping)"
        notes.append(Message(said, timezone=configuration.timezone))
    if told.events and "category" not in found.fields and "category" not in rules.always and told.categories:
        notes.append(
            "no column gives the category, and a default target counts known ones only: if all are of one, say always:"
        )
    notes += [
        hint(name, seen.columns[index].empty)
        for name, position in found.fields.items()
        if merged_as(told.kind, name) is Merged.UNIT and seen.rows >= ROWS and position in seen.cells
        if name not in found.filled_down
        for index in [_index(seen, position)]
        if seen.columns[index].empty >= MOSTLY and bool(seen.cells[position].notna().iloc[0])
    ]
    if POINTS & present and "coordinates" not in rules.model_fields_set:
        notes.append(SYSTEM_ASSUMED)
    if also := also_of(source, seen.headings):
        notes.append(also_hint(also))
    if source not in configuration.sources:
        said = "{source} is no source of this home yet: declare it under sources: in riskwarn.yaml"
        notes.append(Message(said, source=source))
    notes += _by_parts(found)
    notes += _not_loaded(found) if told.events else []
    taken_for = _taken_for(found)
    if found.filled_down:
        taken_for.append(carried(found.filled_down))
    proposal = Proposal(
        file=seen.file,
        source=source,
        source_ground=ground,
        preset=preset or suggested_preset(source, seen),
        rows=seen.rows,
        columns=tuple(_proposed(column, heading, found) for column, heading in _shown(seen)),
        identity=found.identity,
        missing=tuple(Joined(" or ", (*group[:4], *(["…"] if len(group) > 4 else []))) for group in missing),
        unknown_words=_unknown_words(found),
        notes=tuple(dict.fromkeys([*notes, *taken_for])),
        taken_for=tuple(taken_for),
        mapping=_mapping(found, preset),
    )
    return proposal, found


def _taken_for(found: Recognised) -> list[str]:
    """What columns of shares are read as, where their numbers could be shares or people."""
    shares = {field.name for field in found.contract.fields if field.kind is Kind.SHARE}
    told: list[str] = []
    for name, position in found.fields.items():
        if name not in shares or position not in found.seen.cells:
            continue
        values, percent = _numbers(found, position)
        heading = kept_heading(found.seen.headings[position])
        at = found.fields.get("population", position)
        open_to = at != position and at in found.seen.cells and not says_share(heading)
        residents = _numbers(found, at, UNITS["population"])[0] if open_to else None
        read_as = shares_as(values, percent, residents)
        if read_as is Shares.PERCENT:
            said = (
                "{heading} is taken for percent, for no number in it is above 100; where it counts people, divide it by the "
                "residents first"
            )
            told.append(Message(said, heading=heading))
        elif read_as is Shares.PEOPLE:
            said = "{heading} is taken for numbers of people, for some are above 100; they are divided by the residents"
            if np.nanmax(values, initial=0.0) <= 100:
                said = (
                    "{heading} is taken for numbers of people, for so they make a usual share of the residents; call it 占比 where "
                    "it holds percent"
                )
            told.append(Message(said, heading=heading))
    return told


def _numbers(found: Recognised, position: int, units: re.Pattern[str] | None = None) -> tuple[Reals, Flags]:
    """The numbers of a column, and which have a percent sign."""
    cells = strings(found.seen.cells[position])
    mark = number_form(coded(cells)[1]).mark(semicolons=False, commas_elsewhere=False)
    values, _, percent = numbers(cells, found.rules.decimal or mark, units)
    return values, percent


def _index(seen: Profile, position: int) -> int:
    return next(index for index, column in enumerate(seen.columns) if column.position == position)


def _places_of(found: Recognised) -> list[int]:
    return [index for index, column in enumerate(found.seen.columns) if column.position in found.taken]


def _shown(seen: Profile) -> list[tuple[Column, str]]:
    shown = shown_headings(seen.headings)
    return [(column, shown[column.position]) for column in seen.columns]


def _proposed(column: Column, heading: str, found: Recognised) -> Proposed:
    told = found.taken.get(column.position)
    if (why := found.unread.get(column.position)) is not None:
        return Proposed(heading, None, why, True, _class(column), round(column.empty, 3))
    if told is not None:
        return Proposed(heading, told.field, told.ground, told.sure, _class(column), round(column.empty, 3))
    if is_personal(plain_heading(column.heading)):
        why = ABOUT_PERSONS
    elif column.personal:
        why = "dropped: its values look personal"
    elif column.holds == "nothing":
        why = "nothing stands in it"
    else:
        why = "dropped unread: no contract knows it"
    return Proposed(heading, None, why, True, _class(column), round(column.empty, 3))


def _class(column: Column) -> str:
    if not column.forms:
        return column.holds
    forms = Joined(", ", [form.lstrip("!") for form in column.forms[:3]])
    return Message("{holds} ({forms})", holds=column.holds, forms=forms)


def _unknown_words(found: Recognised) -> dict[str, dict[str, int]]:
    """Words of columns with a list that the list lacks: each may be translated in the mapping."""
    categories, ruled_out = _categories(found), _ruled_out(found)
    unknown: dict[str, dict[str, int]] = {}
    for name, vocabulary, words in _with_lists(found):
        if vocabulary is None:
            lacking = [word for word in words if categories.code(word) is None]
        else:
            lacking = unknown_words(vocabulary, words, found.rules.words.get(name, {}))
        if lacking := [word for word in lacking if may_be_told(word) and ruled_out.told(name, word) is None]:
            unknown[name] = {word: words[word] for word in lacking}
    return unknown


def _not_loaded(found: Recognised) -> list[str]:
    """Which rows looked at are by rule not loaded, by the words of columns with a list."""
    ruled_out = _ruled_out(found)
    counted: dict[tuple[str, str], Counter[str]] = {}
    for name, _, words in _with_lists(found):
        for word, rows in words.items():
            if (told := ruled_out.told(name, word)) is not None:
                rule, listed = told
                counted.setdefault((rule, name), Counter())[listed] += rows
    return [by_rule(rule, listed.total(), [column_told(name, listed)]) for (rule, name), listed in counted.items()]


def _by_parts(found: Recognised) -> list[str]:
    """What words are read as that no list has, of columns with a list."""
    categories = _categories(found)
    notes: list[str] = []
    for name, vocabulary, words in _with_lists(found):
        if vocabulary is None:
            said = [told for word in words if (told := categories.guessed(word)) is not None]
        else:
            listed = {*field_words(vocabulary), *found.rules.words.get(name, {})}
            said = [heard(vocabulary, normalised(word)) for word in words if word not in listed]
        # The phrase of the list is told, not the cell: that may hold anything.
        if read := dict.fromkeys((told.by, told.code) for told in said if told.code is not None and told.by):
            source = found.contract.source
            named = [
                Message("{word} → {code}", word=word, code=Named(code, chinese_name(name, source, code)))
                for word, code in read
            ]
            notes.append(Message("{field} by the parts of its words: {words}", field=name, words=Listed(named)))
    return notes


def _with_lists(found: Recognised) -> Iterator[tuple[str, str | None, Mapping[str, int]]]:
    """The columns whose words a list has: field, its vocabulary (None: the categories), and the rows of each word."""
    for column in found.seen.columns:
        taken = found.taken.get(column.position)
        if taken is None or column.words is None or taken.field.startswith("period_"):
            continue
        field = found.contract.field(taken.field)
        if field.kind is Kind.CATEGORY:
            yield field.name, None, column.words
        elif field.vocabulary is not None and not is_opinion(plain_heading(column.heading), column.words):
            yield field.name, field.vocabulary, column.words


def _categories(found: Recognised) -> CategoryWords:
    told, rules = found.contract, found.rules
    return CategoryWords(told.source, told.categories, rules.words.get("category"), rules.codes)


def _ruled_out(found: Recognised) -> RuledOut:
    return RuledOut({found.contract.source: _categories(found)})


def _counted(period: Mapping[str, str]) -> Rules:
    return Rules.model_validate({"period": {"unit": "month", **period}})


def _mapping(found: Recognised, preset: str | None) -> dict[str, Any]:
    """What the file of the mapping holds: what is not known by its heading as it stands."""
    columns: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    for position, taken in sorted(found.taken.items()):
        if taken.ground in KNOWN_GROUNDS or taken.field.startswith("period_"):
            continue
        if taken.field in REPEATED or counts_a_part(taken.field, found.seen.headings[position]):
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
