"""A whole city as numbers: what every shard and every column takes its part of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.city import City
from features.encoding.clock import Clock
from features.encoding.encode import encode, encode_table
from features.encoding.records import GONE, Records
from features.encoding.target_events import INSTANTS, encode_target_events, events_name
from features.engine.spans import NEVER
from features.windows import WINDOWS
from riskwarn.contracts.schema import DEMOGRAPHIC_NUMBERS
from riskwarn.periods import Calendar, Instants, Period


@dataclass(frozen=True)
class Encoded:
    """A whole city as numbers: what every shard and every column takes its part of."""

    calendar: Calendar
    edges: Instants  # (columns,) UTC instants, the last is the as-of
    sources: Mapping[str, Records]
    longest: int  # longest window, in periods
    days: npt.NDArray[np.int64]  # (columns,) the local date of each edge, in days since 1970
    first_answers: Mapping[str, int]  # source -> period in which any answer first became known
    above: Mapping[str, Records]  # what is located only above the grid: `grid` is its place in the geography's `above`
    # source -> column before the first that sees any of its records
    first_seen: Mapping[str, int] = field(default_factory=dict)
    # target -> its events that have a grid, with their instants: what labels are made from
    events: Mapping[str, Records] = field(default_factory=dict)

    @property
    def period(self) -> Period:
        """The step of the panel."""
        return self.calendar.period

    @cached_property
    def column_of_day(self) -> npt.NDArray[np.int32]:
        """The first column that looks from each day or later, from the first column's day to the day after the last's."""
        days = np.arange(self.days[0], self.days[-1] + 2)
        return np.searchsorted(self.days, days).astype(np.int32)


#: Periods after the as-of that records are encoded for: what is kept of them serves the as-ofs that follow.
AHEAD = 130


def encoded(city: City) -> Encoded:
    """The city as numbers, from the period of its first known event to its as-of."""
    clock = clock_of(city)
    sources, above = {}, {}
    for source, frame in city.beliefs.items():
        for name, (rows, high) in encode_source(city, source, frame, clock):
            sources[name] = rows.in_order()
            if len(high):
                above[name] = high.in_order()
    return with_tables(city, clock, sources, above)


def clock_of(city: City) -> Clock:
    """The clock of a city's panel, which also tells the periods that follow the as-of."""
    periods = city.calendar.periods_between(city.first_known, city.as_of) + 1
    edges = city.calendar.edges(city.as_of, periods)
    later = [city.calendar.shift(city.as_of, ahead) for ahead in range(1, AHEAD + 1)]
    return Clock(city.calendar, city.calendar.instants(edges), city.calendar.instants(later))


def encode_source(
    city: City, source: str, frame: pd.DataFrame, clock: Clock
) -> Iterator[tuple[str, tuple[Records, Records]]]:
    """The records of a source, and what is made of them, under their names: those that have a grid, and those above it."""
    yield source, encode_events(frame, clock, city.contracts[source].categories)
    yield from encode_target_events(source, frame, city.configuration, clock).items()


def encode_events(frame: pd.DataFrame, clock: Clock, categories: tuple[str, ...]) -> tuple[Records, Records]:
    """The beliefs of a source that have a grid, and those located only above it (`grid` is their place there)."""
    high = frame[(frame["grid"] < 0) & (frame["above"] >= 0)]
    return encode(frame[frame["grid"] >= 0], clock, categories), encode(
        high.assign(grid=high["above"]), clock, categories
    )


def with_tables(city: City, clock: Clock, sources: Mapping[str, Records], above: Mapping[str, Records]) -> Encoded:
    """Encoded records of the event sources together with what else is known of the city."""
    events = {
        target: sources[events_name(target)] for target in city.configuration.targets if events_name(target) in sources
    }
    sources, above = _without_instants(sources), _without_instants(above)
    tables = _breaks(city.breaks.by_grid(city.calendar), clock)
    tables["demographics"] = encode_table(city.demographics, clock, DEMOGRAPHIC_NUMBERS)
    tables["interventions"] = _interventions(city.interventions, clock)
    return Encoded(
        city.calendar,
        clock.edges,
        {**sources, **tables},
        max(WINDOWS[city.calendar.period]),
        city.calendar.local_days(clock.edges),
        {name: _first_answer(rows) for name, rows in sources.items() if "answered_at" in rows},
        above,
        _first_seen(sources, above),
        events,
    )


def _without_instants(tables: Mapping[str, Records]) -> dict[str, Records]:
    """What features read, and a worker is sent."""
    return {
        name: rows.only(one for one in rows.names if one not in INSTANTS) if INSTANTS[0] in rows else rows
        for name, rows in tables.items()
    }


def breaks_of(source: str) -> str:
    """The name under which the recording breaks of a source stand among the records."""
    return f"breaks of {source}"


def _breaks(table: pd.DataFrame, clock: Clock) -> dict[str, Records]:
    """A break counts from its first day on, in each grid that it concerns."""
    found = {}
    for source, rows in table.groupby("source"):
        known = clock.period(rows["known_at"].to_numpy(dtype="datetime64[us]"))
        columns = {
            "grid": rows["grid"].to_numpy(dtype=np.int32),
            "known": known,
            "start": known + np.int32(1),
            "stop": np.full(len(rows), NEVER, dtype=np.int32),
            "day": rows["day"].to_numpy(dtype="datetime64[D]").astype(np.int32),
            "count": np.ones(len(rows), dtype=np.int64),
        }
        found[breaks_of(str(source))] = Records(columns)
    return found


def _first_answer(rows: Records) -> int:
    held = rows["stop"] != GONE
    return min(int(rows[name].min(initial=NEVER, where=held)) for name in ("answered_at", "closed_at"))


def _first_seen(*tables: Mapping[str, Records]) -> dict[str, int]:
    found: dict[str, int] = {}
    for table in tables:
        for name, rows in table.items():
            seen = rows["start"] <= rows["stop"]
            first = int(rows["start"].min(initial=NEVER, where=seen)) - 1
            found[name] = min(found.get(name, first), first)
    return found


def _interventions(frame: pd.DataFrame, clock: Clock) -> Records:
    """Interventions count when they began; hours and outcome are known when they ended."""
    table = encode_table(frame, clock, ("hours",))
    started = frame["started_at"].to_numpy(dtype="datetime64[us]")
    ended = frame["ended_at"].to_numpy(dtype="datetime64[us]")
    delivery = frame["known_at"].to_numpy(dtype="datetime64[us]") - started
    rows = len(frame)
    columns = {name: table[name] for name in table.names}
    known = columns["start"] - 1
    columns |= {
        "known": known.astype(np.int32),
        "stop": np.full(rows, NEVER, dtype=np.int32),
        "day": clock.day(started),
        "count": np.ones(rows, dtype=np.int64),
        "ended_at": np.maximum(known, clock.period(ended + delivery)).astype(np.int32),
        "hours": np.nan_to_num(frame["hours"].to_numpy(dtype=np.float64, na_value=np.nan)),
    }
    return Records(columns)
