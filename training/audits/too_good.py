"""Columns that tell what comes far better than what comes after it: they know of it.

What makes a place dangerous lasts: a sound column tells apart the places of the next window about as well as those of the window
after it (on simulated cities the lower bound of the difference is at most .04, where hazards are written down because of an accident,
three weeks ahead of it, it is .17 to .29). What is made of the target's own past may fade fast, where one event draws another after
it; but then it tells the window before at least as well, and is judged by the better of the two.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from riskwarn.arrays import Flags
from riskwarn.means import t_quantile
from training.intervals.counts import Reals

#: A column is too good where its Gini coefficient (2 AUC - 1) is by so much higher, beyond the interval, and so high itself.
MOST_EXCESS = 0.1
LEAST_GINI = 0.1

#: Fewer origins with an event in all three windows tell nothing.
LEAST_ORIGINS = 4


@dataclass(frozen=True)
class TooGood:
    """A column, and how well it tells the window that it must not know, the one before and the one after (Gini)."""

    column: str
    now: float
    before: float
    after: float
    excess: float
    lower: float


def too_good(
    names: Sequence[str],
    values: npt.NDArray[np.float32],
    before: Reals,
    now: Reals,
    after: Reals,
    own: Collection[str] = (),
) -> list[TooGood]:
    """The columns that know too much, the worst first; those of `own` are made of the target's own past.

    `values` is (columns, origins, grids); `before`, `now` and `after` are (origins, grids) counts of the windows before and after each
    origin, and of the one that follows, NaN where not known. Windows of different origins do not overlap.
    """
    found = []
    for name, column in zip(names, values, strict=True):
        rows = zip(column, before, now, after, strict=True)
        ginis = np.array([gini(row, np.stack(labels)) for row, *labels in rows]).T
        known = ~np.isnan(ginis).any(axis=0)
        if known.sum() < LEAST_ORIGINS:
            continue
        ginis = ginis[:, known]
        means = ginis.mean(axis=1)
        sign = 1.0 if means[1] >= 0 else -1.0
        other = 0 if name in own and sign * means[0] > sign * means[2] else 2
        # Where neither tells anything the bar is nothing, not what is told the other way round.
        bar = ginis[other] if sign * means[other] > 0 else np.zeros(int(known.sum()))
        excess = sign * (ginis[1] - bar)
        lower = excess.mean() - reach(excess)
        if abs(means[1]) >= LEAST_GINI and lower > MOST_EXCESS:
            found.append(TooGood(name, *(float(one) for one in (means[1], means[0], means[2], excess.mean(), lower))))
    return sorted(found, key=lambda one: -one.excess)


def reach(values: Reals) -> float:
    """Half of the 95 % interval of the mean of values that do not depend on each other (Student)."""
    return float(t_quantile(len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))


def gini(values: npt.NDArray[np.floating], counts: Reals) -> Reals:
    """(windows,) 2 AUC - 1 of telling places with an event from those without, by (windows, grids) counts, where all of them are known;
    NaN where there are only such or only others."""
    known = ~np.isnan(counts).any(axis=0)
    happened: Flags = counts[:, known] > 0
    some = happened.sum(axis=1).astype(np.float64)
    others = happened.shape[1] - some
    ranks = stats.rankdata(np.nan_to_num(values[known], nan=-np.inf))
    above = happened @ ranks - some * (some + 1) / 2
    pairs = some * others
    return np.asarray(np.divide(2 * above, pairs, out=np.full(len(some), np.nan), where=pairs > 0) - 1)
