"""A city for benchmarks, as tables: grids on a lattice of communities, towns and districts, and records of every source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from features.encoding.encode import KINDS
from features.encoding.records import Records
from features.encoding.target_events import escalations_name, events_name
from features.engine.spans import NEVER
from features.panel.panel import Encoded
from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.contracts.schema import GRIDS
from riskwarn.geography import Geography, geography
from riskwarn.periods import Calendar

AS_OF = date(2026, 6, 29)

#: Metres between neighbouring centres, and grids in a community, a town and a district.
SPACING = 400.0
COMMUNITY, TOWN, DISTRICT = 5, 70, 1750

#: Share of records that were corrected or withdrawn after they became known.
CORRECTED = 0.02


@dataclass(frozen=True)
class Made:
    """A made city as numbers."""

    geography: Geography
    numbers: Encoded


def grids_table(grids: int) -> pd.DataFrame:
    """A lattice, numbered along its rows."""
    index = np.arange(grids)
    side = int(np.ceil(np.sqrt(grids)))
    # Towns are squares, so that a partition of the city has a short border.
    edge = int(np.sqrt(TOWN))
    east, north = index % side, index // side
    town = (north // edge) * (side // edge + 1) + east // edge
    order = np.lexsort((index, town))
    table = pd.DataFrame(
        {
            "grid_id": [f"G{number:06d}" for number in index],
            "community": [f"C{number:06d}" for number in index // COMMUNITY],
            "town": [f"T{number:05d}" for number in index // TOWN],
            "district": [f"D{number:03d}" for number in index // DISTRICT],
            "longitude": 106.5 + east[order] * SPACING / 96_800,
            "latitude": 29.5 + north[order] * SPACING / 111_320,
        }
    )
    for name in ("community", "town", "district"):
        table[f"{name}_name"] = table[name]
    return table.reindex(columns=GRIDS.names)


def made_city(
    grids: int, weeks: int, events: int, sources: int | None = None, seed: int = 1, wrong: float = CORRECTED
) -> Made:
    """A city with `events` records: of so many plain signals, or (None) of every source of the default configuration."""
    rng = np.random.default_rng(seed)
    configuration = Configuration()
    calendar: Calendar = configuration.calendar
    edges = calendar.instants(calendar.edges(AS_OF, weeks))
    days = calendar.local_days(edges)
    if sources is not None:
        named = {f"signal{number}": 1 for number in range(sources)}
    else:
        names = [name for name in configuration.sources if contract(name, configuration).events]
        named = {name: len(contract(name, configuration).categories) for name in names}
    risk = rng.gamma(0.8, 1.0, grids)
    cumulated = np.cumsum(risk) / risk.sum()
    rows = {
        name: _records(rng, cumulated, weeks, events // len(named), kinds, days, wrong) for name, kinds in named.items()
    }
    if sources is None:
        rows |= _of_targets(rows)
    people = {"grid": np.arange(grids, dtype=np.int32), "start": np.zeros(grids, dtype=np.int32)}
    population = rng.integers(200, 3000, grids).astype(np.float64)
    rows["demographics"] = Records({**people, "population": population, "households": np.rint(population / 2.6)})
    return Made(
        geography(grids_table(grids), AS_OF, "made city"),
        Encoded(
            calendar,
            edges,
            {name: table.by_grid() for name, table in rows.items()},
            104,
            days,
            dict.fromkeys(named, 1),
            {},
            dict.fromkeys(named, 0),
        ),
    )


def _of_targets(rows: dict[str, Records]) -> dict[str, Records]:
    """The events of the shipped targets, as the encoding makes them of the sources' records."""
    disputes = rows["disputes"]
    escalated = disputes.choose(np.flatnonzero(disputes["escalated_at"] < NEVER)).solid()
    escalated["known"] = escalated["escalated_at"]
    escalated["start"] = escalated["escalated_at"] + np.int32(1)
    harmed = Records(escalated)
    return {
        escalations_name("disputes"): harmed,
        events_name("conflict"): harmed,
        events_name("safety"): rows["incidents"],
    }


def _records(
    rng: np.random.Generator, cumulated: np.ndarray, weeks: int, count: int, kinds: int, days: np.ndarray, share: float
) -> Records:
    known = np.sort(rng.integers(0, weeks, count)).astype(np.int32)
    stays = rng.geometric(0.15, count).astype(np.int32)
    closed = np.where(rng.random(count) < 0.97, known + stays, NEVER).astype(np.int32)
    escalates = rng.random(count) < 0.03
    day = (days[known] - rng.integers(0, 10, count)).astype(np.int32)
    stop = np.full(count, NEVER, dtype=np.int32)
    wrong = rng.random(count) < share
    stop[wrong] = known[wrong] + rng.integers(1, 60, int(wrong.sum()))
    never = np.full(count, NEVER, dtype=np.int32)
    return Records(
        {
            "grid": np.searchsorted(cumulated, rng.random(count)).astype(np.int32),
            "count": np.ones(count, dtype=np.int64),
            "known": known,
            "start": known + np.int32(1),
            "stop": stop,
            "day": day,
            "delay": rng.integers(0, 10, count).astype(np.int32),
            "category": rng.integers(0, kinds, count).astype(np.int16),
            "severity": rng.integers(1, 3, count).astype(np.int8),
            "discovered": rng.integers(-1, 3, count).astype(np.int8),
            "kind": rng.integers(0, len(KINDS), count).astype(np.int8),
            "topics": np.zeros(count, dtype=np.int64),
            "topics_at": known,
            "due_at": known + np.int32(3),
            "due_at_day": day + np.int32(21),
            "outcome": closed,
            "referred": rng.random(count) < 0.2,
            "answered_at": closed,
            "answered_at_day": day + 7 * stays,
            "closed_at": closed,
            "closed_at_day": day + 7 * stays,
            "escalated_at": np.where(escalates, closed, never),
            "escalated_at_day": day + 7 * stays,
            "reopened_at": never,
            "reopened_at_day": np.zeros(count, dtype=np.int32),
            "satisfaction": rng.integers(-1, 3, count).astype(np.int8),
            "satisfaction_at": closed,
        }
    )
