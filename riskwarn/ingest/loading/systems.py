"""In which system the coordinates of a table are, where something says it: a text beside them, or the grids that they lie in.

Maps of China are in systems that lie some 500 m apart, and two exports of one folder need not use the same: a register of
grids follows the survey (CGCS2000), an app the map that it shows (GCJ-02). A table that has an id of a grid beside its
points tells its own system: by which the points lie nearest to the centres of these grids.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.arrays import Reals
from riskwarn.home import Home
from riskwarn.ingest.mapping_proposal.recognised import Recognised
from riskwarn.ingest.places.coordinates import System, degrees, pair, to_wgs84
from riskwarn.messages import Message
from riskwarn.store import Store

#: The system of coordinates where a text names it.
_SYSTEMS: dict[System, re.Pattern[str]] = {
    "gcj02": re.compile(r"gcj|高德|腾讯|火星", re.IGNORECASE),
    "bd09": re.compile(r"bd-?09|百度", re.IGNORECASE),
    "wgs84": re.compile(r"wgs|cgcs|大地2000|国家2000", re.IGNORECASE),
}
#: So many points of known grids, and so much nearer than by any other system (a ratio of medians), tell a system.
FEWEST, NEARER = 20, 0.6
_METRES_A_DEGREE = 111_320.0
#: No latitude of China is as large as this, and no longitude as small.
_BETWEEN = 60.0


@dataclass(frozen=True)
class Points:
    """The points of a table as they are written, and the ids of the grids that stand beside them."""

    grids: npt.NDArray[np.object_]
    longitude: Reals
    latitude: Reals

    def as_wgs84(self, system: System) -> Points:
        """The same points, read by a system."""
        return Points(self.grids, *to_wgs84(self.longitude, self.latitude, system))


def system_told(texts: Sequence[str]) -> System | None:
    """The one system that texts name; None where none is, or several are."""
    text = unicodedata.normalize("NFKC", " ".join(texts))
    named = [system for system, pattern in _SYSTEMS.items() if pattern.search(text)]
    return named[0] if len(named) == 1 else None


def points_of(found: Recognised) -> Points | None:
    """The points of a table that is looked at, those with an id of a grid; None where it has none."""
    fields, cells = found.fields, found.seen.cells
    if "grid_id" not in fields or fields["grid_id"] not in cells:
        return None
    if {"longitude", "latitude"} <= set(fields):
        x, y = (degrees(cells[fields[name]].astype("string")) for name in ("longitude", "latitude"))
    elif "coordinates" in fields:
        x, y = pair(cells[fields["coordinates"]])
    else:
        return None
    grids = cells[fields["grid_id"]]
    known = np.isfinite(x) & np.isfinite(y) & grids.notna().to_numpy()
    if not known.any():
        return None
    x, y = x[known], y[known]
    if np.median(x) < _BETWEEN < np.median(y):
        x, y = y, x
    return Points(grids[known].astype(str).to_numpy(dtype=object), x, y)


def together(several: Sequence[Points | None]) -> Points | None:
    """Points of several tables as one; of a grid in two the first counts."""
    some = [points for points in several if points is not None]
    if not some:
        return None
    parts = ([getattr(points, name) for points in some] for name in ("grids", "longitude", "latitude"))
    return Points(*(np.concatenate(part) for part in parts))


def centres_of(home: Home) -> Points | None:
    """The centres of the grids that a home holds, in WGS-84."""
    grids = Store(home).versions("grids", ["grid_id", "longitude", "latitude"]).dropna()
    if grids.empty:
        return None
    x, y = (grids[name].to_numpy(dtype=np.float64) for name in ("longitude", "latitude"))
    return Points(grids["grid_id"].astype(str).to_numpy(dtype=object), x, y)


def nearest_system(points: Points, centres: Points) -> tuple[System, Message] | None:
    """The system by which points lie nearest to the centres (WGS-84) of their grids, and how it is told; None where none does."""
    held = pd.DataFrame({"x": centres.longitude, "y": centres.latitude}, index=centres.grids)
    held = held[~held.index.duplicated()].reindex(points.grids)
    known = held["x"].notna().to_numpy()
    if known.sum() < FEWEST:
        return None
    x, y = held["x"].to_numpy()[known], held["y"].to_numpy()[known]
    of_known = Points(points.grids[known], points.longitude[known], points.latitude[known])
    away: dict[System, float] = {}
    for system in get_args(System):
        read = of_known.as_wgs84(system)
        east = (read.longitude - x) * np.cos(np.radians(y))
        away[system] = float(np.median(np.hypot(east, read.latitude - y))) * _METRES_A_DEGREE
    best, second = sorted(away, key=lambda system: away[system])[:2]
    if away[best] > NEARER * away[second]:
        return None
    told = Message(
        "its coordinates are read as {system}: so they lie some {near:.0f} m from the centres of their grids, as {other} {far:.0f} m",
        system=best, near=away[best], other=second, far=away[second],
    )  # fmt: skip
    return best, told
