"""Dense sums over a panel's columns: rows of cells that are made from few changes and read many times.

Integers are added as integers, in 32 bits where the total of all weights fits, else in 64; real weights in float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.engine import cellwise, kernels
from features.engine.spans import NEVER, Integers, Spans, Weights

Sums = npt.NDArray[Any]  # int32, int64 or float64
Reals = npt.NDArray[np.float64]
Narrow = npt.NDArray[np.float32]  # numbers that nothing more is computed from

_MOST = 2**31 - 1

#: Columns for which running sums are worth their making: one to so many that the longest window looks back.
_FEW = 8

#: Counts up to which logarithms are looked up.
_LOGS = 2**15


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

    def room(self, kind: npt.DTypeLike) -> Sums:
        """(columns, cells) not yet written."""
        return np.empty((self.columns, self.cells), dtype=kind)


def _type_of(weight: Weights) -> np.dtype[np.generic]:
    """The narrowest type that can hold any sum of these weights."""
    if weight.dtype.kind == "f":
        return np.dtype(np.float64)
    if len(weight) == 0:
        return np.dtype(np.int32)
    largest = max(int(weight.max()), -int(weight.min()))
    small = largest * len(weight) < _MOST or int(np.abs(weight).sum(dtype=np.float64)) < _MOST
    return np.dtype(np.int32 if small else np.int64)


def holding(frame: Frame, spans: Spans) -> Sums:
    """(columns, cells) summed weight of the spans that hold."""
    sums = frame.room(_type_of(spans.weight))
    kernels.holding(sums, frame.begin, spans.grid, spans.start, spans.stop, spans.weight)
    return sums


def visible_rows(frame: Frame, spans: Spans, longest: int = int(NEVER)) -> npt.NDArray[np.int64]:
    """The places of the spans that hold at any of the columns, no more than `longest` periods after they became known."""
    found = np.empty(len(spans), dtype=np.int64)
    number = kernels.visible_rows(found, frame.begin, frame.end, longest, spans.known, spans.start, spans.stop)
    return found[:number]


class Flow:
    """Counts of what became known, as running sums: a window is the difference of two rows.

    Rows that are seen from the period after they became known and for ever (nearly all) are in the running sums. The
    others (corrections, withdrawals, what was learnt later) are few: each window adds them column by column. Where few
    columns are shown, windows add all rows like that, and are kept instead of running sums.
    """

    def __init__(self, frame: Frame, spans: Spans, longest: int) -> None:
        self._frame = frame
        self.longest = longest
        self.sums = np.empty((0, frame.cells), dtype=_type_of(spans.weight))
        if frame.columns * _FEW > longest:
            spans = self._summed(spans)
        self._few = spans.rows(visible_rows(frame, spans, longest))
        self._made: dict[tuple[int, int], Sums] = {}

    def _summed(self, spans: Spans) -> Spans:
        """Make the running sums; the rows that are not in them."""
        frame, longest = self._frame, self.longest
        begin = frame.begin - longest
        self.sums = Frame(begin, frame.columns + longest, frame.cells).room(self.sums.dtype)
        others = np.empty(len(spans), dtype=np.int64)
        number = kernels.running_sums(
            self.sums, begin, frame.end, spans.grid, spans.known, spans.start, spans.stop, spans.weight, others
        )
        return spans.rows(others[:number])

    def within(self, window: int, before: int = 0) -> Sums:
        """(columns, cells) summed weight of what became known in the last `window` periods, but not in the last `before`."""
        if window > self.longest:
            raise ValueError(f"this flow looks back {self.longest} periods, not {window}")
        if (window, before) in self._made:
            return self._made[window, before]
        counts, few = self._frame.room(self.sums.dtype), self._few
        kernels.window_of(
            counts,
            self.sums,
            window,
            before,
            self._frame.begin,
            few.grid,
            few.known,
            few.start,
            few.stop,
            few.weight,
        )
        if len(self.sums) == 0:
            counts.flags.writeable = False  # it is given to all who ask
            self._made[window, before] = counts
        return counts


def active_periods(frame: Frame, spans: Spans, window: int) -> Sums:
    """(columns, cells) periods of the window in which anything became known that still holds, each counted once."""
    spans = spans.where((spans.known >= max(0, frame.begin - window)) & (spans.known < frame.end))
    spans = spans.rows(np.lexsort((spans.known, spans.grid)))
    active = frame.room(np.int32)
    sums = Frame(frame.begin - window, frame.columns + window, frame.cells).room(np.int32)
    kernels.active_periods(active, sums, window, frame.begin, spans.grid, spans.known, spans.start, spans.stop)
    return active


def ratio(part: Sums, whole: Sums) -> Reals:
    """part / whole, NaN where there is no whole."""
    found = np.empty(part.shape)
    if part.dtype != np.int32 or whole.dtype != np.int32:
        part, whole = part.astype(np.float64, copy=False), whole.astype(np.float64, copy=False)
    cellwise.ratio(found, part, whole)
    return found


def add_where_any(found: Sums, frame: Frame, spans: Spans, window: int, other: Sums) -> None:
    """Add what became known in the last `window` periods, in place, where there is any of the other.

    Whole numbers; `found` and `other` (columns, cells), `found` in int64.
    """
    kernels.add_where_any(
        found, other, window, frame.begin, spans.grid, spans.known, spans.start, spans.stop, spans.weight
    )


def log_of(counts: Sums, scale: float = 1.0, plus: float = 1.0) -> Reals:
    """log(counts * scale + plus)."""
    found = counts * scale
    found += plus
    return np.asarray(np.log(found, out=found))


def log_ratio(above: Sums, below: Sums, scale: float = 1.0) -> Narrow | Reals:
    """log(above + 1) - log(below * scale + 1)."""
    most = max(above.max(initial=0), below.max(initial=0))
    if above.dtype != np.int32 or below.dtype != np.int32 or most > _LOGS:
        return log_of(above) - log_of(below, scale)
    counts = np.arange(most + 1)
    found = np.empty(above.shape, dtype=np.float32)
    cellwise.log_ratio(found, above, below, log_of(counts), log_of(counts, scale))
    return found


def log_against_units(counts: Sums, usual: Reals, unit: npt.NDArray[np.int64], plus: float) -> Narrow | Reals:
    """log(counts + plus) less what is usual, (columns, units) logarithms, in the unit of each cell."""
    most = counts.max(initial=0)
    if counts.dtype != np.int32 or most > _LOGS:
        return log_of(counts, plus=plus) - usual[:, unit]
    found = np.empty(counts.shape, dtype=np.float32)
    cellwise.log_against_units(found, counts, log_of(np.arange(most + 1), plus=plus), usual, unit)
    return found


def spread_over_cells(values: Reals, unit: npt.NDArray[np.int64]) -> Narrow:
    """(columns, cells) each cell has the value, of (columns, units) ones, of its unit."""
    found = np.empty((len(values), len(unit)), dtype=np.float32)
    cellwise.spread_over_cells(found, values, unit)
    return found


def summed_ages(frame: Frame, spans: Spans, days: npt.NDArray[np.int64]) -> Sums:
    """(columns, cells) int64 weighted days from the event to each column's day, of the spans that hold."""
    ages = frame.room(np.int64)
    kernels.summed_ages(
        ages, frame.room(np.int64), days, frame.begin, spans.grid, spans.start, spans.stop, spans.day, spans.weight
    )
    return ages


