"""Retention: the oldest snapshots lose their files; their rows, their chain and their record stay."""

from __future__ import annotations

import shutil
from datetime import datetime

from riskwarn.audit import SYSTEM, Action, Entry, recorded
from riskwarn.home import Home
from serving.boundaries.making import let_go, names_of
from serving.snapshots import published
from serving.snapshots.marked import unmark
from serving.track_record.rows import unjudged


def sweep(home: Home, now: datetime) -> list[str]:
    """Remove the files of the oldest snapshots beyond `keep_snapshots`; gives their ids. Call it with the lock of publications held.

    Never of one that is not judged yet, nor of the current one and the one that this was compared with.
    """
    swept = published.of_fate(home, published.SWEPT)
    listed = published.listed(home)
    kept = sorted((row for row in listed if row.id not in swept), key=lambda row: (row.as_of, row.sequence))
    current = published.newest(home)
    needed = {row.id for row, _, _ in unjudged(home, kept)}
    if current is not None:
        needed |= {current.id, current.manifest["previous"]}
    over = len(kept) - home.configuration.keep_snapshots
    chosen = [row.id for row in kept if row.id not in needed][: max(over, 0)]
    if chosen:
        with recorded(home) as change:
            for snapshot in chosen:
                published.mark(change.connection, snapshot, published.SWEPT, None, now)
            change.append(*(Entry(Action.SNAPSHOT_SWEPT, snapshot, SYSTEM) for snapshot in chosen), at=now)
    # Also what a sweep left behind that died before this line.
    for snapshot in [*swept, *chosen]:
        shutil.rmtree(home.snapshots / snapshot, ignore_errors=True)
        unmark(home, snapshot)
    left = [row.manifest["boundaries"] for row in kept if row.id not in chosen and "boundaries" in row.manifest]
    let_go(home, {name for one in left for name in names_of(one)})
    return chosen
