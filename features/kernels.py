"""The engine's loops, compiled: each goes over its numbers once, and lets other threads run meanwhile.

Numba compiles a loop when it is first called and keeps the machine code beside this file, or in the user's cache where that
place cannot be written to. Every loop is in this one file, for what is kept is compiled anew only when its own file changes.
Numbers are added in the order of the rows, and nothing is re-associated: the same rows give the same bits in any piece.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any

import numpy as np
from numba import njit, types

_int32, _int64, _float32, _float64 = types.int32, types.int64, types.float32, types.float64


class Kernel:
    """A loop with the types for which it is compiled; they are checked at each call (TypeError)."""

    def __init__(self, loop: Callable[..., Any], signatures: list[object]) -> None:
        update_wrapper(self, loop)
        self._loop, self._signatures = loop, signatures

    def __call__(self, *values: object) -> Any:
        """Run the loop."""
        return self._compiled(*values)

    @cached_property
    def _compiled(self) -> Callable[..., Any]:
        try:
            return njit(self._signatures, nogil=True, cache=True, error_model="numpy")(self._loop)  # type: ignore[no-any-return]
        except RuntimeError:  # no place in which to keep it, as in a container that is read only
            return njit(self._signatures, nogil=True, error_model="numpy")(self._loop)  # type: ignore[no-any-return]


def kernel(*signatures: object) -> Callable[[Callable[..., Any]], Kernel]:
    """Mark a loop to be compiled for these types."""
    return lambda loop: Kernel(loop, list(signatures))


def _read(kind: types.Type, dimensions: int = 1) -> types.Array:
    """Numbers that a loop only reads: memory-mapped ones, which cannot be written to, are welcome."""
    return types.Array(kind, dimensions, "C", readonly=True)


_ROWS = _read(_int32)

#: (sums, weights): whole numbers in the narrowest type that holds their sums, real weights in float64.
_SUMMED = ((_int32, _int64), (_int64, _int64), (_float64, _float64))


@kernel(*(_int64(sums[:, ::1], _int64, _int64, *[_ROWS] * 4, _read(weight), _int64[::1]) for sums, weight in _SUMMED))
def running_sums(sums, begin, end, grid, known, start, stop, weight, others):  # type: ignore[no-untyped-def]
    """Sum the rows that are seen from the period after they became known and for ever, running over the columns.

    Rows of `sums` are the columns from `begin` on; earlier rows count at the first. The places of the rows that are not
    like that are left in `others`; returns how many they are.
    """
    sums[:] = 0
    number = 0
    for row in range(len(grid)):
        if start[row] != known[row] + 1 or stop[row] < end - 1:
            others[number] = row
            number += 1
        elif start[row] < end:
            sums[max(start[row] - begin, 0), grid[row]] += weight[row]
    for column in range(1, sums.shape[0]):
        for cell in range(sums.shape[1]):
            sums[column, cell] += sums[column - 1, cell]
    return number


@kernel(
    *(types.void(sums[:, ::1], _read(sums, 2), *[_int64] * 3, *[_ROWS] * 4, _read(weight)) for sums, weight in _SUMMED)
)
def window_of(counts, sums, window, before, begin, grid, known, start, stop, weight):  # type: ignore[no-untyped-def]
    """What became known in the last `window` periods but not in the last `before`.

    Differences of running sums, if there are any, and the rows that are not in them.
    """
    columns, cells = counts.shape
    now = len(sums) - columns
    if len(sums) == 0:
        counts[:] = 0
    for column in range(columns if len(sums) else 0):
        for cell in range(cells):
            counts[column, cell] = sums[now + column - before, cell] - sums[now + column - window, cell]
    for row in range(len(grid)):
        first = max(max(start[row], known[row] + before + 1) - begin, 0)
        last = min(min(stop[row], known[row] + window) - begin, columns - 1)
        for column in range(first, last + 1):
            counts[column, grid[row]] += weight[row]


@kernel(*(types.void(sums[:, ::1], _int64, *[_ROWS] * 3, _read(weight)) for sums, weight in _SUMMED))
def holding(sums, begin, grid, start, stop, weight):  # type: ignore[no-untyped-def]
    """(columns, cells) summed weight of the spans that hold."""
    columns, cells = sums.shape
    sums[:] = 0
    for row in range(len(grid)):
        first, after = max(start[row] - begin, 0), stop[row] + 1 - begin
        if first < columns and after > first:
            sums[first, grid[row]] += weight[row]
            if after < columns:
                sums[after, grid[row]] -= weight[row]
    for column in range(1, columns):
        for cell in range(cells):
            sums[column, cell] += sums[column - 1, cell]


@kernel(
    *(
        types.void(_float64[:, :, ::1], _read(types.int16), *[_int64] * 2, *[_ROWS] * 4, _read(weight), _read(_float64))
        for weight in (_int64, _float64)
    )
)
def decayed(state, code, lowest, begin, grid, known, start, stop, weight, powers):  # type: ignore[no-untyped-def]
    """(codes, columns, cells) sums of weights that fade by powers[1] in each period, of the codes from the lowest on."""
    codes, columns, cells = state.shape
    state[:] = 0
    for row in range(len(grid)):
        first, after = max(start[row] - begin, 0), stop[row] + 1 - begin
        one = code[row] - lowest
        if first < columns and after > first and 0 <= one < codes:
            state[one, first, grid[row]] += weight[row] * powers[first + begin - 1 - known[row]]
            if after < columns:
                state[one, after, grid[row]] -= weight[row] * powers[stop[row] - known[row]]
    for one in range(codes):
        for column in range(1, columns):
            for cell in range(cells):
                state[one, column, cell] += state[one, column - 1, cell] * powers[1]


@kernel(_int64(_int64[::1], *[_int64] * 3, *[_ROWS] * 3))
def visible_rows(found, begin, end, longest, known, start, stop):  # type: ignore[no-untyped-def]
    """Write the places of the rows that any column sees within `longest` periods of their becoming known; how many."""
    number = 0
    for row in range(len(known)):
        if start[row] < end and min(stop[row], known[row] + longest) >= max(start[row], begin):
            found[number] = row
            number += 1
    return number


@kernel(types.void(_int64[:, ::1], _int64[:, ::1], _read(_int64), _int64, *[_ROWS] * 4, _read(_int64)))
def summed_ages(ages, held, days, begin, grid, start, stop, day, weight):  # type: ignore[no-untyped-def]
    """(columns, cells) weighted days since the event, of the spans that hold; `held` is room of the same shape."""
    columns, cells = ages.shape
    ages[:] = 0
    held[:] = 0
    for row in range(len(grid)):
        first, after = max(start[row] - begin, 0), stop[row] + 1 - begin
        if first < columns and after > first:
            past = weight[row] * (days[0] - day[row])
            held[first, grid[row]] += weight[row]
            ages[first, grid[row]] += past
            if after < columns:
                held[after, grid[row]] -= weight[row]
                ages[after, grid[row]] -= past
    for column in range(1, columns):
        for cell in range(cells):
            held[column, cell] += held[column - 1, cell]
            ages[column, cell] += ages[column - 1, cell]
    for column in range(1, columns):
        for cell in range(cells):
            ages[column, cell] += (days[column] - days[0]) * held[column, cell]


#: The day of what never happened.
NEVER_SEEN = np.iinfo(np.int32).min


@kernel(types.void(_float32[:, ::1], _int32[:, ::1], _read(_int64), _int64, *[_ROWS] * 4))
def days_since(since, last, days, begin, grid, start, stop, day):  # type: ignore[no-untyped-def]
    """(columns, cells) days since the latest event that is seen, NaN where there is none; `last` is room of the same shape."""
    columns, cells = since.shape
    last[:] = NEVER_SEEN
    for row in range(len(grid)):
        first = max(start[row] - begin, 0)
        if stop[row] - begin >= columns - 1 and first < columns:
            last[first, grid[row]] = max(last[first, grid[row]], day[row])
    for column in range(1, columns):
        for cell in range(cells):
            last[column, cell] = max(last[column, cell], last[column - 1, cell])
    for row in range(len(grid)):
        if stop[row] - begin < columns - 1:
            for column in range(max(start[row] - begin, 0), stop[row] - begin + 1):
                last[column, grid[row]] = max(last[column, grid[row]], day[row])
    for column in range(columns):
        for cell in range(cells):
            seen = last[column, cell]
            since[column, cell] = np.nan if seen == NEVER_SEEN else days[column] - seen


@kernel(types.void(_int32[::1], _int64[:, ::1], _read(_int32, 2), _int64, *[_ROWS] * 4))
def days_by_cell(found, place, number, begin, grid, start, stop, day):  # type: ignore[no-untyped-def]
    """Write each row's day at every cell and column that sees it, a cell's side by side; `place` is after its last."""
    columns, cells = place.shape
    before = 0
    for column in range(columns):
        for cell in range(cells):
            place[column, cell] = before
            before += number[column, cell]
    for row in range(len(grid)):
        for column in range(max(start[row] - begin, 0), min(stop[row] - begin, columns - 1) + 1):
            found[place[column, grid[row]]] = day[row]
            place[column, grid[row]] += 1


@kernel(types.void(_float32[:, ::1], _read(_int32, 2), _read(_int64, 2), _read(_int32), _read(_int64), _float64))
def quantile_of_ages(ages, number, after, found, days, share):  # type: ignore[no-untyped-def]
    """(columns, cells) the age below which this share of a cell's days lies (the lower of two); NaN where there is none."""
    columns, cells = ages.shape
    for column in range(columns):
        for cell in range(cells):
            many = number[column, cell]
            if many == 0:
                ages[column, cell] = np.nan
            else:
                place = after[column, cell] - many + np.int64(share * (many - 1))
                ages[column, cell] = days[column] - found[place]


