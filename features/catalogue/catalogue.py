"""The catalogue: which families each source gives. To add a feature, add it to a family; to add a family, name it here.

Columns follow from what the configuration declares and from the shipped vocabularies, never from what the data happen
to hold, so that the catalogue of yesterday equals the one of tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from features.catalogue.plugins import from_modules
from features.families.anomaly import pace
from features.families.backlog import backlog, closing, open_by_category
from features.families.breaks import breaks
from features.families.counts import by_category, by_finder, counts, severity_sums
from features.families.cross_source import pairs, recurring
from features.families.declaration import Declared, Subject
from features.families.demand import contentment, demand
from features.families.effort import effort
from features.families.escalation import escalation, near_repeat
from features.families.interventions import interventions
from features.families.recency import decayed, decayed_by_category, recency
from features.families.residents import per_head, proxies, residents
from features.families.season import season
from features.families.spatial import against_units, around
from features.families.target_history import target_history
from features.families.topics import told_of
from features.matrix import Feature
from features.windows import SHORT_AND_LONG
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

#: Sources of which records are found on patrol as well as reported.
PATROLLED = ("grid_reports", "hazards", "disputes")

#: Sources of which one event nearby makes another likelier.
REPEATING = ("disputes", "hazards", "incidents")

#: Sources that come with free text, of which topics are left.
TOLD = ("disputes", "hotline")

#: Families that are built only where riskwarn.yaml asks for them.
OFF_BY_DEFAULT = ("proxies",)

_NAMES = {
    "disputes": ("矛盾纠纷", "disputes"),
    "petitions": ("信访", "petitions"),
    "hotline": ("热线诉求", "hotline calls"),
    "grid_reports": ("网格上报事件", "grid reports"),
    "hazards": ("隐患", "hazards"),
    "incidents": ("安全事故", "safety incidents"),
}


def declared(configuration: Configuration) -> tuple[Declared, ...]:
    """Every feature of a city with this configuration, in a fixed order.

    Raises ConfigurationInvalid where `features:` names a family or a module that is not there.
    """
    chosen = configuration.features
    rows = tuple(_all(configuration))
    chosen.check({row.feature.family for row in rows})
    off = {*chosen.off, *(family for family in OFF_BY_DEFAULT if family not in chosen.on)}
    return tuple(row for row in rows if row.feature.family not in off and (chosen.observer or not row.feature.observer))


def catalogue(configuration: Configuration) -> tuple[Feature, ...]:
    """The features, without how they are computed."""
    return tuple(row.feature for row in declared(configuration))


def _all(configuration: Configuration) -> Iterator[Declared]:
    events = [name for name in configuration.sources if contract(name, configuration).events]
    subjects = {name: _subject(name, configuration) for name in events}
    for subject in subjects.values():
        yield from _of_subject(subject)
    yield from pairs(subjects)
    yield from residents()
    yield from proxies()
    yield from interventions(configuration.period)
    yield from season(configuration.period)
    yield from _targets(configuration, subjects)
    yield from from_modules(configuration.features.modules, tuple(subjects.values()), DEMAND_ONLY)


def _targets(configuration: Configuration, subjects: Mapping[str, Subject]) -> Iterator[Declared]:
    """The own history of the targets that have outcomes; what has a date alone is counted with its source."""
    for name, target in configuration.targets.items():
        if target.outcomes and target.source in subjects and target.source not in DEMAND_ONLY:
            history = list(target_history(name, target, subjects[target.source]))
            yield from history
            yield from around(history[1])
            yield from against_units(history[1])


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
        yield from against_units(waiting[1])
    if subject.source in DEMAND_ONLY:
        return
    windowed = list(counts(subject))
    yield from windowed
    yield from severity_sums(subject)
    yield from by_category(subject)
    yield from pace(subject)
    yield from recency(subject)
    yield from decayed(subject)
    yield from decayed_by_category(subject)
    yield from recurring(subject)
    yield from per_head(subject)
    short, long = SHORT_AND_LONG[subject.period]
    for row in windowed:
        if row.feature.window in (short, long):
            yield from around(row)
        if row.feature.window == long:
            yield from against_units(row)
    if subject.source in REPEATING:
        yield from near_repeat(subject, escalated=False)
    if subject.source in PATROLLED:
        yield from by_finder(subject)
        yield from effort(subject)
    if subject.source in CASES:
        waiting = list(backlog(subject))
        yield from waiting
        yield from open_by_category(subject)
        yield from closing(subject)
        yield from around(waiting[0])
        yield from against_units(waiting[0])
    if subject.source in DEMAND:
        yield from contentment(subject)
    if subject.source in ESCALATING:
        escalated = list(escalation(subject))
        yield from escalated
        yield from around(escalated[1])
        yield from against_units(escalated[1])
        yield from near_repeat(subject, escalated=True)
    if subject.source in TOLD:
        yield from told_of(subject)
    yield from breaks(subject)
