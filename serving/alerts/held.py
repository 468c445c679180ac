"""What was not told, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select

from riskwarn.words import Unit
from serving.alerts.alert import Alert
from serving.alerts.tables import HELD


class Reason(StrEnum):
    """Why something was not told."""

    BUDGET = "budget"  # the team has its notices of the week
    SILENCED = "silenced"
    INHIBITED = "inhibited"  # a notice of a unit above tells of it
    REST = "rest"  # a notice of it has ended a short while ago
    GROUP = "group"  # the notice of its town names as many grids as it may
    NO_TEAM = "no_team"  # the table of teams has none for it


@dataclass(frozen=True)
class Held:
    """What is not told, and why; `team_id` is whose matter it would be, where that is known."""

    target: str
    horizon: int
    kind: str
    unit: str
    code: str
    name: str
    level: str
    reason: Reason
    team_id: str | None = None


_NAMES = ("snapshot", "at", "target", "horizon", "unit", "code", "name", "level", "kind", "team_id", "reason")


def held_alerts(connection: Connection, seen: Callable[[dict[str, Any]], bool], limit: int) -> list[dict[str, Any]]:
    """What publications held back, the newest first."""
    found: list[dict[str, Any]] = []
    for row in connection.execute(select(HELD).order_by(HELD.c.sequence.desc())).mappings():
        told = {name: row[name] for name in _NAMES}
        if seen(told):
            found.append({**told, "at": row["at"].isoformat()})
        if len(found) == limit:
            break
    return found


def hold_back(connection: Connection, snapshot: str, held: Sequence[Held], now: datetime) -> None:
    """Write down what a publication does not tell."""
    rows = [{"snapshot": snapshot, "at": now, **vars(one), "reason": one.reason.value} for one in held]
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
