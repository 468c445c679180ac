"""What lies in the same community errs together: losses of cells summed by origin and community, an origin at a time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from riskwarn.arrays import Indices
from training.intervals.counts import Reals


def by_community(rows: Iterable[Reals], community: Indices, number: int) -> Reals:
    """(origins, communities) sums of (grids,) values, a row an origin; `community` is the place of each grid's among `number`."""
    found = [np.bincount(community, row, number).astype(np.float64) for row in rows]
    return np.stack(found) if found else np.zeros((0, number))
