"""How widely counts scatter around their mean: a dispersion that falls with the mean, by likelihood.

dispersion(mean) = scale * mean ** power with a power in [-1, 0]: 0 is the negative binomial of constant dispersion, -1 that of a
variance proportional to the mean (Cameron & Trivedi 1986). A dispersion that never rises with the mean keeps P(N >= 1) rising
with it, so that a longer window never has the lower score.
"""

from __future__ import annotations

from collections.abc import Callable
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
    floored, seen = np.maximum(mean.ravel(), _LEAST_MEAN), counts.ravel()
    best, found = poisson_loss(floored, seen), Dispersion()
    for power in _POWERS:
        shape = floored**power

        def loss(scale: float, shape: Reals = shape) -> float:
            return negative_binomial_loss(floored, seen, scale * shape)

        scale, least = likeliest(loss, _LEAST, _MOST, best, tolerance=0.02)
        if scale > 0:
            best, found = least, Dispersion(scale, power)
    return found


def likeliest(
    loss: Callable[[float], float], least: float, most: float, without: float, tolerance: float = 1e-5
) -> tuple[float, float]:
    """(scale, its loss): of all between two bounds the one of least loss, looked for on a logarithmic scale; (0, `without`) where
    none is better than that."""
    found = optimize.minimize_scalar(
        lambda log: loss(float(np.exp(log))),
        bounds=(np.log(least), np.log(most)),
        method="bounded",
        options={"xatol": tolerance},
    )
    return (float(np.exp(found.x)), float(found.fun)) if found.fun < without else (0.0, without)


def poisson_loss(mean: Reals, counts: Reals, cells: Reals | float = 1.0) -> float:
    """Negative log likelihood of Poisson counts, without what depends on the counts alone; `cells` are how many are alike."""
    return float((cells * (mean - counts * np.log(mean))).sum())


def negative_binomial_loss(mean: Reals, counts: Reals, dispersion: Reals | float, cells: Reals | float = 1.0) -> float:
    """The same of negative binomials; arrays of one shape, means above nothing."""
    size = np.broadcast_to(1 / np.maximum(dispersion, 1e-9), mean.shape)
    some, weight = counts > 0, np.broadcast_to(cells, mean.shape)
    whole = float((weight * size * np.log1p(mean / size)).sum())
    seen, large, own = counts[some], size[some], mean[some]
    part = special.gammaln(seen + large) - special.gammaln(large) + seen * (np.log(own) - np.log(large + own))
    return whole - float((weight[some] * part).sum())
