"""The dense panel: what holds at each origin in each cell, out of the records.

The panel's edges are the midnights k whole periods before the as-of; column ``b`` looks from edge ``b`` at what was
known strictly before it. Every count is a number of spans: something holds at the columns ``start … stop``, so that
corrections and withdrawals need no special case. A record counts in the period in which it became known.

A panel shows some of the columns and one piece of the city. The cells are its grids; through a *lens* the same records
are seen in other cells: next door, in a ring around, or in the units above.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from features import sums
from features.city import City
from features.declaration import SHORT_AND_LONG, WINDOWS
from features.pieces import GRID, LOCAL, Piece
from features.records import NEVER, Clock, Records, encode, encode_table
from features.spans import Spans
from features.sums import Flow, Frame, Reals, Sums
from riskwarn.contracts.schema import DEMOGRAPHIC_NUMBERS
from riskwarn.periods import Calendar, Instants, Period
from riskwarn.words import Unit

__all__ = ["Array", "Panel", "Spans", "encoded", "panel"]

Array = Sums
Kept = TypeVar("Kept")


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

    @property
    def period(self) -> Period:
        """The step of the panel."""
        return self.calendar.period

    @cached_property
    def column_of_day(self) -> npt.NDArray[np.int32]:
        """The first column that looks from each day or later, from the first column's day to the day after the last's."""
        days = np.arange(self.days[0], self.days[-1] + 2)
        return np.searchsorted(self.days, days).astype(np.int32)


@dataclass
class Panel:
    """Some columns of one piece of a city; remembers what several features share."""

    city: Encoded
    piece: Piece
    begin: int  # the first column shown
    columns: int  # number of columns shown
    lens: str = GRID
    totals: Mapping[tuple[str, Unit], Reals] | None = None  # (feature, unit) -> (columns, units of the whole city)
    _kept: dict[object, object] = field(default_factory=dict, repr=False)
    _others: dict[str, Panel] = field(default_factory=dict, repr=False)

    @property
    def grids(self) -> int:
        """Number of cells: the grids of the piece, or the units of the lens."""
        return self.piece.cells(self.lens)

    @property
    def frame(self) -> Frame:
        """The columns and cells of the dense sums."""
        return Frame(self.begin, self.columns, self.grids)

    @property
    def period(self) -> Period:
        """The step of the panel."""
        return self.city.period

    @property
    def edges(self) -> Instants:
        """(columns,) the instants from which the shown columns look."""
        return self.city.edges[self.begin : self.begin + self.columns]

    @property
    def days(self) -> npt.NDArray[np.int64]:
        """(columns,) the local date of each shown column, in days since 1970."""
        return self.city.days[self.begin : self.begin + self.columns]

    def column_on(self, day: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
        """The first column, of all there are, that looks from a date or later."""
        place = np.clip(day - self.city.days[0], 0, len(self.city.column_of_day) - 1)
        column: npt.NDArray[np.int32] = self.city.column_of_day[place]
        return column

    def __getstate__(self) -> dict[str, object]:
        """To another process goes what the panel is made from, not what it has kept."""
        return {**self.__dict__, "_kept": {}, "_others": {}}

    def keep(self, key: object, make: Callable[[], Kept]) -> Kept:
        """What stands under this key, made once."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]  # type: ignore[return-value]

    def forget(self) -> None:
        """Let go of all that was kept; the numbers would be made again."""
        self._kept.clear()
        self._others.clear()

    def through(self, lens: str) -> Panel:
        """The same records seen in other cells; see :class:`features.pieces.Piece`."""
        if lens == self.lens or (lens == LOCAL and self.lens == GRID and len(self.piece.halo) == 0):
            return self
        if lens not in self._others:
            self._others[lens] = replace(self, lens=lens, _kept={}, _others={})
        return self._others[lens]

    def records(self, source: str) -> Records:
        """The source's records in the cells of this panel; none where the city has no such source."""
        return self.keep(("records", source), lambda: self._located(source))

    def _located(self, source: str) -> Records:
        rows = self.piece.located(self.city.sources.get(source, NO_RECORDS), self.lens)
        high = self.city.above.get(source)
        if high is None or self.lens in (GRID, LOCAL):
            return rows
        place, cell, share = self.piece.shared(high["grid"], self.lens)
        return rows.joined(high.choose(place, cell), share)

    def spans(self, source: str) -> Spans:
        """All that is believed of a source, counted when it became known."""

        def make() -> Spans:
            rows = self.records(source)
            return Spans(rows["grid"], rows["known"], rows["start"], rows["stop"], rows["day"], rows["count"])

        return self.keep(("spans", source), make)

    def flow(self, key: object, make: Callable[[], Spans], longest: int | None = None) -> Flow:
        """The running sums of spans, made once for all windows up to `longest`; `key` names the spans."""
        most = self.city.longest if longest is None else longest
        return self.keep(("flow", key, most), lambda: Flow(self.frame, make(), most))

    def lately(self, key: object, make: Callable[[], Spans], window: int) -> Sums:
        """(columns, cells) what became known in the last `window` periods, of spans that only shorter windows share."""
        return self.flow(key, make, max(window, SHORT_AND_LONG[self.period][-1])).within(window)

    def holding(self, spans: Spans) -> Sums:
        """(columns, cells) summed weight of the spans that hold; exact while the weights are whole numbers."""
        return sums.holding(self.frame, spans)

    def within(self, spans: Spans, window: int) -> Sums:
        """(columns, cells) summed weight of what became known in the last `window` periods."""
        return self.holding(spans.between(spans.start, spans.known.astype(np.int64) + window))

    def latest(self, spans: Spans) -> Reals:
        """(columns, cells) day of the latest event that is seen; -inf where there is none."""
        return sums.latest(self.frame, spans)

    def decayed(self, spans: Spans, half_life: float) -> Reals:
        """(columns, cells) float64: weights halved every `half_life` periods since they became known."""
        return sums.decayed(self.frame, spans, half_life)


