"""What may be told of an amount: the least and the most that it may be, by the bands of the periods in which its records came.

What is told of any window at any as-of, of what is open, or of a sum of these, follows from these bands alone. So no two windows, no
two snapshots and no total tell apart what a band holds together: bands of whole windows would (one to two in each of two months and
one to two in the half year are one each).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.engine.spans import Spans
from features.engine.sums import Frame
from features.panel.panel import Panel
from features.transforms.selections import Selection
from features.transforms.transform import Shared, Transform
from riskwarn.disclosure import banded, bounds

Ends = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]

#: Bits of a period in the number of a cell and a period.
_BITS = 32


@dataclass(frozen=True)
class Admitted(Shared[Ends]):
    """(columns, cells) the least and the most, of what became known in a window or, without one, of what holds."""

    selection: Selection
    periods: int | None

    def make(self, panel: Panel) -> Ends:
        """Put the records of each period into their band, and add up the ends of the bands."""
        frame, spans = panel.frame, self.selection.spans(panel)
        rows = [ends_of(frame, spans, frame.begin + column, self.periods) for column in range(frame.columns)]
        return np.stack([low for low, _ in rows]), np.stack([high for _, high in rows])


def ends_of(frame: Frame, spans: Spans, at: int, periods: int | None) -> Ends:
    """(cells,) each, as one column sees them."""
    seen = (spans.start <= at) & (spans.stop >= at) & (spans.known < at)
    if periods is not None:
        seen &= spans.known >= at - periods
    key = (spans.grid[seen].astype(np.int64) << _BITS) + spans.known[seen]
    there, place = np.unique(key, return_inverse=True)
    counts = np.bincount(place, spans.weight[seen], len(there)).astype(np.float64)
    low, high = (
        np.bincount(there >> _BITS, end, frame.cells).astype(np.int64) for end in bounds(banded(np.maximum(counts, 0)))
    )
    return low, high


@dataclass(frozen=True)
class Told(Transform):
    """One end of what an amount may be."""

    selection: Selection
    periods: int | None
    most: bool

    @property
    def unit(self) -> str:
        """That of the selection."""
        return self.selection.unit

    @property
    def window(self) -> int | None:
        """The periods."""
        return self.periods

    def compute(self, panel: Panel) -> npt.NDArray[Any]:
        """The least or the most."""
        return Admitted(self.selection, self.periods).on(panel)[self.most]
