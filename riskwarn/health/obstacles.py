"""Why a target cannot be learnt yet, and what mends it: each obstacle is an error with a sentence of its own."""

from __future__ import annotations

from datetime import date

from riskwarn.configuration import Configuration
from riskwarn.errors import (
    EventsInNoGrid,
    EventsReferred,
    EventsTooFew,
    EventsTooLate,
    EventsWithoutDate,
    HistoryTooShort,
    NoCategory,
    NoEvents,
    NoEventsOfCategory,
    OutcomesWithoutDate,
    RiskwarnError,
)
from riskwarn.health.counts import Count
from riskwarn.health.history import LEAST_EVENTS, judging_begins, mature_origins, periods_told
from riskwarn.messages import Listed


def obstacle(
    configuration: Configuration, name: str, count: Count, unknown: int, learnt: tuple[date, date] | None
) -> RiskwarnError | None:
    """Why a target cannot be learnt from these records, of which so many bear an unknown word; None where it can.

    `learnt` is the time in which an event must lie to be learnt from.
    """
    return (
        _too_little(configuration, name, count, learnt) if count.events else _none(configuration, name, count, unknown)
    )


def _none(configuration: Configuration, name: str, count: Count, unknown: int) -> RiskwarnError:
    """Why there is no event at all."""
    rule = count.rule
    told = {"target": configuration.target_named(name), "source": rule.source, "records": f"{count.records:,}"}
    if count.referred:
        return EventsReferred(**told, number=f"{count.referred:,}")
    if not count.counting and rule.categories is not None and not count.categories:
        return NoCategory(**told)
    if not count.counting:
        return NoEventsOfCategory(**told, unknown=f"{unknown:,}")
    if rule.outcomes:
        if count.ended and not count.ended_dated:
            return OutcomesWithoutDate(**told, number=f"{count.ended:,}")
        return NoEvents(**told, date=rule.date or "closed_at", outcomes=Listed(rule.outcomes))
    if rule.date is not None and not count.dated:
        return EventsWithoutDate(**told, date=rule.date)
    return NoEventsOfCategory(**told, unknown=f"{unknown:,}")


def _too_little(
    configuration: Configuration, name: str, count: Count, learnt: tuple[date, date] | None
) -> RiskwarnError | None:
    """Why the events that there are do not suffice, if they do not: for the shortest horizon."""
    called = configuration.target_named(name)
    told = {"target": called, "source": count.rule.source}
    if not count.placed:
        return EventsInNoGrid(**told, events=f"{count.events:,}")
    if count.placed < LEAST_EVENTS:
        return EventsTooFew(**told, events=count.placed, needed=LEAST_EVENTS)
    horizon, period = configuration.horizons[0], configuration.period
    if learnt is None:
        assert count.known is not None, "there are records"
        as_of, periods = periods_told(configuration, count.known)
        enough = next(
            number for number in range(periods, 10_000) if judging_begins(number, horizon, period) is not None
        )
        origins, needed = (max(0, mature_origins(number, horizon, period)) for number in (periods, enough))
        return HistoryTooShort(origins=origins, as_of=as_of, horizon=horizon, needed=needed)
    if not count.learnt:
        return EventsTooLate(target=called, horizon=horizon, first=learnt[0], begins=learnt[1])
    return None
