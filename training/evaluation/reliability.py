"""Whether what was forecast with a probability came as often: the reliability diagram (Murphy & Winkler 1977)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
    probability, known = judged.forecast.probability, judged.known
    if not known.any():
        return ()
    edges = np.unique(np.quantile(probability[known], PARTED))
    number = len(edges) + 1
    place = np.searchsorted(edges, probability, side="right")
    number = _join(place, known, number)
    origins = len(probability)
    cell = (np.arange(origins)[:, None] * number + place)[known]

    def summed(values: Reals) -> Reals:
        return np.asarray(np.bincount(cell, values, origins * number).reshape(origins, number), dtype=np.float64)

    cells = summed(np.ones(len(cell)))
    happened = summed(judged.happened[known].astype(np.float64))
    expected = summed(probability[known])
    found = []
    for index in range(number):
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


def _join(place: np.ndarray, known: np.ndarray, number: int) -> int:
    """Join bins of few grids to the one below, in place, the highest first; gives how many are left."""
    for index in range(number - 1, -1, -1):
        grids = int(((place == index) & known).any(axis=0).sum())
        if grids >= FEWEST or number == 1:
            continue
        place[place >= max(index, 1)] -= 1
        number -= 1
    return number
