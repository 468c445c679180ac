"""The catalogue: which families each source gives. To add a feature, add it to a family; to add a family, name it here.

What a source gives follows from its contract: its roles, and whether it enters as demand only.

Columns follow from what the configuration declares and from the shipped vocabularies, never from what the data happen
to hold, so that the catalogue of yesterday equals the one of tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from features.catalogue.plugins import from_modules
from features.families.anomaly import pace
from features.families.backlog import backlog, closing, number_open, open_by_category, open_by_severity_and_age
from features.families.breaks import breaks
from features.families.counts import by_category, counts, discovered_by, severity_sums
from features.families.cross_source import pairs, recurring
from features.families.declaration import Declared, Subject
from features.families.demand import contentment, demand, overdue, unanswered
from features.families.effort import effort
from features.families.escalation import escalated_logit, escalated_within, escalation, near_repeat
from features.families.interventions import interventions
from features.families.memory import memory
from features.families.recency import decayed, decayed_by_category, fading, recency
from features.families.residents import per_head, proxies, residents
from features.families.season import season
from features.families.spatial import against_units, around
from features.families.target_history import events_within, target_history
from features.families.topics import by_topic
from features.matrix import Feature
from features.windows import HALF_LIVES, SHORT_AND_LONG, YEAR
from riskwarn.configuration import Configuration
from riskwarn.contracts import category_names, contract
from riskwarn.errors import FeatureNameTaken
from riskwarn.words import Role

#: Families that are built only where riskwarn.yaml asks for them.
OFF_BY_DEFAULT = ("proxies",)


def declared(configuration: Configuration) -> tuple[Declared, ...]:
    """Every feature of a city with this configuration, in a fixed order.

    Raises UnknownTarget where `features:` names a family that is not there, FeatureModuleInvalid where a module cannot be
    used, FeatureNameTaken where two features would have one name.
    """
    chosen = configuration.features
    rows = _all(configuration)
    chosen.check({row.feature.family for row in rows})
    off = {*chosen.off, *(family for family in OFF_BY_DEFAULT if family not in chosen.on)}
    return tuple(row for row in rows if row.feature.family not in off and (chosen.observer or not row.feature.observer))


def check_families(configuration: Configuration) -> None:
    """Raise UnknownTarget where `features:` names a family that is not there; modules are only looked into for a name that is no shipped one."""
    named = {*configuration.features.off, *configuration.features.on}
    if named and not named <= {row.feature.family for row in _shipped(configuration)}:
        declared(configuration)


def catalogue(configuration: Configuration) -> tuple[Feature, ...]:
    """The features, without how they are computed."""
    return tuple(row.feature for row in declared(configuration))


def plugged_in(configuration: Configuration) -> frozenset[str]:
    """The names of the features that modules declare."""
    shipped = {row.feature.name for row in _shipped(configuration)}
    return frozenset(row.feature.name for row in _all(configuration)) - shipped


def subjects_of(configuration: Configuration) -> dict[str, Subject]:
    """The event sources as the families see them."""
    events = [name for name in configuration.sources if contract(name, configuration).events]
    return {name: subject_of(name, configuration) for name in events}


def _all(configuration: Configuration) -> tuple[Declared, ...]:
    rows = _shipped(configuration)
    of = {row.feature.name: row.feature.source for row in rows}
    return (*rows, *from_modules(configuration.features.modules, tuple(subjects_of(configuration).values()), of))


def _shipped(configuration: Configuration) -> list[Declared]:
    subjects = subjects_of(configuration)
    rows = [
        *(row for subject in subjects.values() for row in _of_subject(subject)),
        *pairs(subjects),
        *residents(),
        *proxies(),
        *interventions(configuration.period),
        *season(configuration.period),
        *_of_targets(configuration, subjects),
        *(row for subject in subjects.values() for row in _for_regressions(subject)),
        *_memories(configuration, subjects),
    ]
    of: dict[str, str] = {}
    for row in rows:
        name, source = row.feature.name, row.feature.source
        if name in of:
            raise FeatureNameTaken(name=name, one=of[name], other=source)
        of[name] = source
    return rows


def _of_targets(configuration: Configuration, subjects: Mapping[str, Subject]) -> Iterator[Declared]:
    """The own history of the targets that have outcomes; what has a date alone is counted with its source."""
    _, long = SHORT_AND_LONG[configuration.period]
    for name, target in configuration.targets.items():
        subject = subjects.get(target.source)
        if target.outcomes and subject is not None and not subject.contract.demand_only:
            yield from target_history(name, target, subject)
            yield from around(events_within(name, target, subject, long))
            yield from against_units(events_within(name, target, subject, long))


def _for_regressions(subject: Subject) -> Iterator[Declared]:
    """What a regression on few columns reads beside the rest: the long memory of records, open cases band by band, logits."""
    if subject.contract.demand_only:
        return
    year = float(YEAR[subject.period])
    if year not in HALF_LIVES[subject.period]:
        yield fading(subject, year)
    if Role.CASE in subject.roles:
        yield from open_by_severity_and_age(subject)
    if Role.ESCALATING in subject.roles:
        yield escalated_logit(subject)


def _memories(configuration: Configuration, subjects: Mapping[str, Subject]) -> Iterator[Declared]:
    """The whole memory of every target's own events."""
    for name, target in configuration.targets.items():
        subject = subjects.get(target.source)
        if subject is not None and not subject.contract.demand_only:
            yield from memory(name, target, subject)


def subject_of(source: str, configuration: Configuration) -> Subject:
    """An event source as the families see it."""
    names = category_names(source, configuration)
    found = contract(source, configuration)
    return Subject(found, configuration.period, tuple((code, *names[code]) for code in found.categories))


def _of_subject(subject: Subject) -> Iterator[Declared]:
    if Role.DEMAND in subject.roles:
        yield from demand(subject)
        yield from around(unanswered(subject))
        yield from around(overdue(subject))
        yield from against_units(overdue(subject))
    if subject.contract.demand_only:
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
    if Role.REPEATING in subject.roles:
        yield from near_repeat(subject, escalated=False)
    if Role.PATROL in subject.roles:
        yield from discovered_by(subject)
        yield from effort(subject)
    if Role.CASE in subject.roles:
        yield from backlog(subject)
        yield from open_by_category(subject)
        yield from closing(subject)
        yield from around(number_open(subject))
        yield from against_units(number_open(subject))
    if Role.DEMAND in subject.roles:
        yield from contentment(subject)
    if Role.ESCALATING in subject.roles:
        yield from escalation(subject)
        yield from around(escalated_within(subject, long))
        yield from against_units(escalated_within(subject, long))
        yield from near_repeat(subject, escalated=True)
    if Role.TEXT in subject.roles:
        yield from by_topic(subject)
    yield from breaks(subject)
