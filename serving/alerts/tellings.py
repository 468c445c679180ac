"""Of which grids notices told, one by one: what the precision that is promised is counted from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from riskwarn.disclosure.shares import GROUP
from riskwarn.tables import parts
from riskwarn.words import Unit
from serving.alerts.alert import Alert
from serving.alerts.candidates import Candidate
from serving.alerts.precision import Promises
from serving.alerts.tables import ALERTS, TELLINGS

#: (snapshot, district) -> a digest of the grids that it held when that was published; none where nobody knows.
Extents = Mapping[tuple[str, str], str]


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
                "district": district_of(one),
                "stated": promised.get("precision"), "lower": promised.get("lower"), "upper": promised.get("upper"),
            }
        )  # fmt: skip
    if rows:
        connection.execute(insert(TELLINGS), rows)


def district_of(one: Candidate) -> str | None:
    """The district that a unit lies in by the snapshot that found it: a telling names both, and one goes with the other."""
    return next((code for unit, code, _ in one.lineage if unit == Unit.DISTRICT.value), None)


def unjudged(connection: Connection) -> list[Telling]:
    """What was told, and is not judged yet; of a notice of which nobody was told nothing is."""
    reached = select(ALERTS.c.id).where(or_(ALERTS.c.told_at.is_not(None), ALERTS.c.ended_at.is_not(None)))
    rows = select(TELLINGS).where(TELLINGS.c.judged.is_(False), TELLINGS.c.alert.in_(reached))
    names = ("sequence", "alert", "snapshot", "target", "horizon", "code", "level")
    return [
        Telling(**{name: row[name] for name in names})
        for row in connection.execute(rows.order_by(TELLINGS.c.sequence)).mappings()
    ]


def districts_told(connection: Connection) -> list[tuple[str, str]]:
    """(snapshot, district) of all that was told of a grid."""
    own = TELLINGS.c
    rows = select(own.snapshot, own.district).where(own.district.is_not(None)).distinct()
    return [(snapshot, district) for snapshot, district in connection.execute(rows)]


def judge(connection: Connection, events: Mapping[int, int | None], extents: Extents) -> None:
    """Write down what came of tellings, by their sequence; None where nobody knows. Those of which it is known are numbered on, of each
    target and level, and of each district beside: those of another extent of it in groups of their own, so that no share is of two."""
    if not events:
        return
    own = TELLINGS.c
    nth = _numbers(connection)
    of_district = _Numbers(connection, extents)
    rows: list[dict[str, int | None]] = []
    for part in parts(sorted(events)):
        asked = select(own.sequence, own.target, own.level, own.district, own.snapshot).where(own.sequence.in_(part))
        for sequence, target, level, district, snapshot in connection.execute(asked.order_by(own.sequence)):
            came = events[sequence]
            number = None if came is None else next(nth[target, level])
            there = None if came is None or district is None else of_district.next((target, level, district), snapshot)
            rows.append({"of": sequence, "came": came, "number": number, "there": there})
    names = {"events": "came", "nth": "number", "nth_of_district": "there"}
    values: dict[str, Any] = {column: bindparam(name) for column, name in names.items()}
    connection.execute(update(TELLINGS).where(own.sequence == bindparam("of")).values(judged=True, **values), rows)


def _numbers(connection: Connection) -> dict[tuple[str, str], Iterator[int]]:
    """(target, level) -> the numbers that are free, the least first."""
    own = TELLINGS.c
    found: dict[tuple[str, str], Iterator[int]] = defaultdict(count)
    rows = select(own.target, own.level, func.max(own.nth)).where(own.nth.is_not(None))
    found.update({(target, level): count(last + 1) for target, level, last in connection.execute(rows.group_by(own.target, own.level))})  # fmt: skip
    return found


class _Numbers:
    """The numbers of those of each district: one that held other grids goes on in a group that nothing else is in."""

    def __init__(self, connection: Connection, extents: Extents) -> None:
        self._extents = extents
        self._last: dict[tuple[str, str, str], dict[str | None, int]] = defaultdict(dict)  # of each extent
        own = TELLINGS.c
        key = own.target, own.level, own.district, own.snapshot
        rows = select(*key, func.max(own.nth_of_district)).where(own.nth_of_district.is_not(None)).group_by(*key)
        for target, level, district, snapshot, last in connection.execute(rows):
            self._note((target, level, district), snapshot, last)

    def _note(self, of: tuple[str, str, str], snapshot: str, number: int) -> None:
        extent, own = self._extents.get((snapshot, of[2])), self._last[of]
        own[extent] = max(number, own.get(extent, -1))

    def next(self, of: tuple[str, str, str], snapshot: str) -> int:
        """The next number of a target, level and district, as the district was in a snapshot."""
        own, extent = self._last[of], self._extents.get((snapshot, of[2]))
        number = own.get(extent, -1) + 1
        others = {last // GROUP for other, last in own.items() if other != extent}
        if number % GROUP == 0 or number // GROUP in others:
            number = GROUP * (1 + max((last // GROUP for last in own.values()), default=-1))
        self._note(of, snapshot, number)
        return number
