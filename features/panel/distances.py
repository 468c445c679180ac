"""Which grids each grid sees: its neighbours, and those within rings around its centre."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from riskwarn.geography import Geography
from riskwarn.geography.points import metres

#: Bounds of the distance rings around a grid, in metres between centres.
RINGS_M = ((0, 400), (400, 1000))


#: The grids next door.
NEAR = "near"


def ring_name(ring: int) -> str:
    """The resolution of a ring."""
    return f"ring_{RINGS_M[ring][1]}"


def neighbourhoods_of(geography: Geography) -> dict[str, csr_array]:
    """Each resolution as a matrix: (grid, grids that it sees)."""
    neighbourhoods = {NEAR: geography.neighbours.astype(np.int32)}
    count = len(geography)
    placed = np.flatnonzero(np.isfinite(geography.longitude) & np.isfinite(geography.latitude))
    pairs, distance = np.zeros((0, 2), dtype=np.int64), np.zeros(0)
    if len(placed) > 1:
        latitude = geography.latitude[placed]
        points = metres(geography.longitude[placed], latitude, latitude.mean())
        pairs = cKDTree(points).query_pairs(RINGS_M[-1][1], output_type="ndarray")
        distance = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
        pairs = placed[pairs]
    for ring, (inner, outer) in enumerate(RINGS_M):
        chosen = (distance > inner) | ((distance == 0) & (inner == 0))
        left, right = pairs[chosen & (distance <= outer)].T
        both = (np.concatenate([left, right]), np.concatenate([right, left]))
        neighbourhoods[ring_name(ring)] = csr_array((np.ones(len(both[0]), dtype=np.int32), both), shape=(count, count))
    return neighbourhoods
