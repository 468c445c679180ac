"""Two snapshots side by side: what changed for the grids."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from riskwarn.errors import QueryInvalid, TargetSuspended
from riskwarn.messages import Message
from riskwarn.words import Unit
from serving.columns.scores import Block, Scores
from serving.snapshots.snapshot import Snapshot

#: What is published has six digits; a difference has no more.
_DIGITS = 6


def in_order(older: Snapshot, newer: Snapshot) -> None:
    """Raise QueryInvalid where the first is the newer: all its changes would be told the wrong way round."""
    if (older.as_of, older.published_at) > (newer.as_of, newer.published_at):
        problem = Message("snapshot {a} is newer than {b}: exchange a and b", a=older.id, b=newer.id)
        raise QueryInvalid(parameter="a", problem=problem)


def comparison(older: Snapshot, newer: Snapshot, now: datetime, block: Block, limit: int) -> dict[str, Any]:
    """The grids whose score changed most, and which are in one of the two only. Raises QueryInvalid, TargetSuspended."""
    if block[0] in older.suspended:
        raise TargetSuspended(target=older.target_named(block[0]))
    if block not in older.scores:
        problem = Message("snapshot {snapshot} does not serve {target} at horizon {horizon}", snapshot=older.id, target=older.target_named(block[0]), horizon=block[1])  # fmt: skip
        raise QueryInvalid(parameter="a", problem=problem)
    was, now_ = older.scores[block][Unit.GRID], newer.scores[block][Unit.GRID]
    before, after = older.places[Unit.GRID], newer.places[Unit.GRID]
    rows = before.rows_of(after.codes)
    shared = np.flatnonzero(rows >= 0)
    change = np.round(now_.score[shared] - was.score[rows[shared]], _DIGITS)
    # Ties by rank, then by code, which is the order of the rows inside a unit.
    order = np.lexsort((now_.rank[shared], -np.abs(change)))[:limit]
    items = [
        {
            "code": after.codes[row],
            "name": after.names[row],
            **_change(now_, int(row), float(difference)),
            "a": _side(was, int(rows[row])),
            "b": _side(now_, int(row)),
        }
        for row, difference in zip(shared[order].tolist(), change[order].tolist(), strict=True)
    ]
    return {
        "a": older.head(now, *block),
        "b": newer.head(now, *block),
        "target": block[0],
        "horizon": block[1],
        "compared": len(shared),
        "added": len(after) - len(shared),
        "gone": len(before) - len(shared),
        "items": items,
    }


def _change(newer: Scores, row: int, change: float) -> dict[str, Any]:
    """The change, and whether two fits of the newer model might differ by as much."""
    noise = float(newer.change_noise[row])
    told = not np.isnan(noise)
    return {
        "change": change,
        "change_noise": noise if told else None,
        "change_beyond_noise": abs(change) > noise if told else None,
    }


def _side(one: Scores, row: int) -> dict[str, Any]:
    return {"score": float(one.score[row]), "rank": int(one.rank[row]), "level": one.level_of(row)}