@kernel(types.void(_int32[:, ::1], _int32[:, ::1], _int64, _int64, *[_ROWS] * 4))
def active_periods(active, sums, window, begin, grid, known, start, stop):  # type: ignore[no-untyped-def]
    """(columns, cells) periods of the last `window` in which anything became known that still holds, each counted once.

    Rows come by grid and period. `sums` is room for `window` columns more than `active`.
    """
    columns, cells = active.shape
    active[:] = 0
    sums[:] = 0
    end = begin + columns
    row = 0
    while row < len(grid):
        after = row
        ever = False  # whether any row of this grid and period is seen at once and for ever
        while after < len(grid) and grid[after] == grid[row] and known[after] == known[row]:
            ever |= start[after] == known[after] + 1 and stop[after] >= end - 1
            after += 1
        first = known[row] + 1
        if ever:
            if first < end:
                sums[max(first - begin + window, 0), grid[row]] += 1
        else:
            for column in range(max(first - begin, 0), min(known[row] + window - begin, columns - 1) + 1):
                for one in range(row, after):
                    if start[one] <= begin + column <= stop[one]:
                        active[column, grid[row]] += 1
                        break
        row = after
    for column in range(1, len(sums)):
        for cell in range(cells):
            sums[column, cell] += sums[column - 1, cell]
    for column in range(columns):
        for cell in range(cells):
            active[column, cell] += sums[window + column, cell] - sums[column, cell]


