"""What is promised of a level: of so many grids that were told of before, how many had an event in their window. Fewer promise nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Any

from sqlalchemy import Connection, select

from serving.alerts.tables import ALERTS

#: Fewer grids that were told of promise nothing.
LEAST = 30

#: Two-sided 95 %.
_Z = 1.959964


@dataclass(frozen=True)
class Promises:
    """(target, level) -> (grids that were told of and are judged, those of them with an event)."""

    counts: dict[tuple[str, str], tuple[int, int]]

    def of(self, target: str, level: str) -> dict[str, Any] | None:
        """`{n, precision, lower, upper}` of the whole city; None where too little is known."""
        return stated(*self.counts.get((target, level), (0, 0)))


def promises(connection: Connection) -> Promises:
    """From the notices whose windows have passed."""
    rows = select(ALERTS.c.target, ALERTS.c.judged).where(ALERTS.c.judged.is_not(None))
    return Promises(counted((target, judged) for target, judged in connection.execute(rows) if judged))


def counted(rows: Iterable[tuple[str, dict[str, Any]]]) -> dict[tuple[str, str], tuple[int, int]]:
    """Add up what was judged: of each notice, level by level."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for target, judged in rows:
        for level, (grids, hits) in judged.items():
            before = found.get((target, level), (0, 0))
            found[target, level] = before[0] + grids, before[1] + hits
    return found


def stated(grids: int, hits: int) -> dict[str, Any] | None:
    """`{n, precision, lower, upper}`: the share with an event, and the interval of Wilson (1927); None of fewer than `LEAST`.

    >>> stated(100, 14)
    {'n': 100, 'precision': 0.14, 'lower': 0.085, 'upper': 0.221}
    """
    if grids < LEAST:
        return None
    share, z2 = hits / grids, _Z**2
    middle = (share + z2 / (2 * grids)) / (1 + z2 / grids)
    half = _Z * sqrt(share * (1 - share) / grids + z2 / (4 * grids**2)) / (1 + z2 / grids)
    return {
        "n": grids, "precision": round(share, 3), "lower": round(max(middle - half, 0), 3), "upper": round(min(middle + half, 1), 3),
    }  # fmt: skip
