"""When somebody is told, and of what: a message is written in the transaction of the change, or waits for the end of the quiet hours."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from riskwarn.alert_rules import Alerts
from riskwarn.configuration import Configuration
from riskwarn.home import Home
from serving.alerts.alert import Alert, add_alert, change_alert, mark_told
from serving.alerts.budget import in_its_week
from serving.alerts.happened import since_told
from serving.alerts.life import Rule, Status
from serving.alerts.shown import as_dict, terms_of
from serving.alerts.tables import new_id
from serving.alerts.teams import Teams, kept_teams
from serving.alerts.words import head_of, text_of
from serving.alerts.words.changes import Since
from serving.delivery.messages import Kind, Message
from serving.delivery.outbox import enqueue, told_in
from serving.delivery.today import Today
from serving.delivery.view import BARE, PARTS, TOLD_IN, Left, View, bare, cut, instant_of

#: What ends the id of a message that tells what became of a notice.
OUTCOME = ".outcome"


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


def acknowledged_by(rules: Alerts, level: str, told_at: datetime, zone: tzinfo) -> datetime:
    """Until when a notice is to be acknowledged that somebody is told of at an instant: its hours are those of days that count.

    Where no day of a month counts all do: a list of days off is no reason to wait for ever.
    """
    left = timedelta(hours=rules.hours_to_acknowledge(level))
    at, until = told_at, told_at + left + timedelta(days=31)
    while at < until:
        midnight = datetime.combine(at.astimezone(zone).date() + timedelta(days=1), time(), zone).astimezone(UTC)
        if rules.counts(level, at.astimezone(zone).date()):
            if at + left <= midnight:
                return at + left
            left -= midnight - at
        at = midnight
    return at + left


def told(alert: Alert, kind: Kind, now: datetime, at: datetime | None = None) -> Alert:
    """The notice with a message that is due at an instant, now where none is given.

    Nothing is told of one whose window has passed, and a message that waits stays what it is: nobody is sent an Update of what he was
    never told of. One that is closed or withdrawn before anybody was told is never told of.
    """
    due = at or now
    if kind == "Cancel":
        return replace(alert, notify_at=due if alert.messages else None, notify_kind=kind if alert.messages else None)
    if alert.expires_at is not None and due >= alert.expires_at:
        return replace(alert, notify_at=None, notify_kind=None)
    if not alert.messages:
        if not alert.live:
            return replace(alert, notify_at=None, notify_kind=None)
        kind = "Alert"
    if alert.notify_at is not None and alert.notify_kind == "Alert":
        due = max(due, alert.notify_at)
    return replace(alert, notify_at=due, notify_kind=kind)


def updated(configuration: Configuration, alert: Alert, now: datetime) -> Alert:
    """The notice with an update that is due as soon as somebody may be woken."""
    return told(
        alert, "Update", now, told_when(configuration.alerts, alert.level, now, configuration.calendar.timezone)
    )


def due(alert: Alert, rules: Alerts, now: datetime, zone: tzinfo) -> bool:
    """Whether a message that waited is to be written now."""
    if alert.notify_at is None or alert.notify_at > now:
        return False
    return alert.notify_kind == "Cancel" or told_when(rules, alert.level, now, zone) == now


@dataclass(frozen=True)
class Writing:
    """Writes what becomes of notices, in one transaction and at one instant: the one way in which they change.

    Messages have the texts of `configuration`; a replay, which tells nobody, has none.
    """

    connection: Connection
    now: datetime
    configuration: Configuration | None

    @cached_property
    def teams(self) -> Teams:
        """Those that are written down, read once for all that is written."""
        return kept_teams(self.connection)

    def put(self, before: Alert | None, after: Alert, verb: str, note: str = "", source: str = "rule") -> Alert:
        """Write a new notice, or the next version of one, its step, and the message that is due with it.

        A message that waits is not sent by what happens meanwhile, which may be in the night: :meth:`send_due` sends it.
        """
        version = 1 if before is None else before.version + 1
        after = replace(after, version=version, id=after.id or new_id())
        if before is None:
            after = add_alert(self.connection, after, self.now, source)
        else:
            after = change_alert(self.connection, before, after, verb, self.now, note, source)
        return self.send_due(after) if after.notify_at == self.now else after

    def lapse(self, alert: Alert) -> Alert:
        """End a live notice whose window has passed: nobody is told."""
        at = alert.in_order(self.now)
        ended = replace(alert, status=Status.EXPIRED.value, ended_at=at, notify_at=None, notify_kind=None)
        return self.put(alert, ended, Rule.EXPIRED.value)

    def send_due(self, alert: Alert) -> Alert:
        """Write the message that is due; it is of the version that the notice has. Where its window has passed there is no more to tell;
        the first waits where the budget of its team's week is used."""
        alert = self._in_its_week(alert)
        if alert.notify_at is not None and alert.notify_at > self.now:
            mark_told(self.connection, alert)
            return alert
        kind, rest = alert.notify_kind, replace(alert, notify_at=None, notify_kind=None)
        if kind is None or (kind != "Cancel" and alert.over(self.now)):
            mark_told(self.connection, rest)
            return rest
        since = since_told(self.connection, alert, self.teams)
        return self._say(rest, kind, f"{alert.id}.{alert.version}", since)  # type: ignore[arg-type]

    def _in_its_week(self, alert: Alert) -> Alert:
        """The notice in the week in which somebody is told of it first; in a later one than was meant he has as long as he would have had."""
        if self.configuration is None or alert.messages or alert.notify_kind != "Alert" or alert.over(self.now):
            return alert
        moved = in_its_week(self.connection, alert, self.teams, self.configuration, self.now)
        if moved is alert:
            return alert
        rules, zone = self.configuration.alerts, self.configuration.calendar.timezone
        at = told_when(rules, alert.level, max(moved.notify_at or self.now, self.now), zone)
        since = moved.counts_from(at)
        return replace(moved, notify_at=at).on_terms(
            acknowledge_by=lambda level, by: None if by is None else acknowledged_by(rules, level, since, zone),
            due_at=lambda level, _due: moved.within(since + timedelta(days=rules.days_to_close(level))),
        )

    def send_outcome(self, alert: Alert) -> Alert:
        """Write what became of a notice that has ended, for whoever was told of it."""
        return self._say(alert, "Outcome", f"{alert.id}.{alert.version}{OUTCOME}", Since(ended=True))

    def _say(self, alert: Alert, kind: Kind, name: str, since: Since) -> Alert:
        told_of = _kept(alert)
        if kind in ("Update", "Cancel"):
            told_of[TOLD_IN] = told_in(self.connection, alert.id)
        message = Message(
            id=name,
            kind=kind,
            alert_id=alert.id,
            version=alert.version,
            team_id=alert.team_id,
            target=alert.target,
            level=alert.level,
            units=tuple(code for _, code, _ in alert.units) or (alert.code,),
            sent_at=self.now,
            expires_at=None if kind == "Outcome" else alert.expires_at,
            references=tuple((one, datetime.fromisoformat(at)) for one, at in alert.messages),
            body=told_of if self.configuration is None else {**told_of, **_texts(told_of, self.configuration, since)},
        )
        after = replace(alert, told_at=self.now, messages=(*alert.messages, (name, self.now.isoformat())))
        mark_told(self.connection, after)
        enqueue(self.connection, [message])
        return after