def encoded(city: City) -> Encoded:
    """The city as numbers, from the period of its first known event to its as-of."""
    periods = city.calendar.periods_between(city.first_known, city.as_of) + 1
    edges = city.calendar.instants(city.calendar.edges(city.as_of, periods))
    clock = Clock(city.calendar, edges)
    sources, above = {}, {}
    for name, frame in city.beliefs.items():
        categories = city.contracts[name].categories
        sources[name] = encode(frame[frame["grid"] >= 0], clock, categories)
        high = frame[(frame["grid"] < 0) & (frame["above"] >= 0)]
        if len(high):
            above[name] = encode(high.assign(grid=high["above"]), clock, categories)
    sources |= _breaks(city.breaks.by_grid(city.calendar), clock)
    sources["demographics"] = encode_table(city.demographics, clock, DEMOGRAPHIC_NUMBERS)
    sources["interventions"] = _interventions(city.interventions, clock)
    return Encoded(
        city.calendar,
        edges,
        sources,
        max(WINDOWS[city.calendar.period]),
        city.calendar.local_days(edges),
        {name: _first_answer(sources[name]) for name in city.beliefs},
        above,
    )


def breaks_of(source: str) -> str:
    """The name under which the recording breaks of a source stand among the records."""
    return f"breaks of {source}"


def _breaks(table: pd.DataFrame, clock: Clock) -> dict[str, Records]:
    """A break counts from its first day on, in each grid that it concerns."""
    found = {}
    for source, rows in table.groupby("source"):
        known = clock.period(column(rows, "known_at"))
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
    return int(min(rows["answered_at"].min(initial=NEVER), rows["closed_at"].min(initial=NEVER)))


def panel(city: City) -> Panel:
    """All columns and grids of a city in one piece."""
    numbers = encoded(city)
    return Panel(numbers, Piece.whole(city.geography), 0, len(numbers.edges))


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


NO_RECORDS = Records(
    {
        **{
            name: np.zeros(0, dtype=np.int32)
            for name in (
                "grid", "known", "start", "stop", "day", "delay", "category", "severity", "discovered", "kind", "due_at",
                "due_at_day", "outcome", "answered_at", "answered_at_day", "closed_at", "closed_at_day", "escalated_at",
                "escalated_at_day", "reopened_at", "reopened_at_day", "topics", "topics_at", "satisfaction", "satisfaction_at",
                "ended_at",
            )
        },
        "count": np.zeros(0, dtype=np.int64),
        "hours": np.zeros(0),
        "referred": np.zeros(0, dtype=bool),
    }
)  # fmt: skip


def column(frame: pd.DataFrame, name: str) -> Instants:
    """An instants column as datetime64[us]."""
    return frame[name].to_numpy(dtype="datetime64[us]")
