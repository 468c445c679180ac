"""Counts of units as sums of their grids, which partly err together: a season that is misjudged is misjudged everywhere."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from riskwarn.words import Unit
from training.intervals.counts import CountDistribution, Reals
from training.intervals.dispersion import likeliest, negative_binomial_loss

_LEAST, _MOST = 1e-5, 1.0
_LEAST_MEAN = 1e-6


def sums(values: Reals, unit: npt.NDArray[np.integer]) -> Reals:
    """(origins, units) sums of (origins, grids) values; NaN where a part is."""
    grids = len(unit)
    member = csr_array((np.ones(grids), (np.arange(grids), unit)), shape=(grids, int(unit.max()) + 1))
    unknown = np.isnan(values)
    found = np.asarray((member.T @ np.where(unknown, 0.0, values).T).T)
    if unknown.any():
        found[np.asarray((member.T @ unknown.astype(np.float64).T).T) > 0] = np.nan
    return found


def summed(counts: CountDistribution, unit: npt.NDArray[np.integer], together: float = 0.0) -> CountDistribution:
    """(origins, units) sums of parts, matched in mean and variance; `together` is the variance of a factor that all parts share."""
    mean = sums(counts.mean, unit)
    extra = sums(counts.dispersion * counts.mean**2, unit)
    apart = np.divide(extra, mean**2, out=np.zeros_like(mean), where=mean > 0)
    return CountDistribution(mean, apart + together)


def fit_together(
    counts: CountDistribution, observed: Reals, levels: Mapping[Unit, npt.NDArray[np.integer]]
) -> dict[Unit, float]:
    """The most likely variance of the common factor at each level, of forecasts that did not see the counts (origins, grids)."""
    return {level: _fit(summed(counts, unit), sums(observed, unit)) for level, unit in levels.items()}


def _fit(counts: CountDistribution, observed: Reals) -> float:
    known = ~np.isnan(observed) & (counts.mean > 0)
    mean, seen, apart = np.maximum(counts.mean[known], _LEAST_MEAN), observed[known], counts.dispersion[known]
    if len(mean) < 2:
        return 0.0

    def loss(together: float) -> float:
        return negative_binomial_loss(mean, seen, apart + together)

    return likeliest(loss, _LEAST, _MOST, loss(0.0))[0]
