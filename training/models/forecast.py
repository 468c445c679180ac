"""What every model gives: a distribution of counts for each window, from which all that is published follows, and reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from features import Feature
from riskwarn.words import Unit
from training.intervals.counts import INTERVAL_LEVEL, CountDistribution, Reals
from training.intervals.units import summed
from training.labels.task import ForecastInputs

#: Digits to which a score is rounded where it is published; ranks go by them.
DIGITS = 6


@dataclass(frozen=True)
class Forecast:
    """Arrays (origins, grids) float64, of one distribution: the score is its P(N >= 1), so that it never exceeds the count."""

    counts: CountDistribution
    #: By how much the grids of a unit err alike: one number, or (origins, 1) where several fits forecast.
    together: Mapping[Unit, float | Reals] = field(default_factory=dict)

    @classmethod
    def joined(cls, parts: Sequence[Forecast]) -> Forecast:
        """The origins of all parts, one after the other."""
        levels = {level for part in parts for level in part.together}
        together = {
            level: np.concatenate(
                [np.broadcast_to(part.together.get(level, 0.0), (len(part.counts.mean), 1)) for part in parts]
            )
            for level in levels
        }
        return cls(CountDistribution.joined([part.counts for part in parts]), together)

    def summed(self, level: Unit, unit: npt.NDArray[np.integer]) -> CountDistribution:
        """(origins, units) the counts of a level; `unit` is the place of each grid among its units."""
        return summed(self.counts, unit, self.together.get(level, 0.0))

    @property
    def probability(self) -> Reals:
        """The score: the probability of at least one event."""
        return self.counts.probability

    @property
    def expected_count(self) -> Reals:
        """The mean."""
        return self.counts.mean

    @cached_property
    def lower(self) -> Reals:
        """Lower bound of the interval at the nominal level."""
        return self.counts.quantile((1 - INTERVAL_LEVEL) / 2)

    @cached_property
    def upper(self) -> Reals:
        """Upper bound of the interval at the nominal level."""
        return self.counts.quantile((1 + INTERVAL_LEVEL) / 2)


@dataclass(frozen=True)
class Reasons:
    """Why: signed effects in probability points, (grids, features), which add up to a grid's score minus the city's mean score."""

    features: tuple[Feature, ...]
    effects: npt.NDArray[np.floating]


class Forecaster(Protocol):
    """A fitted model or baseline of one horizon."""

    @property
    def name(self) -> str:
        """`model`, or the baseline's name."""

    @property
    def names(self) -> tuple[str, ...]:
        """The features that it uses."""

    @property
    def horizon(self) -> int:
        """Periods of the windows that it forecasts."""

    def predict(self, inputs: ForecastInputs, origins: Sequence[date]) -> Forecast:
        """Forecast the windows that begin at the origins."""

    def explain(self, inputs: ForecastInputs, origin: date) -> Reasons:
        """What moves each grid's probability away from the usual one."""

    def save(self, folder: Path) -> None:
        """Write LightGBM text and JSON files into a folder."""
