"""Loops from cells to cells: ratios and surprises of counts, sums over units and over what each cell sees."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from features.engine.compiling import boolean, float32, float64, int32, int64, kernel, read, void


@kernel(*(void(float64[:, ::1], read(kind, 2), read(kind, 2)) for kind in (int32, float64)))
def ratio(found, part, whole):  # type: ignore[no-untyped-def]
    """part / whole, NaN where there is no whole."""
    for column in range(found.shape[0]):
        for cell in range(found.shape[1]):
            found[column, cell] = np.nan if whole[column, cell] <= 0 else part[column, cell] / whole[column, cell]


@kernel(void(float32[:, ::1], read(int32, 2), read(int32, 2), read(float64), read(float64)))
def log_ratio(found, above, below, logs_above, logs_below):  # type: ignore[no-untyped-def]
    """The difference of two logarithms that are looked up by count."""
    for column in range(found.shape[0]):
        for cell in range(found.shape[1]):
            found[column, cell] = logs_above[above[column, cell]] - logs_below[below[column, cell]]


@kernel(void(float32[:, ::1], read(int32, 2), read(int32, 2), float64))
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
        int64(float32[:, ::1], *[read(kind, 2)] * 2, read(float64, 2), read(int64), int64, float64, boolean)
        for kind in (int32, int64)
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


@kernel(void(float32[:, ::1], read(int32, 2), read(float64), read(float64, 2), read(int64)))
def log_against_units(found, counts, logs, usual, unit):  # type: ignore[no-untyped-def]
    """Logarithms, looked up by count, against what is usual in each cell's unit."""
    for column in range(found.shape[0]):
        for cell in range(found.shape[1]):
            found[column, cell] = logs[counts[column, cell]] - usual[column, unit[cell]]


@kernel(void(float32[:, ::1], read(float64, 2), read(int64)))
def spread_over_cells(found, values, unit):  # type: ignore[no-untyped-def]
    """(columns, cells) each cell has the value of its unit."""
    for column in range(found.shape[0]):
        for cell in range(found.shape[1]):
            found[column, cell] = values[column, unit[cell]]


@kernel(
    *(
        void(float32[:, ::1], read(kind, 2), *[read(float64, 2)] * 2, read(int64), read(float64, 2), read(int64))
        for kind in (int32, int64, float64)
    )
)
def log_rate(found, counts, prior, log_prior, unit, log_exposure, grids):  # type: ignore[no-untyped-def]
    """log((count + prior of the cell's unit) / exposure), the exposure looked up by number of grids; most counts are 0."""
    for column in range(found.shape[0]):
        for cell in range(found.shape[1]):
            count = counts[column, cell]
            above = log_prior[column, unit[cell]]
            if count != 0:
                above = math.log(count + prior[column, unit[cell]])
            found[column, cell] = above - log_exposure[column, grids[cell]]


_SUMS_OF_UNITS = ((int64, int32), (int64, int64), (float64, float64))


@kernel(*(void(sums[:, ::1], read(kind, 2), *[read(int64)] * 3) for sums, kind in _SUMS_OF_UNITS))
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


@kernel(*(void(kind[:, ::1], read(kind, 2), read(int32), read(int32)) for kind in (int32, int64, float64)))
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
