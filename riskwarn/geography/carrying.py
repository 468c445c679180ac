"""Records and numbers carried to the grids in force at the as-of, along their lineage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskwarn.arrays import Indices, Reals
from riskwarn.geography.lineage import Heirs, Lineage, keys_of, shared_out, uniform
from riskwarn.geography.points import Points
from riskwarn.periods import Instants


@dataclass(frozen=True)
class Carried:
    """Rows at the grids in force; a row that is shared out stands several times. Arrays (carried rows,)."""

    row: Indices  # which of the given rows, rising
    grid: Indices  # index of the grid in force, -1 where there is none
    count: Indices


def carried_records(
    grid_id: pd.Series,
    coded: Instants,
    record_ids: pd.Series,
    count: Indices,
    longitude: Reals,
    latitude: Reals,
    *,
    in_force: pd.Index,
    lineage: Lineage,
    points: Points,
) -> Carried:
    """Carry records to the grids in force.

    Parameters
    ----------
    grid_id : as written down; null where a record is located above the grid.
    coded : UTC instants on which the grid was written down (NaT: before all re-drawings).
    record_ids : keyed digests, which pick a successor where there is no coordinate.
    count : events in each row.
    longitude, latitude : WGS-84 degrees, NaN where unknown.
    """
    codes, names = pd.factorize(grid_id)
    known = in_force.get_indexer(pd.Index(names))
    grid = np.append(known, -1).astype(np.int64)[codes]
    row = np.arange(len(grid), dtype=np.int64)
    if not lineage:
        return Carried(row, grid, count)
    last = lineage.touched()
    steps = np.array([last.get(name, -1) for name in names] + [-1], dtype=np.int64)[codes]
    passed = np.where(np.isnat(coded), 0, lineage.steps_passed(coded))
    moved = (passed <= steps) | ((grid < 0) & (codes >= 0))
    if not moved.any():
        return Carried(row, grid, count)
    moving = np.flatnonzero(moved)
    spot = points.locate(longitude[moving], latitude[moving])
    draw = uniform(keys_of(record_ids.iloc[moving]))
    parts = [Carried(row[~moved], grid[~moved], count[~moved])]
    width = len(lineage.past) + 1
    groups = pd.Series(moving).groupby(codes[moving] * width + passed[moving], sort=True).indices
    for key, members in groups.items():
        place, passed_by = divmod(int(key), width)  # type: ignore[call-overload]
        heirs, weights = _in_force(_heirs(lineage, str(names[place]), passed_by, in_force), in_force)
        rows = moving[members]
        if len(heirs) == 0:
            parts.append(Carried(rows, np.full(len(rows), -1, dtype=np.int64), count[rows]))
            continue
        there = np.isin(spot[members], heirs)
        parts.append(Carried(rows[there], spot[members][there], count[rows[there]]))
        left, drawn = rows[~there], draw[members][~there]
        number = np.maximum(count[left], 1)
        shares = shared_out(number, weights, drawn)
        which, heir = np.nonzero(shares)
        # A row that counts nothing still lies somewhere.
        shared = np.where(count[left][which] > 0, shares[which, heir], 0)
        parts.append(Carried(left[which], heirs[heir], shared))
    whole = Carried(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("row", "grid", "count")))
    order = np.lexsort((whole.grid, whole.row))
    return Carried(whole.row[order], whole.grid[order], whole.count[order])


def _heirs(lineage: Lineage, grid: str, passed: int, in_force: pd.Index) -> Heirs:
    # An office may go on writing an old id after its end (and a week that was counted in it ends after it): then the
    # latest re-drawing of that id is gone through all the same.
    for before in range(passed, -1, -1):
        forward = lineage.heirs(grid, before)
        if any(heir in in_force for heir, _ in forward):
            return forward
    # It may also write old cases down in grids that at this as-of were still to come.
    return lineage.ancestors(grid)


def _in_force(heirs: Heirs, in_force: pd.Index) -> tuple[Indices, Reals]:
    place = in_force.get_indexer(pd.Index([heir for heir, _ in heirs])).astype(np.int64)
    weights = np.array([weight for _, weight in heirs], dtype=np.float64)
    return place[place >= 0], weights[place >= 0]
