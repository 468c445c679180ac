"""How widely counts scatter around their mean: a dispersion that falls with the mean, by likelihood.

dispersion(mean) = scale * mean ** power with a power in [-1, 0]: 0 is the negative binomial of constant dispersion, -1 that of a
variance proportional to the mean (Cameron & Trivedi 1986). A dispersion that never rises with the mean keeps P(N >= 1) rising
with it, so that a longer window never has the lower score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from training.intervals.counts import CountDistribution, Reals

_POWERS = (0.0, -0.25, -0.5, -0.75, -1.0)
_LEAST_MEAN = 1e-6
_LEAST, _MOST = 1e-4, 50.0


@dataclass(frozen=True)
class Dispersion:
    """dispersion = scale * mean ** power; a scale of 0 is a Poisson."""

    scale: float = 0.0
    power: float = 0.0

    def around(self, mean: Reals) -> CountDistribution:
        """The distribution of counts with these means."""
        if self.scale == 0:
            return CountDistribution.poisson(mean)
        return CountDistribution(mean, self.scale * np.maximum(mean, _LEAST_MEAN) ** self.power)


def fit_dispersion(mean: Reals, counts: Reals) -> Dispersion:
    """The most likely dispersion of counts around means that did not see them; arrays of one shape."""
    floored = np.maximum(mean.ravel(), _LEAST_MEAN)
    seen = counts.ravel()
    some = seen > 0
    best, found = _poisson_loss(floored, seen), Dispersion()
    for power in _POWERS:
        shape = floored**power

        def loss(log_scale: float, shape: Reals = shape) -> float:
            return _loss(floored, seen, some, np.exp(log_scale) * shape)

        told = optimize.minimize_scalar(
            loss, bounds=(np.log(_LEAST), np.log(_MOST)), method="bounded", options={"xatol": 0.02}
        )
        if told.fun < best:
            best, found = float(told.fun), Dispersion(float(np.exp(told.x)), power)
    return found


def _poisson_loss(mean: Reals, counts: Reals) -> float:
    return float((mean - counts * np.log(mean)).sum())


def _loss(mean: Reals, counts: Reals, some: np.ndarray, dispersion: Reals) -> float:
    """Negative log likelihood of negative binomials, without what depends on the counts alone."""
    size = 1 / np.maximum(dispersion, 1e-9)
    whole = float((size * np.log1p(mean / size)).sum())
    seen, large, own = counts[some], size[some], mean[some]
    part = special.gammaln(seen + large) - special.gammaln(large) + seen * (np.log(own) - np.log(large + own))
    return whole - float(part.sum())


def negative_log_likelihood(mean: Reals, counts: Reals, dispersion: Reals) -> float:
    """Of negative binomials, without what depends on the counts alone; arrays of one shape."""
    floored = np.maximum(mean, _LEAST_MEAN)
    return _loss(floored, counts, counts > 0, np.maximum(dispersion, 1e-9))