def burst(latest: Sums, long: Sums, periods: int) -> Narrow | Reals:
    """How far the latest period's count exceeds the mean of a long window, in its standard deviations (of a Poisson, plus 1)."""
    if latest.dtype != np.int32 or long.dtype != np.int32:
        usual = long / periods
        return np.asarray((latest - usual) / np.sqrt(usual + 1.0))
    found = np.empty(long.shape, dtype=np.float32)
    cellwise.burst(found, latest, long, periods)
    return found


def days_since(frame: Frame, spans: Spans, days: npt.NDArray[np.int64]) -> Narrow:
    """(columns, cells) days from the latest event that is seen to each column's day; NaN where there is none."""
    since, last = frame.room(np.float32), frame.room(np.int32)
    kernels.days_since(since, last, days, frame.begin, spans.grid, spans.start, spans.stop, spans.day)
    return since


def decayed(frame: Frame, spans: Spans, half_life: float) -> Reals:
    """(columns, cells) float64: weights halved every `half_life` periods since they became known."""
    found: Reals = decayed_by(frame, spans, np.zeros(len(spans), dtype=np.int16), range(1), half_life)[0]
    return found


def decayed_by(frame: Frame, spans: Spans, codes: Integers, wanted: range, half_life: float) -> Reals:
    """(codes, columns, cells) float64: the same of the spans of each of the wanted codes, which lie side by side."""
    # Ages are whole periods, so that every power there is fits in a short table.
    powers = 0.5 ** (np.arange(frame.end + 2) / half_life)
    state = np.empty((len(wanted), frame.columns, frame.cells))
    kernels.decayed(
        state,
        codes.astype(np.int16, copy=False),
        wanted.start,
        frame.begin,
        spans.grid,
        spans.known,
        spans.start,
        spans.stop,
        spans.weight,
        powers,
    )
    return state
