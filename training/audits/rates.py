"""Whether a rate has changed: evidence from counts beside the counts that were forecast, which finds what a rank of rare counts does not.

Without a change what comes is the forecast times a level that stays what it is. It is not known, but near 1 (a gamma distribution
with the weight of 40 events, 16 %), and learnt as counts come in. Against that stands a change at each period, after which a level of its own
is learnt, from 2 events' weight: the ratio of the two predictive probabilities (negative binomial, by the forecast's dispersion) is a
martingale without a change, and so is its mean over all periods in which the change may have come (Adams & MacKay 2007; Ramdas et
al. 2023, Game-theoretic statistics and safe anytime-valid inference).
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from training.intervals.counts import Reals

#: Events that the level of a forecast, and that after a change, are worth before anything was seen.
_LEVEL, _CHANGED = 40.0, 2.0

#: A change is expected once in so many periods.
_EVERY = 26

#: A forecast of nothing is not believed either.
_LEAST_MEAN = 1e-3

#: A forecast that says that counts scatter less is not believed: one week's weather is not in it.
_LEAST_DISPERSION = 0.03


def rate_evidence(seen: Reals, mean: Reals, dispersion: Reals) -> Reals:
    """(n,) the evidence for a change of rate by each period; arguments (n,): counts, the forecast's means and dispersions."""
    number = len(seen)
    mean, dispersion = np.maximum(mean, _LEAST_MEAN), np.maximum(dispersion, _LEAST_DISPERSION)
    came, told = np.cumsum(seen) - seen, np.cumsum(mean) - mean  # before each period
    level = (_LEVEL + came) / (_LEVEL + told)
    unchanged = _logarithm(seen, mean * level, 1 / (1 / (_LEVEL + came) + dispersion))
    # (change, period): what has come since each change.
    after = np.arange(number)[None] >= np.arange(number)[:, None]
    events = np.where(after, _CHANGED + came[None] - came[:, None], 1.0)
    weight = np.where(after, _CHANGED / level[:, None] + told[None] - told[:, None], 1.0)
    changed = _logarithm(seen[None], mean[None] * events / weight, 1 / (1 / events + dispersion[None]))
    ratios = np.exp(np.cumsum(np.where(after, changed - unchanged[None], 0.0), axis=1))
    share = (1 - 1 / _EVERY) ** np.arange(number + 1)
    return np.asarray((share[:-1] / _EVERY) @ ratios + share[-1])


def _logarithm(count: Reals, mean: Reals, size: Reals) -> Reals:
    """The logarithm of the probability of a count, negative binomial."""
    all_of = size + mean
    return np.asarray(
        gammaln(count + size)
        - gammaln(size)
        - gammaln(count + 1)
        + size * np.log(size / all_of)
        + count * np.log(mean / all_of)
    )
