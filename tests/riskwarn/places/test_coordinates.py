"""Coordinates of every system come to one; what is written in one cell, swapped or elsewhere is noticed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.ingest.places.coordinates import degrees, gcj02_to_bd09, pair, to_wgs84, wgs84_to_gcj02

east = st.floats(75, 134)
north = st.floats(4, 53)


@given(longitude=east, latitude=north)
def test_there_and_back_is_within_a_millionth_of_a_degree(longitude: float, latitude: float) -> None:
    x, y = np.array([longitude]), np.array([latitude])
    shifted = wgs84_to_gcj02(x, y)
    assert 0 < np.hypot(shifted[0] - x, shifted[1] - y)[0] < 0.02, "the offset is a few hundred metres"
    for told, system in ((shifted, "gcj02"), (gcj02_to_bd09(*shifted), "bd09")):
        back = to_wgs84(*told, system)  # type: ignore[arg-type]
        assert abs(back[0] - x)[0] < 1e-6
        assert abs(back[1] - y)[0] < 1e-6


def test_the_transformation_is_the_one_that_maps_use() -> None:
    """Tian'anmen in Beijing, from the examples of the open implementations (coordtransform, eviltransform)."""
    x, y = wgs84_to_gcj02(np.array([116.404]), np.array([39.915]))
    assert (x[0], y[0]) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    x, y = gcj02_to_bd09(np.array([116.404]), np.array([39.915]))
    assert (x[0], y[0]) == pytest.approx((116.41036949371029, 39.92133699351022), abs=1e-9)


def test_abroad_there_is_no_offset_and_nothing_stays_nothing() -> None:
    x, y = to_wgs84(np.array([-114.07, np.nan]), np.array([51.05, np.nan]), "gcj02")
    assert (x[0], y[0]) == (-114.07, 51.05)
    assert np.isnan(x[1])
    assert np.isnan(y[1])


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("106.55,29.56", (106.55, 29.56)),
        ("29.56 106.55", (29.56, 106.55)),
        ("(106.55, 29.56)", (106.55, 29.56)),
        ("POINT(106.55 29.56)", (106.55, 29.56)),
        ("经度106.55;纬度29.56", (106.55, 29.56)),
        ("E106.55°, N29.56°", (106.55, 29.56)),
        ("-114.07,51.05", (-114.07, 51.05)),
        ("106.55", None),
        ("无", None),
        (None, None),
    ],
)
def test_two_numbers_in_one_cell(text: str | None, numbers: tuple[float, float] | None) -> None:
    first, second = pair(pd.Series([text], dtype="str"))
    assert np.isnan(first[0]) if numbers is None else (first[0], second[0]) == numbers


def test_degrees_with_their_marks() -> None:
    found = degrees(pd.Series(["106.55", "E106.55", "106.55°", "北纬29.56", "x", None], dtype="str"))
    assert found[:4].tolist() == [106.55, 106.55, 106.55, 29.56]
    assert np.isnan(found[4:]).all()
