"""Notices that are taken back: what raised them holds no longer, and whoever was told of them is told so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement

from riskwarn.audit import SYSTEM, Action, Entry
from riskwarn.audit.recording import Recording
from riskwarn.configuration import Configuration
from serving.alerts.alert import Alert, alerts_where
from serving.alerts.life import LIVE, Rule, Status
from serving.alerts.tables import ALERTS
from serving.alerts.telling import Writing, told


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
