"""What every model gives: probability, expected count and its interval, and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np

from features import Feature
from training.intervals.counts import INTERVAL_LEVEL, Reals, count_quantile
from training.labels.scene import Scene


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
