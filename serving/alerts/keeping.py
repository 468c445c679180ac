"""What time does to notices: messages that waited, reminders, escalation to the unit above, and the end of their window."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import Connection, delete, exists, select

from riskwarn.alert_rules import Alerts
from riskwarn.audit import SYSTEM, Action, Entry, recorded
from riskwarn.audit.chain import hold
from riskwarn.home import Home
from serving.alerts.acting import asked_above
from serving.alerts.alert import Alert, alerts_where, live_alerts
from serving.alerts.life import ASKED, Rule, Status
from serving.alerts.silences import Silences, silences_at
from serving.alerts.tables import ALERTS, REQUESTS
from serving.alerts.teams import Teams
from serving.alerts.telling import OUTCOME, Writing, due, told_when, updated
from serving.delivery.messages import LATE_DAYS
from serving.delivery.tables import MESSAGES

#: It is told what became of a notice.
_OUTCOME = "outcome"


@dataclass(frozen=True)
class Kept:
    """What was done."""

    sent: int = 0  # messages that waited for the end of the quiet hours
    reminded: int = 0
    escalated: int = 0
    expired: int = 0
    outcomes: int = 0  # notices of which it was told what became of them

    def as_dict(self) -> dict[str, int]:
        """The shape that ``riskwarn alerts tick --json`` prints."""
        return dict(vars(self))


def keep(home: Home, *, now: datetime) -> Kept:
    """Do what is due now. It may be called as often as one likes, by several at once, and with a clock that was set back."""
    rules, zone = home.configuration.alerts, home.configuration.calendar.timezone
    with home.database.connect() as connection:
        silences = silences_at(connection, now)
        waiting = [
            one for one in _candidates(connection, rules, now) if _due(one, rules, silences, now, zone) is not None
        ]
        old = connection.execute(select(REQUESTS.c.digest).where(REQUESTS.c.at < _oldest(rules, now)).limit(1)).first()
    if not waiting and old is None:
        return Kept()
    done: dict[str, int] = {}
    with recorded(home) as change:
        connection = change.connection
        hold(connection)
        writing = Writing(connection, now, home.configuration)
        silences = silences_at(connection, now)
        connection.execute(delete(REQUESTS).where(REQUESTS.c.at < _oldest(rules, now)))
        entries = []
        for alert in _candidates(connection, rules, now):
            what = _due(alert, rules, silences, now, zone)
            if what is None:
                continue
            if what == "sent" and writing.send_due(alert).notify_at is not None:
                continue  # the budget of this week is used: it waits on
            done[what] = done.get(what, 0) + 1
            if what == "sent":
                continue
            if what == _OUTCOME:
                writing.send_outcome(alert)
                continue
            if what == Rule.EXPIRED:
                writing.lapse(alert)
            elif what == Rule.ESCALATED:
                writing.put(alert, escalated(home, alert, writing.teams, now), what)
            else:
                writing.put(alert, _reminded(home, alert, now), what)
            entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, what))
        change.append(*entries, at=now)
    names = ("sent", Rule.REMINDED, Rule.ESCALATED, Rule.EXPIRED, _OUTCOME)
    return Kept(*(done.get(name, 0) for name in names))


def _oldest(rules: Alerts, now: datetime) -> datetime:
    return now - timedelta(days=rules.idempotency_days)


def _candidates(connection: Connection, rules: Alerts, now: datetime) -> list[Alert]:
    """What somebody has to do with, what is over and has a message left to be sent, and what ended so long ago that it is told what
    became of it."""
    gone = alerts_where(connection, ALERTS.c.notify_at.is_not(None), ALERTS.c.head.is_(None))
    until = now - timedelta(days=rules.outcome_days)
    # Every look would read those of four weeks: who was told already is found by his message.
    said = exists().where(
        MESSAGES.c.alert_id == ALERTS.c.id, MESSAGES.c.kind == "Outcome", MESSAGES.c.sent_at >= ALERTS.c.ended_at
    )
    ended = alerts_where(
        connection, ALERTS.c.status.in_([Status.CLOSED.value, Status.EXPIRED.value]), ALERTS.c.notify_at.is_(None),
        ALERTS.c.ended_at <= until, ALERTS.c.ended_at > until - timedelta(days=LATE_DAYS), ~said,
    )  # fmt: skip
    return [*live_alerts(connection), *gone, *(one for one in ended if _owes_outcome(one))]


def _owes_outcome(alert: Alert) -> bool:
    """Whether somebody was told of a notice, and not yet what became of it since it ended."""
    name, at = alert.messages[-1] if alert.messages else ("", "")
    told = name.endswith(OUTCOME) and alert.ended_at is not None and datetime.fromisoformat(at) >= alert.ended_at
    return bool(alert.messages) and not told


def _due(alert: Alert, rules: Alerts, silences: Silences, now: datetime, zone: tzinfo) -> str | None:
    """What is to be done with a notice, the most pressing; None where nothing is."""
    if alert.live and alert.over(now):
        return Rule.EXPIRED
    silent = silences.over(alert.target, alert.units)
    if due(alert, rules, now, zone) and (not silent or alert.notify_kind == "Cancel"):
        return "sent"
    if silent:
        return None
    if not alert.live and alert.notify_at is None:
        return _OUTCOME if told_when(rules, alert.level, now, zone) == now else None
    if not alert.live or alert.paused or alert.notify_at is not None:
        return None
    asked = alert.acknowledge_by is not None and alert.acknowledge_by > now  # whoever was asked last has time left
    if alert.escalations < rules.escalations and (alert.unseen(now) or (alert.overdue(now) and not asked)):
        return Rule.ESCALATED
    if alert.status not in ASKED or alert.told_at is None or alert.reminders >= rules.reminders:
        return None
    return Rule.REMINDED if now >= alert.told_at + timedelta(days=rules.repeat_days) else None


def escalated(home: Home, alert: Alert, teams: Teams, now: datetime) -> Alert:
    """The unit above is asked, and all are told."""
    return updated(home.configuration, asked_above(home.configuration, alert, teams, now), now)


def _reminded(home: Home, alert: Alert, now: datetime) -> Alert:
    return updated(home.configuration, replace(alert, reminders=alert.reminders + 1), now)
