"""What was not told, and why: it waits from publication to publication until it is told, or has left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, insert, select

from riskwarn.alert_rules import HEIGHTS
from riskwarn.words import Level, Unit
from serving.alerts.alert import Alert
from serving.alerts.tables import HELD


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
    """What publications held back, each unit once with the last that did; the newest first."""
    found: list[dict[str, Any]] = []
    rows = select(HELD).where(HELD.c.sequence.in_(_last_of_each())).order_by(HELD.c.sequence.desc())
    for row in connection.execute(rows).mappings():
        told = {name: row[name] for name in _NAMES}
        if seen(told):
            found.append({**told, "at": row["at"].isoformat(), "since": (row["since"] or row["at"]).isoformat()})
        if len(found) == limit:
            break
    return found


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


def waiting(connection: Connection, snapshot: str | None) -> tuple[Held, ...]:
    """What waits by a snapshot."""
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
    grids = [(Unit.GRID.value, one["code"], one["name"], one["level"]) for one in alert.members]
    held = [
        Held(alert.target, alert.horizon, alert.kind, *one, Reason.REST, alert.team_id)
        for one in grids or [(alert.unit, alert.code, alert.name, alert.level)]
    ]
    hold_back(connection, snapshot, held, now)
