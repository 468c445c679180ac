"""What every model gives: probability, expected count and its interval, and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import stats

from features import Feature
from training.scene import Scene

Reals = npt.NDArray[np.float64]

#: Nominal level of the interval of a count.
INTERVAL_LEVEL = 0.8


@dataclass(frozen=True)
class Forecast:
    """Arrays (origins, grids) float64. `lower` and `upper` bound the count at the nominal level."""

    probability: Reals
    expected_count: Reals
    lower: Reals
    upper: Reals
    dispersion: float  # variance = mean + dispersion * mean ** 2


@dataclass(frozen=True)
class Reasons:
    """Why: signed effects in probability points, (grids, features)."""

    features: tuple[Feature, ...]
    effects: Reals


class Forecaster(Protocol):
    """A fitted model or baseline."""

    @property
    def name(self) -> str:
        """`model`, or the baseline's name."""

    @property
    def names(self) -> tuple[str, ...]:
        """The features that it uses."""

    def predict(self, scene: Scene, origins: Sequence[date]) -> Forecast:
        """Forecast the windows that begin at the origins."""

    def explain(self, scene: Scene, origin: date) -> Reasons:
        """What moves each grid's probability away from the usual one."""

    def save(self, folder: Path) -> None:
        """Write LightGBM text and JSON files into a folder."""


def forecast(probability: Reals, expected_count: Reals, dispersion: float = 0.0) -> Forecast:
    """A forecast with its interval; the expected count is never below the probability."""
    mean = np.maximum(expected_count, probability)
    tail = (1 - INTERVAL_LEVEL) / 2
    lower, upper = count_quantile(mean, dispersion, tail), count_quantile(mean, dispersion, 1 - tail)
    return Forecast(probability, mean, lower, upper, dispersion)


def count_quantile(mean: Reals, dispersion: float, level: float) -> Reals:
    """Quantile of a Poisson (dispersion 0) or negative binomial count."""
    floored = np.maximum(mean, 1e-9)
    if dispersion < 1e-6:
        return np.asarray(stats.poisson.ppf(level, floored), dtype=np.float64)
    size = 1 / dispersion
    return np.asarray(stats.nbinom.ppf(level, size, size / (size + floored)), dtype=np.float64)


def count_cdf(count: Reals, mean: Reals, dispersion: float) -> Reals:
    """P(N <= count) of a Poisson or negative binomial count."""
    floored = np.maximum(mean, 1e-9)
    if dispersion < 1e-6:
        return np.asarray(stats.poisson.cdf(count, floored), dtype=np.float64)
    size = 1 / dispersion
    return np.asarray(stats.nbinom.cdf(count, size, size / (size + floored)), dtype=np.float64)
