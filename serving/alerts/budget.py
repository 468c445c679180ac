"""The budget of a team and week: a notice takes its place in the week in which somebody is told of it first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, func, or_, select

from riskwarn.configuration import Configuration
from riskwarn.disclosure import week_of
from serving.alerts.alert import Alert
from serving.alerts.tables import ALERTS
from serving.alerts.teams import Teams

_WEEK = timedelta(weeks=1)

#: Which notices use a place of their week: what has ended before anybody was told gave its own back.
USES = or_(ALERTS.c.head.is_not(None), ALERTS.c.told_at.is_not(None))


def spent_of(connection: Connection, weeks: Sequence[date]) -> dict[tuple[str, date], int]:
    """(team, Monday) -> how many notices of that week's budget are used."""
    own = ALERTS.c
    counted = select(own.budget_team, own.week, func.count()).where(
        own.budget_team.is_not(None), own.week.in_(list(weeks)), USES
    )
    rows = connection.execute(counted.group_by(own.budget_team, own.week))
    return {(team, week): count for team, week, count in rows}


def in_its_week(
    connection: Connection, alert: Alert, teams: Teams, configuration: Configuration, now: datetime
) -> Alert:
    """A notice of which somebody is to be told first now, which may be later than was meant: it was silent, or nothing ran.

    In another week it takes a place of the budget of that one; where there is none it waits for the first week that has one, whose
    publications leave it that.
    """
    zone = configuration.calendar.timezone
    this = week_of(now.astimezone(zone).date())
    if alert.budget_team is None or alert.week == this:
        return alert
    week = next(_with_room(connection, alert, teams, this, configuration), None)
    if week == this:
        return replace(alert, week=week)
    at = datetime.combine(this + _WEEK if week is None else week, time(), zone).astimezone(UTC)
    return replace(alert, week=alert.week if week is None else week, notify_at=at)


def _with_room(
    connection: Connection, alert: Alert, teams: Teams, week: date, configuration: Configuration
) -> Iterator[date]:
    """The weeks from one on in which the budget of its team has a place for a notice, until its window has passed."""
    team, zone = teams.by_id.get(str(alert.budget_team)), configuration.calendar.timezone
    while not alert.over(datetime.combine(week, time(), zone)):
        own = 1 if alert.week == week else 0
        spent = spent_of(connection, [week]).get((str(alert.budget_team), week), 0) - own
        if team is None or spent < team.notices_a_week:  # of a team that there is no more nothing is exceeded
            yield week
        if alert.expires_at is None:
            return
        week += _WEEK
