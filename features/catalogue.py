"""The catalogue: which families each source gives. To add a feature, add it to a family; to add a family, name it here.

Columns follow from what the configuration declares and from the shipped vocabularies, never from what the data happen
to hold, so that the catalogue of yesterday equals the one of tomorrow.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict

from features.declaration import SHORT_AND_LONG, Declared, Subject
from features.families.backlog import backlog
from features.families.counts import counts, severity_sums, trend
from features.families.demand import demand
from features.families.escalation import escalation
from features.families.memory import decayed, decayed_by_category, recency
from features.families.places import around
from features.families.residents import per_head, residents
from features.families.season import season
from features.matrix import Feature
from riskwarn.configuration import Configuration
from riskwarn.contracts import category_names, contract

#: Sources that enter as unanswered demand and lateness only: to petition is a right.
DEMAND_ONLY = ("petitions",)

#: Sources of needs that wait for an answer.
DEMAND = ("petitions", "hotline")

#: Sources whose records stay open until they are closed.
CASES = ("disputes", "grid_reports", "hazards", "hotline")

#: Sources whose records can escalate.
ESCALATING = ("disputes",)

_NAMES = {
    "disputes": ("矛盾纠纷", "disputes"),
    "petitions": ("信访", "petitions"),
    "hotline": ("热线诉求", "hotline calls"),
    "grid_reports": ("网格上报事件", "grid reports"),
    "hazards": ("隐患", "hazards"),
    "incidents": ("安全事故", "safety incidents"),
}


def declared(configuration: Configuration) -> tuple[Declared, ...]:
    """Every feature of a city with this configuration, in a fixed order."""
    subjects = [_subject(name, configuration) for name in configuration.sources if contract(name, configuration).events]
    rows = [row for subject in subjects for row in _of_subject(subject)]
    return (*rows, *residents(), *season())


def catalogue(configuration: Configuration) -> tuple[Feature, ...]:
    """The features, without how they are computed."""
    return tuple(row.feature for row in declared(configuration))


def catalogue_hash(configuration: Configuration) -> str:
    """SHA-256 of all declarations: another name, meaning or order gives another hash."""
    text = json.dumps([asdict(feature) for feature in catalogue(configuration)], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _subject(source: str, configuration: Configuration) -> Subject:
    zh, en = _NAMES.get(source, (source, source.replace("_", " ")))
    names = category_names(source, configuration)
    return Subject(
        source,
        zh,
        en,
        configuration.period,
        tuple((code, *names[code]) for code in contract(source, configuration).categories),
    )


def _of_subject(subject: Subject) -> Iterator[Declared]:
    if subject.source in DEMAND:
        waiting = list(demand(subject))
        yield from waiting
        yield from around(waiting[0])
        yield from around(waiting[1])
    if subject.source in DEMAND_ONLY:
        return
    windowed = list(counts(subject))
    yield from windowed
    yield from severity_sums(subject)
    yield from trend(subject)
    yield from recency(subject)
    yield from decayed(subject)
    yield from decayed_by_category(subject)
    yield from per_head(subject)
    for row in windowed:
        if row.feature.name in {f"{subject.source}_count_{window}" for window in SHORT_AND_LONG[subject.period]}:
            yield from around(row)
    if subject.source in CASES:
        waiting = list(backlog(subject))
        yield from waiting
        yield from around(waiting[0])
    if subject.source in ESCALATING:
        escalated = list(escalation(subject))
        yield from escalated
        yield from around(escalated[1])
