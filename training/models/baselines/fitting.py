"""All baselines at once, and reading a saved one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from riskwarn.health.history import origin_step
from training.intervals.counts import Reals
from training.labels.task import ForecastTask
from training.models.baselines.conflictology import WINDOWS, Conflictology
from training.models.baselines.dispersion import fit_dispersion
from training.models.baselines.rates import RULES, Rate
from training.models.baselines.regression import PoissonRegression, fit_regression, load_regression
from training.models.baselines.shrunk import ShrunkHistory, fit_shrunk

Baseline = Rate | ShrunkHistory | Conflictology | PoissonRegression

#: Origins, a horizon apart, around whose forecasts the scatter of counts is learnt.
_SCATTERED = 13

#: Origins whose labels are made at once, where no more than their sum is asked for.
_AT_ONCE = 16

#: A regression of nine terms is learnt from so many rows at most: of a large city from every few origins.
MOST_ROWS = 2_000_000


def fit_baselines(task: ForecastTask, at: date, origins: Sequence[date]) -> list[Baseline]:
    """Every baseline, as it can be known at `at` from the mature `origins`; the same in every bit for any number of threads."""
    with threadpool_limits(1):
        return _fitted(task, at, origins)


def _fitted(task: ForecastTask, at: date, origins: Sequence[date]) -> list[Baseline]:
    labels, mean = _labels(task, at, origins)
    scattered, seen = _apart(origins, labels, task.horizon)
    shrunk = fit_shrunk(task.inputs.history, task.horizon, at)
    step = max(origin_step(task.horizon), -(-labels.size // MOST_ROWS))
    learnt, counts = list(origins)[::-step][::-1], labels[::-step][::-1]
    regression = fit_regression(task, learnt, counts, mean, shrunk)
    if scattered:
        around = regression.predict(task.inputs, scattered).expected_count
        regression = replace(regression, dispersion=fit_dispersion(around, seen))
    return [*_rates(task, scattered, seen, mean), shrunk, Conflictology(task.horizon, mean), regression]


def fit_history_baselines(task: ForecastTask, at: date, origins: Sequence[date]) -> list[Baseline]:
    """Those that read the target's own past and no feature: all but the regression.

    They read the columns of :func:`columns_read` alone, and the labels of a few origins at a time.
    """
    scattered, mean = _scattered(origins, task.horizon), _mean(task, at, origins)
    rates = _rates(task, scattered, task.labels(scattered, at), mean)
    return [*rates, fit_shrunk(task.inputs.history, task.horizon, at), Conflictology(task.horizon, mean)]


def columns_read(task: ForecastTask, at: date, origins: Sequence[date]) -> set[int]:
    """The columns of its history that :func:`fit_history_baselines` reads, and that what it fitted reads to forecast at `at`."""
    history, horizon = task.inputs.history, task.horizon
    columns = history.columns_of([at, *_scattered(origins, horizon)]).tolist()
    windows = [columns[0] - back * horizon for back in range(WINDOWS)]
    return {*columns, *(column for column in windows if column >= 0)}


def _scattered(origins: Sequence[date], horizon: int) -> list[date]:
    """The newest origins a horizon apart."""
    return list(origins)[::-horizon][:_SCATTERED]


def _mean(task: ForecastTask, at: date, origins: Sequence[date]) -> float:
    """The city's mean count of a window and grid."""
    total, known = 0.0, 0
    for first in range(0, len(origins), _AT_ONCE):
        labels = task.labels(origins[first : first + _AT_ONCE], at)
        total += float(np.nansum(labels))
        known += int((~np.isnan(labels)).sum())
    return total / known if known else 0.0


def _labels(task: ForecastTask, at: date, origins: Sequence[date]) -> tuple[Reals, float]:
    """The counts of the origins' windows, and the city's mean."""
    labels = task.labels(origins, at)
    return labels, float(np.nanmean(labels)) if labels.size and not np.isnan(labels).all() else 0.0


def _apart(origins: Sequence[date], labels: Reals, horizon: int) -> tuple[list[date], Reals]:
    """The newest origins a horizon apart, and their counts."""
    return _scattered(origins, horizon), labels[::-horizon][:_SCATTERED]


def _rates(task: ForecastTask, scattered: Sequence[date], seen: Reals, mean: float) -> list[Rate]:
    found = []
    for name in RULES:
        own = Rate(name, task.horizon, mean)
        fitted = scattered and name != "zero"
        dispersion = fit_dispersion(own.means(task.inputs.history, scattered), seen) if fitted else 0.0
        found.append(replace(own, dispersion=dispersion))
    return found


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
