"""Intervals of means over origins whose windows overlap (:mod:`riskwarn.means`), and over cells that lie in the same community."""

from __future__ import annotations

import numpy as np

from riskwarn.means import UNKNOWN, Bounds, cosines, over_origins, t_quantile
from training.intervals.counts import Reals

__all__ = ["Bounds", "cosines", "over_both", "over_communities", "over_origins", "wider"]


def over_both(values: Reals, horizon: int, sums: Reals | None = None, cells: Reals | None = None) -> Bounds:
    """Of the mean of (origins,) values: over origins, or over communities where it is a mean over cells, the wider of the two.

    `sums` and `cells` are those of the cells by origin and community, (origins, communities).
    """
    over_time = over_origins(values, horizon)
    if sums is None or cells is None:
        return over_time
    return wider(over_time, over_communities(sums.sum(axis=0), cells.sum(axis=0)))


def over_communities(sums: Reals, cells: Reals) -> Bounds:
    """Of the mean of all cells, from their (communities,) sums and numbers: clusters are what lies in one community."""
    there = cells > 0
    sums, cells = sums[there], cells[there]
    count = len(cells)
    if count == 0:
        return UNKNOWN
    mean = float(sums.sum() / cells.sum())
    if count < 2:
        return Bounds(mean, float("nan"), float("nan"))
    error = np.sqrt(count / (count - 1) * ((sums - cells * mean) ** 2).sum()) / cells.sum()
    reach = float(t_quantile(count - 1) * error)
    return Bounds(mean, mean - reach, mean + reach)


def wider(one: Bounds, other: Bounds) -> Bounds:
    """That of the two whose interval is the wider, around the mean of the first."""
    if np.isnan(other.width) or one.width >= other.width:
        return one
    reach = other.width / 2
    return Bounds(one.mean, one.mean - reach, one.mean + reach)
