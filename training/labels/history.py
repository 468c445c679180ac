"""A target's own past: what was known of its events as of each origin, in every grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
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
        return self._once("known", lambda: sums.holding(self._frame, self.spans))

    def within(self, periods: int) -> npt.NDArray[Any]:
        """(columns, grids) events that became known in the last periods."""
        recent = self.spans.between(self.spans.start, self.spans.known + np.int32(periods))
        return self._once(("within", periods), lambda: sums.holding(self._frame, recent))

    def decayed(self, half_life: float) -> npt.NDArray[Any]:
        """(columns, grids) events, each halved every `half_life` periods since it became known."""
        return self._once(("decayed", half_life), lambda: sums.decayed(self._frame, self.spans, half_life))

    def __getstate__(self) -> dict[str, object]:
        """To another process goes what the numbers are made from."""
        return {**self.__dict__, "_cached": {}}

    @property
    def _frame(self) -> Frame:
        return Frame(0, self.columns, self.grids)

    @cached_property
    def _place(self) -> dict[date, int]:
        last = self.columns - 1
        return {self.calendar.shift(self.as_of, column - last): column for column in range(self.columns)}

    def _once(self, key: object, make: Any) -> npt.NDArray[Any]:
        if key not in self._cached:
            self._cached[key] = make()
        return self._cached[key]
