"""Notices whose place went over to another unit, or whose team answers there no more: what waits goes to who answers for it now, and
whoever heard of it is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, update

from riskwarn.audit import SYSTEM, Action, Entry
from riskwarn.configuration import Configuration
from riskwarn.words import Unit
from serving.alerts.acting import asked_again, asked_anew
from serving.alerts.alert import Alert, Lineage, live_alerts
from serving.alerts.life import Rule, Status, Verb
from serving.alerts.silences import silences_at
from serving.alerts.tables import ALERTS
from serving.alerts.teams import Team, Teams
from serving.alerts.telling import Writing, updated

#: (kind, code) of a unit.
Place = tuple[str, str]


def hand_over(
    connection: Connection, teams: Teams, moved: Mapping[str, Lineage], configuration: Configuration, now: datetime
) -> list[Entry]:
    """Give the live notices whose team there is no more, or whose place went over to another, to who answers for that now; the rows of the
    audit that say so. `moved` is id -> where those lay whose units are others.

    Where a notice stands stays: an open one is asked for anew. A team beside it that there is no more, or that answers for where it lay, stands
    beside it no more; who is above today takes the place of who was asked above.
    """
    entries, silences, writing = [], silences_at(connection, now), Writing(connection, now, configuration)
    for alert in live_alerts(connection):
        left = _places(moved.get(alert.id, ())) - _places(alert.units)
        beside = tuple(one for one in alert.co_teams if _answers(one, teams, left))
        team = _next(alert, teams, left)
        after = replace(alert, team_id=alert.team_id if team is None else team.id, co_teams=beside).beside()
        if team is not None and alert.status == Status.OPEN:
            verb: Rule | Verb = Verb.ASSIGN
            after = asked_anew(configuration, after, now)
        else:
            above = _above(after, teams) if beside != alert.co_teams or team is not None else ()
            asked = any(one not in alert.co_teams for one in above)
            after = asked_again(configuration, after.beside(*above), now) if asked else after
            if team is None and not asked and not (left and alert.messages):
                if after.co_teams != alert.co_teams:
                    own = update(ALERTS).where(ALERTS.c.id == alert.id)
                    connection.execute(own.values(co_teams=list(after.co_teams)))
                continue
            verb = Verb.ASSIGN if team is not None else Rule.MOVED if left else Verb.CO_HANDLE
        if not silences.over(alert.target, alert.units):
            after = updated(configuration, after, now)
        writing.put(alert, after, verb.value)
        entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, verb.value))
    return entries


def _places(lineage: Lineage) -> set[Place]:
    """The units of a lineage, without the city, which all lie in."""
    return {(unit, code) for unit, code, _ in lineage if unit != Unit.CITY}


def _answers(team: str, teams: Teams, left: Collection[Place]) -> bool:
    """Whether there is a team, and it answers for nothing that a notice has left."""
    own = teams.by_id.get(team)
    return own is not None and (own.unit, own.code) not in left


def _next(alert: Alert, teams: Teams, left: Collection[Place]) -> Team | None:
    """Who has it from now on; None where it stays as it is."""
    if alert.team_id is None or _answers(alert.team_id, teams, left):
        return None
    return teams.of(alert.units, [alert.service] if alert.service else alert.services)


def _above(alert: Alert, teams: Teams) -> tuple[str, ...]:
    """Who is above today, as often as that was asked."""
    found = (teams.over(alert.units, alert.team_id, times + 1) for times in range(alert.escalations))
    return tuple(dict.fromkeys(one.id for one in found if one is not None))
