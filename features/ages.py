"""Order statistics of ages in every cell: the oldest, the median, any quantile, without sorting a cell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array

from features.spans import Spans
from features.sums import Frame, Reals, stretched


@dataclass(frozen=True)
class Ages:
    """The days of the spans that hold in each (column, cell), the newest first: a table in compressed rows."""

    frame: Frame
    columns_days: npt.NDArray[np.int64]  # (columns,) the local day of each column
    number: npt.NDArray[np.integer]  # (columns, cells) spans that hold
    first: npt.NDArray[np.integer]  # (columns, cells) place of a cell's newest day
    days: npt.NDArray[np.int32]

    def quantile(self, share: float) -> Reals:
        """(columns, cells) the age below which this share of the spans lies (the lower of two); NaN where none holds."""
        found = np.full(self.frame.columns * self.frame.cells, np.nan)
        holding, number, day = self._holding
        place = self.first.reshape(-1)[holding] + (share * (number - 1)).astype(np.int64)
        found[holding] = day - self.days[place]
        return found.reshape(self.number.shape)

    def oldest(self) -> Reals:
        """(columns, cells) the greatest age; NaN where none holds."""
        return self.quantile(1.0)

    @cached_property
    def _holding(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.integer], npt.NDArray[np.int64]]:
        """The cells in which any span holds, how many do, and the day of their column."""
        holding = np.flatnonzero(self.number > 0)
        return holding, self.number.reshape(-1)[holding], self.columns_days[holding // self.frame.cells]


def ages(frame: Frame, spans: Spans, columns_days: npt.NDArray[np.int64]) -> Ages:
    """Write the spans out by column and cell; a record counts once, whatever its weight."""
    newest_first = np.argsort(-spans.day.astype(np.int64), kind="stable")
    ordered = spans.rows(newest_first)
    seen, column, row = stretched(frame, ordered)
    cell = (column - frame.begin) * frame.cells + seen.grid[row]
    # Lines are in the order of days, and counting them into rows keeps it: no cell is ever sorted.
    shape = (frame.columns * frame.cells, max(1, len(seen)))
    table = coo_array((seen.day[row].astype(np.int32), (cell, row)), shape=shape).tocsr()
    number = np.diff(table.indptr).reshape(frame.columns, frame.cells)
    return Ages(frame, columns_days, number, table.indptr[:-1].reshape(number.shape), table.data)
