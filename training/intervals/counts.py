"""Distributions of counts: Poisson, or negative binomial with a dispersion for each cell (variance = mean + dispersion * mean ** 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from training.intervals.crps import MOST_MEAN, crps_of_counts
from training.intervals.cumulated import cumulate

Reals = npt.NDArray[np.float64]

#: Nominal level of the interval of a count.
INTERVAL_LEVEL = 0.8

#: A mean below this is not told from it: a distribution has some mass above nothing.
_LEAST_MEAN = 1e-9

#: Counts above this are not summed term by term.
_MOST_SEEN = 200.0

#: Below this a negative binomial is a Poisson.
_LEAST_DISPERSION = 1e-4


@dataclass(frozen=True)
class CountDistribution:
    """What may come, cell by cell; `mean` and `dispersion` are float64 of one shape. All that is published follows from it."""

    mean: Reals
    dispersion: Reals

    @classmethod
    def poisson(cls, mean: Reals) -> CountDistribution:
        """Without any dispersion."""
        return cls(mean, np.zeros_like(mean))

    @classmethod
    def joined(cls, parts: Sequence[CountDistribution]) -> CountDistribution:
        """The rows of all parts."""
        return cls(np.concatenate([one.mean for one in parts]), np.concatenate([one.dispersion for one in parts]))

    def __getitem__(self, chosen: Any) -> CountDistribution:
        return CountDistribution(self.mean[chosen], self.dispersion[chosen])

    @cached_property
    def probability(self) -> Reals:
        """P(N >= 1), never above the mean."""
        spread = np.maximum(self.dispersion, _LEAST_DISPERSION)
        rate = np.where(
            self.dispersion < _LEAST_DISPERSION, self.mean, np.log1p(spread * np.maximum(self.mean, 0)) / spread
        )
        return np.asarray(-np.expm1(-rate))

    def quantile(self, level: float) -> Reals:
        """The least count that is not exceeded with this probability."""
        mean, found = self._mean, np.empty_like(self.mean)
        plain = self._plain
        found[plain] = stats.poisson.ppf(level, mean[plain])
        size = 1 / self.dispersion[~plain]
        found[~plain] = stats.nbinom.ppf(level, size, size / (size + mean[~plain]))
        return found

    def cdf(self, count: Reals) -> Reals:
        """P(N <= count), 0 below zero."""
        mean, found = self._mean, np.empty_like(self.mean)
        plain = self._plain
        found[plain] = stats.poisson.cdf(count[plain], mean[plain])
        size = 1 / self.dispersion[~plain]
        found[~plain] = stats.nbinom.cdf(count[~plain], size, size / (size + mean[~plain]))
        return found

    def beside(self, observed: Reals) -> tuple[Reals, Reals]:
        """(P(N < observed), P(N <= observed)) of whole counts."""
        below, up_to = np.zeros_like(self.mean), np.asarray(1 - self.probability)
        # Most cells have seen nothing: there it is one minus the score.
        small = (observed > 0) & (self.mean <= MOST_MEAN) & (observed <= _MOST_SEEN)
        large = (observed > 0) & ~small
        parts = [one[small] for one in (observed, self._mean, self.dispersion)]
        own = np.empty((2, len(parts[0])))
        cumulate(*parts, _LEAST_DISPERSION, *own)
        below[small], up_to[small] = own
        if large.any():
            part = self[large]
            below[large], up_to[large] = part.cdf(observed[large] - 1), part.cdf(observed[large])
        return below, up_to

    def crps(self, observed: Reals) -> Reals:
        """Continuous ranked probability score (Gneiting & Raftery 2007): of large means in closed form (Wei & Held 2014)."""
        mean, spread, seen = (np.ravel(one) for one in (self._mean, self.dispersion, observed))
        found = np.empty_like(mean)
        small = mean <= MOST_MEAN
        parts = [np.ascontiguousarray(one[small], dtype=np.float64) for one in (seen, mean, spread)]
        own = np.empty(len(parts[0]))
        crps_of_counts(*parts, _LEAST_DISPERSION, own)
        found[small] = own
        plain, over = ~small & (spread < _LEAST_DISPERSION), ~small & (spread >= _LEAST_DISPERSION)
        found[plain] = _crps_poisson(seen[plain], mean[plain])
        found[over] = _crps_negative_binomial(seen[over], mean[over], 1 / spread[over])
        return found.reshape(self.mean.shape)

    @property
    def _mean(self) -> Reals:
        return np.asarray(np.maximum(self.mean, _LEAST_MEAN))

    @property
    def _plain(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.dispersion < _LEAST_DISPERSION)


def _crps_poisson(observed: Reals, mean: Reals) -> Reals:
    """By Bessel functions scaled by their growth, so that a mean of thousands does not overflow."""
    below = stats.poisson.cdf(observed, mean)
    own = (observed - mean) * (2 * below - 1) + 2 * mean * stats.poisson.pmf(observed, mean)
    return np.asarray(own - mean * (special.ive(0, 2 * mean) + special.ive(1, 2 * mean)))


def _crps_negative_binomial(observed: Reals, mean: Reals, size: Reals) -> Reals:
    chance = size / (size + mean)
    odds = mean / size  # (1 - chance) / chance
    below, before = stats.nbinom.cdf(observed, size, chance), stats.nbinom.cdf(observed - 1, size + 1, chance)
    # Pfaff's transformation keeps the argument within (0, 1): the plain form overflows for small dispersions.
    spread = special.hyp2f1(1 - size, 0.5, 2, 4 * odds / chance / (1 + 2 * odds) ** 2) / (1 + 2 * odds)
    return np.asarray(observed * (2 * below - 1) - size * odds / chance * (chance * (2 * before - 1) + spread))
