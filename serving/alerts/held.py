"""What was not told, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select

from serving.alerts.tables import HELD

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
