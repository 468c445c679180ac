"""Sums over units, by which tests see that nothing is lost or counted twice."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from riskwarn.arrays import Reals
from riskwarn.geography import Geography
from riskwarn.words import Unit


def rolled_up(places: Geography, unit: Unit, of_grids: Reals, of_above: Reals | None = None) -> Reals:
    """Sums of an extensive quantity over the units of a level.

    Parameters
    ----------
    of_grids : (grids,) what lies in the grids.
    of_above : (places of `above`,) what is located above the grid only; each place is shared out by its weights.

    Returns
    -------
    (units,) float64. Over the city the sum is that of both arguments.
    """
    units = places.units[unit]
    count = len(places)
    belongs = csr_array((np.ones(count), (np.arange(count), units.of_grid)), (count, len(units.codes)))
    sums = belongs.T @ np.asarray(of_grids, dtype=np.float64)
    return np.asarray(sums if of_above is None else sums + places.above.shares[unit].T @ np.asarray(of_above))
