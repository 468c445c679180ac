"""Notices whose team answers there no more: teams and units change, and what waits goes to who answers for its place now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, update

from riskwarn.audit import SYSTEM, Action, Entry
from riskwarn.configuration import Configuration
from serving.alerts.acting import asked_anew
from serving.alerts.alert import Alert, Lineage, live_alerts
from serving.alerts.life import Status, Verb
from serving.alerts.silences import silences_at
from serving.alerts.tables import ALERTS
from serving.alerts.teams import Team, Teams
from serving.alerts.telling import Writing, updated


def hand_over(
    connection: Connection, teams: Teams, moved: Mapping[str, Lineage], configuration: Configuration, now: datetime
) -> list[Entry]:
    """Give the live notices whose team there is no more, or whose place went over to another, to who answers for that now; the rows of the
    audit that say so. `moved` is id -> where those lay whose units are others.

    Where a notice stands stays: an open one is asked for anew. A team beside it that there is no more stands beside it no more.
    """
    entries, silences, writing = [], silences_at(connection, now), Writing(connection, now, configuration)
    for alert in live_alerts(connection):
        beside = tuple(one for one in alert.co_teams if one in teams.by_id)
        team = _next(alert, teams, moved.get(alert.id, ()))
        if team is None:
            if beside != alert.co_teams:
                connection.execute(update(ALERTS).where(ALERTS.c.id == alert.id).values(co_teams=list(beside)))
            continue
        after = replace(alert, team_id=team.id, co_teams=beside).beside()
        if alert.status == Status.OPEN:
            after = asked_anew(configuration, after, now)
        if not silences.over(alert.target, alert.units):
            after = updated(configuration, after, now)
        writing.put(alert, after, Verb.ASSIGN.value)
        entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, Verb.ASSIGN.value))
    return entries


def _next(alert: Alert, teams: Teams, lay: Lineage) -> Team | None:
    """Who has it from now on; None where it stays as it is."""
    if alert.team_id is None:
        return None
    own = teams.by_id.get(alert.team_id)
    if own is not None:
        place = (own.unit, own.code)
        went = place in {(unit, code) for unit, code, _ in lay}
        if not went or place in {(unit, code) for unit, code, _ in alert.units}:
            return None
    return teams.of(alert.units, [alert.service] if alert.service else alert.services)
