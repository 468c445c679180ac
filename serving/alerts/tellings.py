"""Of which grids notices told, one by one: what the precision that is promised is counted from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from riskwarn.words import Unit
from serving.alerts.alert import Alert
from serving.alerts.candidates import Candidate
from serving.alerts.precision import Promises
from serving.alerts.tables import ALERTS, TELLINGS


@dataclass(frozen=True)
class Telling:
    """That a notice told of a grid at a level, as a snapshot found it; its window is the one after that."""

    sequence: int
    alert: str
    snapshot: str
    target: str
    horizon: int
    code: str
    level: str


def tell(
    connection: Connection, alert: Alert, snapshot: str, told_of: Sequence[Candidate], stated: Promises, now: datetime
) -> None:
    """Write down of which grids a notice tells by a snapshot; what is told of a unit above them, or of a gap, says nothing of a grid."""
    rows = []
    for one in told_of:
        if one.unit is not Unit.GRID or one.kind == "gap":
            continue
        promised = stated.of(one.target, one.level.value) or {}
        rows.append(
            {
                "alert": alert.id, "snapshot": snapshot, "target": one.target, "horizon": one.horizon, "code": one.code,
                "level": one.level.value, "at": now,
                "district": next((code for unit, code, _ in one.lineage if unit == Unit.DISTRICT.value), None),
                "stated": promised.get("precision"), "lower": promised.get("lower"), "upper": promised.get("upper"),
            }
        )  # fmt: skip
    if rows:
        connection.execute(insert(TELLINGS), rows)


def unjudged(connection: Connection) -> list[Telling]:
    """What was told, and is not judged yet; of a notice of which nobody was told nothing is."""
    reached = select(ALERTS.c.id).where(or_(ALERTS.c.told_at.is_not(None), ALERTS.c.ended_at.is_not(None)))
    rows = select(TELLINGS).where(TELLINGS.c.judged.is_(False), TELLINGS.c.alert.in_(reached))
    names = ("sequence", "alert", "snapshot", "target", "horizon", "code", "level")
    return [
        Telling(**{name: row[name] for name in names})
        for row in connection.execute(rows.order_by(TELLINGS.c.sequence)).mappings()
    ]


def judge(connection: Connection, events: dict[int, int | None]) -> None:
    """Write down what came of tellings, by their sequence; None where nobody knows."""
    if events:
        one = update(TELLINGS).where(TELLINGS.c.sequence == bindparam("of"))
        rows = [{"of": sequence, "came": came} for sequence, came in events.items()]
        connection.execute(one.values(judged=True, events=bindparam("came")), rows)
