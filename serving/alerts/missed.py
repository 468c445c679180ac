"""Week by week where events came, and which of them a notice had told of before: what is missed, and how early the rest was told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy import Connection, func, insert, select

from features import City
from riskwarn.alert_rules import HEIGHTS
from riskwarn.arrays import Reals
from riskwarn.disclosure import week_of
from riskwarn.home import Home
from riskwarn.periods import Calendar, Period
from riskwarn.words import Level, Unit
from serving.alerts.precision import LOOKS_BACK
from serving.alerts.tables import ALERTS, OUTCOMES, TELLINGS
from serving.scoring.places import residents_of
from serving.track_record.came import Pasts

WEEK = timedelta(weeks=1)

#: The units whose events are counted, those with enough residents: of a smaller one every detail is kept.
UNITS = (Unit.TOWN, Unit.DISTRICT, Unit.CITY)

#: How many periods a week has; of months nothing is counted by week.
_PERIODS = {Period.WEEK: 1, Period.DAY: 7}

#: (grid, week) -> the highest level at which a notice told of it by then, and for how many weeks it had.
Warned = Mapping[tuple[str, date], tuple[str, int]]


@dataclass(frozen=True)
class _Line:
    """Of one week, a unit and a level: events, and the weeks since the notices, added up."""

    events: int
    lead: int


def count_missed(home: Home, city: City, snapshot: str, pasts: Pasts, *, now: datetime) -> int:
    """Count the events of each week since notices were told whose reports have come, by the city of a snapshot; gives how many weeks of
    a target."""
    calendar = city.calendar
    if calendar.period not in _PERIODS:
        return 0
    done = 0
    for target in home.configuration.targets:
        with home.database.connect() as connection:
            weeks = list(_weeks(connection, target, calendar, city.as_of, now))
            warned = _warned(connection, target, calendar, weeks[0]) if weeks else {}
        past = pasts.of(target) if weeks else None
        ripe = [week for week in weeks if past is not None and past.ripe(week, _PERIODS[calendar.period])]
        for week in ripe:
            assert past is not None
            lines = _counted(city, week, past.came(week, _PERIODS[calendar.period]), warned)
            with home.database.begin() as connection:
                _write(connection, target, week, snapshot, lines)
        done += len(ripe)
    return done


def _weeks(connection: Connection, target: str, calendar: Calendar, as_of: date, now: datetime) -> Iterator[date]:
    """The weeks before an as-of, from the first notice of a target on, that are not counted yet."""
    own, since = TELLINGS.c, now - LOOKS_BACK
    first = connection.execute(select(func.min(own.at)).where(own.target == target, own.at > since)).scalar_one()
    if first is None:
        return
    rows = select(OUTCOMES.c.week).where(OUTCOMES.c.target == target, OUTCOMES.c.unit == Unit.CITY.value)
    counted = set(connection.execute(rows.where(OUTCOMES.c.week >= since.date())).scalars())
    week = week_of(first.astimezone(calendar.timezone).date())
    while week + WEEK <= as_of:
        if week not in counted:
            yield week
        week += WEEK


def _warned(
    connection: Connection, target: str, calendar: Calendar, first: date
) -> dict[tuple[str, date], tuple[str, int]]:
    """Of which grids notices told in which weeks, from a week on."""
    own = TELLINGS.c
    since = datetime.combine(first, datetime.min.time(), calendar.timezone) - timedelta(days=366)
    rows = select(own.code, own.level, own.horizon, own.at).join(ALERTS, ALERTS.c.id == own.alert)
    rows = rows.where(own.target == target, own.at > since, ALERTS.c.told_at.is_not(None)).order_by(own.sequence)
    found: dict[tuple[str, date], tuple[str, int]] = {}
    for code, level, horizon, at in connection.execute(rows):
        begun = week_of(at.astimezone(calendar.timezone).date())
        end, week = calendar.shift(begun, horizon), begun
        while week < end:
            before = found.get((code, week), (level, 0))
            highest = max(before[0], level, key=lambda one: HEIGHTS[Level(one)])
            found[code, week] = highest, max(before[1], (week - begun).days // 7)
            week += WEEK
    return found


def _counted(city: City, week: date, came: Reals, warned: Warned) -> dict[tuple[str, str, str], _Line]:
    """(unit, code, level) -> its line; level `none` where nobody was told. Each unit that is counted has a line of that."""
    geography, people = city.geography, residents_of(city)
    of_grid = {unit: geography.units[unit] for unit in UNITS}
    large = {
        unit: np.nan_to_num(np.bincount(own.of_grid, people, len(own.codes)), nan=np.inf) >= city.configuration.min_residents
        for unit, own in of_grid.items()
    }  # fmt: skip
    found = {
        (unit.value, code, Level.NONE.value): _Line(0, 0)
        for unit, own in of_grid.items()
        for code, counted in zip(own.codes, large[unit].tolist(), strict=True)
        if counted or unit is Unit.CITY
    }
    for row in np.flatnonzero(np.nan_to_num(came) > 0).tolist():
        level, lead = warned.get((geography.grid_ids[row], week), (Level.NONE.value, 0))
        for unit, own in of_grid.items():
            place = int(own.of_grid[row])
            if (unit.value, own.codes[place], Level.NONE.value) in found:
                key, events = (unit.value, own.codes[place], level), int(np.ceil(came[row]))
                before = found.get(key, _Line(0, 0))
                found[key] = _Line(before.events + events, before.lead + lead * events)
    return found


def _write(
    connection: Connection, target: str, week: date, snapshot: str, lines: Mapping[tuple[str, str, str], _Line]
) -> None:
    connection.execute(
        insert(OUTCOMES),
        [
            {
                "target": target, "week": week, "snapshot": snapshot, "unit": unit, "code": code, "level": level,
                "events": one.events, "lead": one.lead,
            }
            for (unit, code, level), one in lines.items()
        ],
    )  # fmt: skip
