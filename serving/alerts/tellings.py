"""Of which grids notices told, one by one: what the precision that is promised is counted from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Column, Connection, bindparam, func, insert, or_, select, update

from riskwarn.tables import parts
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


def judge(connection: Connection, events: Mapping[int, int | None]) -> None:
    """Write down what came of tellings, by their sequence; None where nobody knows. Those of which it is known are numbered on, of each
    target and level, and of each district beside."""
    if not events:
        return
    own = TELLINGS.c
    nth = _numbers(connection, own.nth, own.target, own.level)
    of_district = _numbers(connection, own.nth_of_district, own.target, own.level, own.district)
    rows: list[dict[str, int | None]] = []
    for part in parts(sorted(events)):
        asked = select(own.sequence, own.target, own.level, own.district).where(own.sequence.in_(part))
        for sequence, target, level, district in connection.execute(asked.order_by(own.sequence)):
            came = events[sequence]
            number = None if came is None else next(nth[target, level])
            there = None if came is None or district is None else next(of_district[target, level, district])
            rows.append({"of": sequence, "came": came, "number": number, "there": there})
    names = {"events": "came", "nth": "number", "nth_of_district": "there"}
    values: dict[str, Any] = {column: bindparam(name) for column, name in names.items()}
    connection.execute(update(TELLINGS).where(own.sequence == bindparam("of")).values(judged=True, **values), rows)


def _numbers(connection: Connection, nth: Column[int], *key: Column[str]) -> dict[tuple[str, ...], Iterator[int]]:
    """Key -> the numbers that are free, the least first."""
    found: dict[tuple[str, ...], Iterator[int]] = defaultdict(count)
    rows = connection.execute(select(*key, func.max(nth)).where(nth.is_not(None)).group_by(*key))
    found.update({tuple(of): count(last + 1) for *of, last in rows})
    return found
