"""Whether declarations speak of fields and words that there are; a misspelt one must not be silently useless."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path

from riskwarn.configuration import Configuration
from riskwarn.contracts import contract as contract_of
from riskwarn.contracts.because import refuse_names
from riskwarn.contracts.contract import Contract
from riskwarn.contracts.fields import Kind
from riskwarn.contracts.merging import merged_as
from riskwarn.contracts.own import faults_of
from riskwarn.contracts.vocabulary import category_words, field_words
from riskwarn.contracts.written import refuse_personal
from riskwarn.declarations import line_of
from riskwarn.errors import ConfigurationInvalid
from riskwarn.mapping import Mapping
from riskwarn.messages import Listed, Message
from riskwarn.petitions import Road, right_told
from riskwarn.refused import folded, refuse_actions, refuse_in


def check_configuration(configuration: Configuration, file: Path) -> None:
    """Raise RefusedWord for a refused word anywhere, ConfigurationInvalid for a source that is declared to be what it cannot, and
    for a target that foretells what people do by right.

    `file` is where the configuration stands.
    """
    for part, value in configuration.model_dump(mode="json").items():
        refuse_in(value, f"{part} in riskwarn.yaml")
    for name, source in configuration.sources.items():
        for key, problem in faults_of(name, source):
            location = ("sources", name, *([key] if key else []))
            raise ConfigurationInvalid(
                file=file.name, line=line_of(file, location), key=".".join(location), problem=problem
            )
    _check_texts(configuration, file)
    for name in configuration.targets:
        if (word := _right_foretold(configuration, name)) is not None:
            location = ("targets", name)
            raise ConfigurationInvalid(
                file=file.name,
                line=line_of(file, location),
                key=".".join(location),
                problem=Message(
                    "{word} is a right, and no target: targets are harm, and mediation that breaks down", word=word
                ),
            )


def _check_texts(configuration: Configuration, file: Path) -> None:
    """Raise ConfigurationInvalid for texts of a service that there is not, and RefusedWord or PersonalText for what no notice says."""
    texts = configuration.alerts.texts
    services = (*dict.fromkeys(field_words("service").values()), "gap")
    for name in texts.services:
        if name not in services:
            location = ("alerts", "texts", "services", name)
            problem = Message("there is no such service{near}; there are {known}", near=_near(name, services), known=Listed(services))  # fmt: skip
            raise ConfigurationInvalid(
                file=file.name, line=line_of(file, location), key=".".join(location), problem=problem
            )
    where = Message("{key} in {file}", key="alerts.texts", file=file.name)
    for text in texts.own():
        refuse_personal(text, where)
    for text in (*texts.own(), *texts.desks()):
        refuse_names(text, where)
        refuse_actions(text, where)


def _right_foretold(configuration: Configuration, target: str) -> str | None:
    """By which word a target is one of petitions, assembly, speech or litigation; None where it is none.

    Of a source its names and categories count, of a target its own.
    """
    own = configuration.targets[target]
    source = contract_of(own.source, configuration)
    if source.demand_only:
        return source.source
    fed_by = configuration.sources[own.source]
    told = (
        target, own.zh, own.en, *(own.categories or ()),
        source.source, source.zh, source.en, *(fed_by.categories or ()),
    )  # fmt: skip
    return next((word for one in told if one and (word := right_told(one)) is not None), None)


def check_mapping(contract: Contract, mapping: Mapping, file: Path, within: tuple[str, ...] = ()) -> None:
    """Raise ConfigurationInvalid where a mapping names a field or a word that the source does not have.

    `file` is where the mapping stands, at the keys `within`; for the line of the fault.
    """
    for location, problem in _faults(contract, mapping):
        raise ConfigurationInvalid(
            file=file.name, line=line_of(file, (*within, *location)), key=".".join(location), problem=problem
        )


def _faults(contract: Contract, mapping: Mapping) -> Iterator[tuple[tuple[str, ...], str]]:
    known = {field.name: field for field in contract.exported}
    for part in ("columns", "headings", "words", "always", "fixed", "dates", "times"):
        named = getattr(mapping, part)
        for name in named if not isinstance(named, str) else ():
            if name not in known:
                yield (part, name), f"{contract.source} has no such field{_near(name, known)}"
    for name in mapping.fill_down:
        if name not in known:
            yield ("fill_down",), f"{contract.source} has no field {name}{_near(name, known)}"
        elif merged_as(contract.kind, name) is None:
            yield ("fill_down",), f"{name} is of one row; units, dates and words are filled down"
    told: list[tuple[tuple[str, ...], str, str]] = [
        (("words", name, word), name, to) for name, words in mapping.words.items() for word, to in words.items()
    ]
    told += [(("always", name), name, word) for name, word in mapping.always.items()]
    yield from _rights_as_harm(mapping)
    for location, name, to in told:
        field = known[name]
        words = field_words(field.vocabulary) if field.vocabulary else None
        if name == "severity" and to.isdecimal() and mapping.order is not None:
            continue
        if words is not None and to not in words:
            listed = Listed(dict.fromkeys(words.values()))
            yield location, Message(
                "{word!r} is no word of {field}{near}; its words are {words}",
                word=to, field=name, near=_near(to, words), words=listed,
            )  # fmt: skip
        if field.kind is Kind.CATEGORY:
            codes = set(category_words(contract.source)) | set(contract.categories)
            # A category of one's own is allowed; one that nearly is a code of the list is a slip.
            if (
                to.isascii()
                and to not in codes
                and (near := difflib.get_close_matches(to, contract.categories, 1, 0.75))
            ):
                yield location, f"{to!r} is no category of {contract.source}; the nearest is {near[0]}"


def _rights_as_harm(mapping: Mapping) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where a mapping would count a right as harm: going to court, to a review, to petition is an orderly end."""
    harm = set(field_words("escalation").values()) - {"none"}
    # 打架后起诉 tells of a fight, whatever followed it.
    told_of_harm = [
        folded(word)
        for words in (field_words("outcome"), field_words("escalation"))
        for word, code in words.items()
        if code in harm and len(word) > 1
    ]
    for name in ("outcome", "escalation"):
        for word, to in mapping.words.get(name, {}).items():
            right = right_told(word, Road.SAID) if to in harm else None
            if right is not None and not any(one in folded(word) for one in told_of_harm):
                said = "{word} is a right, and no harm: it is an orderly end (referred), never an event"
                yield ("words", name, word), Message(said, word=right)
    headings = [(("columns", "escalated_at"), mapping.columns.get("escalated_at"))]
    headings += [(("headings", "escalated_at"), one) for one in mapping.headings.get("escalated_at", ())]
    for location, heading in headings:
        if heading is not None and (right := right_told(heading, Road.SAID)) is not None:
            yield location, Message("{word} is a right, and no harm: its date is no escalation", word=right)


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), 1, 0.6)
    return f"; the nearest is {near[0]}" if near else ""
