"""What came of what notices told of, in groups: so many grids of a target and a level, in the order in which they were judged.

Groups stay what they are. One that is not whole is not counted, and one goes when the newest of it is too old.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, case, func, select

from riskwarn.disclosure.shares import GROUP
from serving.alerts.tables import TELLINGS

#: A group that took longer to fill is left out, so that what is read is bounded.
SPAN = timedelta(days=730)


@dataclass(frozen=True)
class Sums:
    """What became of what was told: grids, those with an event; the same of those of which something was promised, and the promises
    added up."""

    grids: int = 0
    hits: int = 0
    promised: int = 0
    promised_hits: int = 0
    stated: float = 0.0
    lower: float = 0.0
    upper: float = 0.0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(mine + more for mine, more in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Group:
    """Of the city, or of a district as it was in some snapshots; of one that is not whole the sums are those of nothing."""

    target: str
    level: str
    district: str | None
    sums: Sums
    snapshots: frozenset[str] = frozenset()


def of_city(connection: Connection, since: datetime) -> Iterator[Group]:
    """The groups of each target and level of the whole city, the newest of which was told after an instant."""
    return _groups(connection, since, TELLINGS.c.nth)


def of_districts(connection: Connection, since: datetime) -> Iterator[Group]:
    """The same of each district, by an order of its own."""
    return _groups(connection, since, TELLINGS.c.nth_of_district, TELLINGS.c.district)


def _groups(connection: Connection, since: datetime, nth: Column[int], *district: Column[str]) -> Iterator[Group]:
    own = TELLINGS.c
    hit, promised = case((own.events > 0, 1), else_=0), own.stated.is_not(None)
    sums = (
        func.count(), func.sum(hit), func.sum(case((promised, 1), else_=0)), func.sum(case((promised, hit), else_=0)),
        func.sum(func.coalesce(own.stated, 0.0)), func.sum(func.coalesce(own.lower, 0.0)), func.sum(func.coalesce(own.upper, 0.0)),
    )  # fmt: skip
    key = (own.target, own.level, *district, (nth // GROUP).label("group"))
    of_late = nth.is_not(None), own.at > since - SPAN
    snapshots: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    if district:
        for *of, snapshot in connection.execute(select(*key, own.snapshot).where(*of_late).distinct()):
            snapshots[tuple(of)].add(snapshot)
    rows = select(*key, *sums).where(*of_late).group_by(*key).having(func.max(own.at) > since)
    for row in connection.execute(rows):
        found = Sums(*row[len(key) :])
        yield Group(
            row.target,
            row.level,
            row.district if district else None,
            found if found.grids == GROUP else Sums(),
            frozenset(snapshots[tuple(row[: len(key)])]),
        )
