"""What is promised of a level: of so many grids that were told of before, how many had an event in their window. Fewer promise nothing.

It is told by whole groups and in steps (`riskwarn.disclosure.shares`): told grid by grid it would say of each what came in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Any

from sqlalchemy import Connection

from riskwarn.disclosure.shares import share_told, share_within
from serving.alerts.groups import of_city

#: What was told longer ago promises nothing: another model told it.
LOOKS_BACK = timedelta(days=730)

#: Two-sided 95 %, of the difference of two shares of as many: that of those of before, and that of those to come.
_Z = 1.959964 * sqrt(2)

#: (grids that were told of and of which it is known what came, those of them with an event), of whole groups
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
    counts: dict[tuple[str, str], Counts] = {}
    for group in of_city(connection, now - LOOKS_BACK):
        grids, hits = counts.get((group.target, group.level), (0, 0))
        counts[group.target, group.level] = grids + group.sums.grids, hits + group.sums.hits
    return Promises(counts)


def stated(grids: int, hits: int) -> dict[str, Any] | None:
    """`{n, precision, lower, upper}`: the share with an event, in steps, and the interval in which that of as many that are told of next
    will lie; None of fewer than a group.

    It is the interval of Wilson (1927) for a share that is itself known from no more than `grids`. His own would hold the true share, which
    nobody sees; what comes scatters about that once more, and lay outside of it for one level in ten of the simulated cities. It
    begins where that of the least share would that is told as this one, and ends where that of the greatest would.

    >>> stated(100, 14)
    {'n': 100, 'precision': 0.15, 'lower': 0.059, 'upper': 0.302}
    """
    told = share_told(hits / grids, grids) if grids else None
    if told is None:
        return None
    least, greatest = share_within(told, grids)
    return {"n": grids, "precision": told, "lower": _end(least, grids, -1), "upper": _end(greatest, grids, 1)}


def _end(share: float, grids: int, side: int) -> float:
    """An end of the interval: the lower one with -1."""
    z2 = _Z**2
    middle = (share + z2 / (2 * grids)) / (1 + z2 / grids)
    half = _Z * sqrt(share * (1 - share) / grids + z2 / (4 * grids**2)) / (1 + z2 / grids)
    return round(min(max(middle + side * half, 0.0), 1.0), 3)
