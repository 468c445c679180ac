"""Data gaps: sources that used to report and have gone silent before the as-of."""

from __future__ import annotations

import numpy as np

from features import City
from riskwarn.periods import period_index

SILENT_PERIODS = 3
USUAL_PERIODS = 26
USUAL_SHARE = 0.9


def silent_sources(city: City) -> list[str]:
    """Event sources silent for the newest periods, however long, that reported in nearly every period before that."""
    periods = city.calendar.periods_between(city.first_known, city.as_of) + 1
    edges = city.calendar.instants(city.calendar.edges(city.as_of, periods))
    silent = []
    for source, frame in city.beliefs.items():
        period = period_index(edges, frame["known_at"].to_numpy(dtype="datetime64[us]"))
        reported = np.bincount(period[(period >= 0) & (period < periods)], minlength=periods) > 0
        if not reported.any():
            continue
        last = int(np.flatnonzero(reported)[-1])
        usual = reported[max(0, last + 1 - USUAL_PERIODS) : last + 1]
        if periods - 1 - last >= SILENT_PERIODS and usual.mean() >= USUAL_SHARE:
            silent.append(source)
    return silent
