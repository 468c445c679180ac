"""Baselines that are one rule on the past: a rate times the horizon, with one window at the city's mean mixed in, so that a grid
without history is not declared impossible."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from riskwarn.files import write_text
from training.intervals.counts import CountDistribution, Reals
from training.labels.history import EventHistory
from training.labels.task import ForecastInputs
from training.models.baselines.reasons import one_reason
from training.models.forecast import Forecast, Reasons

_NEAR_HALF_LIFE = 4.0
_NEAR_SHARE = 0.25


@dataclass(frozen=True)
class Rate:
    """A rule; fitted are the city's mean count of a window and how widely counts scatter."""

    name: str
    horizon: int
    mean: float  # count of a window and grid in the city, at the fit
    dispersion: float = 0.0
    names: tuple[str, ...] = ()  # it uses no feature

    def predict(self, inputs: ForecastInputs, origins: Sequence[date]) -> Forecast:
        """Forecast by the grid's own rate."""
        mean = self.means(inputs.history, origins)
        return Forecast(CountDistribution(mean, np.full_like(mean, self.dispersion)))

    def means(self, history: EventHistory, origins: Sequence[date]) -> Reals:
        """(origins, grids) expected counts."""
        if self.name == "zero":
            return np.zeros((len(origins), history.grids))
        return smoothed(self.name, history, origins, self.horizon, self.mean)

    def explain(self, inputs: ForecastInputs, origin: date) -> Reasons:
        """One reason: the grid's rate against the city's."""
        score = self.predict(inputs, [origin]).probability[0]
        return one_reason(self.name, inputs.history.target, *MEANING[self.name], score)

    def save(self, folder: Path) -> None:
        """Write `model.json`."""
        content = {
            "kind": "rate",
            "name": self.name,
            "horizon": self.horizon,
            "mean": self.mean,
            "dispersion": self.dispersion,
        }
        write_text(folder / "model.json", json.dumps(content, sort_keys=True))


def plain_rate(name: str, history: EventHistory, origins: Sequence[date], horizon: int) -> Reals:
    """(origins, grids) a rule's rate times the horizon, with nothing mixed in: what a table of rates elsewhere holds."""
    return RULES[name](history, origins, horizon, 0.0)[0]


def smoothed(name: str, history: EventHistory, origins: Sequence[date], horizon: int, mean: float) -> Reals:
    """(origins, grids) a rule's expected counts with one window at the city's mean mixed in."""
    count, windows = RULES[name](history, origins, horizon, mean)
    return (count * windows + mean) / (windows + 1.0)


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


RULES: dict[str, Rule] = {
    "zero": _zero,
    "climatology": _climatology,
    "last_value": _last_value,
    "all_history": _all_history,
    "rate_12": _rate_12,
    "near_repeat": _near_repeat,
}

MEANING = {
    "zero": ("不作预测", "no forecast"),
    "climatology": ("全市平均水平", "the city's mean"),
    "last_value": ("上一个同长度时段的发生数", "events in the window before"),
    "all_history": ("本网格全部历史的发生率", "the grid's rate over all its history"),
    "rate_12": ("本网格近12个周期的发生率", "the grid's rate over the last 12 periods"),
    "near_repeat": ("本网格及相邻网格近期的发生情况", "recent events here and next door"),
}
