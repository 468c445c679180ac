"""What rules would have told: kept snapshots, or the origins of a back-test, are gone through by the very code that raises, on paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, create_engine

from riskwarn.arrays import Reals
from riskwarn.configuration import Configuration
from riskwarn.errors import NothingToSimulate, SnapshotDamaged
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.alerts.alert import Alert, alerts_where, live_alerts
from serving.alerts.candidates import Declared, Said, candidates
from serving.alerts.life import Rule, Status, Verb
from serving.alerts.past import Stand, stand_of
from serving.alerts.precision import stated
from serving.alerts.raising import Publication, raise_alerts, waiting
from serving.alerts.tables import ALERTS, HELD, REQUESTS, SILENCES, STEPS, TEAMS
from serving.alerts.teams import Teams
from serving.alerts.telling import put
from serving.columns.gaps import DataGaps
from serving.columns.places import Places, Places32
from serving.columns.scores import LEVEL_NUMBERS, Block, Scores
from serving.delivery import tables as delivery
from serving.scoring.levels import levels
from serving.snapshots import published
from serving.snapshots.files import PLACES, read_scores
from training.models.members import ranks_of

#: The hour at which a notice of a publication would have gone out.
HOUR = time(9)

#: Fewer publications are no replay.
LEAST = 3


@dataclass(frozen=True)
class Origin:
    """One publication, and what came after it; counts are NaN where that is not known yet."""

    said: Said
    came: dict[Block, Reals]  # (grids,)


class Remembered:
    """The publications gone through before, as rules ask of them."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._stands: dict[Block, list[Stand]] = {}
        self._values: dict[tuple[Block, Unit], list[tuple[date, Reals]]] = {}

    def stands(self, block: Block) -> list[Stand]:
        """Where the grids stood, the oldest first."""
        return list(self._stands.get(block, []))

    def values(self, block: Block, unit: Unit, since: date) -> list[Reals]:
        """What was expected of each unit."""
        return [value for day, value in self._values.get((block, unit), []) if day >= since]

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


def replayed(configuration: Configuration, origins: Sequence[Origin], teams: Teams) -> dict[str, Any]:
    """`{publications, weeks, notices, grids, events, caught, missed, capture, levels, load, held, notices_by_week}`.

    Each notice is taken for answered at its deadline, with nothing found: what people do has no effect on what came.
    """
    if len(origins) < LEAST:
        raise NothingToSimulate(problem=f"{len(origins)} publications, {LEAST} are needed")
    engine = create_engine("sqlite://")
    tables = [ALERTS, STEPS, HELD, SILENCES, TEAMS, REQUESTS, *delivery.TABLES]
    ALERTS.metadata.create_all(engine, tables=tables)
    before, declared = (
        Remembered(configuration),
        Declared(configuration.alerts, configuration.levels, configuration.calendar),
    )
    last: str | None = None
    events = caught = 0.0
    with engine.begin() as connection:
        for number, origin in enumerate(origins):
            zone = configuration.calendar.timezone
            now = datetime.combine(origin.said.as_of, HOUR, zone).astimezone(UTC)
            _answer(connection, now)
            name = f"replay-{number}"
            found = candidates(origin.said, before, declared, waiting(connection, last))
            raise_alerts(connection, Publication(name, origin.said, configuration, now), found, teams)
            before.add(origin.said)
            last = name
            more = _caught(live_alerts(connection), origin)
            events, caught = events + more[0], caught + more[1]
        alerts = [one for one in alerts_where(connection) if one.kind != "gap"]
        held = Counter(row.reason for row in connection.execute(HELD.select()))
    engine.dispose()
    return _told(alerts, origins, events, caught, held)


def _answer(connection: Connection, now: datetime) -> None:
    """What was due by now is answered; what waited for the end of the quiet hours was told."""
    for one in live_alerts(connection):
        done = one.due_at is not None and one.due_at <= now
        if done or one.over(now):
            end = Status.CLOSED if done else Status.EXPIRED
            verb = Verb.CLOSE if done else Rule.EXPIRED
            put(
                connection,
                one,
                replace(one, status=end.value, ended_at=now, notify_at=None, notify_kind=None),
                verb.value,
                now,
            )


def _caught(live: Sequence[Alert], origin: Origin) -> tuple[float, float]:
    """(events of the window after a publication, those of them in grids of which a live notice tells), of each target's shortest window.

    Windows overlap: each event counts for the share of one window in which it is seen.
    """
    told = {(one.target, code) for one in live for code in one.grids}
    codes = origin.said.places[Unit.GRID].codes
    shortest: dict[str, int] = {}
    for target, horizon in origin.came:
        shortest[target] = min(horizon, shortest.get(target, horizon))
    events = caught = 0.0
    for target, horizon in shortest.items():
        came = np.nan_to_num(origin.came[target, horizon])
        for row in np.flatnonzero(came > 0).tolist():
            events += float(came[row]) / horizon
            caught += float(came[row]) / horizon if (target, codes[row]) in told else 0.0
    return events, caught


