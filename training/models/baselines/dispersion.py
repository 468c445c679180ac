"""How widely counts scatter around a baseline's means: one dispersion, by likelihood, from cells grouped by mean and count.

Without it a baseline would have Poisson intervals beside a model's wider ones, and lose on CRPS for that alone.
"""

from __future__ import annotations

import numpy as np

from training.intervals.counts import Reals
from training.intervals.dispersion import likeliest, negative_binomial_loss, poisson_loss

_LEAST_MEAN = 1e-6
_LEAST, _MOST = 1e-3, 50.0
#: Means that differ by less than a fiftieth are one group.
_GROUPS = 50.0


def fit_dispersion(mean: Reals, counts: Reals) -> float:
    """The most likely dispersion of negative binomials of these means, 0 where a Poisson is likelier; NaN counts are left out."""
    known = ~np.isnan(counts)
    own, seen = np.maximum(mean[known], _LEAST_MEAN), counts[known]
    if seen.sum() == 0:
        return 0.0
    place = np.round(np.log(own) * _GROUPS).astype(np.int64)
    key = (place - place.min()) * (int(seen.max()) + 1) + seen.astype(np.int64)
    _, group, cells = np.unique(key, return_inverse=True, return_counts=True)
    alike = cells.astype(np.float64)
    own, seen = np.bincount(group, own) / cells, np.bincount(group, seen) / cells

    def loss(dispersion: float) -> float:
        return negative_binomial_loss(own, seen, dispersion, alike)

    return likeliest(loss, _LEAST, _MOST, poisson_loss(own, seen, alike))[0]
