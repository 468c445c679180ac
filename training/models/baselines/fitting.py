"""All baselines at once, and reading a saved one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from riskwarn.health.learnable import origin_step
from training.intervals.counts import Reals
from training.labels.task import ForecastTask
from training.models.baselines.conflictology import Conflictology
from training.models.baselines.dispersion import fit_dispersion
from training.models.baselines.rates import RULES, Rate
from training.models.baselines.regression import PoissonRegression, fit_regression, load_regression
from training.models.baselines.shrunk import ShrunkHistory, fit_shrunk

Baseline = Rate | ShrunkHistory | Conflictology | PoissonRegression

#: Origins, a horizon apart, around whose forecasts the scatter of counts is learnt.
_SCATTERED = 13

#: A regression of nine terms is learnt from so many rows at most: of a large city from every few origins.
MOST_ROWS = 2_000_000


def fit_baselines(task: ForecastTask, at: date, origins: Sequence[date]) -> list[Baseline]:
    """Every baseline, as it can be known at `at` from the mature `origins`; the same in every bit for any number of threads."""
    with threadpool_limits(1):
        return _fitted(task, at, origins)


def _fitted(task: ForecastTask, at: date, origins: Sequence[date]) -> list[Baseline]:
    horizon = task.horizon
    labels, mean = _labels(task, at, origins)
    scattered, seen = list(origins)[::-horizon][:_SCATTERED], labels[::-horizon][:_SCATTERED]
    *rates, shrunk, windows = _of_history(task, at, origins, labels, mean)
    assert isinstance(shrunk, ShrunkHistory)
    step = max(origin_step(horizon), -(-labels.size // MOST_ROWS))
    learnt, counts = list(origins)[::-step][::-1], labels[::-step][::-1]
    regression = fit_regression(task, learnt, counts, mean, shrunk)
    if scattered:
        around = regression.predict(task.inputs, scattered).expected_count
        regression = replace(regression, dispersion=fit_dispersion(around, seen))
    return [*rates, shrunk, windows, regression]


def fit_history_baselines(task: ForecastTask, at: date, origins: Sequence[date]) -> list[Baseline]:
    """Those that read the target's own past and no feature: all but the regression."""
    return _of_history(task, at, origins, *_labels(task, at, origins))


def _labels(task: ForecastTask, at: date, origins: Sequence[date]) -> tuple[Reals, float]:
    """The counts of the origins' windows, and the city's mean."""
    labels = task.labels(origins, at)
    return labels, float(np.nanmean(labels)) if labels.size and not np.isnan(labels).all() else 0.0


def _of_history(task: ForecastTask, at: date, origins: Sequence[date], labels: Reals, mean: float) -> list[Baseline]:
    horizon, history = task.horizon, task.inputs.history
    scattered, seen = list(origins)[::-horizon][:_SCATTERED], labels[::-horizon][:_SCATTERED]
    found: list[Baseline] = []
    for name in RULES:
        own = Rate(name, horizon, mean)
        dispersion = fit_dispersion(own.means(history, scattered), seen) if scattered and name != "zero" else 0.0
        found.append(replace(own, dispersion=dispersion))
    return [*found, fit_shrunk(history, horizon, at), Conflictology(horizon, mean)]


def load_baseline(content: dict[str, Any]) -> Baseline:
    """Read a saved baseline."""
    kind, horizon = content["kind"], content["horizon"]
    if kind == "poisson_regression":
        return load_regression(content)
    if kind == "shrunk_history":
        return ShrunkHistory(horizon, content["shape"], content["periods"])
    if kind == "conflictology":
        return Conflictology(horizon, content["mean"])
    return Rate(content["name"], horizon, content["mean"], content.get("dispersion", 0.0))
