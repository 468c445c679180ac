"""A point lies in one grid: the borders are shared out, holes are left out, centres reach as far as their neighbours."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.geography.points import Points
from riskwarn.geography.shapes import Shapes, as_geojson, rings_of

SQUARE = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
HOLE = [[1, 1], [3, 1], [3, 3], [1, 3], [1, 1]]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"type": "Polygon", "coordinates": [SQUARE, HOLE]}),
        json.dumps({"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE]]}),
        json.dumps({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [SQUARE, HOLE]}}),
        "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 3 1, 3 3, 1 3, 1 1))",
        "SRID=4490;MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0),(1 1,3 1,3 3,1 3,1 1)))",
        "POLYGON Z ((0 0 9, 4 0 9, 4 4 9, 0 4 9), (1 1 9, 3 1 9, 3 3 9, 1 3 9))",
    ],
)
def test_every_way_to_write_a_polygon_with_a_hole(text: str) -> None:
    rings = rings_of(text)
    assert rings is not None
    again = rings_of(as_geojson(rings))
    assert again is not None
    for told in (rings, again):
        found = Shapes([told]).holding(np.array([0.5, 2.0, 5.0]), np.array([0.5, 2.0, 2.0]))
        assert found.tolist() == [0, -1, -1]


@pytest.mark.parametrize("text", ["", "x", "{}", "POINT (1 2)", "POLYGON ((1 2, 3 x))", '{"type":"Polygon"}', "{"])
def test_what_is_no_polygon_is_nothing(text: str) -> None:
    assert rings_of(text) is None


corner = st.tuples(st.integers(0, 6), st.integers(0, 6))


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=4, unique=True),
    st.lists(st.integers(1, 5), min_size=1, max_size=4, unique=True),
    st.floats(-0.4, 0.4),
)
def test_no_point_is_in_two_grids_and_none_between_them(columns: list[int], rows: list[int], lean: float) -> None:
    """A plane cut into leaning quarters: every point of it, the borders too, lies in exactly one."""
    x, y = [0, *sorted(columns), 6], [0, *sorted(rows), 6]
    shapes = []
    for left, right in itertools.pairwise(x):
        for low, high in itertools.pairwise(y):
            corners = [(left, low), (right, low), (right, high), (left, high)]
            shapes.append([np.array([(a + lean * b, b) for a, b in [*corners, corners[0]]], dtype=np.float64)])
    across, up = (part.ravel() for part in np.meshgrid(np.linspace(0, 5.999, 25), np.linspace(0, 5.999, 25)))
    points = across + lean * up, up
    held = np.array([Shapes([shape]).holding(*points) >= 0 for shape in shapes])
    inside = (across > 1e-9) & (up > 0)
    assert (held.sum(axis=0)[inside] == 1).all()
    assert np.array_equal(Shapes(shapes).holding(*points)[inside], held.argmax(axis=0)[inside])


def test_a_centre_reaches_to_its_neighbours_and_no_farther() -> None:
    x, y = (part.ravel() for part in np.meshgrid(106.5 + 0.01 * np.arange(5), 29.5 + 0.01 * np.arange(5)))
    points = Points(x, y, [None] * len(x))
    found = points.locate(np.array([106.5148, 106.51, 106.58, np.nan]), np.array([29.5148, 29.5, 29.5, 29.5]))
    assert found.tolist() == [6, 1, -1, -1]


def test_borders_come_before_centres() -> None:
    box = json.dumps({"type": "Polygon", "coordinates": [[[0, 0], [0.01, 0], [0.01, 0.01], [0, 0.01]]]})
    points = Points(np.array([0.005, 0.011]), np.array([0.005, 0.005]), [box, None])
    assert points.locate(np.array([0.0099, 0.0101]), np.array([0.005, 0.005])).tolist() == [0, 1]


def test_without_any_place_nothing_is_found() -> None:
    assert Points(np.array([np.nan]), np.array([np.nan]), [None]).locate(np.zeros(2), np.zeros(2)).tolist() == [-1, -1]
