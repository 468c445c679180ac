"""By what units above the grid are ranked: one rule for what is published and for what stands beside it."""

from __future__ import annotations

import numpy as np

from riskwarn.arrays import Reals


def order_by(total: Reals, per_10000: Reals) -> Reals:
    """By what units are ranked: where nobody knows the residents, they come last, by their total."""
    return np.where(np.isnan(per_10000), -1 / (1 + total), per_10000)


def per_10000(count: Reals, residents: Reals) -> Reals:
    """A number of events per 10,000 residents; NaN where nobody lives or nobody knows."""
    return np.asarray(10_000 * count / np.where(residents > 0, residents, np.nan))
