"""What came of what was told: once a window has passed and its reports have come, each notice is judged by what is known then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import numpy as np
from sqlalchemy import update

from features import City
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.alerts.alert import Alert
from serving.alerts.stats import unjudged
from serving.alerts.tables import ALERTS
from serving.snapshots import published
from serving.track_record.came import Pasts


def judge_alerts(home: Home, city: City, pasts: Pasts, *, now: datetime) -> int:
    """Judge every notice whose window has passed and whose reports have arrived: of each level how many grids it told of, and how many
    had an event; gives how many were judged."""
    with home.database.connect() as connection:
        waiting = [one for one in unjudged(connection) if one.messages or one.ended_at is not None]
    if not waiting:
        return 0
    as_ofs = {row.id: row.as_of for row in published.listed(home)}
    calendar = city.calendar
    ripe = [
        one
        for one in waiting
        if one.snapshot in as_ofs and calendar.shift(as_ofs[one.snapshot], one.horizon) <= city.as_of
        and one.target in home.configuration.targets
    ]  # fmt: skip
    came: dict[tuple[str, date, int], np.ndarray] = {}
    rows, done = {code: row for row, code in enumerate(city.geography.grid_ids)}, 0
    for one in ripe:
        as_of = as_ofs[one.snapshot]
        past = pasts.ripe(one.target, as_of, one.horizon)
        if past is None:
            continue
        key = one.target, as_of, one.horizon
        if key not in came:
            came[key] = past.came(as_of, one.horizon)
        told = judgement(one, {code: float(came[key][row]) for code, row in rows.items() if code in one.grids})
        with home.database.begin() as connection:
            connection.execute(update(ALERTS).where(ALERTS.c.id == one.id).values(judged=told))
        done += 1
    return done


def judgement(alert: Alert, came: Mapping[str, float]) -> dict[str, list[int]]:
    """Level -> [grids that were told of and of which it is known, those of them with an event]."""
    members = alert.members or ({"code": alert.code, "level": alert.level},)
    found: dict[str, list[int]] = {}
    for one in members:
        count = came.get(one["code"], float("nan"))
        if (alert.unit == Unit.GRID or alert.members) and not np.isnan(count):
            own = found.setdefault(one["level"], [0, 0])
            own[0] += 1
            own[1] += int(count > 0)
    return found
