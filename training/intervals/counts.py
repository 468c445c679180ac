"""Counts as a Poisson or negative binomial distribution: variance = mean + dispersion * mean ** 2."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats

Reals = npt.NDArray[np.float64]

#: Nominal level of the interval of a count.
INTERVAL_LEVEL = 0.8


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
