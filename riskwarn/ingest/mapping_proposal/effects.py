"""What would load differently, of two exports of one department."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from riskwarn.configuration import Configuration
from riskwarn.contracts import contract, declared, required
from riskwarn.contracts.categories import NOT_LOADED, CategoryWords
from riskwarn.contracts.fields import Field, Kind
from riskwarn.contracts.phrases import unknown_words
from riskwarn.errors import RiskwarnError
from riskwarn.ingest.columns import Columns, match, require
from riskwarn.ingest.mapping_proposal.profile import Column, Profile
from riskwarn.ingest.redaction import kept_heading
from riskwarn.mapping import Mapping as Rules
from riskwarn.messages import Joined, Message


@dataclass(frozen=True)
class Changed:
    """What changed in the columns of both files, by their headings as they may be shown."""

    source: str
    words: Mapping[str, Mapping[str, Sequence[str]]]  # new, gone
    holds: Mapping[str, tuple[str, str]]
    emptier: Mapping[str, tuple[float, float]]


def effects_of(
    changed: Changed,
    before: Profile,
    now: Profile,
    pairs: Sequence[tuple[Column, Column]],
    mappings: Sequence[Rules],
    configuration: Configuration,
) -> tuple[list[Message], bool]:
    """What would load differently, and whether the new file would not load at all."""
    matched: list[Columns] = []
    for seen, rules in zip((before, now), mappings, strict=True):
        try:
            matched.append(_matched(seen, changed.source, rules))
        except RiskwarnError as error:
            if seen is now:
                return [Message("{problem}", problem=error.message)], True
            return [Message("the old file did not load either way: {problem}", problem=error.message)], False
    old_fields, new_fields = matched[0].positions, matched[1].positions
    effects = [Message("{field} is no longer read", field=name) for name in old_fields if name not in new_fields]
    effects += [
        Message("{field} is read now, from {heading}", field=name, heading=repr(kept_heading(now.headings[position])))
        for name, position in new_fields.items()
        if name not in old_fields
    ]
    told = {note.replace(before.file, now.file) for note in matched[0].notes}
    effects += [Message("{note}", note=note) for note in matched[1].notes if note not in told]
    if changed.source == "grids" and not {*new_fields, *mappings[1].always} & {"district", "district_name"}:
        effects.append(Message("nothing in it says the district: riskwarn load asks for it (--district)"))
    by_position = {other.position: (one, other) for one, other in pairs}
    at = {column.position: column for column in now.columns}
    fields = {field.name: field for field in declared(changed.source).fields}
    for name, position in new_fields.items():
        if name in fields and position in at:
            pair = by_position.get(position)
            effects += _of_values(fields[name], at[position], pair, changed, mappings[1], configuration)
    return effects, False


def verdict_of(effects: Sequence[Message], stops: bool) -> Message:
    """The same in one sentence."""
    if stops:
        return Message("the new file would not load: {problem}", problem=effects[0])
    if not effects:
        return Message("the new file loads like the old one")
    return Message("the new file loads, and {count} thing(s) differ", count=len(effects))


def _matched(seen: Profile, source: str, rules: Rules) -> Columns:
    """The columns of a file as a load would take them; raise ColumnMissing, HeadingClash, PrivateColumn."""
    kind = declared(source).kind
    columns = match(seen.headings, kind, rules, seen.file)
    for fields in required(kind, rules):
        # The district of a table of grids is asked for where nothing says it.
        if not (source == "grids" and fields[0] == "district"):
            require(columns, fields, seen.headings, kind, seen.file, always=rules.always)
    return columns


def _of_values(
    field: Field,
    column: Column,
    pair: tuple[Column, Column] | None,
    changed: Changed,
    rules: Rules,
    configuration: Configuration,
) -> Iterator[Message]:
    """What a column that is read does to a load by its values."""
    name = field.name
    unread = [form.lstrip("!") for form in column.forms if form.startswith("!")]
    if unread and field.kind in (Kind.INSTANT, Kind.DATE):
        said = (
            "{field}: dates written {forms} are not read; their rows go to quarantine"
            if field.required or field.kind is Kind.DATE
            else "{field}: dates written {forms} are not read; they are taken for empty"
        )
        yield Message(said, field=name, forms=Joined(", ", unread))
    if column.holds.startswith("id that Excel"):
        yield Message("{field}: Excel has rounded its numbers; those rows go to quarantine", field=name)
    if column.heading in changed.holds and pair is not None and pair[0].forms and not column.forms:
        yield Message("{field}: it held dates and now holds {holds}", field=name, holds=column.holds)
    new = list(changed.words.get(column.heading, {}).get("new", ()))
    if new and field.kind is Kind.CATEGORY:
        source = changed.source
        categories = tuple(contract(source, configuration).categories) if source in configuration.sources else ()
        words = CategoryWords(source, categories, rules.words.get("category"), rules.codes)
        if unknown := [word for word in new if words.code(word) is None]:
            said = "{field}: {words} are in no list and become local categories"
            yield Message(said, field=name, words="、".join(unknown))
        if refused := [word for word in new if words.code(word) == NOT_LOADED]:
            yield Message("{field}: rows with {words} are by rule not loaded", field=name, words="、".join(refused))
    elif field.vocabulary and (unknown := unknown_words(field.vocabulary, new, rules.words.get(name, {}))):
        yield Message("{field}: {words} are in no list and are read as empty", field=name, words="、".join(unknown))
    if column.heading in changed.emptier and pair is not None:
        was, is_now = changed.emptier[column.heading]
        yield Message("{field}: empty in {now:.0%} of rows, before in {was:.0%}", field=name, now=is_now, was=was)