@kernel(*(types.void(_float64[:, ::1], _read(kind, 2), _read(kind, 2)) for kind in (_int32, _float64)))
def ratio(found, part, whole):  # type: ignore[no-untyped-def]
    """part / whole, NaN where there is no whole."""
    for column in range(found.shape[0]):
        for cell in range(found.shape[1]):
            found[column, cell] = np.nan if whole[column, cell] <= 0 else part[column, cell] / whole[column, cell]


@kernel(
    *(
        types.void(_int64[:, ::1], _read(kind, 2), *[_int64] * 2, *[_ROWS] * 4, _read(_int64))
        for kind in (_int32, _int64)
    )
)
def add_where_any(found, other, window, begin, grid, known, start, stop, weight):  # type: ignore[no-untyped-def]
    """Add what became known in the last `window` periods, at each column and cell that has any of the other."""
    columns = found.shape[0]
    for row in range(len(grid)):
        last = min(min(stop[row], known[row] + window) - begin, columns - 1)
        for column in range(max(start[row] - begin, 0), last + 1):
            if other[column, grid[row]] > 0:
                found[column, grid[row]] += weight[row]


@kernel(types.void(_float32[:, ::1], _read(_int32, 2), _read(_int32, 2), _read(_float64), _read(_float64)))
def log_ratio(found, above, below, logs_above, logs_below):  # type: ignore[no-untyped-def]
    """The difference of two logarithms that are looked up by count."""
    for column in range(found.shape[0]):
        for cell in range(found.shape[1]):
            found[column, cell] = logs_above[above[column, cell]] - logs_below[below[column, cell]]


@kernel(types.void(_float32[:, ::1], _read(_int32, 2), _read(_int32, 2), _float64))
def burst(found, latest, long, periods):  # type: ignore[no-untyped-def]
    """How far the last period exceeds the mean of a long window, in its standard deviations."""
    for column in range(found.shape[0]):
        for cell in range(found.shape[1]):
            usual = long[column, cell] / periods
            found[column, cell] = (latest[column, cell] - usual) / np.sqrt(usual + 1.0)


#: Nothing is more surprising than this, in decades.
MOST_SURPRISING = 12.0

#: Terms of the Poisson tail's series. The rest is below 1e-9 of the sum while the mean is below a sixth of (n + terms).
_TERMS = 14


@njit(error_model="numpy")
def _log_tail(number, mean):  # type: ignore[no-untyped-def]
    """log P(N ≥ n) of a Poisson: the series above n; NaN where it converges slowly."""
    if mean > (number + _TERMS) / 6:
        return np.nan
    term = series = 1.0
    for step in range(1, _TERMS):
        term *= mean / (number + step)
        series += term
    return number * math.log(mean) - mean - math.lgamma(number + 1.0) + math.log(series)


