"""Models beside each other on the same origins, with intervals for what lies between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.evaluation.metrics import HIGHER_IS_BETTER, by_origin, overall
from training.intervals.counts import Reals
from training.models.forecast import Forecast

DRAWS = 1000
LEVEL = 0.95

#: Metrics whose difference from each baseline gets an interval.
COMPARED = ("log_loss", "average_precision", "capture_5", "poisson_deviance")

CHAMPION_METRIC = "log_loss"


@dataclass(frozen=True)
class Evaluation:
    """Metrics of each model and the gain of the first over each other, positive where the first is better."""

    metrics: dict[str, dict[str, float | None]]
    gains: dict[str, dict[str, dict[str, float]]]  # baseline -> metric -> gain, lower, upper
    n_events: int
    n_origins: int
    effective_origins: float

    @property
    def best_baseline(self) -> str:
        """The baseline with the lowest log loss."""
        losses = {name: told[CHAMPION_METRIC] for name, told in self.metrics.items() if name != "model"}
        return min(losses, key=lambda name: losses[name] if losses[name] is not None else np.inf)  # type: ignore[arg-type, return-value]

    @property
    def model_wins(self) -> bool:
        """Whether the model beats the best baseline beyond the interval of the difference."""
        return self.gains[self.best_baseline][CHAMPION_METRIC]["lower"] > 0

    def as_dict(self) -> dict[str, Any]:
        """Metrics by model; the model's also hold its gains."""
        told: dict[str, Any] = {name: dict(values) for name, values in self.metrics.items()}
        if "model" in told:
            told["model"]["gains"] = self.gains
        return told


def evaluate(forecasts: Mapping[str, Forecast], observed: Reals, horizon: int) -> Evaluation:
    """Compare `model` with the baselines. `observed` holds counts, (origins, grids); `climatology` must be there."""
    metrics = {name: overall(one, observed, forecasts["climatology"]) for name, one in forecasts.items()}
    gains: dict[str, dict[str, dict[str, float]]] = {}
    if "model" in forecasts:
        own = by_origin(forecasts["model"], observed)
        for name, one in forecasts.items():
            if name != "model":
                other = by_origin(one, observed)
                gains[name] = {metric: paired_gain(metric, own[metric], other[metric], horizon) for metric in COMPARED}
    return Evaluation(metrics, gains, int(observed.sum()), len(observed), max(1.0, len(observed) / horizon))


def paired_gain(metric: str, own: Reals, other: Reals, horizon: int) -> dict[str, float]:
    """Mean gain of `own` over `other` and its interval, positive where `own` is better; both hold a value an origin.

    The interval is of a paired moving-block bootstrap (Kuensch 1989), blocks of 2h origins.
    """
    difference = own - other if metric in HIGHER_IS_BETTER else other - own
    difference = difference[~np.isnan(difference)]
    count = len(difference)
    if count == 0:
        return {"gain": 0.0, "lower": 0.0, "upper": 0.0}
    block = min(2 * horizon, count)
    rng = np.random.default_rng(0)
    starts = rng.integers(count - block + 1, size=(DRAWS, -(-count // block)))
    chosen = (starts[:, :, None] + np.arange(block)).reshape(DRAWS, -1)[:, :count]
    means = difference[chosen].mean(axis=1)
    lower, upper = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {"gain": float(difference.mean()), "lower": float(lower), "upper": float(upper)}
