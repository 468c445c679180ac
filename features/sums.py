"""Dense sums over a panel's columns: rows of cells that are made from few changes and read many times.

Integers are added as integers, in 32 bits where the total of all weights fits, else in 64; real weights in float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.spans import Integers, Spans, Weights

Sums = npt.NDArray[Any]  # int32, int64 or float64
Reals = npt.NDArray[np.float64]

_MOST = 2**31 - 1


@dataclass(frozen=True)
class Frame:
    """The columns ``begin … begin + columns - 1`` of a panel, over so many cells."""

    begin: int
    columns: int
    cells: int

    @property
    def end(self) -> int:
        """The column after the last."""
        return self.begin + self.columns

    def zeros(self, weight: Weights) -> Sums:
        """(columns + 1, cells) zeros of the narrowest type that can hold any sum of these weights.

        The row after the last takes what no column sees, so that nothing has to be chosen before it is added.
        """
        return np.zeros((self.columns + 1, self.cells), dtype=_type_of(weight))

    def add(self, sums: Sums, column: Integers, cell: Integers, weight: Weights) -> None:
        """Add weights at (absolute column, cell); columns before the first count at the first, later ones nowhere."""
        place = np.clip(column, self.begin, self.end)
        place = (place - self.begin).astype(np.int32 if sums.size < _MOST else np.int64, copy=False)
        place *= self.cells
        place += cell
        np.add.at(sums.reshape(-1), place, weight.astype(sums.dtype, copy=False))


def _type_of(weight: Weights) -> np.dtype[np.generic]:
    if weight.dtype.kind == "f":
        return np.dtype(np.float64)
    if len(weight) == 0:
        return np.dtype(np.int32)
    largest = max(int(weight.max()), -int(weight.min()))
    small = largest * len(weight) < _MOST or int(np.abs(weight).sum(dtype=np.float64)) < _MOST
    return np.dtype(np.int32 if small else np.int64)


def cumulate(sums: Sums) -> Sums:
    """Running sums over the columns, in place. Row by row, which reads memory in its own order."""
    for column in range(1, len(sums)):
        np.add(sums[column], sums[column - 1], out=sums[column])
    return sums


def holding(frame: Frame, spans: Spans) -> Sums:
    """(columns, cells) summed weight of the spans that hold."""
    sums = frame.zeros(spans.weight)
    first, after = _bounds(frame, spans)
    frame.add(sums, first, spans.grid, spans.weight)
    frame.add(sums, after, spans.grid, -spans.weight)
    return cumulate(sums[:-1])


def _bounds(frame: Frame, spans: Spans) -> tuple[Integers, Integers]:
    """The first column that sees each span and the one after the last, both the end where no shown column does."""
    seen = is_visible(frame, spans)
    first = np.where(seen, spans.start, np.int32(frame.end))
    return first, np.where(seen, spans.stop, np.int32(frame.end)) + np.int32(1)


def is_visible(frame: Frame, spans: Spans) -> npt.NDArray[np.bool_]:
    """(rows,) whether a span holds at any of the columns."""
    return (spans.start <= spans.stop) & (spans.start < frame.end) & (spans.stop >= frame.begin)


def visible(frame: Frame, spans: Spans) -> Spans:
    """The spans that hold at any of the columns."""
    return spans.where(is_visible(frame, spans))


class Flow:
    """Counts of what became known, as running sums: a window is the difference of two rows.

    Rows that are seen from the period after they became known and for ever (nearly all) are in the running sums. The
    others (corrections, withdrawals, what was learnt later) are few: they are written out cell by cell, the youngest first,
    so that each window adds a beginning of that list.
    """

    def __init__(self, frame: Frame, spans: Spans, longest: int) -> None:
        self._frame = frame
        self.longest = longest
        irregular = (spans.start != spans.known + 1) | (spans.stop < frame.end - 1)
        history = Frame(frame.begin - longest, frame.columns + longest, frame.cells)
        sums = history.zeros(spans.weight)
        history.add(sums, np.where(irregular, np.int32(frame.end), spans.start), spans.grid, spans.weight)
        self.sums = cumulate(sums[:-1])
        few = spans.where(irregular)
        few = few.between(few.start, few.known.astype(np.int64) + longest)
        self._place, weight, self._until = _youngest_first(frame, few, longest)
        self._weight = weight.astype(sums.dtype, copy=False)

    def within(self, window: int) -> Sums:
        """(columns, cells) summed weight of what became known in the last `window` periods."""
        if window > self.longest:
            raise ValueError(f"this flow looks back {self.longest} periods, not {window}")
        ago = self.longest - window
        counts: Sums = self.sums[self.longest :] - self.sums[ago : ago + self._frame.columns]
        until = self._until[window]
        if until:
            np.add.at(counts.reshape(-1), self._place[:until], self._weight[:until])
        return counts


def active_periods(frame: Frame, spans: Spans, window: int) -> Sums:
    """(columns, cells) periods of the window in which anything became known that still holds, each counted once."""
    spans = spans.where((spans.known >= max(0, frame.begin - window)) & (spans.known < frame.end))
    regular = (spans.start == spans.known + 1) & (spans.stop >= frame.end - 1) & (spans.start < frame.end)
    key = spans.grid.astype(np.int64) * (frame.end + 1) + spans.known
    distinct, rows = np.unique(key[regular], return_index=True)
    once = spans.where(regular)
    number = Flow(frame, once.rows(rows).weighing_one(), window).within(window)
    # A period of which nothing holds for ever: few, so that they are looked at column by column.
    rest = spans.where(~regular & ~np.isin(key, distinct))
    seen, column, row = stretched(frame, rest.between(rest.start, rest.known.astype(np.int64) + window))
    place = (column - frame.begin) * frame.cells + seen.grid[row]
    lines = np.unique(place * (frame.end + 1) + seen.known[row]) // (frame.end + 1)
    np.add.at(number.reshape(-1), lines, np.ones(len(lines), dtype=number.dtype))
    return number


def ratio(part: Sums, whole: Sums) -> Reals:
    """part / whole, NaN where there is no whole."""
    found = np.full(whole.size, np.nan)
    some = np.flatnonzero(whole > 0)
    found[some] = part.reshape(-1)[some] / whole.reshape(-1)[some]
    return found.reshape(whole.shape)


def log_of(counts: Sums, scale: float = 1.0, plus: float = 1.0) -> Reals:
    """log(counts * scale + plus)."""
    found = counts * scale
    found += plus
    return np.asarray(np.log(found, out=found))


def _youngest_first(frame: Frame, spans: Spans, oldest: int) -> tuple[npt.NDArray[np.int64], Weights, list[int]]:
    """(cell, weight) of each span at each of its columns by rising age, and how many lines there are up to each age."""
    seen, column, row = stretched(frame, spans)
    age = (column - seen.known[row]).astype(np.int16)
    order = np.argsort(age, kind="stable")
    row = row[order]
    until: list[int] = np.cumsum(np.bincount(age, minlength=oldest + 1)).tolist()
    return (column[order] - frame.begin) * frame.cells + seen.grid[row], seen.weight[row], until


def stretched(frame: Frame, spans: Spans) -> tuple[Spans, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The visible spans written out: (spans, absolute column, row of the span), a line a span and shown column."""
    seen = visible(frame, spans)
    start = np.maximum(seen.start.astype(np.int64), frame.begin)
    length = np.minimum(seen.stop.astype(np.int64), frame.end - 1) - start + 1
    row = np.repeat(np.arange(len(seen)), length)
    column = np.arange(len(row)) - np.repeat(np.cumsum(length) - length - start, length)
    return seen, column, row


