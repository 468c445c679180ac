"""Notices that are taken back: what raised them holds no longer, and whoever was told of them is told so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection

from riskwarn.audit import SYSTEM, Action, Entry
from riskwarn.audit.recording import Recording
from riskwarn.configuration import Configuration
from riskwarn.words import Unit
from serving.alerts.alert import Alert, alerts_where, live_alerts
from serving.alerts.life import LIVE, Rule, Status
from serving.alerts.tables import ALERTS
from serving.alerts.telling import Writing, told
from serving.columns.places import Places
from serving.snapshots.trees import held_by

#: (kind, code) -> the grids that a unit held.
HeldBy = Mapping[tuple[str, str], frozenset[str]]


def withdrawn(alert: Alert, now: datetime) -> Alert:
    """A notice that is taken back."""
    return told(replace(alert, status=Status.WITHDRAWN.value, ended_at=alert.in_order(now)), "Cancel", now)


def withdraw_alerts(
    change: Recording, where: ColumnElement[bool], configuration: Configuration, now: datetime
) -> tuple[int, list[Entry]]:
    """Withdraw the live notices that meet a condition: how many, and the rows of the audit that say so.

    Call it with the lock of the chain held.
    """
    connection, done, entries = change.connection, 0, []
    writing = Writing(connection, now, configuration)
    for alert in alerts_where(connection, where, ALERTS.c.status.in_([one.value for one in LIVE])):
        if alert.over(now):
            writing.lapse(alert)
            entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, Rule.EXPIRED.value))
            continue
        writing.put(alert, withdrawn(alert, now), Rule.WITHDRAWN.value)
        entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, Rule.WITHDRAWN.value))
        done += 1
    return done, entries


def withdraw_redrawn(
    connection: Connection, places: Places, configuration: Configuration, now: datetime
) -> list[Entry]:
    """Withdraw the live notices of units above the grid, and of their data gaps, that hold other grids today than by the snapshot that told
    of them: a code outlives what it stands for. Whoever answers for the unit of today sees no notice of what it was, and would be told of
    nothing else as long as that lived. One that names grids stands, for it tells of those. Gives the rows of the audit."""
    writing, entries, held = Writing(connection, now, configuration), list[Entry](), dict[str, HeldBy]()
    for alert in live_alerts(connection):
        if alert.unit == Unit.GRID or alert.members:
            continue
        if alert.snapshot not in held:
            held[alert.snapshot] = held_by(connection, alert.snapshot)
        before = held[alert.snapshot].get((alert.unit, alert.code))
        if before is not None and before != _grids(places, alert):
            writing.put(alert, withdrawn(alert, now), Rule.WITHDRAWN.value)
            entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, Rule.WITHDRAWN.value))
    return entries


def _grids(places: Places, alert: Alert) -> frozenset[str]:
    """The grids that the unit of a notice holds; none where there is no such unit."""
    row = places.row(Unit(alert.unit), alert.code)
    return frozenset(() if row is None else places[Unit.GRID].codes[places.within(Unit(alert.unit), row, Unit.GRID)])
