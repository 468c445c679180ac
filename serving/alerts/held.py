"""What was not told, and why."""

from __future__ import annotations

from collections.abc import Callable
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


def hold_void(connection: Connection, snapshot: str, alert: Alert, now: datetime) -> None:
    """Hold back what a notice told of whose ticket was void: nothing was done for it, so that it competes with what comes next as long as
    it stands so, once the time of `dwell` has passed. `snapshot` is the current one."""
    units = [
        {"unit": Unit.GRID.value, **{name: one[name] for name in ("code", "name", "level")}} for one in alert.members
    ]
    own = {name: getattr(alert, name) for name in ("unit", "code", "name", "level")}
    same = {name: getattr(alert, name) for name in ("target", "horizon", "kind", "team_id")}
    rows = [{"snapshot": snapshot, "at": now, "reason": Reason.REST.value, **same, **one} for one in units or [own]]
    connection.execute(insert(HELD), rows)
