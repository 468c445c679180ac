"""What a version said of each cell and what came there: so small that it is kept with it, to be judged again where labels have changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.evaluation.judged import Judged, over
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


def log_losses_of(cells: Cells) -> Reals:
    """(origins,) mean log losses over the cells that are judged, NaN where there is none."""
    known = cells.happened != UNKNOWN
    lost = of_events(cells.probability.astype(np.float64), cells.happened == 1)
    return over(np.where(known, lost, 0.0).sum(axis=1), known.sum(axis=1).astype(np.float64))
