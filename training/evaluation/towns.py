"""Where a forecast errs: its level and what it missed, by town.

Towns of few grids or few events are not told, and of the others no number of events but a band: a town that is kept back cannot be
had as the city less the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskwarn.words import Unit
from training.evaluation.groups import LEAST_EVENTS
from training.evaluation.intervals import over_origins
from training.evaluation.judged import Judged, ratio
from training.evaluation.metrics import BUDGET
from training.evaluation.ranking import places
from training.evaluation.reliability import FEWEST
from training.intervals.units import sums

#: Numbers of events are told as the band that they lie in, from these on.
BANDS = (LEAST_EVENTS, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)


@dataclass(frozen=True)
class Town:
    """How a forecast does in one town; None where there are too few grids or events to say."""

    town: int  # its place among the towns
    grids: int
    events: int | None  # at least so many, and less than the next band
    level: float | None  # events over expected counts, to two digits; above 1 the forecast is too low
    told: bool  # whether the interval of the level leaves 1 out
    missed: float | None  # share of places with an event that no list of alerts had


def by_town(judged: Judged) -> tuple[Town, ...]:
    """Every town of the city, in the order of its codes."""
    unit = judged.outcomes.places.units[Unit.TOWN]
    grids = np.bincount(unit)
    counts, happened = judged.outcomes.by_town
    mean = judged.forecast.expected_count
    expected = sums(mean if judged.outcomes.complete else np.where(judged.known, mean, 0.0), unit)
    caught = np.zeros_like(happened)
    for row, order, came, first in zip(caught, judged.order, judged.happened, places(judged, BUDGET), strict=True):
        listed = order[:first]
        row[:] = np.bincount(unit[listed[came[listed]]], minlength=len(row))
    found = []
    for town in range(len(grids)):
        events = counts[:, town].sum()
        if grids[town] < FEWEST or events < LEAST_EVENTS or not expected[:, town].sum() > 0:
            found.append(Town(town, int(grids[town]), None, None, False, None))
            continue
        level = over_origins(ratio(counts[:, town], expected[:, town]), judged.outcomes.horizon)
        missed = 1 - caught[:, town].sum() / happened[:, town].sum()
        band = max(one for one in BANDS if one <= events)
        outside = bool(level.lower > 1 or level.upper < 1)
        found.append(Town(town, int(grids[town]), band, float(f"{level.mean:.2g}"), outside, round(float(missed), 2)))
    return tuple(found)
