"""The core of a target: the columns of the catalogue, at most a hundred, that a regression is fitted on.

Chosen by declaration and in the order of what they were worth, so that what is cut off where a city declares many sources
is worth least. Nothing here looks at data. What an analyst adds with a module always belongs to the core; but of petitions
only the columns that :func:`petition_columns` names do, whoever declares them.
"""

from __future__ import annotations

from collections.abc import Iterator

from features.catalogue.catalogue import declared, plugged_in, subjects_of
from features.families.backlog import AGE_BANDS, SEVERITIES, band_name
from features.families.declaration import Subject
from features.families.memory import SHRINKAGE
from features.transforms.transform import sources_of
from features.windows import HALF_LIVES, MEMORY_HALF_LIVES, SHORT_AND_LONG, YEAR
from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.contracts.vocabulary import categories_of
from riskwarn.errors import UnknownTarget
from riskwarn.messages import Listed
from riskwarn.words import Role

#: Columns of the catalogue's own in a core, at most.
MOST = 100

#: The highest severities, whose open cases ahead of harm have columns by age.
_GRAVE = 2

_DEMAND = ("unanswered", "overdue", "days_overdue", "days_unanswered")

_SEASON = (
    "sin", "cos", "to_spring_festival", "since_spring_festival", "holidays_ahead", "school_ahead", "wages_due",
)  # fmt: skip

_RESIDENTS = ("log_population", "density", "housing_age", "share_over_65")


def core(configuration: Configuration, target: str) -> tuple[str, ...]:
    """The names of a declared target's core columns, in the order of the catalogue; families that are off are not in it.

    Raises UnknownTarget.
    """
    if target not in configuration.targets:
        raise UnknownTarget(name=target, what="target", known=Listed(configuration.targets))
    rows = declared(configuration)
    held = {row.feature.name for row in rows}
    shipped = [name for name in dict.fromkeys(_wanted(configuration, target)) if name in held][:MOST]
    demand_only = {name for name in subjects_of(configuration) if contract(name, configuration).demand_only}
    named = plugged_in(configuration)
    own = {
        row.feature.name for row in rows if row.feature.name in named and not demand_only & sources_of(row.transform)
    }
    chosen = {*shipped, *own}
    return tuple(row.feature.name for row in rows if row.feature.name in chosen)


def petition_columns(configuration: Configuration) -> tuple[str, ...]:
    """The columns of petitions that a core may have: one more unanswered petition of the grid never lowers any of them, and
    who or how many stand behind it is in none."""
    demand_only = [name for name in subjects_of(configuration) if contract(name, configuration).demand_only]
    held = {row.feature.name for row in declared(configuration)}
    return tuple(name for source in demand_only for part in _DEMAND if (name := f"{source}_{part}") in held)


def _wanted(configuration: Configuration, target: str) -> Iterator[str]:
    """The columns in the order of their worth, whether or not the catalogue has them."""
    subjects = subjects_of(configuration)
    source = configuration.targets[target].source
    own = subjects.get(source)
    period = configuration.period
    yield from _history(target, configuration)
    if own is not None and Role.CASE in own.roles:
        yield from _open_cases(own)
    if own is not None and Role.ESCALATING in own.roles:
        yield from _escalation(own)
    yield from (f"season_{name}" for name in _SEASON)
    yield from _RESIDENTS
    yield from (f"{name}_{part}" for name, one in subjects.items() if Role.DEMAND in one.roles for part in _DEMAND)
    found = _found_ahead(subjects, source) if own is None or Role.CASE not in own.roles else []
    yield from _precursors(subjects, found)
    short, long = SHORT_AND_LONG[period]
    yield from (f"interventions_{name}" for name in (f"count_{short}", f"count_{long}", "open", "recency"))
    yield from (f"{source}_decayed_{half_life:g}" for half_life in (HALF_LIVES[period][0], YEAR[period]))
    yield from (f"{source}_recency", f"{source}_trend")
    for name in (name for name, one in subjects.items() if name != source and not one.contract.demand_only):
        yield from (f"{name}_decayed_{half_life:g}" for half_life in (YEAR[period], HALF_LIVES[period][0]))
    if own is not None and Role.CASE in own.roles:
        yield f"{source}_closed_share_{long}"
        yield f"{source}_days_to_close_{long}"
    for name in found:
        if Role.REPEATING in subjects[name].roles:
            yield from (f"{name}_{word}_open" for word in categories_of(name))


def _history(target: str, configuration: Configuration) -> Iterator[str]:
    """Of the target's own events: fading counts here and next door, and shrunk rates of the grid and of all around it."""
    half_lives = MEMORY_HALF_LIVES[configuration.period]
    light, heavy = SHRINKAGE
    yield from (f"{target}_rate_{light}_{place}" for place in ("grid", "near", "community", "town", "district"))
    yield from (f"{target}_rate_{heavy}_{place}" for place in ("grid", "near"))
    yield f"{target}_incidence_grid"
    yield from (f"{target}_events_decayed_{half_life:g}" for half_life in half_lives)
    yield from (f"{target}_events_decayed_{half_life:g}_near" for half_life in half_lives[2::2])


def _open_cases(subject: Subject) -> Iterator[str]:
    """Open cases by severity and age, and by category: words of one's own have no column here."""
    source = subject.source
    yield from (f"{source}_open", f"{source}_open_severity", f"{source}_open_days_severity")
    yield from (f"{source}_open_near", f"{source}_open_community")  # how busy those are who settle them
    for severity in SEVERITIES:
        yield from (f"{source}_open_{severity}_{band_name(band)}" for band in AGE_BANDS)
    yield from (f"{source}_{word}_open" for word in categories_of(source))


def _escalation(subject: Subject) -> Iterator[str]:
    """Fading escalations, and how large a share of the cases escalates; the target's own history tells more of them."""
    source, year = subject.source, YEAR[subject.period]
    yield f"{source}_escalated_decayed_{HALF_LIVES[subject.period][-1]:g}"
    yield f"{source}_escalated_logit_{year}"
    yield f"{source}_escalated_recency"


def _found_ahead(subjects: dict[str, Subject], source: str) -> list[str]:
    """The sources of what is found ahead of harm: reports and hazards."""
    return [
        name
        for name, one in subjects.items()
        if name != source and {Role.PATROL, Role.CASE} <= one.roles and Role.ESCALATING not in one.roles
    ]


def _precursors(subjects: dict[str, Subject], found: list[str]) -> Iterator[str]:
    """What is found ahead of harm, fading by category, and what of it is open by age."""
    for name in found:
        long = HALF_LIVES[subjects[name].period][-1]
        yield from (f"{name}_{word}_decayed_{long:g}" for word in categories_of(name))
    for name in found:
        yield from (f"{name}_open", f"{name}_open_severity")
        if Role.REPEATING in subjects[name].roles:
            # What is grave and open does most harm: apart by age, as a sum of severities would hide it among what is slight.
            for severity in list(SEVERITIES)[-_GRAVE:]:
                yield from (f"{name}_open_{severity}_{band_name(band)}" for band in AGE_BANDS)
            yield from (f"{name}_open_over_{days}_severity" for days in (28, 84))
