"""What rules would have told: publications are gone through by the very code that raises, on paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np
from sqlalchemy import Connection, create_engine, select

from riskwarn.arrays import Reals
from riskwarn.configuration import Configuration
from riskwarn.disclosure.shares import in_whole_groups
from riskwarn.errors import NothingToSimulate
from riskwarn.periods import Calendar
from riskwarn.words import Unit
from serving.alerts.alert import Alert, alerts_where, live_alerts
from serving.alerts.candidates import Declared, Said, looked_at
from serving.alerts.held import reasons_of, waiting
from serving.alerts.judging import known
from serving.alerts.life import Rule, Status, Verb
from serving.alerts.origins import Origin
from serving.alerts.past import Stand, stand_of
from serving.alerts.precision import stated
from serving.alerts.raising import Publication, raise_alerts
from serving.alerts.tables import ALERTS, HELD, REQUESTS, SILENCES, STEPS, TEAMS, TELLINGS
from serving.alerts.teams import Teams
from serving.alerts.telling import Writing
from serving.alerts.tellings import judge, unjudged
from serving.columns.scores import Block
from serving.delivery import tables as delivery
from serving.snapshots.tables import SNAPSHOTS, TREES

#: The hour at which a notice of a publication would have gone out.
HOUR = time(9)

#: Fewer publications are no replay.
LEAST = 3

#: Periods after the end of a window in which its reports arrive.
REPORTS = 2


class Remembered:
    """The publications gone through before, as rules ask of them."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._stands: dict[Block, list[Stand]] = {}
        self._values: dict[tuple[Block, Unit], list[tuple[date, Reals]]] = {}

    def stands(self, block: Block) -> list[Stand]:
        """Where the grids stood, the oldest first."""
        return list(self._stands.get(block, []))

    def values(self, block: Block, unit: Unit, since: date) -> list[tuple[date, Reals]]:
        """As-of, and what was expected of each unit."""
        return [one for one in self._values.get((block, unit), []) if one[0] >= since]

    def add(self, said: Said) -> None:
        """Remember a publication; all are of the same places."""
        rules = self._configuration
        for block, by_unit in said.scores.items():
            own = by_unit[Unit.GRID]
            stand = stand_of(said.as_of, own.level, own.score, own.rank, rules.levels, rules.alerts.hysteresis)
            self._stands.setdefault(block, []).append(stand)
            for unit, one in by_unit.items():
                value = one.score if unit is Unit.GRID else one.expected_count
                self._values.setdefault((block, unit), []).append((said.as_of, value))


@dataclass(frozen=True)
class Told:
    """That a notice told of a grid at a level by one publication, and what was promised of that."""

    publication: int
    alert: str
    target: str
    horizon: int
    code: str
    level: str
    came: float  # events of the window after it; NaN where they are not known
    stated: tuple[float, float, float] | None  # precision, lower and upper end


@dataclass(frozen=True)
class Replayed:
    """What would have been told of some publications."""

    calendar: Calendar
    origins: Sequence[Origin]
    teams: int  # all that may be sent notices
    alerts: tuple[Alert, ...]  # without those of data gaps, as they stood at the end
    told: tuple[Told, ...]  # in their order
    held: Mapping[str, int]  # reason -> how many units were held back, each for the last reason that it was


def replay(configuration: Configuration, origins: Sequence[Origin], teams: Teams) -> Replayed:
    """Go through publications, the oldest first.

    Each notice is taken for answered at its deadline, with nothing found: what people do has no effect on what came. What is told is
    judged when its window has passed and its reports have come, so that later notices promise what they would have promised. Raises
    NothingToSimulate of fewer than `LEAST`.
    """
    if len(origins) < LEAST:
        raise NothingToSimulate(problem=f"{len(origins)} publications, {LEAST} are needed")
    engine = create_engine("sqlite://")
    tables = [ALERTS, TELLINGS, STEPS, HELD, SILENCES, TEAMS, REQUESTS, SNAPSHOTS, TREES, *delivery.TABLES]
    ALERTS.metadata.create_all(engine, tables=tables)
    before = Remembered(configuration)
    declared = Declared(configuration.alerts, configuration.levels, configuration.calendar)
    last: str | None = None
    with engine.begin() as connection:
        for number, origin in enumerate(origins):
            zone = configuration.calendar.timezone
            now = datetime.combine(origin.said.as_of, HOUR, zone).astimezone(UTC)
            _answer(connection, now)
            _judge(connection, origins[: number + 1], configuration)
            found = looked_at(origin.said, before, declared, waiting(connection, last))
            last = _name(number)
            raise_alerts(connection, Publication(last, origin.said, configuration, now), found, teams)
            before.add(origin.said)
        replayed = Replayed(
            configuration.calendar, origins, len(teams.all), tuple(one for one in alerts_where(connection) if one.kind != "gap"),
            tuple(_told(connection, origins)), reasons_of(connection),
        )  # fmt: skip
    engine.dispose()
    return replayed


