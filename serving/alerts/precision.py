"""What is promised of a level: of so many grids that were told of before, how many had an event in their window. Fewer promise nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Any

from sqlalchemy import Connection, case, func, select

from serving.alerts.tables import TELLINGS

#: Fewer grids that were told of promise nothing.
LEAST = 30

#: What was told longer ago promises nothing: another model told it.
LOOKS_BACK = timedelta(days=730)

#: Two-sided 95 %, of the difference of two shares of as many: that of those of before, and that of those to come.
_Z = 1.959964 * sqrt(2)

#: (grids that were told of and of which it is known what came, those of them with an event)
Counts = tuple[int, int]


@dataclass(frozen=True)
class Promises:
    """(target, level) -> its counts, of the whole city."""

    counts: Mapping[tuple[str, str], Counts]

    def of(self, target: str, level: str) -> dict[str, Any] | None:
        """`{n, precision, lower, upper}` of the whole city; None where too little is known."""
        return stated(*self.counts.get((target, level), (0, 0)))


def promises(connection: Connection, now: datetime) -> Promises:
    """From what was told of late, where the windows have passed."""
    own = TELLINGS.c
    counted = select(own.target, own.level, func.count(), func.sum(case((own.events > 0, 1), else_=0)))
    rows = counted.where(own.at > now - LOOKS_BACK, own.events.is_not(None)).group_by(own.target, own.level)
    return Promises({(target, level): (grids, hits) for target, level, grids, hits in connection.execute(rows)})


def stated(grids: int, hits: int) -> dict[str, Any] | None:
    """`{n, precision, lower, upper}`: the share with an event, and the interval in which that of as many that are told of next will lie;
    None of fewer than `LEAST`.

    It is the interval of Wilson (1927) for a share that is itself known from no more than `grids`. His own would hold the true share, which
    nobody sees; what comes scatters about that once more, and lay outside of it for one level in ten of the simulated cities.

    >>> stated(100, 14)
    {'n': 100, 'precision': 0.14, 'lower': 0.07, 'upper': 0.262}
    """
    if grids < LEAST:
        return None
    share, z2 = hits / grids, _Z**2
    middle = (share + z2 / (2 * grids)) / (1 + z2 / grids)
    half = _Z * sqrt(share * (1 - share) / grids + z2 / (4 * grids**2)) / (1 + z2 / grids)
    return {
        "n": grids, "precision": round(share, 3), "lower": round(max(middle - half, 0), 3), "upper": round(min(middle + half, 1), 3),
    }  # fmt: skip
