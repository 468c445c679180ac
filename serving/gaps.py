"""Data gaps: sources that used to report and have gone silent before the as-of."""

from __future__ import annotations

import numpy as np

from features import City
from riskwarn.periods import period_index

SILENT_PERIODS = 3
USUAL_PERIODS = 26
USUAL_SHARE = 0.9


def silent_sources(city: City) -> list[str]:
    """Event sources without a record in the newest periods that reported in nearly every period before."""
    edges = city.calendar.instants(city.calendar.edges(city.as_of, USUAL_PERIODS + SILENT_PERIODS))
    silent = []
    for source, frame in city.beliefs.items():
        period = period_index(edges, frame["known_at"].to_numpy(dtype="datetime64[us]"))
        reported = np.bincount(period[(period >= 0) & (period < len(edges) - 1)], minlength=len(edges) - 1) > 0
        if reported[:USUAL_PERIODS].mean() >= USUAL_SHARE and not reported[USUAL_PERIODS:].any():
            silent.append(source)
    return silent
