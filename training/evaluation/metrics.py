"""Metrics, one value an origin, so that blocks of origins can be drawn again.

Capture and its kin ask whether the few places that can be visited are the right ones; the others whether the numbers are
true. Probabilities are clipped to [1e-6, 1 - 1e-6], means of the deviance floored at 1e-3, ties broken by the order of grids.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy import stats
from sklearn.metrics import average_precision_score

from training.intervals.counts import Reals
from training.models.forecast import Forecast

_CLIP = 1e-6
_FLOOR = 1e-3

#: Shares of grids at which capture is told.
SHARES = (0.01, 0.05, 0.10)

#: Higher is better for these; for the others lower is, or a certain value.
HIGHER_IS_BETTER = ("average_precision", "capture_1", "capture_5", "capture_10")


def by_origin(forecast: Forecast, observed: Reals) -> dict[str, Reals]:
    """Metric -> (origins,) values, NaN where an origin has no events and the metric needs one.

    `observed` holds counts, (origins, grids).
    """
    happened = (observed > 0).astype(np.float64)
    clipped = np.clip(forecast.probability, _CLIP, 1 - _CLIP)
    logs = -(happened * np.log(clipped) + (1 - happened) * np.log(1 - clipped))
    found: dict[str, Reals] = {
        "log_loss": logs.mean(axis=1),
        "brier": ((forecast.probability - happened) ** 2).mean(axis=1),
        "poisson_deviance": _deviance(forecast.expected_count, observed),
        "crps": forecast.counts.crps(observed).mean(axis=1),
        "coverage": ((observed >= forecast.lower) & (observed <= forecast.upper)).mean(axis=1),
        "average_precision": np.array(
            [
                average_precision_score(row > 0, score) if row.any() else np.nan
                for row, score in zip(observed, forecast.probability, strict=True)
            ]
        ),
    }
    grids = observed.shape[1]
    for share in SHARES:
        places = max(1, int(np.ceil(share * grids)))
        captured = np.array(
            [_top(row, score, places) for row, score in zip(observed, forecast.expected_count, strict=True)]
        )
        total = observed.sum(axis=1)
        percent = round(100 * share)
        with np.errstate(invalid="ignore", divide="ignore"):
            found[f"capture_{percent}"] = np.where(total > 0, captured / total, np.nan)
            found[f"pai_{percent}"] = found[f"capture_{percent}"] / (places / grids)
            best = np.sort(observed, axis=1)[:, ::-1][:, :places].sum(axis=1)
            found[f"pei_{percent}"] = np.where(best > 0, captured / best, np.nan)
        found[f"precision_{percent}"] = np.array(
            [
                _top((row > 0).astype(np.float64), score, places) / places
                for row, score in zip(observed, forecast.probability, strict=True)
            ]
        )
    return found


def overall(forecast: Forecast, observed: Reals, climatology: Forecast) -> dict[str, float | None]:
    """Each metric's mean over origins, and what is told over all origins at once."""
    rows = by_origin(forecast, observed)
    told: dict[str, float | None] = {name: _mean(values) for name, values in rows.items()}
    reference = by_origin(climatology, observed)["brier"].mean()
    brier = rows["brier"].mean()
    told["brier_skill"] = float(1 - brier / reference) if reference > 0 else None
    happened = observed > 0
    told["calibration"] = (
        float(happened.mean() / forecast.probability.mean()) if forecast.probability.mean() > 0 else None
    )
    told["count_calibration"] = (
        float(observed.mean() / forecast.expected_count.mean()) if forecast.expected_count.mean() > 0 else None
    )
    told["pit_ks"] = _pit(forecast, observed)
    told["rank_stability"] = _stability(forecast.expected_count)
    return told


def _mean(values: Reals) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _top(values: Reals, score: Reals, places: int) -> float:
    """The sum of `values` over the highest `places` scores."""
    order = np.argsort(-score, kind="stable")[:places]
    return float(values[order].sum())


def _deviance(mean: Reals, observed: Reals) -> Reals:
    floored = np.maximum(mean, _FLOOR)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.where(observed > 0, observed * np.log(observed / floored), 0.0)
    return np.asarray(2 * (logs - observed + floored).mean(axis=1))


def _pit(forecast: Forecast, observed: Reals) -> float:
    """Distance of the randomised probability integral transform from uniform (Kolmogorov-Smirnov)."""
    high = forecast.counts.cdf(observed)
    low = np.where(observed > 0, forecast.counts.cdf(observed - 1), 0.0)
    place = np.random.default_rng(0).random(observed.shape)
    return float(stats.kstest((low + place * (high - low)).ravel(), "uniform").statistic)


def _stability(score: Reals) -> float | None:
    """Mean rank correlation of the scores of neighbouring origins; None where they do not differ between grids."""
    pairs = [
        stats.spearmanr(before, after).statistic
        for before, after in pairwise(score)
        if np.ptp(before) > 0 and np.ptp(after) > 0
    ]
    return float(np.mean(pairs)) if pairs else None
