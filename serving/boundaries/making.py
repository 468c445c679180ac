"""Borders of a city's places, out of those of its grids: simplified to about 10 m, and joined to outlines of the units above.

What does not change is not made again: the files are named by what they hold, and by what they were made from stands which they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np

from riskwarn.arrays import Indices
from riskwarn.files import write_text
from riskwarn.geography.shapes import rings_of
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.boundaries.topology import OUTLINED, STEP, Drawn, Topology, in_steps, packed, topology_of
from serving.columns.places import Places

#: What is made otherwise from the same has another number here.
_RULE = 1

#: What an outline may lose, in steps: of the city one looks at from afar.
_OUTLINE_STEPS = 4

#: What of an outline holds less, in square steps, is a chink between grids whose borders do not quite meet.
_CHINK = 25

#: How the names begin of what says which files were made from some places.
_SOURCE = "made-from-"


def made(home: Home, places: Places, geometry: Sequence[str | None]) -> dict[str, Any]:
    """Which files hold the borders of places: `{towns: name, communities: name, districts: {code: name}}`; those that are not there
    yet are made.

    `geometry` is that of each grid, in the order of the places: GeoJSON or WKT, None where nobody knows.
    """
    folder = home.boundaries
    source = folder / f"{_SOURCE}{_digest_of(places, geometry)}.json"
    if source.exists():
        known: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
        if all((folder / f"{name}.json").exists() for name in names_of(known)):
            return known
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    grids, outlines = drawn(places, geometry)
    communities = {Unit.COMMUNITY.value: outlines.pop(Unit.COMMUNITY.value)}
    found = {
        "towns": _kept(folder, topology_of(outlines)),
        "communities": _kept(folder, topology_of(communities)),
        "districts": {code: _kept(folder, topology_of({"grid": one})) for code, one in grids.items()},
    }
    write_text(source, json.dumps(found))
    return found


def names_of(found: Mapping[str, Any]) -> list[str]:
    """The names of the files of a city's borders."""
    return [found["towns"], found["communities"], *found["districts"].values()]


def let_go(home: Home, needed: Collection[str]) -> None:
    """Remove the files that nobody needs any more. Call it with the lock of publications held."""
    for file in home.boundaries.glob("*.json"):
        names = names_of(json.loads(file.read_text(encoding="utf-8"))) if file.stem.startswith(_SOURCE) else [file.stem]
        if not set(names) <= set(needed):
            file.unlink(missing_ok=True)


def _kept(folder: Path, one: Topology) -> str:
    name, body = packed(one)
    if not (folder / f"{name}.json").exists():
        write_text(folder / f"{name}.json", body.decode())
    return name


def _digest_of(places: Places, geometry: Sequence[str | None]) -> str:
    digest = hashlib.sha256(str(_RULE).encode())
    for unit in Unit:
        level = places[unit]
        digest.update("\0".join(level.codes).encode() + level.parents.tobytes())
        digest.update(b"" if level.points is None else level.points.tobytes())
    digest.update("\0".join(one or "" for one in geometry).encode())
    return digest.hexdigest()[:32]


def drawn(places: Places, geometry: Sequence[str | None]) -> tuple[dict[str, Drawn], dict[str, Drawn]]:
    """(the grids of each district, by its code; the units of each level above)."""
    shapes = np.array([_polygon(one) for one in geometry], dtype=object)
    grids = {}
    for row, code in enumerate(places[Unit.DISTRICT].codes):
        inside = places.within(Unit.DISTRICT, row, Unit.GRID)
        # Half a step: what is written in whole steps shows no more.
        _simplify(shapes[inside], STEP / 2)
        grids[code] = _drawn(places, Unit.GRID, inside, shapes[inside])
    return grids, _outlines(places, shapes)


def _outlines(places: Places, grids: Any) -> dict[str, Drawn]:
    found: dict[str, Drawn] = {}
    parts, below = grids, Unit.GRID
    for unit in OUTLINED:
        units = np.full(len(places[unit]), None, dtype=object)
        for row in range(len(units)):
            own = parts[places.within(unit, row, below)]
            own = own[[one is not None for one in own]]
            units[row] = _joined(own) if len(own) else None
        if unit is OUTLINED[0]:
            for row in range(len(places[Unit.DISTRICT])):
                _simplify(units[places.within(Unit.DISTRICT, row, unit)], _OUTLINE_STEPS * STEP)
        found[unit.value] = _drawn(places, unit, slice(0, len(units)), units, _CHINK)
        parts, below = units, unit
    return found


def _simplify(shapes: Any, tolerance: float) -> None:
    """Leave out corners of the shapes of a district, in place, each border once; as they are, where they are no borders that anybody
    could simplify: a map is no reason to publish nothing.

    Its outer border stays, so that it meets that of the next, and nothing of a district depends on another.
    """
    import shapely

    there = np.flatnonzero([one is not None for one in shapes])
    if len(there):
        with suppress(shapely.errors.GEOSException):
            shapes[there] = shapely.coverage_simplify(shapes[there], tolerance, simplify_boundary=False)


def _joined(parts: Any) -> Any:
    """One outline of several; where their borders do not meet as they should, by the slower way that does not ask."""
    import shapely

    try:
        return shapely.coverage_union_all(parts)
    except shapely.errors.GEOSException:
        return shapely.union_all(shapely.make_valid(parts))


def _polygon(text: str | None) -> Any:
    """A border as a shape, whose holes are rings like the others: inside is odd. None where it is unreadable."""
    import shapely

    # What goes to a corner and back is no border.
    rings = [ring for ring in (rings_of(text) if text else None) or () if len(ring) > 3]
    if not rings:
        return None
    shapes = [shapely.Polygon(ring) for ring in rings]
    if len(shapes) > 1:
        shapes = [shapely.make_valid(one) for one in shapes]
    return reduce(lambda one, other: one.symmetric_difference(other), shapes)


def _drawn(places: Places, unit: Unit, rows: slice, shapes: Any, least: float = 0) -> Drawn:
    """The places of some rows, with the rings of their shapes in whole steps; rings that have become a line, or hold less than so many
    square steps, are left out."""
    import shapely

    level = places[unit]
    points = np.full((len(level), 2), np.nan) if level.points is None else level.points
    polygons, place = shapely.get_parts(shapes, return_index=True)
    area = shapely.get_type_id(polygons) == 3  # polygons alone: a line is no border
    polygons, place = polygons[area], place[area]
    # All outsides go one way round and all holes the other, so that a whole pile of places can be filled at once.
    polygons = shapely.orient_polygons(polygons, exterior_cw=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    wide = shapely.area(shapely.polygons(rings)) >= least * STEP**2
    rings, polygon = rings[wide], polygon[wide]
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    steps, starts, kept = _closed(in_steps(corners), ring, len(rings))
    return Drawn(level.codes[rows], points[rows], steps, starts, polygon[kept], place[polygon[kept]])


def _closed(steps: Indices, ring: Indices, rings: int) -> tuple[Indices, Indices, Indices]:
    """(corners, where the rings begin, which rings) without corners that fell together, and without rings of fewer than three."""
    if not len(steps):
        return steps.reshape(0, 2), np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    # The last corner of a ring is its first again.
    moved = np.any(np.diff(steps, axis=0, append=steps[-1:]) != 0, axis=1) & (np.diff(ring, append=-1) == 0)
    steps, ring = steps[moved], ring[moved]
    size = np.bincount(ring, minlength=rings)
    kept = np.flatnonzero(size >= 3)
    inside = size[ring] >= 3
    return steps[inside], np.concatenate([[0], np.cumsum(size[kept])]).astype(np.int64), kept
