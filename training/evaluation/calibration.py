"""Whether forecasts have the right level and the right contrast."""

from __future__ import annotations

import numpy as np

from training.evaluation.judged import Judged, ratio
from training.intervals.counts import Reals

_LEAST_MEAN = 1e-9
_STEPS = 25


def calibration(judged: Judged) -> Reals:
    """Grids in which anything came over the sum of probabilities; 1 is right."""
    return ratio(judged.happened.sum(axis=1).astype(np.float64), judged.sums(judged.forecast.probability))


def calibration_level(judged: Judged) -> Reals:
    """Events over expected counts; above 1 the forecast is too low."""
    return ratio(judged.counts.sum(axis=1), judged.sums(judged.forecast.expected_count))


def calibration_slope(judged: Judged) -> Reals:
    """Coefficient of a Poisson regression of what came on the log of the expected count (Cox 1958); above 1 it is too flat.

    NaN where the forecast tells no grids apart.
    """
    nothing = np.full(len(judged.observed), np.nan)
    mean = judged.forecast.expected_count
    log = np.log(np.maximum(mean, _LEAST_MEAN))
    known = judged.known
    if not known.any() or judged.counts.sum() == 0 or np.ptp(log[known]) < 1e-9 or (mean[known] <= 0).all():
        return nothing
    middle = float(log[known].mean())
    log = log - middle
    level, slope = np.log(judged.counts.sum() / np.exp(log[known]).sum()), 1.0
    square, unknown = log**2, None if known.all() else ~known
    rate, error, part = np.empty_like(log), np.empty_like(log), np.empty_like(log)
    for _ in range(_STEPS):
        np.multiply(log, slope, out=rate)
        np.clip(np.add(rate, level, out=rate), -50, 50, out=rate)
        np.exp(rate, out=rate)
        if unknown is not None:
            rate[unknown] = 0.0
        np.subtract(judged.counts, rate, out=error)
        score = np.array([error.sum(), np.multiply(error, log, out=part).sum()])
        first = float(np.multiply(rate, log, out=part).sum())
        second = float(np.multiply(rate, square, out=part).sum())
        curve = np.array([[rate.sum(), first], [first, second]])
        if np.linalg.det(curve) < 1e-12 * max(1.0, second) ** 2:
            return nothing
        step = np.linalg.solve(curve, score)
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-30))
        level, slope = level + step[0], slope + step[1]
        if np.abs(step).max() < 1e-10:
            break
    scores = np.stack([error.sum(axis=1), (error * log).sum(axis=1)])
    influence = np.linalg.solve(curve, scores)[1]
    return np.asarray(slope + len(influence) * influence)
