"""When somebody is told, and of what: a message is written in the transaction of the change, or waits for the end of the quiet hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from sqlalchemy import Connection

from riskwarn.alert_rules import Alerts
from serving.alerts.alert import Alert, add_alert, change_alert, mark_told
from serving.alerts.shown import as_dict
from serving.alerts.tables import new_id
from serving.delivery.messages import Kind, Message
from serving.delivery.outbox import enqueue


def told_when(rules: Alerts, level: str, now: datetime, zone: tzinfo) -> datetime:
    """The instant at which somebody may be woken: now, or when the quiet hours end."""
    if rules.quiet is None or level in rules.quiet.but:
        return now
    (start, end), local = rules.quiet.between, now.astimezone(zone)
    clock = local.time()
    inside = start <= clock < end if start <= end else clock >= start or clock < end
    if not inside:
        return now
    until = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return (until if until > local else until + timedelta(days=1)).astimezone(UTC)


def told(alert: Alert, kind: Kind, now: datetime, at: datetime | None = None) -> Alert:
    """The notice with a message that is due at an instant, now where none is given.

    Nothing is told of one whose window has passed, and a message that waits stays what it is: nobody is sent an Update of what he was
    never told of. One that is withdrawn before anybody was told is never told of.
    """
    due = at or now
    if kind == "Cancel":
        return replace(alert, notify_at=due if alert.messages else None, notify_kind=kind if alert.messages else None)
    if alert.expires_at is not None and due >= alert.expires_at:
        return replace(alert, notify_at=None, notify_kind=None)
    if not alert.messages:
        kind = "Alert"
    if alert.notify_at is not None and alert.notify_kind == "Alert":
        due = max(due, alert.notify_at)
    return replace(alert, notify_at=due, notify_kind=kind)


def due(alert: Alert, rules: Alerts, now: datetime, zone: tzinfo) -> bool:
    """Whether a message that waited is to be written now."""
    if alert.notify_at is None or alert.notify_at > now:
        return False
    return alert.notify_kind == "Cancel" or told_when(rules, alert.level, now, zone) == now


def written(alert: Alert, now: datetime) -> tuple[Alert, Message | None]:
    """The notice without its message, and that message; None where there is no more to tell. Its version is the message's."""
    kind, rest = alert.notify_kind, replace(alert, notify_at=None, notify_kind=None)
    if kind is None or (kind != "Cancel" and alert.over(now)):
        return rest, None
    name = f"{alert.id}.{alert.version}"
    message = Message(
        id=name,
        kind=kind,  # type: ignore[arg-type]
        alert_id=alert.id,
        version=alert.version,
        team_id=alert.team_id,
        target=alert.target,
        level=alert.level,
        units=tuple(code for _, code, _ in alert.units) or (alert.code,),
        sent_at=now,
        expires_at=alert.expires_at,
        references=tuple((one, datetime.fromisoformat(at)) for one, at in alert.messages),
        body=as_dict(alert),
    )
    return replace(rest, told_at=now, messages=(*alert.messages, (name, now.isoformat()))), message


def put(
    connection: Connection,
    before: Alert | None,
    after: Alert,
    verb: str,
    now: datetime,
    note: str = "",
    source: str = "rule",
) -> Alert:
    """Write a new notice, or the next version of one, its step, and the message that is due with it: the one way in which one changes.

    A message that waits is not sent by what happens meanwhile, which may be in the night: :func:`send_due` sends it.
    """
    version = 1 if before is None else before.version + 1
    after, message = replace(after, version=version, id=after.id or new_id()), None
    if after.notify_at == now:
        after, message = written(after, now)
    if before is None:
        after = add_alert(connection, after, now, source)
    else:
        after = change_alert(connection, before, after, verb, now, note, source)
    enqueue(connection, [message] if message is not None else [])
    return after


def send_due(connection: Connection, alert: Alert, now: datetime) -> Alert:
    """Write the message that waited for the end of the quiet hours; it is of the version that the notice has."""
    after, message = written(alert, now)
    mark_told(connection, after)
    enqueue(connection, [message] if message is not None else [])
    return after
