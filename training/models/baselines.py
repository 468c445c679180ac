"""Baselines: what a model has to beat. Each is a forecaster like any other, is printed beside and may be champion.

Each gives a Poisson count. Its mean is the rate of the past times the horizon, with one window at the city's mean mixed in, so
that a grid without history is not declared impossible.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from features import Feature
from riskwarn.files import write_text
from riskwarn.words import Quantity
from training.intervals.counts import CountDistribution, Reals
from training.labels.history import EventHistory
from training.labels.task import ForecastInputs, ForecastTask
from training.models.forecast import Forecast, Reasons
from training.models.linear import Linear, fit_poisson

_NEAR_HALF_LIFE = 4.0
_NEAR_SHARE = 0.25


@dataclass(frozen=True)
class Rate:
    """A baseline without anything fitted but the city's mean count of a window."""

    name: str
    horizon: int
    mean: float  # count of a window and grid in the city, at the fit
    names: tuple[str, ...] = ()  # it uses no feature

    def predict(self, inputs: ForecastInputs, origins: Sequence[date]) -> Forecast:
        """Forecast by the grid's own rate."""
        count, windows = _RULES[self.name](inputs.history, origins, self.horizon, self.mean)
        mixed = (count * windows + self.mean) / (windows + 1.0) if self.name != "zero" else count
        return Forecast(CountDistribution.poisson(mixed))

    def explain(self, inputs: ForecastInputs, origin: date) -> Reasons:
        """One reason: the grid's rate against the city's."""
        probability = self.predict(inputs, [origin]).probability[0]
        effect = probability - (0.0 if self.name == "zero" else 1 - np.exp(-self.mean))
        zh, en = _MEANING[self.name]
        feature = Feature(f"baseline_{self.name}", "baseline", inputs.history.target, zh, en, Quantity.INTENSIVE)
        return Reasons((feature,), effect[:, None])

    def save(self, folder: Path) -> None:
        """Write `model.json`."""
        content = {"kind": "rate", "name": self.name, "horizon": self.horizon, "mean": self.mean}
        write_text(folder / "model.json", json.dumps(content, sort_keys=True))


@dataclass(frozen=True)
class PoissonRegression:
    """A Poisson regression on the grid's and its neighbours' history and the season."""

    linear: Linear
    horizon: int
    mean: float
    name: str = "poisson_regression"
    names: tuple[str, ...] = ()  # it uses no feature

    def predict(self, inputs: ForecastInputs, origins: Sequence[date]) -> Forecast:
        """Forecast by the regression."""
        rows = regression_rows(inputs.history, origins, self.horizon, self.mean)
        count = np.exp(np.clip(self.linear.margin(rows), -20, 8)).reshape(len(origins), inputs.grids)
        return Forecast(CountDistribution.poisson(count))

    def explain(self, inputs: ForecastInputs, origin: date) -> Reasons:
        """The regression's terms, in probability points."""
        rows = regression_rows(inputs.history, [origin], self.horizon, self.mean)
        terms = self.linear.contributions(rows)
        usual = 1 - np.exp(-np.exp(np.clip(self.linear.intercept, -20, 8)))
        whole = self.predict(inputs, [origin]).probability[0] - usual
        total = terms.sum(axis=1)
        scale = np.divide(whole, total, out=np.zeros_like(whole), where=np.abs(total) > 1e-9)
        named = tuple(
            Feature(f"baseline_{name}", "baseline", inputs.history.target, zh, en, Quantity.INTENSIVE)
            for name, zh, en in _TERMS
        )
        return Reasons(named, terms * scale[:, None])

    def save(self, folder: Path) -> None:
        """Write `model.json`."""
        content = {
            "kind": "poisson_regression",
            "horizon": self.horizon,
            "mean": self.mean,
            "linear": self.linear.as_dict(),
        }
        write_text(folder / "model.json", json.dumps(content, sort_keys=True))


def fit_baselines(task: ForecastTask, at: date, origins: Sequence[date]) -> list[Rate | PoissonRegression]:
    """Every baseline, as it can be known at `at` from the mature `origins`."""
    labels = task.known_labels(origins, at).ravel()
    told = ~np.isnan(labels)
    mean = float(labels[told].mean()) if told.any() else 0.0
    rates: list[Rate | PoissonRegression] = [Rate(name, task.horizon, mean) for name in _RULES]
    rows = regression_rows(task.inputs.history, origins, task.horizon, mean)
    rates.append(PoissonRegression(fit_poisson(rows[told], labels[told], penalty=1e-6), task.horizon, mean))
    return rates


