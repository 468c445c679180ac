"""A source of one's own: what riskwarn.yaml declares of it becomes a contract like any other."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from riskwarn.configuration import Source
from riskwarn.contracts.contract import Contract
from riskwarn.contracts.event_fields import EVENT_FIELDS
from riskwarn.contracts.sources import EVENT_SOURCES, declared, event_source
from riskwarn.contracts.tables import TABLE_CONTRACTS
from riskwarn.mapping import preset_content
from riskwarn.refused import CALLED_PETITIONS, SURELY_PETITIONS, folded, listed_word, refusals
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
    called, categories = "|".join((name, source.zh or "", source.en or "")), "|".join(source.categories or ())
    if listed_word(called, *CALLED_PETITIONS) or listed_word(categories, *SURELY_PETITIONS, "petition_ways"):
        return True
    if _has_initials(name) and not source.zh and not source.en:
        return True
    if any(_is_called(told, "petition_names") for told in (source.zh, *(source.categories or ())) if told):
        return True
    # As of its rows: who comes and who writes is told of any matter, but hardly most of its kinds.
    forms = [category for category in source.categories or () if _is_called(category, "petition_forms")]
    if 2 * len(forms) > len(source.categories or ()):
        return True
    preset = source.mapping.preset
    return preset is not None and declared(preset_content(preset)["source"]).demand_only


def _is_called(text: str, listed: str) -> bool:
    """Whether a whole text is a word of a packaged list, however it is written, and whatever kind of list it says it is."""
    plain, endings = folded(text), tuple(refusals()["petition_endings"])
    while plain not in refusals()[listed] and plain.endswith(endings):
        plain = plain.removesuffix(next(one for one in endings if plain.endswith(one)))
    return plain in refusals()[listed]


def _has_initials(key: str) -> bool:
    """Whether a key is made of initials of petitions, and beside them of nothing that says what it is (xf_reg, lf_2026)."""
    parts = [one for one in re.split(r"[\W\d_]+", key.lower()) if one]
    initials, rest = refusals()["petition_initials"], refusals()["petition_rest"]
    return folded(key) in initials or (any(one in initials for one in parts) and set(parts) <= {*initials, *rest})
