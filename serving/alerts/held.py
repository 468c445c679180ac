"""What was not told, and why: it waits from publication to publication until it is told, or has left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, insert, or_, select

from riskwarn.alert_rules import HEIGHTS
from riskwarn.words import Level, Unit
from serving.alerts.alert import Alert, alerts_where, void_alerts
from serving.alerts.life import Rule, Status
from serving.alerts.tables import ALERTS, HELD, STEPS, TELLINGS
from serving.snapshots.published import WITHDRAWN
from serving.snapshots.tables import FATES, SNAPSHOTS


class Reason(StrEnum):
    """Why something was not told."""

    BUDGET = "budget"  # the team has its notices of the week
    SILENCED = "silenced"
    INHIBITED = "inhibited"  # a notice of a unit above tells of it
    REST = "rest"  # a notice of it has ended a short while ago
    GROUP = "group"  # the notice of its town names as many grids as it may, or of a town: names grids of it
    NO_TEAM = "no_team"  # the table of teams has none for it


@dataclass(frozen=True)
class Held:
    """What is not told, and why; `team_id` is whose matter it would be, where that is known.

    `level` is the highest at which it stood since it waits. It waits for being told from `entry` on, which is how high a level stands (None:
    whatever a rule takes); of a jump `bar` is the score, or above the grid the expected count, from which on it stands so high still.
    """

    target: str
    horizon: int
    kind: str
    unit: str
    code: str
    name: str
    level: str
    reason: Reason
    team_id: str | None = None
    since: datetime | None = None  # None: this publication is the first
    entry: int | None = None
    bar: float | None = None

    @property
    def key(self) -> tuple[str, int, str, str, str]:
        """By what it is found again."""
        return self.target, self.horizon, self.kind, self.unit, self.code


#: Notices, and what they told of a unit: (target, kind of unit, code) -> how high it stood.
Told = Callable[[str, str, str], int | None]

_FIELDS = [field for field in Held.__dataclass_fields__ if field != "reason"]
_NAMES = ("snapshot", "at", "target", "horizon", "unit", "code", "name", "level", "kind", "team_id", "reason", "since")


def held_alerts(connection: Connection, seen: Callable[[dict[str, Any]], bool], limit: int) -> list[dict[str, Any]]:
    """What was held back and not told since, each unit once with the last publication that did; the newest first."""
    found = sorted(_for_a_week(connection), key=lambda row: row["at"], reverse=True)
    told = islice(
        (row for row in merge(found, _not_told(connection), key=lambda row: row["at"], reverse=True) if seen(row)),
        limit,
    )
    return [{**row, "at": row["at"].isoformat(), "since": (row["since"] or row["at"]).isoformat()} for row in told]


def _not_told(connection: Connection) -> Iterator[dict[str, Any]]:
    """What publications held back, the newest first."""
    last_told = _last_told(connection)
    rows = select(HELD).where(HELD.c.sequence.in_(_last_of_each())).order_by(HELD.c.sequence.desc())
    for row in connection.execute(rows).mappings():
        told_at = last_told.get((row["target"], row["unit"], row["code"], row["kind"] == "gap"))
        if told_at is None or told_at <= row["at"]:
            yield {name: row[name] for name in _NAMES}


def _for_a_week(connection: Connection) -> Iterator[dict[str, Any]]:
    """What notices tell of that wait for a week in which the budget of their team has room; what waits for a morning waits less than a day."""
    own = ALERTS.c
    first = own.head.is_not(None), own.told_at.is_(None), own.notify_at.is_not(None)
    for alert in alerts_where(connection, *first):
        if alert.notify_at is not None and alert.notify_at - alert.raised_at >= timedelta(days=1):
            for one in _told_by(alert, Reason.BUDGET):
                row = {**vars(one), "snapshot": alert.snapshot, "at": alert.raised_at, "reason": one.reason.value}
                yield {name: row[name] for name in _NAMES}


def reasons_of(
    connection: Connection, *within: ColumnElement[bool], seen: Callable[[str, str, str | None], bool] = lambda *_: True
) -> Counter[str]:
    """Reason -> how many units were held back of those that are seen (kind, code and snapshot), each once, for the last reason that it was."""
    own = HELD.c
    rows = select(own.reason, own.unit, own.code, own.snapshot).where(own.sequence.in_(_last_of_each(*within)))
    return Counter(reason for reason, *of in connection.execute(rows) if seen(*of))


def _last_of_each(*within: ColumnElement[bool]) -> Select[int]:
    """The last row of each unit, target and horizon; a gap is another matter than a risk."""
    own = HELD.c
    gap = case((own.kind == "gap", 1), else_=0)
    return select(func.max(own.sequence)).where(*within).group_by(own.target, own.horizon, own.unit, own.code, gap)


def _last_told(connection: Connection) -> dict[tuple[str, str, str, bool], datetime]:
    """(target, kind of unit, code, whether of a gap) -> when a notice told of it last, that was not taken back."""
    alert, step, telling = ALERTS.c, STEPS.c, TELLINGS.c
    stands = alert.status != Status.WITHDRAWN.value
    taken_back = select(FATES.c.snapshot).where(FATES.c.fate == WITHDRAWN)
    at = func.max(telling.at).label("at")
    grids = select(telling.target, telling.code, at).join(ALERTS, alert.id == telling.alert)
    grids = grids.where(stands, telling.snapshot.not_in(taken_back)).group_by(telling.target, telling.code)
    found = {(row.target, Unit.GRID.value, row.code, False): row.at for row in connection.execute(grids)}
    # Of a unit above, and of a gap, nothing is written beside the steps; a notice that names grids of a unit says nothing of its own risk.
    own = or_(alert.kind == "gap", and_(alert.unit != Unit.GRID.value, alert.expected_count.is_not(None)))
    raised = step.verb.in_([Rule.RAISED.value, Rule.RAISED_FURTHER.value])
    about = alert.target, alert.unit, alert.code, alert.kind
    above = select(*about, func.max(step.at).label("at")).join(STEPS, step.alert == alert.id)
    for row in connection.execute(above.where(stands, own, raised).group_by(*about)):
        key = row.target, row.unit, row.code, row.kind == "gap"
        found[key] = max(row.at, found.get(key, row.at))
    return found


def waiting(connection: Connection, snapshot: str | None, until: datetime | None = None) -> tuple[Held, ...]:
    """What waits by a snapshot, up to an instant or to now: what was held back with it, and what notices told of whose tickets were void since
    it was published, even where another that was current then is withdrawn by now."""
    kept = _held_with(connection, snapshot)
    known = {one.key for one in kept}
    own = ALERTS.c.ended_at
    published = select(SNAPSHOTS.c.published_at).where(SNAPSHOTS.c.id == snapshot).scalar_subquery()
    void = void_alerts(connection, own > published, *(() if until is None else (own <= until,)))
    since = [replace(each, since=alert.ended_at) for alert in void for each in _told_by(alert)]
    return (*kept, *{one.key: one for one in since if one.key not in known}.values())


def _held_with(connection: Connection, snapshot: str | None) -> tuple[Held, ...]:
    rows = connection.execute(select(HELD).where(HELD.c.snapshot == snapshot).order_by(HELD.c.sequence)).mappings()
    return tuple(
        Held(
            **{
                **{name: row[name] for name in _FIELDS},
                "reason": Reason(row["reason"]),
                "since": row["since"] or row["at"],
            }
        )
        for row in rows
    )


def still_waiting(kept: Iterable[Held], held: Iterable[Held], told: Told) -> Iterator[Held]:
    """Of what waited and has not left, what a publication neither holds back anew nor tells; told lower than it stood it waits from there."""
    anew = {one.key for one in held}
    for one in kept:
        height = told(one.target, one.unit, one.code)
        if one.key not in anew and (height is None or height < HEIGHTS[Level(one.level)]):
            yield one if height is None else replace(one, entry=max(one.entry or 0, height + 1))


def hold_back(connection: Connection, snapshot: str, held: Sequence[Held], now: datetime) -> None:
    """Write down what a publication does not tell."""
    rows = [
        {"snapshot": snapshot, "at": now, **vars(one), "reason": one.reason.value, "since": one.since or now}
        for one in held
    ]
    if rows:
        connection.execute(insert(HELD), rows)


def hold_void(connection: Connection, snapshot: str, alert: Alert, now: datetime) -> None:
    """Hold back what a notice told of whose ticket was void: nothing was done for it, so that it competes with what comes next as long as
    it stands so, once the time of `dwell` has passed. `snapshot` is the current one."""
    hold_back(connection, snapshot, _told_by(alert), now)


def _told_by(alert: Alert, reason: Reason = Reason.REST) -> list[Held]:
    """What a notice tells of, as what waits."""
    grids = [
        (one.get("horizon", alert.horizon), (Unit.GRID.value, one["code"], one["name"], one["level"]))
        for one in alert.members
    ]
    own = [(alert.horizon, (alert.unit, alert.code, alert.name, alert.level))]
    return [
        Held(alert.target, horizon, alert.kind, unit, code, name, level, reason, alert.team_id)
        for horizon, (unit, code, name, level) in grids or own
    ]
