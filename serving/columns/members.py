"""What an earlier snapshot published of units, beside the units of another tree. This is the one place that decides what it is.

A code outlives what it stands for: a town joins another district, and the district's number of last week has the town in it still. So what
was published of a unit is taken by its code only where the unit held the very same grids then. Of every other a number that is a sum over
grids is summed anew from those of its grids, where all of them were there; nothing else is known of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from riskwarn.arrays import Indices, Reals
from riskwarn.words import Unit
from serving.columns.places import LevelOfPlaces, Places

#: Where a manifest says so, the changes of its units are of the grids that they hold; before there was this rule they went by code.
COMPARED, BY_MEMBERS = "compared", "members"

#: Digits of what is published; a sum of such numbers has no more.
DIGITS = 6


def rows_of_then(then: Places, now: Places, unit: Unit) -> Indices:
    """(units of now,) the row of then of each that held the very same grids; -1 of every other."""
    rows = _rows(then[unit], now[unit])
    if unit is Unit.GRID:
        return rows
    above, grids = now.ancestors()[unit], _rows(then[Unit.GRID], now[Unit.GRID])
    before = then.ancestors()[unit]
    elsewhere = (grids < 0) | (before[grids] != rows[above])
    stayed = np.bincount(above, elsewhere, len(rows)) == 0
    held = np.bincount(before, minlength=len(then[unit]))[rows] == np.bincount(above, minlength=len(rows))
    return np.where((rows >= 0) & stayed & held, rows, -1)


def kept(then: Places, now: Places, unit: Unit, published: npt.NDArray[Any], nothing: float) -> npt.NDArray[Any]:
    """(units of now,) what was published of them, in the order of then; `nothing` of those that held other grids."""
    rows = rows_of_then(then, now, unit)
    return np.where(rows >= 0, published[rows], nothing)


def summed(then: Places, now: Places, unit: Unit, published: Reals, of_grids: Reals) -> Reals:
    """(units of now,) a sum over grids: as it was published, or along the tree of now; NaN where a grid of the unit was not there."""
    found: Reals = kept(then, now, unit, published, np.nan)
    other = rows_of_then(then, now, unit) < 0
    if unit is Unit.GRID or not other.any():
        return found
    parts = kept(then, now, Unit.GRID, of_grids, np.nan)
    anew = np.round(np.bincount(now.ancestors()[unit], parts, len(found)), DIGITS)
    return np.asarray(np.where(other, anew, found))


def same_members(then: Places, now: Places) -> bool:
    """Whether two trees have the same units in the same order, each of the same grids."""
    return all(
        then[unit].codes == now[unit].codes and np.array_equal(then[unit].parents, now[unit].parents) for unit in Unit
    )


def _rows(then: LevelOfPlaces, now: LevelOfPlaces) -> Indices:
    return np.arange(len(now)) if then.codes == now.codes else then.rows_of(now.codes)
