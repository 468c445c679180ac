"""The published order of many grids, and what is told of it, in compiled loops: a score of six digits is a whole number, so that two
passes put a row in order where comparing takes twenty."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from features.engine.compiling import boolean, float64, int32, int64, kernel, read, void
from riskwarn.arrays import Flags, Indices
from training.intervals.counts import Reals
from training.models.forecast import DIGITS

Keys = npt.NDArray[np.int32]

#: The highest score, as a whole number: below 2 to the power of 20.
MOST = 10**DIGITS

#: Values of ten bits: a key has two of them.
_VALUES = 1024


def keys_of(probability: Reals) -> Keys:
    """(origins, grids) scores as they are published, in units of their last digit."""
    # Forecasts that were put together by their columns lie in memory by these; the loops go along the rows.
    return np.ascontiguousarray(np.clip(np.rint(probability * MOST), 0, MOST), dtype=np.int32)


def falling(keys: Keys) -> Indices:
    """(origins, grids) the grids from the highest score down, ties in the order of grids."""
    found = np.empty(keys.shape, dtype=np.int64)
    put_in_order(
        keys, np.int64(MOST), np.empty(keys.shape[1], dtype=np.int64), np.empty(_VALUES + 1, dtype=np.int64), found
    )
    return found


def known_first(order: Indices, known: Flags) -> Indices:
    """The same order of what is known, and then what is not."""
    found = np.empty_like(order)
    for row, own, there in zip(found, order, known, strict=True):
        first = own[there[own]]
        row[: len(first)], row[len(first) :] = first, np.flatnonzero(~there)
    return found


def ranks(keys: Keys, order: Indices) -> Reals:
    """(origins, grids) ranks of the scores from the lowest up, of equal ones the mean of theirs."""
    found = np.empty(keys.shape)
    put_ranks(keys, order, found)
    return found


def precisions(keys: Keys, order: Indices, happened: Flags, cells: Indices) -> Reals:
    """(origins,) the area under precision by recall over the first `cells` of each order; NaN where nothing happened there."""
    found = np.empty(len(keys))
    put_precisions(keys, order, np.ascontiguousarray(happened), cells, found)
    return found


@kernel(void(read(int32, 2), int64, int64[::1], int64[::1], int64[:, ::1]))
def put_in_order(keys, most, spare, begins, found):  # type: ignore[no-untyped-def]
    """By the lower ten bits of what a key lacks to the highest, then by the upper: each keeps the order of the one before."""
    for row in range(len(keys)):
        own, order = keys[row], found[row]
        for shift in (0, 10):
            begins[:] = 0
            for cell in range(len(own)):
                begins[((most - own[cell]) >> shift & 1023) + 1] += 1
            for value in range(1, len(begins)):
                begins[value] += begins[value - 1]
            for place in range(len(own)):
                cell = place if shift == 0 else spare[place]
                value = (most - own[cell]) >> shift & 1023
                if shift == 0:
                    spare[begins[value]] = cell
                else:
                    order[begins[value]] = cell
                begins[value] += 1


@kernel(void(read(int32, 2), read(int64, 2), float64[:, ::1]))
def put_ranks(keys, order, found):  # type: ignore[no-untyped-def]
    """Each run of equal scores has the mean of its first and last place."""
    for row in range(len(keys)):
        own, places, ranks = keys[row], order[row], found[row]
        first = 0
        while first < len(places):
            end = first
            while end < len(places) and own[places[end]] == own[places[first]]:
                end += 1
            for place in range(first, end):
                ranks[places[place]] = len(places) + 1 - (first + 1 + end) / 2
            first = end


@kernel(void(read(int32, 2), read(int64, 2), read(boolean, 2), read(int64), float64[::1]))
def put_precisions(keys, order, happened, cells, found):  # type: ignore[no-untyped-def]
    """Grids of one score are one step."""
    for row in range(len(keys)):
        own, places, came = keys[row], order[row], happened[row]
        first, hits, total = 0, 0, 0.0
        while first < cells[row]:
            end, here = first, 0
            while end < cells[row] and own[places[end]] == own[places[first]]:
                here += came[places[end]]
                end += 1
            hits += here
            total += here * (hits / end)
            first = end
        found[row] = total / hits if hits > 0 else np.nan
