"""Plain numbers: what a reason is told with, such as anybody can recount in the records. No model reads them.

Beside each count of records stand the least and the most that is told of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from features.families.declaration import Declared, Family, Subject
from features.families.demand import waiting
from features.families.residents import NUMBERS
from features.transforms.amounts import Count, DaysSince, Holding, OldestAge, Within
from features.transforms.cases import Open, Overdue, UnderWay
from features.transforms.residents import Surveyed
from features.transforms.selections import Recorded, Rows, Selection
from features.transforms.targets import Escalated, EventsOf
from features.transforms.told import Told
from features.transforms.transform import Once, Transform
from features.transforms.units import SumOverNeighbours
from features.windows import SHORT_AND_LONG, YEAR
from riskwarn.configuration import Target
from riskwarn.periods import Period
from riskwarn.store.targets import rule_of
from riskwarn.words import Role

PLAIN = Family("plain", theme="plain")

#: What is told of a count: its ends.
LEAST, MOST = "least", "most"

#: Years for which the events of a place are told: models remember them for longer than one.
PAST_YEARS = 5

Numbers = dict[str, Transform]


def plain_name(subject: str, number: str) -> str:
    """The name of a plain number of a source, a target or a table."""
    return f"plain_{subject}_{number}"


def of_records(subject: Subject) -> Iterator[Declared]:
    """Of a source: what came lately, what is open or unanswered, for how long, here and next door.

    Of petitions nothing but what waits for an answer.
    """
    source = subject.source
    short, long = SHORT_AND_LONG[subject.period]
    numbers: Numbers = {}
    if not subject.contract.demand_only:
        recent, recorded = Once(Count(source, short)), Recorded(source)
        numbers |= {"near": SumOverNeighbours(recent)}
        numbers |= _told("recent", recent, recorded, short) | _told("half", Count(source, long), recorded, long)
        numbers["last"] = DaysSince(Recorded(source))
        if Role.ESCALATING in subject.roles:
            numbers |= _of_events(Escalated(source), subject.period)
    if Role.CASE in subject.roles and Role.DEMAND not in subject.roles:
        number = Once(Holding(Open(source)))
        numbers |= {"oldest": OldestAge(Open(source)), "open_near": SumOverNeighbours(number)}
        numbers |= _told("open", number, Open(source))
    if Role.DEMAND in subject.roles:
        asked = waiting(subject)
        numbers |= _told("unanswered", Holding(asked), asked)
        numbers |= _told("overdue", Holding(Overdue(asked)), Overdue(asked))
    yield from _declared(source, source, numbers)


def of_target(name: str, target: Target, period: Period) -> Iterator[Declared]:
    """Of a target: its own events within a year and within five, within a year next door, and the days since the last."""
    yield from _declared(name, target.source, _of_events(EventsOf(name, rule_of(target)), period))


def of_interventions(period: Period) -> Iterator[Declared]:
    """What was done within a year, what is under way, and the days since the last."""
    source = "interventions"
    recorded, under_way = Recorded(source), UnderWay(source)
    numbers = _told("year", Within(recorded, YEAR[period]), recorded, YEAR[period])
    numbers |= _told("under_way", Holding(under_way), under_way)
    yield from _declared(source, source, numbers | {"last": DaysSince(recorded)})


def of_residents() -> Iterator[Declared]:
    """Residents."""
    numbers: Numbers = {"population": Surveyed("population", *NUMBERS["population"][2:])}
    yield from _declared("demographics", "demographics", numbers)


def _of_events(events: Rows, period: Period) -> Numbers:
    within = Once(Within(events, YEAR[period]))
    told = _told("events", within, events, YEAR[period])
    past = PAST_YEARS * YEAR[period]
    told |= _told("events_past", Within(events, past), events, past)
    return told | {"events_near": SumOverNeighbours(within), "events_last": DaysSince(events)}


def _told(number: str, counted: Transform, selection: Selection, periods: int | None = None) -> Numbers:
    """A count, of what became known in so many periods or of what holds, and its ends."""
    ends = {f"{number}_{end}": Told(selection, periods, end == MOST) for end in (LEAST, MOST)}
    return {number: counted, **ends}


def _declared(subject: str, source: str, numbers: Numbers) -> Iterator[Declared]:
    for number, transform in numbers.items():
        name = plain_name(subject, number)
        yield PLAIN.declare(source, name, transform, name, name)
