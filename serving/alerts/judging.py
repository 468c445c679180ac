"""What came of what was told: once a window has passed and its reports have come, each telling is judged by what is known then."""

from __future__ import annotations

from datetime import date

import numpy as np

from features import City
from riskwarn.arrays import Reals
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.alerts.tellings import districts_told, judge, unjudged
from serving.snapshots import published
from serving.snapshots.trees import Trees
from serving.track_record.came import Pasts


def judge_alerts(home: Home, city: City, pasts: Pasts) -> int:
    """Judge what was told, where the window has passed and its reports have arrived; gives of how many grids."""
    with home.database.connect() as connection:
        waiting = unjudged(connection)
    if not waiting:
        return 0
    as_ofs = {row.id: row.as_of for row in published.listed(home)}
    rows = {code: row for row, code in enumerate(city.geography.grid_ids)}
    came: dict[tuple[str, date, int], Reals | None] = {}
    found: dict[int, int | None] = {}
    for one in waiting:
        if one.snapshot not in as_ofs or one.target not in home.configuration.targets:
            continue
        as_of = as_ofs[one.snapshot]
        key = one.target, as_of, one.horizon
        if key not in came:
            over = city.calendar.shift(as_of, one.horizon) <= city.as_of
            past = pasts.ripe(*key) if over else None
            came[key] = None if past is None else past.came(as_of, one.horizon)
        events = came[key]
        if events is not None:
            found[one.sequence] = known(events[rows[one.code]]) if one.code in rows else None
    if not found:
        return 0
    trees = Trees(home)
    with home.database.connect() as connection:
        told = districts_told(connection)
    extents = {(one, code): trees.extents(one).get((Unit.DISTRICT.value, code), "") for one, code in told}
    with home.database.begin() as connection:
        judge(connection, found, extents)
    return len(found)


def known(events: float) -> int | None:
    """A number of events, of part of one 1; None of one that nobody knows."""
    return None if np.isnan(events) else int(np.ceil(events))
