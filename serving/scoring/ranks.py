"""By what units are ranked, and how: one rule for what is published and for what stands beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from riskwarn.arrays import Reals
from training.models.forecast import DIGITS


def ranks_of(order_by: Reals, codes: Sequence[str]) -> npt.NDArray[np.int32]:
    """Ranks from 1, highest first, ties by code."""
    order = np.lexsort((np.array(codes, dtype=str), -np.round(order_by, DIGITS)))
    ranks = np.empty(len(order), dtype=np.int32)
    ranks[order] = np.arange(1, len(order) + 1)
    return ranks


def order_by(total: Reals, per_10000: Reals) -> Reals:
    """By what units are ranked: where nobody knows the residents, they come last, by their total."""
    return np.where(np.isnan(per_10000), -1 / (1 + total), per_10000)


def per_10000(count: Reals, residents: Reals) -> Reals:
    """A number of events per 10,000 residents; NaN where nobody lives or nobody knows."""
    return np.asarray(10_000 * count / np.where(residents > 0, residents, np.nan))
