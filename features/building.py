"""From a city to the block of its features."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from features.catalogue import declared
from features.city import City
from features.matrix import FeatureMatrix
from features.panel import panel
from riskwarn.errors import AsOfInvalid
from riskwarn.progress import Progress, silent


def build_features(city: City, origins: Sequence[date], progress: Progress = silent) -> FeatureMatrix:
    """The features as of each origin.

    Origins rise and lie whole periods before the city's as-of, or are the as-of itself; raises AsOfInvalid for any
    other. What an origin's rows hold was known strictly before it.
    """
    seen = panel(city)
    place = {city.calendar.shift(city.as_of, index - seen.columns + 1): index for index in range(seen.columns)}
    for origin in origins:
        if origin not in place:
            nearest = min(place, key=lambda day: abs((day - origin).days))
            raise AsOfInvalid(
                value=origin,
                problem=f"origins lie whole periods before {city.as_of}, after the first record",
                nearest=nearest,
            )
    chosen = np.array([place[origin] for origin in origins], dtype=np.int64)
    rows = declared(city.configuration)
    values = np.empty((len(rows), len(origins), seen.grids), dtype=np.float32)
    for index, row in enumerate(rows):
        progress("building features", index + 1, len(rows))
        values[index] = row.compute(seen)[chosen]
    return FeatureMatrix(tuple(row.feature for row in rows), tuple(origins), city.geography.grid_ids, values)
