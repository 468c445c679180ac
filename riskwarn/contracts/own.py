"""A source of one's own: what riskwarn.yaml declares of it becomes a contract like any other."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from riskwarn.configuration import Source
from riskwarn.contracts.contract import Contract
from riskwarn.contracts.event_fields import EVENT_FIELDS
from riskwarn.contracts.sources import EVENT_SOURCES, declared, event_source
from riskwarn.contracts.tables import TABLE_CONTRACTS
from riskwarn.mapping import preset_content
from riskwarn.petitions import Road, has_initials, petition_word
from riskwarn.words import Role

#: The fields by which each role is known, any of them; a field that is declared gives its role.
FIELDS_OF: dict[Role, tuple[str, ...]] = {
    Role.CASE: ("closed_at",),
    Role.DEMAND: ("answered_at",),
    Role.PATROL: ("discovered_by",),
    Role.ESCALATING: ("escalated_at",),
    Role.REPEATING: (),
    Role.TEXT: ("text",),
}

#: What serves a role in place of its field: a closing is an answer.
SERVES_TOO = {Role.DEMAND: ("closed_at",)}

_EXPORTED = tuple(field.name for field in EVENT_FIELDS if field.exported)


def is_own(source: str) -> bool:
    """Whether a source is declared by the configuration alone."""
    return source not in TABLE_CONTRACTS and source not in EVENT_SOURCES


def own_contract(name: str, source: Source) -> Contract:
    """The contract of a source of one's own; without `role` and `fields` it is counted, and nothing more."""
    fields = source.fields or tuple(field for role in source.role for field in FIELDS_OF[role])
    usual = ("severity", *(one for one in _EXPORTED if one in fields)) if fields else ("severity", "closed_at")
    plain = event_source(name, name, name.replace("_", " "), ())
    return event_source(
        name,
        source.zh or plain.zh,
        source.en or plain.en,
        dict.fromkeys(one for one in usual if one not in plain.usual),
        roles=(*source.role, *(role for role, own in FIELDS_OF.items() if set(own) & set(source.fields))),
    )


def faults_of(name: str, source: Source) -> Iterator[tuple[str, str]]:
    """(key, what is wrong with it) of what the configuration says of a source; at its name where the key is empty."""
    if not is_own(name):
        for key in ("role", "fields", "zh", "en"):
            if getattr(source, key):
                yield key, f"what {name} is stands in its contract; declare a source of your own under another name"
        return
    if _is_petition(name, source):
        yield "", "petitions are loaded as the source petitions, which counts unanswered demand and nothing else"
    for field in source.fields:
        if field not in _EXPORTED:
            near = difflib.get_close_matches(field, _EXPORTED, 1, 0.6)
            yield (
                "fields",
                f"{field!r} is no field of an event source" + (f"; the nearest is {near[0]}" if near else ""),
            )
    for role in source.role:
        serve = (*FIELDS_OF[role], *SERVES_TOO.get(role, ()))
        if source.fields and serve and not set(serve) & set(source.fields):
            yield "role", f"{role.value} needs the field {' or '.join(serve)}, which fields: does not name"


def _is_petition(name: str, source: Source) -> bool:
    called, categories = (name, source.zh, source.en), source.categories or ()
    if any(one and petition_word(one, Road.NAME) for one in called):
        return True
    if has_initials(name) and not source.zh and not source.en:
        return True
    if any(petition_word(category, Road.SAID) for category in categories):
        return True
    # As of its rows: who comes and who writes is told of any matter, but hardly most of its kinds.
    if 2 * sum(petition_word(category, Road.TITLE) is not None for category in categories) > len(categories):
        return True
    preset = source.mapping.preset
    return preset is not None and declared(preset_content(preset)["source"]).demand_only
