"""Whether the numbers are true: losses, cell by cell. Probabilities are clipped to [1e-6, 1 - 1e-6], means of the deviance floored at 1e-3."""

from __future__ import annotations

import numpy as np

from riskwarn.arrays import Flags
from training.evaluation.judged import Judged, ratio
from training.intervals.counts import Reals

_CLIP = 1e-6
_FLOOR = 1e-3


def log_losses(judged: Judged) -> Reals:
    """(origins, grids) of the probability of any event; where nothing is judged it may be another."""

    def make() -> Reals:
        return of_events(judged.forecast.probability, judged.whole_outcomes.happened)

    return judged.in_common("log losses", make)


def of_events(probability: Reals, happened: Flags) -> Reals:
    """The log loss of each probability of any event."""
    clipped = np.clip(probability, _CLIP, 1 - _CLIP)
    return np.asarray(-np.log(np.where(happened, clipped, 1 - clipped)))


def deviances(judged: Judged) -> Reals:
    """(origins, grids) Poisson deviance of the expected count."""

    def make() -> Reals:
        floored = np.maximum(judged.forecast.expected_count, _FLOOR)
        found = floored - judged.counts
        some = judged.happened
        found[some] += judged.counts[some] * np.log(judged.counts[some] / floored[some])
        return np.asarray(2 * found)

    return judged.once("deviances", make)


def log_loss(judged: Judged) -> Reals:
    """Mean log loss of each origin."""
    return judged.means(log_losses(judged))


def poisson_deviance(judged: Judged) -> Reals:
    """Mean Poisson deviance of each origin."""
    return judged.means(deviances(judged))


def brier(judged: Judged) -> Reals:
    """Mean squared error of the probability."""
    return judged.means((judged.forecast.probability - judged.happened) ** 2)


def brier_skill(judged: Judged) -> Reals:
    """One minus the Brier score against that of climatology."""
    if judged.reference is None:
        return np.full(len(judged.observed), np.nan)
    return 1 - ratio(brier(judged), judged.reference)


def crps(judged: Judged) -> Reals:
    """Mean continuous ranked probability score of the count."""
    return judged.means(judged.forecast.counts.crps(judged.counts))
