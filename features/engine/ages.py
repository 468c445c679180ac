"""Order statistics of ages in every cell: the oldest, the median, any quantile, without sorting a cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.engine import kernels
from features.engine.spans import Spans
from features.engine.sums import Frame, Narrow, Sums, holding


@dataclass(frozen=True)
class Ages:
    """The days of the spans that hold in each (column, cell), the newest first: a table in compressed rows."""

    columns_days: npt.NDArray[np.int64]  # (columns,) the local day of each column
    number: Sums  # (columns, cells) int32 spans that hold
    after: npt.NDArray[np.int64]  # (columns, cells) place after a cell's oldest day
    days: npt.NDArray[np.int32]

    def quantile(self, share: float) -> Narrow:
        """(columns, cells) the age below which this share of the spans lies (the lower of two); NaN where none holds."""
        found = np.empty(self.number.shape, dtype=np.float32)
        kernels.quantile_of_ages(found, self.number, self.after, self.days, self.columns_days, share)
        return found

    def oldest(self) -> Narrow:
        """(columns, cells) the greatest age; NaN where none holds."""
        return self.quantile(1.0)


def ages(frame: Frame, spans: Spans, columns_days: npt.NDArray[np.int64]) -> Ages:
    """Write the spans out by column and cell; a record counts once, whatever its weight."""
    number = holding(frame, spans.weighing_one())
    place, found = frame.room(np.int64), np.empty(int(number.sum()), dtype=np.int32)
    # Days are written in their order, which each cell keeps: none is ever sorted.
    ordered = spans.rows(np.argsort(-spans.day, kind="stable"))
    kernels.days_by_cell(found, place, number, frame.begin, ordered.grid, ordered.start, ordered.stop, ordered.day)
    return Ages(columns_days, number, place, found)
