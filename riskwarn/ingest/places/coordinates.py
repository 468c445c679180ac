"""Coordinates as offices write them, to WGS-84 degrees.

China's published maps are in GCJ-02 (the state's offset) or BD-09 (Baidu's, on top of it); CGCS2000 differs from WGS-84
by centimetres and is taken for it. The offset has no official publication. The series used here is the one that has been
known since 2010 and is the same in all open implementations (eviltransform by googollee, 2013; coordtransform by wandergis,
2015): Krasovsky's ellipsoid of 1940 and a sum of sines. It has no closed inverse: we iterate until the forward transformation
of the result meets the input.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Reals

System = Literal["wgs84", "gcj02", "bd09"]

#: The inverse is iterated until it moves less than this (1 mm).
TOLERANCE_DEGREES = 1e-8
_MOST_STEPS = 30

#: Krasovsky 1940: semi-major axis in metres, and the square of the eccentricity.
_AXIS = 6_378_245.0
_ECCENTRICITY = 0.00669342162296594323

#: Outside this box (west, south, east, north) GCJ-02 has no offset.
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)
_BAIDU = np.pi * 3000.0 / 180.0

_PAIR = r"^[^\d-]*(?P<first>-?\d{1,3}(?:\.\d+)?)[^\d.-]+(?P<second>-?\d{1,3}(?:\.\d+)?)[^\d]*$"


def to_wgs84(longitude: Reals, latitude: Reals, system: System) -> tuple[Reals, Reals]:
    """Degrees of any of the systems as WGS-84 degrees; right to 1e-6 degrees of the forward transformation."""
    if system == "wgs84":
        return longitude, latitude
    if system == "bd09":
        longitude, latitude = _inverse(longitude, latitude, gcj02_to_bd09)
    return _inverse(longitude, latitude, wgs84_to_gcj02)


def wgs84_to_gcj02(longitude: Reals, latitude: Reals) -> tuple[Reals, Reals]:
    """WGS-84 degrees as GCJ-02 degrees."""
    west, south, east, north = _CHINA
    inside = (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
    x, y = longitude - 105.0, latitude - 35.0
    common = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    root = np.sqrt(np.abs(x))
    north_by = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north_by += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north_by += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east_by = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east_by += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east_by += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = latitude / 180.0 * np.pi
    curve = 1.0 - _ECCENTRICITY * np.sin(radians) ** 2
    north_by = north_by * 180.0 / ((_AXIS * (1.0 - _ECCENTRICITY)) / (curve * np.sqrt(curve)) * np.pi)
    east_by = east_by * 180.0 / (_AXIS / np.sqrt(curve) * np.cos(radians) * np.pi)
    return np.where(inside, longitude + east_by, longitude), np.where(inside, latitude + north_by, latitude)


def gcj02_to_bd09(longitude: Reals, latitude: Reals) -> tuple[Reals, Reals]:
    """GCJ-02 degrees as BD-09 degrees."""
    radius = np.hypot(longitude, latitude) + 0.00002 * np.sin(latitude * _BAIDU)
    angle = np.arctan2(latitude, longitude) + 0.000003 * np.cos(longitude * _BAIDU)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _inverse(longitude: Reals, latitude: Reals, forward: object) -> tuple[Reals, Reals]:
    """Fixed-point iteration: the offset changes slowly, so that each step gains about three digits."""
    assert callable(forward)
    x, y = longitude.copy(), latitude.copy()
    for _ in range(_MOST_STEPS):
        ahead_x, ahead_y = forward(x, y)
        by_x, by_y = longitude - ahead_x, latitude - ahead_y
        x, y = x + by_x, y + by_y
        if max(np.nanmax(np.abs(by_x), initial=0.0), np.nanmax(np.abs(by_y), initial=0.0)) < TOLERANCE_DEGREES:
            break
    return x, y


def pair(cells: pd.Series) -> tuple[Reals, Reals]:
    """The two numbers of cells such as ``106.55,29.56`` in the order in which they stand; NaN where there are not two."""
    array = pa.array(cells, pa.string(), from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    found = pc.extract_regex(array, pattern=_PAIR)
    first, second = (
        pc.cast(pc.struct_field(found, name), pa.float64()).to_numpy(zero_copy_only=False)
        for name in ("first", "second")
    )
    return first.astype(np.float64), second.astype(np.float64)


def degrees(cells: pd.Series) -> Reals:
    """Cells such as ``106.55``, ``106.55°`` or ``E106.55`` as numbers; NaN where unreadable."""
    plain = cells.str.strip("°EWNSewns东经西北南纬度 ")
    values = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)
