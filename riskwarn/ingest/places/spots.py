"""Points to grids, by the borders of the record's day; what is not needed is not drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.arrays import Flags, Reals
from riskwarn.geography.points import MARGIN_DEGREES, Points
from riskwarn.geography.shapes import rings_of


class Spots:
    """The grids of a city as places on the map, epoch by epoch."""

    def __init__(self, grids: pd.DataFrame) -> None:
        """`grids` as :func:`riskwarn.ingest.places.epochs.versions_in_time` gives them."""
        self._grids = grids
        self._starts = np.unique(np.concatenate([[0], grids["_first"], grids["_end"]])).astype(np.int32)
        self._drawn: dict[int, tuple[Points, npt.NDArray[np.object_]]] = {}
        self._box: tuple[Reals, Reals] | None = None

    @property
    def any(self) -> bool:
        """Whether any grid has a centre or borders."""
        return bool(self._grids[["longitude", "geometry"]].notna().any().any())

    def in_city(self, longitude: Reals, latitude: Reals) -> npt.NDArray[np.bool_]:
        """Whether points lie in the box around all grids there ever were, with a margin."""
        (west, south), (east, north) = self._around()
        inside = (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
        return np.asarray(inside, dtype=bool)

    def locate(
        self, longitude: Reals, latitude: Reals, epoch: npt.NDArray[np.int32]
    ) -> tuple[npt.NDArray[np.object_], Flags]:
        """The id of the grid of that day in which each point lies (None where in none), and whether its borders hold it."""
        bordered = np.zeros(len(longitude), dtype=bool)
        found = np.full(len(longitude), None, dtype=object)
        group = self._starts[np.searchsorted(self._starts, epoch, side="right") - 1]
        for start in np.unique(group):
            rows = np.flatnonzero(group == start)
            points, ids = self._points(int(start))
            spot, bordered[rows] = points.spotted(longitude[rows], latitude[rows])
            found[rows[spot >= 0]] = ids[spot[spot >= 0]]
        return found, bordered

    def _points(self, start: int) -> tuple[Points, npt.NDArray[np.object_]]:
        if start not in self._drawn:
            table = self._grids[(self._grids["_first"] <= start) & (self._grids["_end"] > start)]
            x, y = (table[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in ("longitude", "latitude"))
            geometry = table["geometry"].astype(object).where(table["geometry"].notna(), None).tolist()
            self._drawn[start] = Points(x, y, geometry), table["grid_id"].to_numpy(dtype=object)
        return self._drawn[start]

    def _around(self) -> tuple[Reals, Reals]:
        if self._box is None:
            centres = self._grids[["longitude", "latitude"]].to_numpy(dtype=np.float64, na_value=np.nan)
            rings = [ring for text in self._grids["geometry"].dropna().unique() for ring in rings_of(text) or ()]
            corners = np.vstack([centres[np.isfinite(centres).all(axis=1)], *rings])
            self._box = corners.min(axis=0) - MARGIN_DEGREES, corners.max(axis=0) + MARGIN_DEGREES
        return self._box