def _told(
    alerts: Sequence[Alert], origins: Sequence[Origin], events: float, caught: float, held: Counter[str]
) -> dict[str, Any]:
    of_origin = {f"replay-{number}": origin for number, origin in enumerate(origins)}
    counts: dict[tuple[str, str], list[int]] = {}
    for one in alerts:
        origin = of_origin[one.snapshot]
        came = origin.came.get((one.target, one.horizon))
        rows = origin.said.places[Unit.GRID].rows
        for member in one.members or (({"code": one.code, "level": one.level},) if one.grids else ()):
            count = float("nan") if came is None else came[rows[member["code"]]]
            if not np.isnan(count):
                own = counts.setdefault((one.target, member["level"]), [0, 0])
                own[0] += 1
                own[1] += int(count > 0)
    load = Counter((one.budget_team, one.week) for one in alerts if one.week is not None)
    by_week = Counter(one.week for one in alerts if one.week is not None)
    weeks = max((origins[-1].said.as_of - origins[0].said.as_of).days / 7 + 1, 1)
    teams = {team for team, _ in load}
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
            {"target": target, "level": level, "grids": grids, "hits": hits, **_precision(grids, hits)}
            for (target, level), (grids, hits) in sorted(counts.items())
        ],
        "load": {
            "teams": len(teams),
            "mean": round(sum(load.values()) / weeks / len(teams), 2) if teams else 0.0,
            "most": max(load.values(), default=0),
        },
        "held": dict(sorted(held.items())),
        "notices_by_week": {week.isoformat(): by_week[week] for week in sorted(by_week)},
    }  # fmt: skip


def _precision(grids: int, hits: int) -> dict[str, float | None]:
    found = stated(grids, hits)
    return {name: None if found is None else found[name] for name in ("precision", "lower", "upper")}


def origins_of_backtest(home: Home, file: Path) -> list[Origin]:
    """The origins of the predictions of a back-test, of the places of the newest snapshot. Raises NothingToSimulate."""
    newest = published.newest(home)
    if newest is None:
        raise NothingToSimulate(problem="no snapshot says where the grids lie")
    places = Places.from_arrow(_read_table(home.snapshots / newest.id / PLACES))
    frame = pd.read_parquet(file)
    return list(_origins(home.configuration, places, frame))


def _read_table(file: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(file, memory_map=False)


def _origins(configuration: Configuration, places: Places, frame: pd.DataFrame) -> Iterator[Origin]:
    codes = places[Unit.GRID].codes
    towns = {unit: _grids_of(places, unit) for unit in Unit if unit is not Unit.GRID}
    for as_of, rows in frame.groupby("as_of", sort=True):
        scores: dict[Block, dict[Unit, Scores]] = {}
        came: dict[Block, Reals] = {}
        for (target, horizon), own in rows.groupby(["target", "horizon"], sort=True):
            ordered = own.set_index("grid_id").reindex(codes)
            block = str(target), int(str(horizon))
            score = ordered["probability"].fillna(0.0).to_numpy(dtype=np.float64)
            expected = ordered["expected_count"].fillna(0.0).to_numpy(dtype=np.float64)
            rank = ranks_of(score, codes)
            names = levels(score, rank, configuration.levels)
            level = np.array([LEVEL_NUMBERS[name] for name in names], dtype=np.int8)
            scores[block] = {Unit.GRID: _scores(score, expected, rank, level)}
            for unit, of_grid in towns.items():
                total: Reals = np.bincount(of_grid, expected, len(places[unit])).astype(np.float64)
                nothing = np.full(len(total), np.nan)
                scores[block][unit] = _scores(
                    nothing, total, ranks_of(total, places[unit].codes), np.full(len(total), -1, dtype=np.int8)
                )
            came[block] = ordered["observed"].to_numpy(dtype=np.float64)
        day = pd.Timestamp(as_of).date()  # type: ignore[arg-type]
        yield Origin(Said(day, places, scores, DataGaps()), came)


def _grids_of(places: Places, unit: Unit) -> Places32:
    """(grids,) the row of the unit in which each lies."""
    found: Places32 = np.arange(len(places[Unit.GRID]), dtype=np.int32)
    order = list(Unit)
    for lower in order[: order.index(unit)]:
        found = places[lower].parents[found]
    return found


def _scores(score: Reals, expected: Reals, rank: Any, level: Any) -> Scores:
    nothing, none = np.full(len(score), np.nan), np.full(len(score), -1, dtype=np.int32)
    return Scores(
        score, expected, none, none, nothing, np.asarray(rank, dtype=np.int32), none, none, level, level, nothing, nothing, nothing, none,
        nothing, nothing,
    )  # fmt: skip


def origins_of_snapshots(home: Home, came: Any) -> list[Origin]:
    """The kept snapshots of the places of the newest, one an as-of, the oldest first.

    `came(target, horizon, as_of, codes)` gives the events of a window, (grids,), NaN where they are not known.
    """
    configuration, newest = home.configuration, published.newest(home)
    rows = {row.as_of: row for row in sorted(published.listed(home), key=lambda row: row.sequence)}
    fates = published.fates(home)
    found: list[Origin] = []
    codes: tuple[str, ...] | None = None
    for as_of in sorted(rows, reverse=True):
        row = rows[as_of]
        if row.id in fates or newest is None:
            continue
        try:
            places, scores = read_scores(home.snapshots / row.id, row.manifest["files"])
        except SnapshotDamaged:
            continue
        codes = codes or places[Unit.GRID].codes
        if places[Unit.GRID].codes != codes:
            break  # grids were re-drawn: what came before is of another city
        gaps = DataGaps.from_list(row.manifest["gaps"])
        blocks = {
            block: came(block[0], block[1], as_of, codes) for block in scores if block[0] in configuration.targets
        }
        found.append(Origin(Said(as_of, places, scores, gaps), blocks))
    return found[::-1]