def _name(publication: int) -> str:
    return f"replay-{publication}"


def _publication(name: str) -> int:
    return int(name.removeprefix("replay-"))


def _answer(connection: Connection, now: datetime) -> None:
    """What was due by now is answered; what waited for the end of the quiet hours was told."""
    writing = Writing(connection, now, None)
    for one in live_alerts(connection):
        done = one.due_at is not None and one.due_at <= now
        if done or one.over(now):
            end = Status.CLOSED if done else Status.EXPIRED
            verb = Verb.CLOSE if done else Rule.EXPIRED
            after = replace(one, status=end.value, ended_at=now, notify_at=None, notify_kind=None)
            writing.put(one, after, verb.value)


def _judge(connection: Connection, origins: Sequence[Origin], configuration: Configuration) -> None:
    """Judge what was told so long before the last of some publications that its reports have come."""
    calendar, today = configuration.calendar, origins[-1].said.as_of
    judge(
        connection,
        {
            one.sequence: known(_came(origins, one.snapshot, one.target, one.horizon, one.code))
            for one in unjudged(connection)
            if calendar.shift(origins[_publication(one.snapshot)].said.as_of, one.horizon + REPORTS) <= today
        },
        {},
    )


def _came(origins: Sequence[Origin], snapshot: str, target: str, horizon: int, code: str) -> float:
    origin = origins[_publication(snapshot)]
    came = origin.came.get((target, horizon))
    return float("nan") if came is None else float(came[origin.said.places[Unit.GRID].rows[code]])


def _told(connection: Connection, origins: Sequence[Origin]) -> Iterator[Told]:
    for row in connection.execute(select(TELLINGS).order_by(TELLINGS.c.sequence)):
        promised = None if row.stated is None else (row.stated, row.lower, row.upper)
        came = _came(origins, row.snapshot, row.target, row.horizon, row.code)
        number = _publication(row.snapshot)
        yield Told(number, row.alert, row.target, row.horizon, row.code, row.level, came, promised)


def as_dict(found: Replayed) -> dict[str, Any]:
    """`{publications, from, to, notices, grids, events, caught, missed, capture, levels, load, held, notices_by_week}`."""
    alerts, origins = found.alerts, found.origins
    hits: dict[tuple[str, str], list[bool]] = {}
    for one in found.told:
        if not np.isnan(one.came):
            hits.setdefault((one.target, one.level), []).append(one.came > 0)
    load = Counter((one.budget_team, one.week) for one in alerts if one.week is not None)
    by_week = Counter(one.week for one in alerts if one.week is not None)
    weeks = max((origins[-1].said.as_of - origins[0].said.as_of).days / 7 + 1, 1)
    events, caught = _caught(found)
    return {
        "publications": len(origins),
        "from": origins[0].said.as_of.isoformat(),
        "to": origins[-1].said.as_of.isoformat(),
        "notices": len(alerts),
        "grids": sum(len(one.grids) for one in alerts),
        "events": round(events),
        "caught": round(caught),
        "missed": round(events) - round(caught),
        "capture": round(caught / events, 3) if events else None,
        "levels": [
            {"target": target, "level": level, **_precision(*in_whole_groups(np.array(hits[target, level])))}
            for target, level in sorted(hits)
        ],
        "load": {
            "teams": found.teams,
            "mean": round(sum(load.values()) / weeks / found.teams, 2) if found.teams else 0.0,
            "most": max(load.values(), default=0),
        },
        "held": dict(sorted(found.held.items())),
        "notices_by_week": {week.isoformat(): by_week[week] for week in sorted(by_week)},
    }  # fmt: skip


def _caught(found: Replayed) -> tuple[float, float]:
    """(events, those of them in a grid in whose window it was told of), of each target's shortest window.

    Windows overlap: each event counts for the share of one window in which it is seen, and so does what was told before.
    """
    shortest: dict[str, int] = {}
    for origin in found.origins:
        for target, horizon in origin.came:
            shortest[target] = min(horizon, shortest.get(target, horizon))
    told: dict[int, set[tuple[str, str]]] = {}
    for one in found.told:
        end = found.calendar.shift(found.origins[one.publication].said.as_of, shortest.get(one.target, one.horizon))
        for number, origin in enumerate(found.origins[one.publication :], one.publication):
            if origin.said.as_of < end:
                told.setdefault(number, set()).add((one.target, one.code))
    events = caught = 0.0
    for number, origin in enumerate(found.origins):
        codes = origin.said.places[Unit.GRID].codes
        for target, horizon in shortest.items():
            came = np.nan_to_num(origin.came[target, horizon])
            for row in np.flatnonzero(came > 0).tolist():
                events += float(came[row]) / horizon
                caught += float(came[row]) / horizon if (target, codes[row]) in told.get(number, ()) else 0.0
    return events, caught


def _precision(grids: int, hits: int) -> dict[str, float | None]:
    promised = stated(grids, hits) or {}
    return {"grids": promised.get("n"), **{name: promised.get(name) for name in ("precision", "lower", "upper")}}
