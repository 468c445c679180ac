"""Forecasts and outcomes for tests, from plain lists."""

from __future__ import annotations

from typing import Any

import numpy as np

from riskwarn.words import Unit
from training.evaluation.judged import Judged
from training.evaluation.outcomes import Places, plain_outcomes
from training.intervals.counts import CountDistribution
from training.models.forecast import Forecast


def of_chance(probability: Any) -> Forecast:
    """A Poisson count with these probabilities of at least one."""
    return Forecast(CountDistribution.poisson(-np.log1p(-np.minimum(np.array(probability, dtype=float), 1 - 1e-9))))


def of_mean(mean: Any, dispersion: float = 0.0) -> Forecast:
    """Counts of these means."""
    made = np.array(mean, dtype=float)
    return Forecast(CountDistribution(made, np.full_like(made, dispersion)))


def judged(forecast: Forecast, observed: Any, horizon: int = 1, places: Places | None = None) -> Judged:
    """A forecast beside counts, (origins, grids)."""
    return Judged(forecast, plain_outcomes(np.array(observed, dtype=float), horizon, places))


def places(community: Any, town: Any, district: Any, **changes: Any) -> Places:
    """Grids in these units."""
    plain = Places.plain(len(community))
    units = {Unit.COMMUNITY: community, Unit.TOWN: town, Unit.DISTRICT: district}
    made = {"units": {unit: np.array(of) for unit, of in units.items()}, "residents": plain.residents}
    return Places(**{**made, "area_km2": plain.area_km2, **changes})
