"""What a version said of each cell and what came there: so small that it is kept with it, to be judged again where labels have changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from riskwarn.arrays import Indices
from training.evaluation.clusters import by_community
from training.evaluation.judged import Judged
from training.evaluation.losses import of_events
from training.intervals.counts import Reals

Shares = npt.NDArray[np.float32]
Happened = npt.NDArray[np.int8]

#: In a cell that is not judged.
UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class Cells:
    """Arrays (origins, grids): the probability of any event, and whether any came: 1, 0, or -1 where that is not known."""

    probability: Shares
    happened: Happened


def cells_of(judged: Judged) -> Cells:
    """A forecast that was judged."""
    happened = np.where(judged.known, judged.happened, UNKNOWN).astype(np.int8)
    return Cells(judged.forecast.probability.astype(np.float32), happened)


def sums_of(cells: Cells, community: Indices, number: int) -> tuple[Reals, Reals]:
    """(origins, communities) sums of log losses, and the cells that were judged; `community` is the place of each grid's."""
    rows = (_lost(*row) for row in zip(cells.probability, cells.happened, strict=True))
    return by_community(rows, community, number), by_community(cells.happened != UNKNOWN, community, number)


def _lost(probability: Shares, happened: Happened) -> Reals:
    """(grids,) log losses of an origin, 0 where it is not judged."""
    return np.where(happened == UNKNOWN, 0.0, of_events(probability.astype(np.float64), happened == 1))
