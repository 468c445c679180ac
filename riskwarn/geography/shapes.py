"""Polygons of grids as text, and which of them holds a point.

Reads GeoJSON (RFC 7946: Polygon, MultiPolygon, or a Feature of one) and WKT (OGC 06-103r4: POLYGON, MULTIPOLYGON).
A point is inside where a ray to the east crosses the rings an odd number of times (Shimrat 1962, CACM algorithm 112),
holes included. Every edge is taken from south to north and counts its southern end only, so that a point on the border of
two grids lies in exactly one of them: nothing is counted twice and nothing falls between.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from riskwarn.arrays import Indices, Reals

#: Points times edges that are looked at in one step: bounds the memory.
_AT_ONCE = 2_000_000

_WKT = re.compile(r"^\s*(?:SRID=\d+;)?\s*(?:MULTI)?POLYGON\s*(?:Z|M|ZM)?\s*(\(.*\))\s*$", re.I | re.S)
_RING = re.compile(r"\(([^()]+)\)")


def rings_of(text: str) -> list[Reals] | None:
    """The closed rings (corners, 2) of longitude and latitude that a geometry consists of; None where unreadable."""
    try:
        told = _from_geojson(json.loads(text)) if text.lstrip().startswith("{") else _from_wkt(text)
        rings = [np.asarray(ring, dtype=np.float64)[:, :2] for ring in told]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None
    if not rings or any(len(ring) < 3 or not np.isfinite(ring).all() for ring in rings):
        return None
    return [ring if (ring[0] == ring[-1]).all() else np.vstack([ring, ring[:1]]) for ring in rings]


class Lie(StrEnum):
    """How the corners of a border lie on the globe."""

    DEGREES = "degrees"  # longitude first
    EXCHANGED = "exchanged"  # latitude first
    ELSEWHERE = "elsewhere"  # in no degrees: metres of a projection


def lie_of(rings: Sequence[Reals], centre: tuple[float, float] | None = None) -> Lie:
    """How rings lie; `centre` (longitude, latitude) tells where both orders would do: where no latitude is beyond 90 degrees."""
    corners = np.vstack(rings)
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    straight = west >= -180 and east <= 180 and south >= -90 and north <= 90
    turned = west >= -90 and east <= 90 and south >= -180 and north <= 180
    if straight and turned and centre is not None and np.isfinite(centre).all():
        x, y = centre
        if not (west <= x <= east and south <= y <= north) and west <= y <= east and south <= x <= north:
            return Lie.EXCHANGED
    return Lie.DEGREES if straight else Lie.EXCHANGED if turned else Lie.ELSEWHERE


def as_geojson(rings: Sequence[Reals]) -> str:
    """Rings as a GeoJSON MultiPolygon of seven decimals. Holes stand as rings of their own: inside is odd, as above."""
    return json.dumps(
        {"type": "MultiPolygon", "coordinates": [[np.round(ring, 7).tolist()] for ring in rings]}, separators=(",", ":")
    )


def _from_geojson(told: Any) -> list[Any]:
    if told["type"] == "Feature":
        told = told["geometry"]
    if told["type"] == "Polygon":
        return list(told["coordinates"])
    if told["type"] == "MultiPolygon":
        return [ring for polygon in told["coordinates"] for ring in polygon]
    raise ValueError(told["type"])


def _from_wkt(text: str) -> list[Any]:
    matched = _WKT.match(text)
    if matched is None:
        raise ValueError(text[:40])
    return [
        [[float(number) for number in corner.split()] for corner in ring.split(",")]
        for ring in _RING.findall(matched[1])
    ]


class Shapes:
    """The polygons of several grids, asked all at once."""

    def __init__(self, rings: Sequence[Sequence[Reals]]) -> None:
        self._edges = [_edges(one) for one in rings]
        self._boxes = np.array(
            [[*np.min(np.vstack(one), axis=0), *np.max(np.vstack(one), axis=0)] for one in rings], dtype=np.float64
        ).reshape(-1, 4)

    @property
    def boxes(self) -> Reals:
        """(shapes, 4) west, south, east and north of each."""
        return self._boxes

    def holding(self, longitude: Reals, latitude: Reals) -> Indices:
        """The first shape that holds each point, -1 where none does; (points,) each."""
        found = np.full(len(longitude), -1, dtype=np.int64)
        order = np.argsort(latitude, kind="stable")
        x, y = longitude[order], latitude[order]
        first = np.searchsorted(y, self._boxes[:, 1], side="left")
        last = np.searchsorted(y, self._boxes[:, 3], side="right")
        owner = np.full(len(order), -1, dtype=np.int64)
        for shape, (west, _, east, _) in enumerate(self._boxes):
            start, stop = first[shape], last[shape]
            band = x[start:stop]
            near = np.flatnonzero((band >= west) & (band <= east) & (owner[start:stop] < 0)) + start
            step = max(1, _AT_ONCE // len(self._edges[shape][0]))
            for part in range(0, len(near), step):
                some = near[part : part + step]
                owner[some[_inside(self._edges[shape], x[some], y[some])]] = shape
        found[order] = owner
        return found


Edges = tuple[Reals, Reals, Reals, Reals]


def _edges(rings: Sequence[Reals]) -> Edges:
    """South end (x, y), north y and slope of every edge that is not level: equal for both grids that share it."""
    start = np.vstack([ring[:-1] for ring in rings])
    end = np.vstack([ring[1:] for ring in rings])
    start, end = start[start[:, 1] != end[:, 1]], end[start[:, 1] != end[:, 1]]
    north = (start[:, 1] > end[:, 1])[:, None]
    south, upper = np.where(north, end, start), np.where(north, start, end)
    slope = (upper[:, 0] - south[:, 0]) / (upper[:, 1] - south[:, 1])
    if len(south) == 0:
        south, upper, slope = np.full((1, 2), np.inf), np.full((1, 2), -np.inf), np.zeros(1)
    return south[:, 0].copy(), south[:, 1].copy(), upper[:, 1].copy(), slope


def _inside(edges: Edges, x: Reals, y: Reals) -> npt.NDArray[np.bool_]:
    """Whether each point has an odd number of crossings to its east."""
    west, south, north, slope = edges
    above = y[:, None]
    with np.errstate(invalid="ignore"):
        crossed = (above >= south) & (above < north) & (x[:, None] < west + (above - south) * slope)
    return np.asarray(np.count_nonzero(crossed, axis=1) % 2 == 1)