def latest(frame: Frame, spans: Spans) -> Reals:
    """(columns, cells) day of the latest event that is seen; -inf where there is none."""
    seen = visible(frame, spans)
    last = np.full((frame.columns, frame.cells), -np.inf)
    forever = seen.where(seen.stop >= frame.end - 1)
    place = np.maximum(forever.start.astype(np.int64) - frame.begin, 0) * frame.cells + forever.grid
    np.maximum.at(last.reshape(-1), place, forever.day.astype(np.float64))
    for column in range(1, frame.columns):
        np.maximum(last[column], last[column - 1], out=last[column])
    passing, columns, row = stretched(frame, seen.where(seen.stop < frame.end - 1))
    place = (columns - frame.begin) * frame.cells + passing.grid[row]
    np.maximum.at(last.reshape(-1), place, passing.day[row].astype(np.float64))
    return last


def decayed(frame: Frame, spans: Spans, half_life: float) -> Reals:
    """(columns, cells) float64: weights halved every `half_life` periods since they became known."""
    # Ages are whole periods, so that every power there is fits in a short table.
    powers = 0.5 ** (np.arange(frame.end + 2) / half_life)
    state = np.zeros((frame.columns + 1, frame.cells))
    first, after = _bounds(frame, spans)
    first = np.maximum(first, frame.begin)
    frame.add(state, first, spans.grid, spans.weight * powers[_age(first - 1, spans.known, frame.end)])
    leaving = np.flatnonzero(after < frame.end)
    gone = after[leaving]
    ages = _age(gone - 1, spans.known[leaving], frame.end)
    frame.add(state, gone, spans.grid[leaving], -spans.weight[leaving] * powers[ages])
    faded = np.empty(frame.cells)
    for column in range(1, frame.columns):
        np.multiply(state[column - 1], powers[1], out=faded)
        np.add(state[column], faded, out=state[column])
    return state[:-1]


def _age(column: Integers, known: Integers, most: int) -> Integers:
    """Whole periods since a row became known, within the table of powers for rows that no column sees."""
    age: Integers = np.clip(column - known, 0, most)
    return age
