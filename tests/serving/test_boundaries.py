"""Borders as TopoJSON: what is shared is written once, nothing is lost, and what is cut out tells nothing of the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.benchmarks.made_snapshot import made_content, made_geometry
from riskwarn.home import make_home
from riskwarn.settings import Settings
from riskwarn.words import Unit
from serving.boundaries.making import let_go, made, names_of
from serving.boundaries.topology import cut
from serving.columns.places import Places


def square(x: float, y: float, side: float = 0.01) -> str:
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def rings_of(topology: dict[str, Any], code: str, layer: str = "grid") -> list[list[tuple[int, int]]]:
    """The rings of a place, in whole steps."""
    found = next(one for one in topology["objects"][layer]["geometries"] if one["id"] == code)
    polygons = found["arcs"] if found["type"] == "MultiPolygon" else [found["arcs"]]
    rings = []
    for arcs in [ring for polygon in polygons for ring in polygon]:
        ring: list[tuple[int, int]] = []
        for number in arcs:
            steps = np.cumsum(topology["arcs"][number if number >= 0 else ~number], axis=0).tolist()
            corners = [tuple(one) for one in (steps if number >= 0 else steps[::-1])]
            assert not ring or ring[-1] == corners[0], "an arc begins where the one before it ends"
            ring += corners[1:] if ring else corners
        assert ring[0] == ring[-1]
        rings.append(ring[:-1])
    return rings


def area(ring: list[tuple[int, int]]) -> float:
    x, y = np.array(ring, dtype=float).T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


@pytest.fixture
def places() -> Places:
    return made_content(200, targets=("conflict",), horizons=(4,)).places


def read(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return found


def files(tmp_path: Path, places: Places, geometry: list[str | None]) -> tuple[dict[str, Any], Path]:
    home = make_home(tmp_path / "home", Settings())
    return made(home, places, geometry), home.boundaries


def test_a_border_that_two_share_is_one_arc_and_the_corners_are_kept(tmp_path: Path, places: Places) -> None:
    geometry = [square(106 + 0.01 * (row % 20), 29 + 0.01 * (row // 20)) for row in range(200)]
    found, folder = files(tmp_path, places, [*geometry])
    grids = read(folder, found["districts"]["D0000000"])
    assert sorted(rings_of(grids, "G0000000")[0]) == sorted(
        [(1060000, 290000), (1060100, 290000), (1060100, 290100), (1060000, 290100)]
    )
    for row in range(200):
        (ring,) = rings_of(grids, f"G{row:07d}")
        assert area(ring) == 10_000
    inner = next(one for one in grids["objects"]["grid"]["geometries"] if one["id"] == "G0000001")["arcs"][0]
    right = next(one for one in grids["objects"]["grid"]["geometries"] if one["id"] == "G0000002")["arcs"][0]
    assert {~one for one in inner} & {*right}, "one of them goes along it the other way"


def test_towns_are_the_sum_of_their_grids_and_holes_stay_open(tmp_path: Path, places: Places) -> None:
    geometry: list[str | None] = [square(106 + 0.01 * (row % 20), 29 + 0.01 * (row // 20)) for row in range(200)]
    ring_and_hole = json.loads(square(110, 30, 0.03))
    hole = json.loads(square(110.01, 30.01))
    ring_and_hole["coordinates"].append(hole["coordinates"][0])
    geometry[3], geometry[4], geometry[5] = json.dumps(ring_and_hole), None, "no border at all"
    found, folder = files(tmp_path, places, geometry)
    towns = read(folder, found["towns"])
    inside = places.within(Unit.TOWN, 0, Unit.GRID)
    own = [row for row in range(inside.start, inside.stop) if row not in (3, 4, 5)]
    assert sum(area(one) for one in rings_of(towns, "T0000000", "town")) >= 10_000 * len(own)
    grids = read(folder, found["districts"]["D0000000"])
    assert sorted(map(area, rings_of(grids, "G0000003"))) == [10_000, 90_000]
    told = {one["id"]: one for one in grids["objects"]["grid"]["geometries"]}
    points = places[Unit.GRID].points
    assert points is not None
    for row, code in ((4, "G0000004"), (5, "G0000005")):
        assert told[code] == {"type": "Point", "id": code, "coordinates": np.round(points[row] * 10_000).tolist()}


def test_what_is_cut_out_has_its_own_arcs_alone(tmp_path: Path, places: Places) -> None:
    found, folder = files(tmp_path, places, [*made_geometry(200)])
    whole = read(folder, found["districts"]["D0000000"])
    part = cut(whole, {"grid": {"G0000006", "G0000007"}})
    assert [one["id"] for one in part["objects"]["grid"]["geometries"]] == ["G0000006", "G0000007"]
    used = {
        one if one >= 0 else ~one
        for geometry in part["objects"]["grid"]["geometries"]
        for ring in geometry["arcs"]
        for one in ring
    }
    assert used == set(range(len(part["arcs"]))) and len(part["arcs"]) < len(whole["arcs"])
    for code in ("G0000006", "G0000007"):
        assert area(rings_of(part, code)[0]) == area(rings_of(whole, code)[0])
    assert len(part["arcs"]) == 3, (
        "the border that they share, and of each the rest: nothing says where others met them"
    )
    assert cut(part, {"grid": {"G0000006", "G0000007"}}) == part
    nothing = cut(whole, {})
    assert nothing["arcs"] == [] and nothing["objects"]["grid"]["geometries"] == []


def test_what_has_not_changed_is_not_made_again_and_what_nobody_needs_goes(
    tmp_path: Path, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    from serving.boundaries import making

    home = make_home(tmp_path / "home", Settings())
    geometry: list[str | None] = [*made_geometry(200)]
    first = made(home, places, geometry)
    calls: list[int] = []
    drawn = making.drawn
    monkeypatch.setattr(making, "drawn", lambda *told: calls.append(1) or drawn(*told))
    assert made(home, places, geometry) == first and calls == []
    geometry[7] = None
    second = made(home, places, geometry)
    assert calls == [1] and second["districts"] != first["districts"]
    let_go(home, names_of(second))
    left = {file.stem for file in home.boundaries.iterdir()}
    assert {one for one in left if not one.startswith("made-from-")} == set(names_of(second)) and len(left) == 4


def test_a_border_that_crosses_itself_stops_nothing(tmp_path: Path, places: Places) -> None:
    geometry: list[str | None] = [*made_geometry(200)]
    geometry[9] = json.dumps(
        {"type": "Polygon", "coordinates": [[[106, 29], [106.1, 29.1], [106.1, 29], [106, 29.1], [106, 29]]]}
    )
    geometry[10] = json.dumps({"type": "Polygon", "coordinates": [[[106, 29], [106.1, 29.1], [106, 29]]]})
    found, folder = files(tmp_path, places, geometry)
    grids = read(folder, found["districts"]["D0000000"])
    assert len(grids["objects"]["grid"]["geometries"]) == 200
