"""Dense sums over a panel's columns: rows of cells that are made from few changes and read many times.

Integers are added as integers, in 32 bits where the total of all weights fits, else in 64; real weights in float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.spans import Spans, Weights

Sums = npt.NDArray[Any]  # int32, int64 or float64
Reals = npt.NDArray[np.float64]

_MOST = 2**31 - 1


@dataclass(frozen=True)
class Frame:
    """The columns ``begin … begin + columns - 1`` of a panel, over so many cells."""

    begin: int
    columns: int
    cells: int

    def empty(self, weight: Weights) -> Sums:
        """Zeros of the narrowest type that can hold any sum of these weights."""
        return np.zeros((self.columns, self.cells), dtype=_type_of(weight))

    def add(self, sums: Sums, column: npt.NDArray[np.integer], cell: npt.NDArray[np.integer], weight: Weights) -> None:
        """Add weights at (absolute column, cell); columns before the first count at the first, later ones nowhere."""
        place = column.astype(np.int64) - self.begin
        np.maximum(place, 0, out=place)
        inside = place < self.columns
        if not inside.all():
            place, cell, weight = place[inside], cell[inside], weight[inside]
        place *= self.cells
        place += cell
        np.add.at(sums.reshape(-1), place, weight.astype(sums.dtype, copy=False))


def _type_of(weight: Weights) -> np.dtype[np.generic]:
    if weight.dtype.kind == "f":
        return np.dtype(np.float64)
    small = len(weight) == 0 or int(np.abs(weight).sum(dtype=np.float64)) < _MOST
    return np.dtype(np.int32 if small else np.int64)


def cumulate(sums: Sums) -> Sums:
    """Running sums over the columns, in place. Row by row, which reads memory in its own order."""
    for column in range(1, len(sums)):
        np.add(sums[column], sums[column - 1], out=sums[column])
    return sums


def holding(frame: Frame, spans: Spans) -> Sums:
    """(columns, cells) summed weight of the spans that hold."""
    spans = visible(frame, spans)
    sums = frame.empty(spans.weight)
    frame.add(sums, spans.start, spans.grid, spans.weight)
    ending = spans.where(spans.stop < frame.begin + frame.columns - 1)
    frame.add(sums, ending.stop.astype(np.int64) + 1, ending.grid, -ending.weight)
    return cumulate(sums)


def visible(frame: Frame, spans: Spans) -> Spans:
    """The spans that hold at any of the columns."""
    end = frame.begin + frame.columns
    return spans.where((spans.start <= spans.stop) & (spans.start < end) & (spans.stop >= frame.begin))


class Flow:
    """Counts of what became known, as running sums: a window is the difference of two rows.

    Rows that are seen from the period after they became known and for ever (nearly all) are in the running sums. The
    others (corrections, withdrawals, what was learnt later) are few and are added to each window cell by cell.
    """

    def __init__(self, frame: Frame, spans: Spans, longest: int) -> None:
        self._frame = frame
        end = frame.begin + frame.columns
        spans = spans.where((spans.start <= spans.stop) & (spans.start < end))
        regular = (spans.start == spans.known + 1) & (spans.stop >= end - 1)
        plain = spans.where(regular)
        self._irregular = spans.where(~regular)
        self.longest = longest
        history = Frame(frame.begin - longest, frame.columns + longest, frame.cells)
        sums = history.empty(plain.weight)
        history.add(sums, plain.start, plain.grid, plain.weight)
        self.sums = cumulate(sums)

    def within(self, window: int) -> Sums:
        """(columns, cells) summed weight of what became known in the last `window` periods."""
        if window > self.longest:
            raise ValueError(f"this flow looks back {self.longest} periods, not {window}")
        ago = self.longest - window
        counts: Sums = self.sums[self.longest :] - self.sums[ago : ago + self._frame.columns]
        few = self._irregular
        if len(few):
            _add_stretches(self._frame, counts, few.between(few.start, few.known.astype(np.int64) + window))
        return counts


def ratio(part: Sums, whole: Sums) -> Reals:
    """part / whole, NaN where there is no whole."""
    found: Reals = np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    return found


def _add_stretches(frame: Frame, counts: Sums, spans: Spans) -> None:
    """Add the weight of each span to each of its columns, one by one."""
    seen, column, row = stretched(frame, spans)
    if len(row):
        frame.add(counts, column, seen.grid[row], seen.weight[row])


def stretched(frame: Frame, spans: Spans) -> tuple[Spans, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The visible spans written out: (spans, absolute column, row of the span), a line a span and shown column."""
    seen = visible(frame, spans)
    start = np.maximum(seen.start.astype(np.int64), frame.begin)
    length = np.minimum(seen.stop.astype(np.int64), frame.begin + frame.columns - 1) - start + 1
    row = np.repeat(np.arange(len(seen)), length)
    column = np.arange(len(row)) - np.repeat(np.cumsum(length) - length - start, length)
    return seen, column, row


def latest(frame: Frame, spans: Spans) -> Reals:
    """(columns, cells) day of the latest event that is seen; -inf where there is none."""
    seen = visible(frame, spans)
    end = frame.begin + frame.columns
    last = np.full((frame.columns, frame.cells), -np.inf)
    forever = seen.where(seen.stop >= end - 1)
    place = np.maximum(forever.start.astype(np.int64) - frame.begin, 0) * frame.cells + forever.grid
    np.maximum.at(last.reshape(-1), place, forever.day.astype(np.float64))
    for column in range(1, frame.columns):
        np.maximum(last[column], last[column - 1], out=last[column])
    passing, columns, row = stretched(frame, seen.where(seen.stop < end - 1))
    place = (columns - frame.begin) * frame.cells + passing.grid[row]
    np.maximum.at(last.reshape(-1), place, passing.day[row].astype(np.float64))
    return last


def decayed(frame: Frame, spans: Spans, half_life: float) -> Reals:
    """(columns, cells) float64: weights halved every `half_life` periods since they became known."""
    seen = visible(frame, spans)
    end = frame.begin + frame.columns
    # Ages are whole periods, so that every power there is fits in a short table.
    powers = 0.5 ** (np.arange(end + 2) / half_life)
    state = np.zeros((frame.columns, frame.cells))
    first = np.maximum(seen.start.astype(np.int64), frame.begin)
    frame.add(state, first, seen.grid, seen.weight * powers[first - 1 - seen.known])
    leaving = seen.where(seen.stop < end - 1)
    gone = leaving.stop.astype(np.int64)
    frame.add(state, gone + 1, leaving.grid, -leaving.weight * powers[gone - leaving.known])
    faded = np.empty(frame.cells)
    for column in range(1, frame.columns):
        np.multiply(state[column - 1], powers[1], out=faded)
        np.add(state[column], faded, out=state[column])
    return state