@njit(error_model="numpy")
def _log_tail_of_peers(number, mean):  # type: ignore[no-untyped-def]
    """log P(N ≥ n) of a negative binomial of size 2: at most one success in n + 1 trials."""
    success = 2 / (mean + 2)
    failure = 1 - success
    return number * math.log(failure) + math.log(failure + (number + 1) * success)


@kernel(
    *(
        _int64(
            _float32[:, ::1], *[_read(kind, 2)] * 2, _read(_float64, 2), _read(_int64), _int64, _float64, types.boolean
        )
        for kind in (_int32, _int64)
    )
)
def surprise(found, seen, year, town, of_grid, past, scale, spread):  # type: ignore[no-untyped-def]
    """Minus the decimal logarithm of the chance of so many or more; returns how many cells are left NaN."""
    slow = 0
    for column in range(found.shape[0]):
        for cell in range(found.shape[1]):
            number = seen[column, cell]
            found[column, cell] = 0.0
            if number > 0:
                before = past * (year[column, cell] - number)
                mean = max((before + town[column, of_grid[cell]]) * scale, 1e-6)
                tail = _log_tail_of_peers(number, mean) if spread else _log_tail(number, mean)
                slow += math.isnan(tail)
                found[column, cell] = min(max(tail / -math.log(10.0), 0.0), MOST_SURPRISING)
    return slow


@kernel(types.void(_float32[:, ::1], _read(_int32, 2), _read(_float64), _read(_float64, 2), _read(_int64)))
def log_against_units(found, counts, logs, usual, unit):  # type: ignore[no-untyped-def]
    """Logarithms, looked up by count, against what is usual in each cell's unit."""
    for column in range(found.shape[0]):
        for cell in range(found.shape[1]):
            found[column, cell] = logs[counts[column, cell]] - usual[column, unit[cell]]


@kernel(types.void(_float32[:, ::1], _read(_float64, 2), _read(_int64)))
def spread_over_cells(found, values, unit):  # type: ignore[no-untyped-def]
    """(columns, cells) each cell has the value of its unit."""
    for column in range(found.shape[0]):
        for cell in range(found.shape[1]):
            found[column, cell] = values[column, unit[cell]]


_SUMS_OF_UNITS = ((_int64, _int32), (_int64, _int64), (_float64, _float64))


@kernel(*(types.void(sums[:, ::1], _read(kind, 2), *[_read(_int64)] * 3) for sums, kind in _SUMS_OF_UNITS))
def sums_of_units(sums, values, order, first, units):  # type: ignore[no-untyped-def]
    """(columns, units) sums over runs of cells in this order: run `k` begins at first[k] and belongs to units[k]."""
    for column in range(values.shape[0]):
        for run in range(len(units)):
            total = sums[column, units[run]]
            for place in range(first[run], first[run + 1]):
                total += values[column, order[place]]
            sums[column, units[run]] = total


#: Columns that are summed side by side: one line of the cache holds as many numbers of 64 bits.
_TILE = 8


@kernel(
    *(types.void(kind[:, ::1], _read(kind, 2), _read(_int32), _read(_int32)) for kind in (_int32, _int64, _float64))
)
def sums_of_seen(sums, values, indptr, indices):  # type: ignore[no-untyped-def]
    """(columns, cells) sums over the cells that each cell sees, by compressed rows."""
    columns, cells = sums.shape
    whole = columns - columns % _TILE
    tile = np.empty((values.shape[1], _TILE), values.dtype)
    total = np.empty(_TILE, values.dtype)
    for begin in range(0, whole, _TILE):
        for one in range(_TILE):
            for cell in range(values.shape[1]):
                tile[cell, one] = values[begin + one, cell]
        for cell in range(cells):
            total[:] = 0
            for place in range(indptr[cell], indptr[cell + 1]):
                seen = tile[indices[place]]
                for one in range(_TILE):
                    total[one] += seen[one]
            for one in range(_TILE):
                sums[begin + one, cell] = total[one]
    for column in range(whole, columns):
        for cell in range(cells):
            sums[column, cell] = 0
            for place in range(indptr[cell], indptr[cell + 1]):
                sums[column, cell] += values[column, indices[place]]


@kernel(_int64(_int64[::1], _read(_int64), _read(_int64)))
def places_among(found, ids, sought):  # type: ignore[no-untyped-def]
    """Write the places in `ids` of any of the sought ids, which rise; returns how many there are."""
    # Nearly every id is turned away by one bit of a small table.
    maybe = np.zeros(1 << 20, np.bool_)
    for one in sought:
        maybe[one & 0xFFFFF] = True
    number = 0
    for place in range(len(ids)):
        if maybe[ids[place] & 0xFFFFF]:
            near = np.searchsorted(sought, ids[place])
            if near < len(sought) and sought[near] == ids[place]:
                found[number] = place
                number += 1
    return number