def _texts(told_of: dict[str, Any], configuration: Configuration, since: Since) -> dict[str, Any]:
    """What is said of it, and what is said where something of it is left out."""
    return {"text": text_of(told_of, configuration, since), BARE: text_of(bare(told_of), configuration, since)}


def _kept(alert: Alert) -> dict[str, Any]:
    """A notice with all of which something may be left out."""
    return {**as_dict(alert), PARTS: terms_of(alert)}


def as_told(alert: Alert, view: View) -> dict[str, Any]:
    """A notice as somebody is told it, without a text."""
    told_of = _kept(alert)
    return cut(told_of, view.left_out(told_of))


def told_to_the_owner(home: Home, alerts: Iterable[Alert]) -> list[dict[str, Any]]:
    """Notices as who owns a home is told them, without texts: all of the city, as far as anything is told of it today."""
    found = list(alerts)
    view = view_of_the_owner(home, found)
    return [as_told(one, view) for one in found]


def view_of_the_owner(home: Home, alerts: Iterable[Alert]) -> View:
    """What who owns a home sees of notices."""
    return Today(home).whole(str(one.snapshot) for one in alerts)


def as_seen(alert: Alert, view: View) -> Alert:
    """A notice with the level and the terms that somebody is told; what else is left out of it, who tells it leaves out."""
    return _on_told(alert, as_told(alert, view))


def _on_told(alert: Alert, told: dict[str, Any]) -> Alert:
    at: dict[str, Any] = {name: instant_of(told[name]) for name in ("acknowledge_by", "due_at", "expires_at")}
    return replace(alert, level=told["level"], horizon=told["horizon"], **at)


def of_the_others(alert: Alert, left: Collection[str]) -> Alert:
    """A notice of several grids without some of them: with the level and the terms that somebody is told of it who sees the others alone."""
    after = _on_told(alert, cut(_kept(alert), Left(members=frozenset(left))))
    return replace(
        after,
        members=tuple(one for one in alert.members if one["code"] not in left),
        # What was promised is of the level, and of grids that were told of before their terms were kept those of all stay.
        stated=alert.stated if after.level == alert.level else None,
        due_at=after.due_at or alert.due_at,
        expires_at=after.expires_at or alert.expires_at,
    )


def as_handed_over(alert: Alert, view: View) -> Alert:
    """A notice as :func:`as_seen`, with the reasons that somebody is told: for a table, which leaves nothing out."""
    told = as_told(alert, view)
    return replace(_on_told(alert, told), reasons=tuple(told["reasons"]))


def told_to(alert: Alert, view: View, configuration: Configuration, full: bool) -> dict[str, Any]:
    """A notice as somebody is told it; of its text the head, or `full` all."""
    told_of = _kept(alert)
    left = view.left_out(told_of)
    told = cut(told_of, left)
    words = bare(told) if left.words else told_of
    return {**told, "text": text_of(words, configuration) if full else head_of(words, configuration)}
