"""Which grid a point lies in: the polygon that holds it, else the nearest centre that is near enough.

A grid that is known by its centre only is taken to reach as far as its :data:`RING`-th nearest centre: inside the city a
point is never farther from the nearest centre than that centre from the ring of grids around it, and at the city's edge
no more than about one grid's width is let in. A reach is never shorter than :data:`LEAST_REACH_METRES` (centres are often a
building's door, and places read from a telephone are off by tens of metres) nor longer than :data:`MOST_REACH_METRES`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from riskwarn.arrays import Flags, Indices, Reals
from riskwarn.geography.shapes import Shapes, rings_of

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

RING = 6
LEAST_REACH_METRES = 150.0
MOST_REACH_METRES = 5_000.0

#: Beyond the outermost grid by this much a point may still be one of the city.
MARGIN_DEGREES = 0.05

_METRES_PER_DEGREE = 111_320.0


def metres(longitude: Reals, latitude: Reals, at_latitude: float) -> Reals:
    """(points, 2) metres east and north on the plane that touches at a latitude; right to 0.1 % within a city."""
    east = longitude * np.cos(np.radians(at_latitude)) * _METRES_PER_DEGREE
    return np.column_stack([east, latitude * _METRES_PER_DEGREE])


class Spotted(NamedTuple):
    """Where points lie; arrays (points,)."""

    grid: Indices  # the index of the grid, -1 where in none
    bordered: Flags  # the borders of the grid hold the point; else it is the one with the nearest centre


class Points:
    """Finds the grid of points among grids with polygons or centres."""

    def __init__(self, longitude: Reals, latitude: Reals, geometry: Sequence[str | None]) -> None:
        """Centres in degrees (NaN where unknown) and geometry as text, (grids,) each."""
        from scipy.spatial import cKDTree  # here, for a load without coordinates waits for none

        rings = [(index, rings_of(text)) for index, text in enumerate(geometry) if text]
        drawn = [(index, shape) for index, shape in rings if shape is not None]
        self._shapes = Shapes([shape for _, shape in drawn])
        self._drawn = np.array([index for index, _ in drawn], dtype=np.int64)
        centred = np.isfinite(longitude) & np.isfinite(latitude)
        boxes = [self._shapes.boxes, np.column_stack([longitude, latitude, longitude, latitude])[centred]]
        extent = np.vstack(boxes)
        self._box = None if len(extent) == 0 else (extent[:, :2].min(axis=0), extent[:, 2:].max(axis=0))
        centred[self._drawn] = False
        self._centred = np.flatnonzero(centred).astype(np.int64)
        self._latitude = float(latitude[self._centred].mean()) if len(self._centred) else 0.0
        places = metres(longitude[self._centred], latitude[self._centred], self._latitude)
        self._tree = cKDTree(places)
        self._reach = _reach(self._tree, places)

    def _in_box(self, longitude: Reals, latitude: Reals) -> np.ndarray:
        """Whether points lie in the box around all grids, (points,) bool; false where no grid has a place."""
        if self._box is None:
            return np.zeros(len(longitude), dtype=bool)
        (west, south), (east, north) = self._box[0] - MARGIN_DEGREES, self._box[1] + MARGIN_DEGREES
        return np.asarray(
            (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north), dtype=bool
        )

    def locate(self, longitude: Reals, latitude: Reals) -> Indices:
        """The index of the grid in which each point lies, -1 where in none; NaN lies nowhere."""
        return self.spotted(longitude, latitude).grid

    def spotted(self, longitude: Reals, latitude: Reals) -> Spotted:
        """The grid in which each point lies, and whether borders say so; NaN lies nowhere."""
        bordered = np.zeros(len(longitude), dtype=bool)
        found = np.full(len(longitude), -1, dtype=np.int64)
        asked = np.flatnonzero(self._in_box(longitude, latitude))
        if len(asked) and len(self._drawn):
            held = self._shapes.holding(longitude[asked], latitude[asked])
            found[asked[held >= 0]] = self._drawn[held[held >= 0]]
            bordered[asked[held >= 0]] = True
            asked = asked[held < 0]
        if len(asked) and len(self._centred):
            distance, nearest = self._tree.query(metres(longitude[asked], latitude[asked], self._latitude))
            near = distance <= self._reach[nearest]
            found[asked[near]] = self._centred[nearest[near]]
        return Spotted(found, bordered)


def _reach(tree: cKDTree, places: Reals) -> Reals:
    """(centres,) how far each grid reaches, in metres."""
    if len(places) < 2:
        return np.full(len(places), MOST_REACH_METRES)
    distance, _ = tree.query(places, k=min(RING + 1, len(places)))
    return np.asarray(np.clip(distance[:, -1], LEAST_REACH_METRES, MOST_REACH_METRES))
