"""The work of the record: what has become ripe is judged, once, and written."""

from __future__ import annotations

from datetime import datetime, time
from itertools import groupby
from typing import Any

import numpy as np

from features import City
from riskwarn.audit import SYSTEM, Action, Entry, recorded
from riskwarn.disclosure import RULE, Parts
from riskwarn.errors import SnapshotDamaged
from riskwarn.home import Home
from riskwarn.periods import Calendar
from riskwarn.progress import Progress, silent
from riskwarn.words import Unit
from serving.columns.places import Places
from serving.columns.scores import AllScores
from serving.snapshots import published
from serving.snapshots.files import read_scores
from serving.track_record import rows
from serving.track_record.came import Past, Pasts, at, places_of_grids
from serving.track_record.figures import Told, baseline_told, by_district, by_level, captured, figures, misses


def judge_ripe(
    home: Home,
    city: City,
    pasts: Pasts,
    *,
    now: datetime,
    progress: Progress = silent,
) -> int:
    """Judge every published forecast whose window has passed and whose reports have arrived; gives how many rows were written.

    Each is judged once, by what is known at the city's as-of. One whose files are damaged waits until they are repaired, and one
    of whose window nothing is known until something is. Call it with the lock of publications held.
    """
    calendar = city.calendar
    waiting = [
        (row, target, horizon)
        for row, target, horizon in rows.unjudged(home)
        if calendar.shift(row.as_of, horizon) <= city.as_of
    ]
    if not waiting:
        return 0
    ripe = [
        (row, target, horizon, past)
        for row, target, horizon in waiting
        if (past := pasts.ripe(target, row.as_of, horizon)) is not None
    ]
    done = 0
    for snapshot, own in groupby(enumerate(ripe), key=lambda one: one[1][0].id):
        held: tuple[Places, AllScores] | None = None  # of one snapshot at a time, and of it what is judged
        chosen = list(own)
        for count, (row, target, horizon, past) in chosen:
            progress("judging what was forecast", count, len(ripe))
            if held is None:
                try:
                    blocks = {(one[1], one[2]) for _, one in chosen}
                    held = read_scores(home.snapshots / snapshot, row.manifest["files"], blocks)
                except SnapshotDamaged as error:
                    progress(str(error))
                    break
            content = judged(city, row, *held, past, target, horizon)
            if content is None:
                continue
            with recorded(home) as change:
                chain = rows.add(change.connection, row, target, horizon, content, now)
                said = rows.object_of(row.id, target, horizon, chain)
                change.append(Entry(Action.FORECAST_JUDGED, said, SYSTEM), at=now)
            done += 1
    return done


def judged(
    city: City,
    row: published.Row,
    places: Places,
    scores: AllScores,
    past: Past,
    target: str,
    horizon: int,
) -> dict[str, Any] | None:
    """What a row of the record says; None where nothing is known of the window, or the snapshot does not have the forecast.

    It is judged by what the events of each grid and period are told as, and so is all that it says: no total, share or miss tells more
    of a grid than the bands that its reasons are told in. What happened at all, and where, is as it was.
    """
    by_unit = scores.get((target, horizon))
    if by_unit is None:
        return None
    where = places_of_grids(city, places)
    came = at(past.came(row.as_of, horizon), where)
    if np.isnan(came).all():
        return None
    parts, known = past.told(row.as_of, horizon), ~np.isnan(came)
    parts = Parts(*(np.nan_to_num(at(one, where)) for one in (parts.least, parts.most, parts.counted)))
    counted = np.where(known, parts.counted, np.nan)
    # Where anything came before it was published, nobody can claim to have foreseen what came after.
    early = known & (at(past.before(row.as_of, horizon, row.published_at), where) > 0)
    observed = by_level(places, counted)
    told = {unit: Told.of(one, unit) for unit, one in by_unit.items()}
    _, end = past.window(row.as_of, horizon)
    return {
        "published_at": row.published_at.isoformat(),
        "snapshot_chain": row.chain,
        "model": row.models[target, horizon],
        "window_end": end.isoformat(),
        "known_at": city.as_of.isoformat(),
        "embargo_days": past.embargo,
        "store_version": city.store_version,
        "late": is_late(row, city.calendar),
        "unknown_grids": int((~known).sum()),
        "disclosure": RULE,
        "events": parts.total(known),
        "events_before_publication": parts.total(early),
        "capture_5_after_publication": captured(told[Unit.GRID], np.where(early, 0.0, counted)),
        "levels": {unit.value: figures(told[unit], observed[unit]) for unit in Unit},
        "baselines": _baselines(places, past, row, where, observed, horizon),
        "districts": by_district(places, told, observed),
        **misses(places, told, observed),
    }


def is_late(row: published.Row, calendar: Calendar) -> bool:
    """Whether a snapshot came out more than a period after its as-of."""
    following = calendar.shift(row.as_of, 1)
    return row.published_at > datetime.combine(following, time(), calendar.timezone)


def _baselines(
    places: Places, past: Past, row: published.Row, where: Any, observed: Any, horizon: int
) -> dict[str, Any]:
    """Name -> level -> figures."""
    found: dict[str, Any] = {}
    for name, probability, expected in past.baselines(row.as_of, horizon):
        # A grid that was redrawn away is not judged; 0 stands for what would be said of it.
        of_grids = (np.nan_to_num(at(numbers, where)) for numbers in (probability, expected))
        levels = baseline_told(places, *of_grids)
        found[name] = {unit.value: figures(told, observed[unit]) for unit, told in levels}
    return found
