"""Means over origins whose windows overlap, with their intervals: for what computes, and for what only shows.

The mean over its long-run deviation, estimated by equal weights on cosines (EWC; Lazarus, Lewis, Stock & Watson 2018), is a t with
as many degrees of freedom as cosines; the number of cosines for overlapping windows follows Coroneo & Iacone (2020). Of 400 cases
without a difference (26 origins) a moving-block bootstrap won 13 % (h = 4) and 48 % (h = 12), this 2 to 5 %.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

LEVEL = 0.95


class Bounds(NamedTuple):
    """A mean and its interval, NaN where it cannot be told."""

    mean: float
    lower: float
    upper: float

    @property
    def width(self) -> float:
        """NaN where there is no interval."""
        return self.upper - self.lower


UNKNOWN = Bounds(float("nan"), float("nan"), float("nan"))


def t_quantile(freedom: int) -> float:
    """How many deviations an interval reaches from its mean."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + LEVEL) / 2))


def cosines(origins: int, horizon: int) -> int:
    """How many cosines: max(2, min(n / 2h, .4 n^(2/3))), in whole numbers."""
    return int(max(2.0, min(origins / (2 * horizon), 0.4 * origins ** (2 / 3))))


def over_origins(values: npt.NDArray[np.float64], horizon: int) -> Bounds:
    """Of the mean of (origins,) values, one an origin in the order of time; NaN are left out."""
    known = values[~np.isnan(values)]
    count = len(known)
    if count == 0:
        return UNKNOWN
    mean = float(known.mean())
    number = cosines(count, horizon)
    if count <= number:
        return Bounds(mean, float("nan"), float("nan"))
    waves, quantile = _waves(count, number)
    error = np.sqrt(((waves @ (known - mean)) ** 2).mean() / count)
    reach = float(quantile * error)
    return Bounds(mean, mean - reach, mean + reach)


@lru_cache(maxsize=256)
def _waves(count: int, number: int) -> tuple[npt.NDArray[np.float64], float]:
    """(cosines, origins) and the quantile of as many degrees of freedom: the same for every town and metric."""
    place = (np.arange(count) + 0.5) / count
    waves = np.sqrt(2 / count) * np.cos(np.pi * np.outer(np.arange(1, number + 1), place))
    return waves, t_quantile(number)
