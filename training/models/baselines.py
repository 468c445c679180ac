"""Baselines: what a model has to beat. Each is a forecaster like any other, is printed beside and may be champion.

The expected count is the plain rate times the horizon. The probability comes from the same rate with one window at the
city's mean mixed in, so that a grid without history is not declared impossible.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from features import Feature
from riskwarn.files import write_text
from riskwarn.words import Quantity
from training.intervals.counts import Reals
from training.labels.scene import Scene
from training.models.forecast import Forecast, Reasons, forecast
from training.models.linear import Linear, fit_poisson

_NEAR_HALF_LIFE = 4.0
_NEAR_SHARE = 0.25


@dataclass(frozen=True)
class Rate:
    """A baseline without anything fitted but the city's mean count of a window."""

    name: str
    mean: float  # count of a window and grid in the city, at the fit
    names: tuple[str, ...] = ()  # it uses no feature

    def predict(self, scene: Scene, origins: Sequence[date]) -> Forecast:
        """Forecast by the grid's own rate."""
        columns = scene.columns(origins)
        rule = _RULES[self.name]
        count, windows = rule(scene, columns, self.mean)
        mixed = (count * windows + self.mean) / (windows + 1.0)
        probability = 1 - np.exp(-mixed) if self.name != "zero" else np.zeros_like(count)
        return _plain(probability, count)

    def explain(self, scene: Scene, origin: date) -> Reasons:
        """One reason: the grid's rate against the city's."""
        probability = self.predict(scene, [origin]).probability[0]
        effect = probability - (0.0 if self.name == "zero" else 1 - np.exp(-self.mean))
        zh, en = _MEANING[self.name]
        feature = Feature(f"baseline_{self.name}", "baseline", scene.events.name, zh, en, Quantity.INTENSIVE)
        return Reasons((feature,), effect[:, None])

    def save(self, folder: Path) -> None:
        """Write `model.json`."""
        content = {"kind": "rate", "name": self.name, "mean": self.mean}
        write_text(folder / "model.json", json.dumps(content, sort_keys=True))


@dataclass(frozen=True)
class PoissonRegression:
    """A Poisson regression on the grid's and its neighbours' history and the season."""

    linear: Linear
    mean: float
    name: str = "poisson_regression"
    names: tuple[str, ...] = ()  # it uses no feature

    def predict(self, scene: Scene, origins: Sequence[date]) -> Forecast:
        """Forecast by the regression."""
        rows = regression_rows(scene, origins, self.mean)
        count = np.exp(np.clip(self.linear.margin(rows), -20, 8)).reshape(len(origins), scene.grids)
        return _plain(1 - np.exp(-count), count)

    def explain(self, scene: Scene, origin: date) -> Reasons:
        """The regression's terms, in probability points."""
        rows = regression_rows(scene, [origin], self.mean)
        terms = self.linear.contributions(rows)
        usual = 1 - np.exp(-np.exp(np.clip(self.linear.intercept, -20, 8)))
        whole = self.predict(scene, [origin]).probability[0] - usual
        total = terms.sum(axis=1)
        scale = np.divide(whole, total, out=np.zeros_like(whole), where=np.abs(total) > 1e-9)
        named = tuple(
            Feature(f"baseline_{name}", "baseline", scene.events.name, zh, en, Quantity.INTENSIVE)
            for name, zh, en in _TERMS
        )
        return Reasons(named, terms * scale[:, None])

    def save(self, folder: Path) -> None:
        """Write `model.json`."""
        content = {"kind": "poisson_regression", "mean": self.mean, "linear": self.linear.as_dict()}
        write_text(folder / "model.json", json.dumps(content, sort_keys=True))


def fit_baselines(scene: Scene, at: date, origins: Sequence[date]) -> list[Rate | PoissonRegression]:
    """Every baseline, as it can be known at `at` from the mature `origins`."""
    labels = scene.labels(origins, at)
    mean = float(labels.mean()) if labels.size else 0.0
    rates: list[Rate | PoissonRegression] = [Rate(name, mean) for name in _RULES]
    rows = regression_rows(scene, origins, mean)
    rates.append(PoissonRegression(fit_poisson(rows, labels.ravel(), penalty=1e-6), mean))
    return rates


def regression_rows(scene: Scene, origins: Sequence[date], mean: float) -> Reals:
    """(origins * grids, terms) logarithms of rates, and the season."""
    columns = scene.columns(origins)
    terms = []
    for rule in (_all_history, _rate_12, _last_value, _near_repeat):
        count, windows = rule(scene, columns, mean)
        terms.append(np.log((count * windows + mean + 1e-3) / (windows + 1)).ravel())
    year = np.array([2 * np.pi * origin.timetuple().tm_yday / 365.2425 for origin in origins])
    for wave in (np.sin(year), np.cos(year)):
        terms.append(np.repeat(wave, scene.grids))
    return np.column_stack(terms)


Rule = Callable[[Scene, np.ndarray, float], tuple[Reals, Reals]]


def _zero(scene: Scene, columns: np.ndarray, mean: float) -> tuple[Reals, Reals]:
    return np.zeros((len(columns), scene.grids)), np.ones((len(columns), 1))


def _climatology(scene: Scene, columns: np.ndarray, mean: float) -> tuple[Reals, Reals]:
    return np.full((len(columns), scene.grids), mean), np.ones((len(columns), 1))


def _last_value(scene: Scene, columns: np.ndarray, mean: float) -> tuple[Reals, Reals]:
    return _within(scene, columns, scene.horizon)


def _rate_12(scene: Scene, columns: np.ndarray, mean: float) -> tuple[Reals, Reals]:
    return _within(scene, columns, 12)


def _all_history(scene: Scene, columns: np.ndarray, mean: float) -> tuple[Reals, Reals]:
    periods = np.maximum(columns, 1)[:, None].astype(np.float64)
    seen = scene.panel.cached(("target", scene.events.name), lambda: scene.panel.holding(scene.spans))
    return seen[columns] / periods * scene.horizon, periods / scene.horizon


def _within(scene: Scene, columns: np.ndarray, window: int) -> tuple[Reals, Reals]:
    seen = scene.panel.cached(("target", scene.events.name, window), lambda: scene.panel.within(scene.spans, window))
    periods = np.clip(columns, 1, window)[:, None].astype(np.float64)
    return seen[columns] / periods * scene.horizon, periods / scene.horizon


def _near_repeat(scene: Scene, columns: np.ndarray, mean: float) -> tuple[Reals, Reals]:
    """Fading memory of the grid's and its neighbours' events, scaled to the city's mean."""
    fading = scene.panel.cached(
        ("target fading", scene.events.name), lambda: scene.panel.decayed(scene.spans, _NEAR_HALF_LIFE)
    )[columns]
    around = np.asarray((scene.city.geography.neighbours @ fading.T).T)
    raw = fading + _NEAR_SHARE * around + 1e-3
    memory = 1 / (1 - 0.5 ** (1 / _NEAR_HALF_LIFE))  # periods that the fading memory is worth
    return mean * raw / raw.mean(axis=1, keepdims=True), np.full((len(columns), 1), memory / scene.horizon)


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


def _plain(probability: Reals, count: Reals) -> Forecast:
    """A baseline's forecast: its count stays the plain rate, below the probability where history is empty."""
    interval = forecast(probability, count)
    return Forecast(probability, count, interval.lower, interval.upper, 0.0)
