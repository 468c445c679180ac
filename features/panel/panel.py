"""The dense panel: what holds at each origin in each cell, out of the records.

The panel's edges are the midnights k whole periods before the as-of; column ``b`` looks from edge ``b`` at what was
known strictly before it. Every count is a number of spans: something holds at the columns ``start … stop``, so that
corrections and withdrawals need no special case. A record counts in the period in which it became known.

A panel shows some of the columns and one partition of the city. The cells are its grids; through a *resolution* the same records
are seen in other cells: those of the halo too, or the units above, which show what is located in no grid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from features.city import City
from features.encoding.encoded_city import Encoded, breaks_of, encoded
from features.encoding.records import Records
from features.engine import sums
from features.engine.spans import Spans
from features.engine.sums import Frame, Narrow, Reals, Sums
from features.panel.partition import GRID, LOCAL, Partition
from riskwarn.periods import Instants, Period
from riskwarn.words import Unit

__all__ = ["Array", "Encoded", "Panel", "Spans", "breaks_of", "encoded", "panel"]

Array = Sums
Cached = TypeVar("Cached")


@dataclass
class Panel:
    """Some columns of one partition of a city; remembers what several features share."""

    city: Encoded
    partition: Partition
    begin: int  # the first column shown
    columns: int  # number of columns shown
    resolution: str = GRID
    totals: Mapping[Any, Reals] | None = None  # (transform, unit) -> (columns, units of the whole city)
    _cached: dict[object, object] = field(default_factory=dict, repr=False)
    _others: dict[str, Panel] = field(default_factory=dict, repr=False)

    @property
    def grids(self) -> int:
        """Number of cells: the grids of the partition, or the units of the resolution."""
        return self.partition.cells(self.resolution)

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
        return {**self.__dict__, "_cached": {}, "_others": {}}

    def cached(self, key: object, make: Callable[[], Cached]) -> Cached:
        """What stands under this key, made once."""
        if key not in self._cached:
            self._cached[key] = make()
        return self._cached[key]  # type: ignore[return-value]

    def forget(self) -> None:
        """Let go of all that was kept; the numbers would be made again."""
        self._cached.clear()
        self._others.clear()

    def through(self, resolution: str) -> Panel:
        """The same records seen in other cells; see :class:`features.panel.partition.Partition`."""
        if resolution == self.resolution or (
            resolution == LOCAL and self.resolution == GRID and len(self.partition.halo) == 0
        ):
            return self
        if resolution not in self._others:
            self._others[resolution] = replace(self, resolution=resolution, _cached={}, _others={})
        return self._others[resolution]

    def summed(self, unit: Unit, amount: Callable[[Panel], Sums]) -> Sums:
        """(columns, units) an amount summed over each unit: what its grids have, and what is located in none of them."""
        high: Sums = amount(self.through(unit.value))
        return self.partition.levels[unit].summed(amount(self)) + high

    def records(self, source: str) -> Records:
        """The source's records in the cells of this panel; none where the city has no such source."""
        return self.cached(("records", source), lambda: self._located(source))

    def _located(self, source: str) -> Records:
        rows = self.partition.located(self.city.sources.get(source, NO_RECORDS), self.resolution)
        high = self.city.above.get(source)
        if high is None or self.resolution in (GRID, LOCAL):
            return rows
        place, cell, share = self.partition.shared(high["grid"], self.resolution)
        return rows.joined(high.choose(place, cell), share)

    def spans(self, source: str) -> Spans:
        """All that is believed of a source, counted when it became known."""

        def make() -> Spans:
            rows = self.records(source)
            return Spans(
                rows["grid"],
                rows["known"],
                rows["start"],
                rows["stop"],
                rows["day"],
                rows["count"],
            )

        return self.cached(("spans", source), make)

    def holding(self, spans: Spans) -> Sums:
        """(columns, cells) summed weight of the spans that hold; exact while the weights are whole numbers."""
        return sums.holding(self.frame, spans)

    def within(self, spans: Spans, window: int) -> Sums:
        """(columns, cells) summed weight of what became known in the last `window` periods."""
        return self.holding(spans.between(spans.start, spans.known + np.int32(window)))

    def days_since(self, spans: Spans) -> Narrow:
        """(columns, cells) days since the latest event that is seen; NaN where there never was one."""
        return sums.days_since(self.frame, spans, self.days)

    def decayed(self, spans: Spans, half_life: float) -> Reals:
        """(columns, cells) float64: weights halved every `half_life` periods since they became known."""
        return sums.decayed(self.frame, spans, half_life)


def panel(city: City) -> Panel:
    """All columns and grids of a city in one partition."""
    numbers = encoded(city)
    return Panel(numbers, Partition.whole(city.geography), 0, len(numbers.edges))


NO_RECORDS = Records(
    {
        **{
            name: np.zeros(0, dtype=np.int32)
            for name in (
                "grid", "known", "start", "stop", "day", "delay", "category", "severity", "discovered", "kind", "due_at",
                "due_at_day", "outcome", "answered_at", "answered_at_day", "closed_at", "closed_at_day",
                "reopened_at", "reopened_at_day", "topics", "topics_at", "satisfaction", "satisfaction_at", "ended_at",
            )
        },
        "count": np.zeros(0, dtype=np.int64),
        "hours": np.zeros(0),
    }
)  # fmt: skip
