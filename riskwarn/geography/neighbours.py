"""Who borders whom: as delivered, else the nearest centres, else the grids of the same community."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riskwarn.arrays import Indices, Reals
from riskwarn.geography.points import metres

if TYPE_CHECKING:
    from scipy.sparse import csr_array

#: Grids without a list of neighbours border this many nearest ones.
NEAREST = 6


def neighbours_of(table: pd.DataFrame, longitude: Reals, latitude: Reals, community: Indices) -> csr_array:
    """(grids, grids) float64 of 0 and 1, symmetric, with an empty diagonal."""
    from scipy.sparse import coo_array

    count = len(table)
    listed = table["neighbours"].notna().to_numpy()
    placed = ~listed & np.isfinite(longitude) & np.isfinite(latitude)
    pairs = [
        _listed(table, np.flatnonzero(listed)),
        _nearest(np.flatnonzero(placed), longitude, latitude),
        _same_community(np.flatnonzero(~listed & ~placed), community),
    ]
    left, right = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
    apart = left != right
    left, right = left[apart], right[apart]
    both = coo_array(
        (np.ones(2 * len(left)), (np.concatenate([left, right]), np.concatenate([right, left]))),
        shape=(count, count),
    ).tocsr()
    both.data[:] = 1.0
    return both


def _listed(table: pd.DataFrame, rows: Indices) -> tuple[Indices, Indices]:
    words = table["neighbours"].iloc[rows].astype(str).str.split(r"[;,；，、\s]+", regex=True)
    exploded = pd.Series(words.to_numpy(), index=rows).explode()
    found = pd.Index(table["grid_id"]).get_indexer(pd.Index(exploded)).astype(np.int64)
    known = found >= 0
    return exploded.index.to_numpy(dtype=np.int64)[known], found[known]


def _nearest(rows: Indices, longitude: Reals, latitude: Reals) -> tuple[Indices, Indices]:
    from scipy.spatial import cKDTree

    if len(rows) < 2:
        return rows[:0], rows[:0]
    points = metres(longitude[rows], latitude[rows], float(latitude[rows].mean()))
    nearest = min(NEAREST, len(rows) - 1)
    _, found = cKDTree(points).query(points, k=nearest + 1)
    return np.repeat(rows, nearest + 1), rows[found.reshape(-1)]


def _same_community(rows: Indices, community: Indices) -> tuple[Indices, Indices]:
    order = rows[np.argsort(community[rows], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(community[order])) + 1)
    left = [np.repeat(group, len(group)) for group in groups]
    right = [np.tile(group, len(group)) for group in groups]
    return np.concatenate(left), np.concatenate(right)
