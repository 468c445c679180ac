"""Counts of units as sums of their grids, which partly err together: a season that is misjudged is misjudged everywhere."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from riskwarn.words import Unit
from training.intervals.counts import CountDistribution, Reals
from training.intervals.dispersion import negative_binomial_loss

#: Standard deviations of the common factor that are weighed.
_SPREADS = np.concatenate([[0.0], np.geomspace(0.01, 1.0, 24)])
_LEAST_MEAN = 1e-6


def sums(values: Reals, unit: npt.NDArray[np.integer]) -> Reals:
    """(origins, units) sums of (origins, grids) values; NaN where a part is."""
    found = np.empty((len(values), int(unit.max()) + 1))
    for own, row in zip(found, values, strict=True):
        own[:] = np.bincount(unit, row, len(own))  # a NaN makes its unit one
    return found


def summed(
    counts: CountDistribution, unit: npt.NDArray[np.integer], together: float | Reals = 0.0
) -> CountDistribution:
    """(origins, units) sums of parts, matched in mean and variance; `together` is the variance of a factor that all parts share."""
    mean = sums(counts.mean, unit)
    extra = sums(counts.dispersion * counts.mean**2, unit)
    apart = np.divide(extra, mean**2, out=np.zeros_like(mean), where=mean > 0)
    return CountDistribution(mean, apart + together)


def fit_together(
    counts: CountDistribution, observed: Reals, levels: Mapping[Unit, npt.NDArray[np.integer]], overlap: int = 1
) -> dict[Unit, float]:
    """The variance of the common factor at each level, from forecasts that did not see the counts (origins, grids).

    A year shows a factor of the city a few times: its most likely variance is often none where the next year has some. It is the mean
    over all that the counts allow, any standard deviation being as likely before. Of windows that share periods, `overlap` tell as
    much as one.
    """
    return {level: _fit(summed(counts, unit), sums(observed, unit), overlap) for level, unit in levels.items()}


def _fit(counts: CountDistribution, observed: Reals, overlap: int) -> float:
    known = ~np.isnan(observed) & (counts.mean > 0)
    mean, seen, apart = np.maximum(counts.mean[known], _LEAST_MEAN), observed[known], counts.dispersion[known]
    if len(mean) < 2:
        return 0.0
    losses = np.array([negative_binomial_loss(mean, seen, apart + spread**2) for spread in _SPREADS]) / overlap
    weight = np.exp(losses.min() - losses) * np.gradient(_SPREADS)
    return float((weight * _SPREADS**2).sum() / weight.sum())
