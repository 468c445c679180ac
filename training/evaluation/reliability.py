"""Whether what was forecast with a probability came as often: the reliability diagram (Murphy & Winkler 1977)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.engine.compiling import boolean, float64, kernel, read, void
from riskwarn.arrays import Flags
from training.evaluation.intervals import over_origins
from training.evaluation.judged import Judged, ratio
from training.intervals.counts import Reals

#: Cells are parted by their probability at these shares of them: the highest few are the ones that are visited.
PARTED = (0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99)

#: A bin of fewer grids is joined to its neighbour: its numbers would nearly be those of single grids.
FEWEST = 10


@dataclass(frozen=True)
class Bin:
    """Cells of like probability."""

    expected: float  # their mean probability
    observed: float  # the share of them in which anything came
    lower: float | None  # 95 % interval of that share, over origins
    upper: float | None
    cells: int


def reliability(judged: Judged) -> tuple[Bin, ...]:
    """The bins of a forecast, from the lowest probability up."""
    probability, known = np.ascontiguousarray(judged.forecast.probability), judged.known
    if not known.any():
        return ()
    edges = np.unique(quantiles(judged, PARTED))
    shape = (len(probability), len(edges) + 1)
    cells, happened, expected = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    grids = np.zeros((shape[1], probability.shape[1]), dtype=bool)
    put_in_bins(probability, judged.happened, known, edges, cells, happened, expected, grids)
    cells, happened, expected = _joined(grids, cells, happened, expected)
    found = []
    for index in range(cells.shape[1]):
        size = cells[:, index].sum()
        bound = over_origins(ratio(happened[:, index], cells[:, index]), judged.outcomes.horizon)
        told = not np.isnan(bound.width)
        found.append(
            Bin(
                expected=float(expected[:, index].sum() / size),
                observed=float(happened[:, index].sum() / size),
                lower=max(0.0, float(bound.lower)) if told else None,
                upper=min(1.0, float(bound.upper)) if told else None,
                cells=int(size),
            )
        )
    return tuple(found)


def quantiles(judged: Judged, shares: Sequence[float]) -> Reals:
    """The probabilities below which these shares of the judged cells lie, between two cells in proportion, as numpy's are.

    Cells are counted by their published score, and only those of the scores that are asked for are put in order.
    """
    keys, probability = judged.keys, judged.forecast.probability
    if not judged.outcomes.complete:
        keys, probability = keys[judged.known], probability[judged.known]
    keys, probability = keys.ravel(), probability.ravel()
    at = np.array(shares) * (len(keys) - 1)
    lower = np.floor(at).astype(np.int64)
    upper = np.minimum(lower + 1, len(keys) - 1)
    up_to = np.bincount(keys).cumsum()
    asked = np.zeros(len(up_to), dtype=bool)
    asked[np.searchsorted(up_to, np.concatenate([lower, upper]), side="right")] = True
    some = asked[keys]
    held, keys = probability[some], keys[some]

    def of_place(place: int) -> float:
        key = int(np.searchsorted(up_to, place, side="right"))
        rank = place - (int(up_to[key - 1]) if key > 0 else 0)
        return float(np.partition(held[keys == key], rank)[rank])

    told = {place: of_place(place) for place in {*lower.tolist(), *upper.tolist()}}
    low, high = (np.array([told[place] for place in places.tolist()]) for places in (lower, upper))
    beyond = at - lower
    return np.asarray(np.where(beyond < 0.5, low + (high - low) * beyond, high - (high - low) * (1 - beyond)))


def _joined(grids: Flags, *sums: Reals) -> list[Reals]:
    """(origins, bins) sums with bins of few grids joined to the one below, the highest first; `grids` is (bins, grids)."""
    for index in range(len(grids) - 1, -1, -1):
        if grids[index].sum() >= FEWEST or len(grids) == 1:
            continue
        upper = max(index, 1)
        grids[upper - 1] |= grids[upper]
        grids = np.delete(grids, upper, axis=0)
        for one in sums:
            one[:, upper - 1] += one[:, upper]
        sums = tuple(np.delete(one, upper, axis=1) for one in sums)
    return list(sums)


@kernel(
    void(
        *[read(float64, 2), read(boolean, 2), read(boolean, 2), read(float64)], *[float64[:, ::1]] * 3, boolean[:, ::1]
    )
)
def put_in_bins(probability, came, known, edges, cells, happened, expected, grids):  # type: ignore[no-untyped-def]
    """Of each origin and bin the cells, those in which anything came, and the sum of probabilities; and which grids a bin has."""
    for row in range(len(probability)):
        for grid in range(probability.shape[1]):
            if known[row, grid]:
                place = 0
                while place < len(edges) and edges[place] <= probability[row, grid]:
                    place += 1
                cells[row, place] += 1
                happened[row, place] += came[row, grid]
                expected[row, place] += probability[row, grid]
                grids[place, grid] = True
