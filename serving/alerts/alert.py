"""One notice as it stands, read from and written to its row; every change is a step of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from riskwarn.errors import UnknownAlert
from riskwarn.words import Unit
from serving.alerts.life import ASKED, BY_TICKET, LIVE, Rule, Status
from serving.alerts.tables import ALERTS, STEPS, TELLINGS
from serving.columns.places import Places

#: What a term of a notice becomes, of a level and as it was.
Term = Callable[[str, datetime | None], datetime | None]

#: (kind, code, name) of a unit and all above it, the nearest first.
Lineage = Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Alert:
    """One notice; its columns are told of in `tables.py`."""

    snapshot: str
    target: str
    horizon: int
    unit: str
    code: str
    name: str
    level: str
    raised_at: datetime
    kind: str = "level"
    units: tuple[tuple[str, str, str], ...] = ()
    members: tuple[dict[str, Any], ...] = ()
    score: float | None = None
    expected_count: float | None = None
    status: str = Status.OPEN.value
    reasons: tuple[dict[str, Any], ...] = ()
    stated: dict[str, Any] | None = None
    team_id: str | None = None
    co_teams: tuple[str, ...] = ()
    budget_team: str | None = None
    week: date | None = None
    acknowledge_by: datetime | None = None
    due_at: datetime | None = None
    expires_at: datetime | None = None
    acknowledged_at: datetime | None = None
    ended_at: datetime | None = None
    notify_at: datetime | None = None
    notify_kind: str | None = None
    told_at: datetime | None = None
    reminders: int = 0
    escalations: int = 0
    extensions: int = 0
    paused: bool = False
    ticket_at: datetime | None = None
    service: str | None = None
    outcome: str | None = None
    messages: tuple[tuple[str, str], ...] = ()
    fed_back: bool = False
    head: str | None = None
    id: str = ""
    version: int = 1
    sequence: int = 0

    @property
    def live(self) -> bool:
        """Whether somebody has to do with it still."""
        return self.status in LIVE

    @property
    def uses_budget(self) -> bool:
        """Whether it uses a place of its week: what has ended before anybody was told gave its own back."""
        return self.budget_team is not None and (self.live or self.told_at is not None)

    @property
    def own_head(self) -> str:
        """What it is about: a data gap is a matter of its own."""
        return head_of(self.target, self.unit, self.code, self.kind)

    @property
    def live_head(self) -> str:
        """What no other live notice has. Of the grids of a unit each team has a notice of its own, that of the team for which it was raised:
        whoever it is given to, another for that team comes to it."""
        if not self.members:
            return self.own_head
        return f"{self.own_head}/{hashlib.sha256((self.budget_team or '').encode()).hexdigest()[:16]}"

    @property
    def grids(self) -> tuple[str, ...]:
        """The grids that it tells of."""
        return tuple(one["code"] for one in self.members) or ((self.code,) if self.unit == Unit.GRID else ())

    @property
    def services(self) -> tuple[str, ...]:
        """The services that fit its reasons, those of the first before the others; of a data gap none does."""
        return tuple(service for why in self.reasons for service in why.get("services") or ())

    def over(self, now: datetime) -> bool:
        """Whether its window has passed."""
        return self.expires_at is not None and now >= self.expires_at

    def beside(self, *teams: str) -> Alert:
        """The notice with some teams beside its own, each once."""
        beside = dict.fromkeys((*self.co_teams, *teams))
        return replace(self, co_teams=tuple(one for one in beside if one != self.team_id))

    def within(self, at: datetime) -> datetime:
        """An instant, or the end of its window where that comes sooner: nothing is asked of anybody after it."""
        return at if self.expires_at is None else min(at, self.expires_at)

    def in_order(self, at: datetime) -> datetime:
        """An instant, no sooner than what is known of it already: clocks are set back now and then."""
        return max(at, self.raised_at, self.acknowledged_at or self.raised_at)

    def on_terms(self, **terms: Term) -> Alert:
        """The notice with other terms, by their names, and its grids with their own by the same rule: who sees some of them alone is told
        theirs, for those of the highest would tell of it."""
        own: dict[str, Any] = {name: become(self.level, getattr(self, name)) for name, become in terms.items()}
        return replace(self, members=tuple(_on_terms(one, terms) for one in self.members), **own)

    @property
    def rests_since(self) -> datetime | None:
        """Since when its deadlines rest, where they do."""
        return max(self.ticket_at, self.raised_at) if self.paused and self.ticket_at is not None else None

    def counts_from(self, now: datetime) -> datetime:
        """From when a term counts that it is given now: where its deadlines rest, from when they do, for the time of the rest is added to all
        of them when they go on."""
        return self.rests_since or now

    def rested(self, until: datetime, paused: bool = False) -> Alert:
        """One whose deadlines rested until an instant, since its ticket said so or since it was raised, and whether they rest still."""
        since = self.rests_since
        if since is None:
            return replace(self, paused=paused)
        time = max(until - since, timedelta(0))
        return replace(self, paused=paused).on_terms(
            due_at=lambda _level, due: None if due is None else self.within(due + time),
            acknowledge_by=lambda _level, by: None if by is None else by + time,
        )

    def unseen(self, now: datetime) -> bool:
        """Whether nobody has acknowledged it in time."""
        return self.status in ASKED and self.acknowledge_by is not None and self.acknowledge_by <= now

    def overdue(self, now: datetime) -> bool:
        """Whether it should be closed by now."""
        return self.due_at is not None and self.due_at <= now

    def late(self, now: datetime) -> bool:
        """Whether nobody has acknowledged it in time, or closed it; where its deadlines rest it is not late."""
        return not self.paused and (self.unseen(now) or self.overdue(now))


def _on_terms(member: dict[str, Any], terms: dict[str, Term]) -> dict[str, Any]:
    became = {}
    for name, become in terms.items():
        before = member.get(name)  # none in one that was told of before its terms were kept
        became[name] = become(member["level"], None if before is None else datetime.fromisoformat(before))
    return {**member, **{name: None if at is None else at.isoformat() for name, at in became.items()}}


def head_of(target: str, unit: str, code: str, kind: str) -> str:
    """The head of a notice about a unit and target."""
    return "/".join((target, *(("gap",) if kind == "gap" else ()), unit, code))


_LISTS = ("units", "members", "reasons", "co_teams", "messages")
_NAMES = tuple(field.name for field in fields(Alert) if field.name != "sequence")


def _read(row: Any) -> Alert:
    found = dict(row)
    for name in _LISTS:
        found[name] = tuple(tuple(one) if isinstance(one, list) else one for one in found[name] or ())
    return Alert(**found)


def _written(alert: Alert) -> dict[str, Any]:
    own = {name: getattr(alert, name) for name in _NAMES}
    for name in _LISTS:
        own[name] = [list(one) if isinstance(one, tuple) else one for one in own[name]]
    return {**own, "head": alert.live_head if alert.live else None}


def alerts_where(connection: Connection, *where: ColumnElement[bool], most: int | None = None) -> list[Alert]:
    """The notices that meet some conditions, the oldest first, and so many at most."""
    rows = select(ALERTS).where(*where).order_by(ALERTS.c.sequence).limit(most)
    return [_read(row) for row in connection.execute(rows).mappings()]


def newest_alerts(
    connection: Connection, where: Sequence[ColumnElement[bool]], limit: int, before: int | None = None
) -> list[Alert]:
    """So many notices that meet some conditions, the newest first; those before one, where its sequence is named."""
    rows = select(ALERTS).where(*where).order_by(ALERTS.c.sequence.desc()).limit(limit)
    if before is not None:
        rows = rows.where(ALERTS.c.sequence < before)
    return [_read(row) for row in connection.execute(rows).mappings()]


def live_alerts(connection: Connection) -> list[Alert]:
    """The notices that somebody has to do with still."""
    return alerts_where(connection, ALERTS.c.status.in_([one.value for one in LIVE]))


def void_alerts(connection: Connection, *where: ColumnElement[bool]) -> list[Alert]:
    """The notices that meet some conditions and were taken back because their tickets were void."""
    by_ticket = select(STEPS.c.alert).where(STEPS.c.verb == Rule.WITHDRAWN.value, STEPS.c.source == BY_TICKET)
    return alerts_where(connection, ALERTS.c.status == Status.WITHDRAWN.value, ALERTS.c.id.in_(by_ticket), *where)


def alert_named(connection: Connection, identity: str, sees: Callable[[Alert], bool] = lambda _alert: True) -> Alert:
    """A notice by its id. Raises UnknownAlert, in the same words where the caller does not see it."""
    found = alerts_where(connection, ALERTS.c.id == identity)
    if not found or not sees(found[0]):
        raise UnknownAlert(id=identity[:32])
    return found[0]


def add_alert(connection: Connection, alert: Alert, at: datetime, source: str = "rule") -> Alert:
    """Write a new notice and its first step."""
    connection.execute(insert(ALERTS).values(**_written(alert)))
    _step(connection, alert, "raised", at, "", source)
    return alert


def change_alert(
    connection: Connection, before: Alert, after: Alert, verb: str, at: datetime, note: str = "", source: str = "api"
) -> Alert:
    """Write what a notice is from now on, and the step that made it so."""
    done = connection.execute(
        update(ALERTS).where(ALERTS.c.id == before.id, ALERTS.c.version == before.version).values(**_written(after))
    )
    assert done.rowcount == 1, "whoever changes a notice holds the lock of the chain"
    joined = next((one for one in after.co_teams if one not in before.co_teams), after.team_id)
    _step(connection, replace(after, team_id=joined), verb, at, note, source)
    return after


def mark_told(connection: Connection, alert: Alert) -> None:
    """Write that a message of a notice was written, or waits, with what that changes of its week and terms."""
    own = _written(alert)
    names = ("notify_at", "notify_kind", "told_at", "messages", "week", "acknowledge_by", "due_at", "members")
    connection.execute(update(ALERTS).where(ALERTS.c.id == alert.id).values({name: own[name] for name in names}))


def follow(connection: Connection, places: Places, now: datetime) -> dict[str, Lineage]:
    """Write where the units of the notices lie that somebody may be told of still, by the tree of today: others are told of a town that
    went over to another district. One that there is no more lies where it lay. Gives id -> where those lay that lie elsewhere."""
    moved: dict[str, Lineage] = {}
    for alert in alerts_where(
        connection, or_(ALERTS.c.status.in_([one.value for one in LIVE]), ALERTS.c.expires_at > now)
    ):
        row = places.row(Unit(alert.unit), alert.code)
        if row is None:
            continue
        name = places[Unit(alert.unit)].names[row]
        above = [[unit.value, code, called] for unit, code, called in places.lineage(Unit(alert.unit), row)]
        units = [[alert.unit, alert.code, name], *above]
        if units != [list(one) for one in alert.units]:
            connection.execute(update(ALERTS).where(ALERTS.c.id == alert.id).values(units=units))
            moved[alert.id] = alert.units
    return moved


def _step(connection: Connection, alert: Alert, verb: str, at: datetime, note: str, source: str) -> None:
    connection.execute(
        insert(STEPS).values(
            alert=alert.id, version=alert.version, at=at, verb=verb, status=alert.status, level=alert.level,
            team_id=alert.team_id, service=alert.service, outcome=alert.outcome, note=note, source=source,
        )
    )  # fmt: skip


def grids_ever_told(connection: Connection, alert: Alert) -> frozenset[str]:
    """The grids that a notice tells of, and those that it told of before."""
    rows = select(TELLINGS.c.code).where(TELLINGS.c.alert == alert.id).distinct()
    return frozenset((*alert.grids, *connection.scalars(rows)))


def steps_of(connection: Connection, identity: str) -> list[dict[str, Any]]:
    """The steps of a notice, the first first; nobody's name or id is in them."""
    rows = select(STEPS).where(STEPS.c.alert == identity).order_by(STEPS.c.version)
    names = ("version", "at", "verb", "status", "level", "team_id", "service", "outcome", "note", "source")
    return [{name: row[name] for name in names} for row in connection.execute(rows).mappings()]
