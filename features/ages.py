"""Order statistics of ages in every cell: the oldest, the median, any quantile, without sorting a cell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from features.spans import Spans
from features.sums import Frame, Reals, stretched


@dataclass(frozen=True)
class Ages:
    """The days of the spans that hold in each (column, cell), the newest first: a table in compressed rows."""

    frame: Frame
    columns_days: npt.NDArray[np.int64]  # (columns,) the local day of each column
    number: npt.NDArray[np.int64]  # (columns, cells) spans that hold
    first: npt.NDArray[np.int64]  # (columns, cells) place of a cell's newest day
    days: npt.NDArray[np.int32]

    def quantile(self, share: float) -> Reals:
        """(columns, cells) the age below which this share of the spans lies (the lower of two); NaN where none holds."""
        found = np.full(self.number.shape, np.nan)
        column, cell = self._holding
        number = self.number[column, cell]
        place = self.first[column, cell] + np.floor(share * (number - 1)).astype(np.int64)
        found[column, cell] = self.columns_days[column] - self.days[place]
        return found

    def oldest(self) -> Reals:
        """(columns, cells) the greatest age; NaN where none holds."""
        return self.quantile(1.0)

    @cached_property
    def _holding(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        column, cell = np.nonzero(self.number)
        return column, cell


def ages(frame: Frame, spans: Spans, columns_days: npt.NDArray[np.int64]) -> Ages:
    """Write the spans out by column and cell; a record counts once, whatever its weight."""
    newest_first = np.argsort(-spans.day.astype(np.int64), kind="stable")
    ordered = Spans(*(getattr(spans, name)[newest_first] for name in Spans.__annotations__))
    seen, column, row = stretched(frame, ordered)
    cell = (column - frame.begin) * frame.cells + seen.grid[row]
    number = np.bincount(cell, minlength=frame.columns * frame.cells)
    # One whole number holds the cell and the place in the order of days, so that sorting numbers sorts by both.
    rows = max(1, len(seen))
    key = np.sort(cell * rows + row)
    shape = (frame.columns, frame.cells)
    first = (np.cumsum(number) - number).reshape(shape)
    return Ages(frame, columns_days, number.reshape(shape), first, seen.day[key % rows].astype(np.int32))
