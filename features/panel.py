"""The dense panel: what holds at each origin in each grid, out of the beliefs.

The panel's edges are the midnights k whole periods before the as-of; column ``b`` looks from edge ``b`` at what was
known strictly before it. Every count is a number of spans: something holds at the columns ``start … stop``, so that
corrections and withdrawals need no special case. A record counts in the period in which it became known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.city import City
from riskwarn.periods import Instants, period_index
from riskwarn.store.beliefs import empty_beliefs

Array = npt.NDArray[np.float64]
Columns = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Spans:
    """Rows of beliefs as columns of the panel; all arrays (rows,)."""

    grid: Columns
    known: Columns  # period in which the row counts
    start: Columns  # first column that sees it
    stop: Columns  # last column that sees it
    day: Columns  # local date of the event, in days since 1970
    weight: Array

    def where(self, chosen: npt.NDArray[np.bool_]) -> Spans:
        """The chosen rows."""
        return Spans(
            self.grid[chosen],
            self.known[chosen],
            self.start[chosen],
            self.stop[chosen],
            self.day[chosen],
            self.weight[chosen],
        )

    def between(self, start: Columns, stop: Columns) -> Spans:
        """The same rows, seen by fewer columns."""
        return Spans(
            self.grid, self.known, np.maximum(self.start, start), np.minimum(self.stop, stop), self.day, self.weight
        )

    def weighing(self, weight: Array) -> Spans:
        """The same rows with other weights."""
        return Spans(self.grid, self.known, self.start, self.stop, self.day, self.weight * weight)


@dataclass
class Panel:
    """A city seen from every edge up to its as-of; remembers what several features share."""

    city: City
    edges: Instants  # (columns,) UTC instants, the last is the as-of
    _kept: dict[object, Array] = field(default_factory=dict)

    @property
    def columns(self) -> int:
        """Number of edges from which one looks."""
        return len(self.edges)

    @property
    def grids(self) -> int:
        """Number of grids."""
        return len(self.city.geography)

    @cached_property
    def days(self) -> Columns:
        """(columns,) the local date of each edge, in days since 1970."""
        return self.city.calendar.local_days(self.edges)

    def keep(self, key: object, make: Callable[[], Array]) -> Array:
        """The array of this key, made once."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def rows(self, source: str) -> pd.DataFrame:
        """The source's beliefs that have a grid; no rows where the city has no such source."""
        frame = self.city.beliefs.get(source)
        return frame[frame["grid"] >= 0] if frame is not None else _NO_ROWS

    def spans(self, source: str, known: str = "known_at", date: str = "occurred_at") -> Spans:
        """Beliefs as spans; `known` names the column of the instant at which the event became known."""
        frame = self.rows(source)
        frame = frame[frame[known].notna()]
        instant = column(frame, known)
        period = period_index(self.edges, instant)
        first = np.maximum(period, period_index(self.edges, column(frame, "believed_from"))) + 1
        return Spans(
            grid=frame["grid"].to_numpy(dtype=np.int64),
            known=period,
            start=first,
            stop=period_index(self.edges, column(frame, "believed_to")),
            day=self.city.calendar.local_days(column(frame, date)),
            weight=frame["count"].to_numpy(dtype=np.float64),
        )

    def holding(self, spans: Spans) -> Array:
        """(columns, grids) summed weight of the spans that hold; exact while the weights are whole numbers."""
        seen = (spans.start <= spans.stop) & (spans.start < self.columns)
        spans = spans.where(seen)
        size = (self.columns + 1) * self.grids
        change = np.bincount(spans.start * self.grids + spans.grid, spans.weight, size)
        end = np.minimum(spans.stop + 1, self.columns)
        change -= np.bincount(end * self.grids + spans.grid, spans.weight, size)
        return np.cumsum(change.reshape(self.columns + 1, self.grids)[:-1], axis=0)

    def within(self, spans: Spans, window: int) -> Array:
        """(columns, grids) summed weight of what became known in the last `window` periods."""
        return self.holding(spans.between(spans.start, spans.known + window))

    def latest(self, spans: Spans) -> Array:
        """(columns, grids) day of the latest event that is seen; -inf where there is none."""
        last = np.full((self.columns, self.grids), -np.inf)
        seen = spans.where((spans.start <= spans.stop) & (spans.start < self.columns))
        lasting = seen.stop >= self.columns - 1
        forever, passing = seen.where(lasting), seen.where(~lasting)
        np.maximum.at(last, (forever.start, forever.grid), forever.day.astype(np.float64))
        np.maximum.accumulate(last, axis=0, out=last)
        # Few rows are ever corrected, so that writing them out column by column is cheap.
        length = passing.stop - passing.start + 1
        offset = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        place = (np.repeat(passing.start, length) + offset, np.repeat(passing.grid, length))
        np.maximum.at(last, place, np.repeat(passing.day, length).astype(np.float64))
        return last

    def decayed(self, spans: Spans, half_life: float) -> Array:
        """(columns, grids) float64: weights halved every `half_life` periods since they became known."""
        factor = 0.5 ** (1.0 / half_life)
        seen = spans.where((spans.start <= spans.stop) & (spans.start < self.columns))
        size = (self.columns + 1) * self.grids
        enter = seen.weight * factor ** (seen.start - 1 - seen.known)
        change = np.bincount(seen.start * self.grids + seen.grid, enter, size)
        passing = seen.where(seen.stop < self.columns - 1)
        leave = passing.weight * factor ** (passing.stop - passing.known)
        change -= np.bincount((passing.stop + 1) * self.grids + passing.grid, leave, size)
        state: Array = change.reshape(self.columns + 1, self.grids)[:-1].astype(np.float64, copy=False)
        for now in range(1, self.columns):
            state[now] += factor * state[now - 1]
        return state


_NO_ROWS = empty_beliefs()


def column(frame: pd.DataFrame, name: str) -> Instants:
    """An instants column as datetime64[us]."""
    return frame[name].to_numpy(dtype="datetime64[us]")


def panel(city: City) -> Panel:
    """The panel of a city: from the period of its first known event to its as-of."""
    periods = city.calendar.periods_between(city.first_known, city.as_of) + 1
    return Panel(city, city.calendar.instants(city.calendar.edges(city.as_of, periods)))
