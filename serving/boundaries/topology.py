"""TopoJSON: places by their borders, each stretch that two share written once.

Coordinates are whole steps of :data:`STEP` degrees from nothing (about 10 m), and not from a corner of what is drawn: a part that is cut
out (:func:`cut`) tells of no corner of the rest. What has no border is a point, and where nobody knows that nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from riskwarn.arrays import Indices, Reals
from riskwarn.words import Unit

#: Of a coordinate, in degrees.
STEP = 1e-4

#: The levels whose outlines are drawn.
OUTLINED = (Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT)

Topology = dict[str, Any]


def packed(told: Mapping[str, Any]) -> tuple[str, bytes]:
    """(the name, the bytes) of what a map asks for: it is named by what it holds."""
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return name_of(body), body


def name_of(body: bytes) -> str:
    """The name of some bytes: half of their SHA-256."""
    return hashlib.sha256(body).hexdigest()[:32]


@dataclass(frozen=True)
class Drawn:
    """Places and their rings, flat: each ring a stretch of corners, closed without its first corner again."""

    codes: tuple[str, ...]
    points: Reals  # (places, 2) degrees, NaN where nobody knows
    corners: Indices  # (corners, 2) steps
    ring: Indices  # (rings + 1,) where each ring begins among the corners, and the end
    polygon: Indices  # (rings,) the number of its polygon: the first ring of one is its outside
    place: Indices  # (rings,) the place, never falling


def topology_of(layers: Mapping[str, Drawn]) -> Topology:
    """One TopoJSON of some layers."""
    corners = np.concatenate([one.corners for one in layers.values()]).reshape(-1, 2)
    shift = np.cumsum([0, *(len(one.corners) for one in layers.values())])
    starts = np.concatenate(
        [*(one.ring[:-1] + at for one, at in zip(layers.values(), shift, strict=False)), shift[-1:]]
    )
    arcs, of_ring = _arcs(corners, starts)
    objects, first = {}, 0
    for name, one in layers.items():
        count = len(one.place)
        objects[name] = {"type": "GeometryCollection", "geometries": _geometries(one, of_ring[first : first + count])}
        first += count
    return {
        "type": "Topology",
        "transform": {"scale": [STEP, STEP], "translate": [0, 0]},
        "objects": objects,
        "arcs": arcs,
    }


def cut(whole: Topology, kept: Mapping[str, Collection[str]]) -> Topology:
    """What a topology holds of some places of each layer, as if there were no others: not even where the borders of those met theirs."""
    arcs = [np.cumsum(np.array(one, dtype=np.int64), axis=0) for one in whole["arcs"]]
    return topology_of(
        {name: _read(layer["geometries"], kept.get(name, ()), arcs) for name, layer in whole["objects"].items()}
    )


def _read(geometries: Sequence[Mapping[str, Any]], kept: Collection[str], arcs: Sequence[Indices]) -> Drawn:
    """Some places of a layer, as they were before their topology was made."""
    codes: list[str] = []
    points: list[list[float]] = []
    rings: list[Indices] = []
    polygon: list[int] = []
    place: list[int] = []
    polygons = 0
    for one in geometries:
        if one["id"] not in kept:
            continue
        parts = {"Polygon": lambda told: [told], "MultiPolygon": list}.get(one["type"], lambda _: [])(one.get("arcs"))
        for part in parts:
            for told in part:
                # Each arc but for its last corner, with which the next begins.
                stretches = (arcs[number] if number >= 0 else arcs[~number][::-1] for number in told)
                rings.append(np.concatenate([stretch[:-1] for stretch in stretches]))
                polygon.append(polygons)
                place.append(len(codes))
            polygons += 1
        codes.append(one["id"])
        points.append([STEP * step for step in one.get("coordinates", (np.nan, np.nan))])
    return Drawn(
        tuple(codes),
        np.array(points, dtype=np.float64).reshape(-1, 2),
        np.concatenate([np.zeros((0, 2), dtype=np.int64), *rings]),
        np.cumsum([0, *map(len, rings)]),
        np.array(polygon, dtype=np.int64),
        np.array(place, dtype=np.int64),
    )


def of_points(points: Reals | None, codes: Sequence[str]) -> Drawn:
    """Places of which no border is known."""
    nothing = np.zeros(0, dtype=np.int64)
    where = np.full((len(codes), 2), np.nan) if points is None else points
    return Drawn(tuple(codes), where, nothing.reshape(0, 2), np.zeros(1, dtype=np.int64), nothing, nothing)


def in_steps(points: Reals) -> Indices:
    """Degrees as whole steps."""
    return np.round(points / STEP).astype(np.int64)


def _geometries(one: Drawn, arcs: Sequence[list[int]]) -> list[dict[str, Any]]:
    first = np.searchsorted(one.place, np.arange(len(one.codes) + 1))
    found: list[dict[str, Any]] = []
    for place, code in enumerate(one.codes):
        rings = range(first[place], first[place + 1])
        polygons: dict[int, list[list[int]]] = {}
        for ring in rings:
            polygons.setdefault(int(one.polygon[ring]), []).append(arcs[ring])
        parts = list(polygons.values())
        if len(parts) == 1:
            found.append({"type": "Polygon", "id": code, "arcs": parts[0]})
        elif parts:
            found.append({"type": "MultiPolygon", "id": code, "arcs": parts})
        elif np.isfinite(one.points[place]).all():
            found.append({"type": "Point", "id": code, "coordinates": in_steps(one.points[place]).tolist()})
        else:
            found.append({"type": None, "id": code})
    return found


def _arcs(corners: Indices, starts: Indices) -> tuple[list[list[list[int]]], list[list[int]]]:
    """(the arcs, each the first corner and the steps from one to the next; the arcs of each ring, ~n where n is gone backwards).

    An arc ends where the borders of places part: at a corner whose neighbours are others in another ring (as TopoJSON of M. Bostock, 2012).
    """
    if not len(corners):
        return [], []
    points, number = np.unique(corners[:, 0] * 2**32 + corners[:, 1], return_inverse=True)
    after, before = np.arange(1, len(corners) + 1), np.arange(-1, len(corners) - 1)
    after[starts[1:] - 1], before[starts[:-1]] = starts[:-1], starts[1:] - 1
    low = np.minimum(number[before], number[after])
    high = np.maximum(number[before], number[after])
    seen = np.empty(len(points), dtype=np.int64)
    seen[number[::-1]] = np.arange(len(number))[::-1]  # where each point comes first
    parted = np.zeros(len(points), dtype=bool)
    parted[number[(low != low[seen[number]]) | (high != high[seen[number]])]] = True
    known: dict[tuple[int, ...], int] = {}
    arcs: list[list[int]] = []
    of_ring = []
    ends = parted[number]
    for start, stop in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        ring = number[start:stop].tolist()
        # It begins where its border parts first, by the corners themselves: whoever drew it may have begun anywhere.
        cuts = np.flatnonzero(ends[start:stop]).tolist()
        first = min(cuts or range(len(ring)), key=ring.__getitem__)
        turned = ring[first:] + ring[: first + 1]
        stops = [*sorted((one - first) % len(ring) for one in cuts or [first]), len(ring)]
        own = []
        for begin, end in pairwise(stops):
            arc = turned[begin : end + 1]
            forward = (arc[0], arc[1]) <= (arc[-1], arc[-2])
            told = tuple(arc) if forward else tuple(reversed(arc))
            place = known.get(told)
            if place is None:
                place = known[told] = len(arcs)
                arcs.append(list(told))
            own.append(place if forward else ~place)
        of_ring.append(own)
    return _stepped(points, arcs), of_ring


def _stepped(points: Indices, arcs: Sequence[Sequence[int]]) -> list[list[list[int]]]:
    flat = np.fromiter((one for arc in arcs for one in arc), np.int64)
    first = np.cumsum([0, *(len(arc) for arc in arcs)])
    x = points[flat] // 2**32
    where = np.column_stack([x, points[flat] - x * 2**32])
    steps = np.diff(where, axis=0, prepend=where[:1] * 0)
    steps[first[:-1]] = where[first[:-1]]
    told = steps.tolist()
    return [told[start:stop] for start, stop in zip(first[:-1].tolist(), first[1:].tolist(), strict=True)]
