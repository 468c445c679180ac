"""A target's own past: what was known of its events as of each origin, in every grid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from features.engine import sums
from features.engine.spans import Spans
from features.engine.sums import Frame
from riskwarn.periods import Calendar
from training.labels.alive import FeedCounts

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class EventHistory:
    """The events as columns of the panel, counted in the period in which they became known; the last column is the as-of."""

    target: str
    calendar: Calendar
    as_of: date
    columns: int
    grids: int
    spans: Spans
    neighbours: csr_array  # (grids, grids)
    feed: FeedCounts  # of the target's source
    _cached: dict[object, npt.NDArray[Any]] = field(default_factory=dict, repr=False, compare=False)

    def columns_of(self, origins: Sequence[date]) -> npt.NDArray[np.int64]:
        """(origins,) their columns: how many periods of history lie before each."""
        return np.array([self._place[origin] for origin in origins], dtype=np.int64)

    def column_before(self, day: date) -> int:
        """The last column that looks from a date or an earlier one."""
        if day >= self.as_of:
            return self.columns - 1
        return max(column for origin, column in self._place.items() if origin <= day)

    def exposure(self, origins: Sequence[date]) -> Reals:
        """(origins, grids) periods before each origin in which the feed was alive in the grid's district, at least 1."""
        alive = [self._periods_alive(int(column)) for column in self.columns_of(origins)]
        return np.maximum(np.array(alive, dtype=np.float64)[:, 1 + self.feed.district_of_grid], 1.0)

    def _periods_alive(self, column: int) -> npt.NDArray[Any]:
        return self._once(("alive", column), lambda: self.feed.alive(column).sum(axis=1))

    def known(self) -> npt.NDArray[Any]:
        """(columns, grids) all events that were known."""
        return self._once("known", lambda: self._made(partial(sums.holding, spans=self.spans)))

    def within(self, periods: int) -> npt.NDArray[Any]:
        """(columns, grids) events that became known in the last periods."""
        recent = self.spans.between(self.spans.start, self.spans.known + np.int32(periods))
        return self._once(("within", periods), lambda: self._made(partial(sums.holding, spans=recent)))

    def decayed(self, half_life: float) -> npt.NDArray[Any]:
        """(columns, grids) events, each halved every `half_life` periods since it became known."""
        made = partial(sums.decayed, spans=self.spans, half_life=half_life)
        return self._once(("decayed", half_life), lambda: self._made(made))

    def only(self, columns: Iterable[int]) -> EventHistory:
        """The same, of which no other columns are made: those of all periods take the room of a city's whole past, each time anew."""
        own = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "_cached"}
        return _Some(**own, wanted=tuple(sorted({*columns})))

    def __getstate__(self) -> dict[str, object]:
        """To another process goes what the numbers are made from."""
        return {**self.__dict__, "_cached": {}}

    def _made(self, make: Callable[[Frame], npt.NDArray[Any]]) -> Any:
        return make(Frame(0, self.columns, self.grids))

    @cached_property
    def _place(self) -> dict[date, int]:
        last = self.columns - 1
        return {self.calendar.shift(self.as_of, column - last): column for column in range(self.columns)}

    def _once(self, key: object, make: Any) -> npt.NDArray[Any]:
        if key not in self._cached:
            self._cached[key] = make()
        return self._cached[key]


@dataclass(frozen=True)
class _Some(EventHistory):
    """A history of which some columns can be asked for."""

    wanted: tuple[int, ...] = ()

    def _made(self, make: Callable[[Frame], npt.NDArray[Any]]) -> Any:
        return _Columns({column: make(Frame(column, 1, self.grids))[0] for column in self.wanted})


@dataclass(frozen=True)
class _Columns:
    """Columns by their number, asked for as those of an array are; one that was not made is a KeyError."""

    rows: Mapping[int, npt.NDArray[Any]]

    def __getitem__(self, columns: int | npt.NDArray[np.integer]) -> npt.NDArray[Any]:
        if isinstance(columns, np.ndarray):
            return np.stack([self.rows[int(column)] for column in columns])
        return self.rows[int(columns)]
