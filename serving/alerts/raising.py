"""Raising: what a publication tells, written in its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from math import isnan
from typing import Any

import numpy as np
from sqlalchemy import Connection

from riskwarn.alert_rules import HEIGHTS
from riskwarn.audit import SYSTEM, Action, Entry
from riskwarn.configuration import Configuration
from riskwarn.disclosure import week_of
from riskwarn.words import Level, Unit
from serving.alerts.alert import Alert, alerts_where, follow, live_alerts, void_alerts
from serving.alerts.budget import spent_of
from serving.alerts.calm import Notice, Standing, decide, member
from serving.alerts.candidates import Candidate, Looked, Said
from serving.alerts.handing_over import hand_over
from serving.alerts.held import Told, hold_back, still_waiting
from serving.alerts.life import Rule, Status
from serving.alerts.precision import Promises, promises
from serving.alerts.redrawing import redraw
from serving.alerts.silences import silences_at
from serving.alerts.tables import ALERTS
from serving.alerts.teams import Teams, keep_teams
from serving.alerts.telling import Writing, acknowledged_by, told, told_when
from serving.alerts.tellings import tell
from serving.alerts.withholding import withhold
from serving.columns.scores import Block


@dataclass(frozen=True)
class Publication:
    """What was published, and when."""

    snapshot: str
    said: Said
    configuration: Configuration
    now: datetime

    def when(self, level: str) -> tuple[datetime, date]:
        """When somebody may be told of a level, and the Monday of that week."""
        zone = self.configuration.calendar.timezone
        at = told_when(self.configuration.alerts, level, self.now, zone)
        day = at.astimezone(zone).date()
        return at, week_of(day)

    def ends(self, horizon: int) -> datetime:
        """The end of a window."""
        return self._midnight(self.configuration.calendar.shift(self.said.as_of, horizon))

    def terms(self, level: str, horizon: int, of: Alert | None = None) -> dict[str, Any]:
        """Until when what is told now of a level is to be acknowledged and closed, and the end of its window; `of` is the notice that tells
        of it beside, whose deadlines may rest."""
        rules, ends = self.configuration.alerts, self.ends(horizon)
        at = self.when(level)[0] if of is None else of.counts_from(self.when(level)[0])
        return {
            "acknowledge_by": acknowledged_by(rules, level, at, self.configuration.calendar.timezone),
            "due_at": min(at + timedelta(days=rules.days_to_close(level)), ends),
            "expires_at": ends,
        }

    def dwelt(self) -> datetime:
        """What ended before this is the time of `dwell` ago."""
        last = self.configuration.calendar.shift(self.said.as_of, -self.configuration.alerts.dwell)
        return self._midnight(last + timedelta(days=1))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.configuration.calendar.timezone).astimezone(UTC)


@dataclass(frozen=True)
class Raised:
    """What was done, and the rows of the audit that say so."""

    alerts: int
    further: int
    held: int
    entries: tuple[Entry, ...]


def raise_alerts(connection: Connection, publication: Publication, found: Looked, teams: Teams) -> Raised:
    """Tell what is to be told of a publication. Call it with the lock of the chain held, and append the entries.

    Of one whose window has passed before anybody could be told nothing is raised.
    """
    now, rules = publication.now, publication.configuration.alerts
    keep_teams(connection, teams)
    moved = follow(connection, publication.said.places, now)
    withhold(connection, publication.said.places, publication.configuration)
    entries, writing = list[Entry](), Writing(connection, now, publication.configuration)
    for alert in live_alerts(connection):
        if alert.over(now):
            writing.lapse(alert)
            entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, Rule.EXPIRED.value))
    entries += redraw(connection, publication.said, publication.snapshot, publication.configuration, now)
    entries += hand_over(connection, teams, moved, publication.configuration, now)
    ahead = [one for one in found.candidates if publication.when(one.level.value)[0] < publication.ends(one.horizon)]
    decision = decide(
        ahead, _standing(connection, publication, teams), rules, publication.when, now, publication.said.services_of
    )
    stated, usual = promises(connection, now), _usual(publication.said)
    for notice in decision.notices:
        raised = _new(publication, notice, stated, usual)
        alert = writing.put(None, raised, Rule.RAISED.value)
        tell(connection, alert, publication.snapshot, notice.members or (notice.about,), stated, now)
        entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, Rule.RAISED.value))
    for alert, more in decision.further.values():
        raised = _further(publication, alert, more)
        alert = writing.put(alert, raised, Rule.RAISED_FURTHER.value)
        tell(connection, alert, publication.snapshot, more, stated, now)
        entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, Rule.RAISED_FURTHER.value))
    held = [*still_waiting(found.kept, decision.held, _told_of(live_alerts(connection))), *decision.held]
    hold_back(connection, publication.snapshot, held, now)
    return Raised(len(decision.notices), len(decision.further), len(decision.held), tuple(entries))


def _told_of(live: Iterable[Alert]) -> Told:
    """What live notices tell of a unit: of grids that they name, or else of their own."""
    heights = {
        (alert.target, unit, code): HEIGHTS[Level(level)]
        for alert in live
        if alert.kind != "gap"
        for unit, code, level in [(Unit.GRID.value, one["code"], one["level"]) for one in alert.members]
        or [(alert.unit, alert.code, alert.level)]
    }
    return lambda *unit: heights.get(unit)


def _standing(connection: Connection, publication: Publication, teams: Teams) -> Standing:
    rules, now = publication.configuration.alerts, publication.now
    weeks = {publication.when(level.value)[1] for level in Level}
    since = now - timedelta(days=rules.rest_days)
    over = ALERTS.c.status.in_([Status.CLOSED.value, Status.EXPIRED.value])
    ended = alerts_where(connection, over, ALERTS.c.ended_at > since)
    ended += void_alerts(connection, ALERTS.c.ended_at >= publication.dwelt())
    return Standing(
        live_alerts(connection), ended, silences_at(connection, now), teams, spent_of(connection, sorted(weeks))
    )


def _new(publication: Publication, notice: Notice, stated: Promises, usual: Mapping[Block, float | None]) -> Alert:
    about, now, level = notice.about, publication.now, notice.about.level.value
    reasons = [{"source": one, "zh": one, "en": one} for one in about.sources]
    first = notice.members[0] if notice.members else about
    made = Alert(
        snapshot=publication.snapshot,
        target=about.target,
        horizon=about.horizon,
        unit=about.unit.value,
        code=about.code,
        name=about.name,
        level=level,
        raised_at=now,
        kind=about.kind,
        units=about.lineage,
        members=tuple(_member(publication, one) for one in notice.members),
        score=about.score,
        expected_count=about.expected_count,
        reasons=tuple(reasons) or tuple(publication.said.reasons_of(first)),
        stated=None if about.unit is not Unit.GRID and not notice.members else _stated(about, stated, usual),
        team_id=None if notice.team is None else notice.team.id,
        budget_team=notice.team.id if notice.team is not None and notice.week is not None else None,
        week=notice.week,
        **publication.terms(level, about.horizon),
    )
    return told(made, "Alert", now, notice.when)


def _member(publication: Publication, one: Candidate, of: Alert | None = None) -> dict[str, Any]:
    """A grid as a notice of its town keeps it: with its own terms. One that comes to a notice which somebody has acknowledged is, too."""
    terms = publication.terms(one.level.value, one.horizon, of)
    if of is not None and of.acknowledge_by is None:
        terms["acknowledge_by"] = None
    return {**member(one), **{name: None if at is None else at.isoformat() for name, at in terms.items()}}


def _usual(said: Said) -> dict[Block, float | None]:
    """What is usual in the city: the mean score of its grids; None where none is known."""
    means = {block: float(np.nanmean(by_unit[Unit.GRID].score)) for block, by_unit in said.scores.items()}
    return {block: None if isnan(mean) else round(mean, 6) for block, mean in means.items()}


def _stated(about: Candidate, promised: Promises, usual: Mapping[Block, float | None]) -> dict[str, Any] | None:
    """What is promised of a level, and what is usual."""
    found = promised.of(about.target, about.level.value)
    return None if found is None else {**found, "usual": usual[about.target, about.horizon]}


def _further(publication: Publication, alert: Alert, more: Sequence[Candidate]) -> Alert:
    """The notice with what it tells beside: a higher level, or other grids of its unit."""
    now, members = publication.now, {one["code"]: one for one in alert.members}
    if alert.members:
        members |= {one.code: _member(publication, one, alert) for one in more}
    highest = max(more, key=lambda one: HEIGHTS[one.level])
    level = max((alert.level, highest.level.value), key=lambda one: HEIGHTS[Level(one)])
    after = replace(alert, level=level, members=tuple(members.values()))
    if level != alert.level and not alert.messages:
        # Nobody was told of the lower one, which may wait for the morning: it is told when the higher may be, with as long to acknowledge it.
        after = replace(after, notify_at=None, notify_kind=None)
        if alert.acknowledge_by is not None:
            after = replace(after, acknowledge_by=publication.terms(level, highest.horizon, alert)["acknowledge_by"])
    if level != alert.level:
        # A higher level has its own time, from when somebody is told of it: else it may be due on that very day, or over. Where its ticket
        # rests that is from when it goes on.
        days = publication.configuration.alerts.days_to_close(level)
        since = alert.counts_from(publication.when(level)[0])
        after = replace(after, due_at=after.within(since + timedelta(days=days)))
    if not alert.members:
        # What it tells from now on is of this publication, and the records that answer it are those since then.
        after = replace(
            after,
            snapshot=publication.snapshot,
            horizon=highest.horizon,
            score=highest.score,
            expected_count=highest.expected_count,
            reasons=tuple(publication.said.reasons_of(highest)),
        )
    return told(after, "Update", now, publication.when(level)[0])
