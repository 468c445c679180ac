"""Spans: rows of records as stretches of the panel's columns in which something holds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.integer]
Weights = npt.NDArray[np.int64] | npt.NDArray[np.float64]
Chosen = npt.NDArray[np.bool_]


#: The period of what has not happened: later than any column.
NEVER = np.int32(2**30)

_HELD = {**dict.fromkeys(("grid", "known", "start", "stop", "day"), np.dtype(np.int32)), "weight": np.dtype(np.int64)}


@dataclass(frozen=True)
class Spans:
    """Something holds in a cell (a grid, or a unit) at the columns ``start … stop``; all arrays (rows,).

    Columns are counted from the panel's first edge, so that a span does not depend on which columns are asked for.
    Whatever whole numbers come, they are held as int32 (weights as int64), for which the engine's loops are compiled.
    """

    grid: Integers
    known: Integers  # period in which the row counts
    start: Integers  # first column that sees it
    stop: Integers  # last column that sees it
    day: Integers  # local date of the event, in days since 1970
    weight: Weights  # integers as long as nothing real-weighted came in: those sums are exact

    def __post_init__(self) -> None:
        for name, kind in _HELD.items():
            values = getattr(self, name)
            if values.dtype != kind and not (name == "weight" and values.dtype == np.float64):
                object.__setattr__(self, name, values.astype(kind))

    def __len__(self) -> int:
        return len(self.grid)

    def where(self, chosen: Chosen) -> Spans:
        """The chosen rows."""
        if chosen.all():
            return self
        return self.rows(np.flatnonzero(chosen))

    def rows(self, rows: npt.NDArray[np.int64]) -> Spans:
        """The rows at these places."""
        return Spans(
            self.grid[rows], self.known[rows], self.start[rows], self.stop[rows], self.day[rows], self.weight[rows]
        )

    def between(self, start: Integers | int, stop: Integers | int) -> Spans:
        """The same rows, seen by fewer columns."""
        return replace(self, start=np.maximum(self.start, start), stop=np.minimum(self.stop, stop))

    def counted(self, known: Integers) -> Spans:
        """The same rows, each counting in another period and seen from the column after it."""
        return replace(self, known=known, start=np.maximum(self.start, known + 1))

    def dated(self, day: Integers) -> Spans:
        """The same rows with other dates."""
        return replace(self, day=day)

    def weighing(self, weight: Integers | Weights) -> Spans:
        """The same rows with other weights on top of their own."""
        return replace(self, weight=self.weight * weight)

    def weighing_one(self) -> Spans:
        """The same rows, each counting once."""
        return replace(self, weight=np.ones(len(self), dtype=np.int64))

    def parted(self, codes: Integers) -> Parted:
        """The rows by their code, which is one number a row."""
        order = np.argsort(codes, kind="stable")
        return Parted(self.rows(order), codes[order])

    @staticmethod
    def joined(one: Spans, other: Spans) -> Spans:
        """The rows of both."""
        return Spans(*(np.concatenate([getattr(one, name), getattr(other, name)]) for name in Spans.__annotations__))


@dataclass(frozen=True)
class Parted:
    """Spans in the order of a code, so that those of one code lie side by side."""

    spans: Spans
    codes: Integers  # (rows,) rising

    def of(self, code: int) -> Spans:
        """The spans of one code, without a copy."""
        first, after = np.searchsorted(self.codes, np.array([code, code + 1], dtype=self.codes.dtype))
        return Spans(*(getattr(self.spans, name)[first:after] for name in Spans.__annotations__))