def load_baseline(content: dict[str, Any]) -> Rate | PoissonRegression:
    """Read a saved baseline."""
    if content["kind"] == "poisson_regression":
        return PoissonRegression(Linear.from_dict(content["linear"]), content["horizon"], content["mean"])
    return Rate(content["name"], content["horizon"], content["mean"])


def regression_rows(history: EventHistory, origins: Sequence[date], horizon: int, mean: float) -> Reals:
    """(origins * grids, terms) logarithms of rates, and the season."""
    terms = []
    for rule in (_all_history, _rate_12, _last_value, _near_repeat):
        count, windows = rule(history, origins, horizon, mean)
        terms.append(np.log((count * windows + mean + 1e-3) / (windows + 1)).ravel())
    year = np.array([2 * np.pi * origin.timetuple().tm_yday / 365.2425 for origin in origins])
    for wave in (np.sin(year), np.cos(year)):
        terms.append(np.repeat(wave, history.grids))
    return np.column_stack(terms)


#: (history, origins, horizon, the city's mean) -> (expected counts (origins, grids), the windows that they rest on)
Rule = Callable[[EventHistory, Sequence[date], int, float], tuple[Reals, Reals]]


def _zero(history: EventHistory, origins: Sequence[date], horizon: int, mean: float) -> tuple[Reals, Reals]:
    return np.zeros((len(origins), history.grids)), np.ones((len(origins), 1))


def _climatology(history: EventHistory, origins: Sequence[date], horizon: int, mean: float) -> tuple[Reals, Reals]:
    return np.full((len(origins), history.grids), mean), np.ones((len(origins), 1))


def _last_value(history: EventHistory, origins: Sequence[date], horizon: int, mean: float) -> tuple[Reals, Reals]:
    return _within(history, origins, horizon, horizon)


def _rate_12(history: EventHistory, origins: Sequence[date], horizon: int, mean: float) -> tuple[Reals, Reals]:
    return _within(history, origins, horizon, 12)


def _all_history(history: EventHistory, origins: Sequence[date], horizon: int, mean: float) -> tuple[Reals, Reals]:
    periods = history.exposure(origins)
    return history.known()[history.columns_of(origins)] / periods * horizon, periods / horizon


def _within(history: EventHistory, origins: Sequence[date], horizon: int, window: int) -> tuple[Reals, Reals]:
    columns = history.columns_of(origins)
    periods = np.clip(columns, 1, window)[:, None].astype(np.float64)
    return history.within(window)[columns] / periods * horizon, periods / horizon


def _near_repeat(history: EventHistory, origins: Sequence[date], horizon: int, mean: float) -> tuple[Reals, Reals]:
    """Fading memory of the grid's and its neighbours' events, scaled to the city's mean."""
    fading = history.decayed(_NEAR_HALF_LIFE)[history.columns_of(origins)]
    around = np.asarray((history.neighbours @ fading.T).T)
    raw = fading + _NEAR_SHARE * around + 1e-3
    memory = 1 / (1 - 0.5 ** (1 / _NEAR_HALF_LIFE))  # periods that the fading memory is worth
    return mean * raw / raw.mean(axis=1, keepdims=True), np.full((len(origins), 1), memory / horizon)


_RULES: dict[str, Rule] = {
    "zero": _zero,
    "climatology": _climatology,
    "last_value": _last_value,
    "all_history": _all_history,
    "rate_12": _rate_12,
    "near_repeat": _near_repeat,
}

_MEANING = {
    "zero": ("不作预测", "no forecast"),
    "climatology": ("全市平均水平", "the city's mean"),
    "last_value": ("上一个同长度时段的发生数", "events in the window before"),
    "all_history": ("本网格全部历史的发生率", "the grid's rate over all its history"),
    "rate_12": ("本网格近12个周期的发生率", "the grid's rate over the last 12 periods"),
    "near_repeat": ("本网格及相邻网格近期的发生情况", "recent events here and next door"),
}

_TERMS = (
    ("all_history", *_MEANING["all_history"]),
    ("rate_12", *_MEANING["rate_12"]),
    ("last_value", *_MEANING["last_value"]),
    ("near_repeat", *_MEANING["near_repeat"]),
    ("season_sin", "一年中的时节（正弦）", "time of the year (sine)"),
    ("season_cos", "一年中的时节（余弦）", "time of the year (cosine)"),
)
