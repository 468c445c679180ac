"""The model: LightGBM and a regression, mixed and calibrated out of time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np

from features import FeatureMatrix
from riskwarn.errors import EventsTooLate, HistoryTooShort, TargetEverywhere, TargetWithoutEvents
from riskwarn.files import write_text
from riskwarn.health.learnable import LEAST_EVENTS, LEAST_ORIGINS, MOST_ORIGINS, calibration_origins, origin_step
from training.intervals.counts import CountDistribution, Reals
from training.labels.task import ForecastInputs, ForecastTask
from training.models.forecast import Forecast, Reasons
from training.models.linear import Linear, compressed, fit_poisson

#: Weight of the regression's penalty, per row.
PENALTY = 3e-4

_PARAMETERS: dict[str, Any] = {
    "learning_rate": 0.06,
    "num_leaves": 12,
    "min_data_in_leaf": 80,
    "feature_fraction": 0.2,
    "lambda_l2": 10.0,
    "max_bin": 63,
    "verbosity": -1,
    "deterministic": True,
    "force_col_wise": True,  # many features: 40 % faster than by rows, to the same trees
    "seed": 1,
}
_ROUNDS = 120


@dataclass(frozen=True)
class Side:
    """A boosted and a linear margin, mixed and straightened. Margins are log means."""

    booster: lgb.Booster
    linear: Linear
    weight: float  # of the booster
    shift: float
    slope: float

    def margin(self, rows: Any) -> Reals:
        """(rows,) the calibrated margin."""
        mixed = self.weight * np.asarray(self.booster.predict(rows, raw_score=True), dtype=np.float64)
        mixed = mixed + (1 - self.weight) * self.linear.margin(compressed(rows))
        return np.asarray(self.shift + self.slope * mixed)

    def as_dict(self) -> dict[str, object]:
        """For JSON, without the booster."""
        return {"linear": self.linear.as_dict(), "weight": self.weight, "shift": self.shift, "slope": self.slope}


@dataclass(frozen=True)
class Blend:
    """The fitted model of one target and horizon."""

    names: tuple[str, ...]
    horizon: int
    number: Side
    dispersion: float
    name: str = "model"

    def predict(self, inputs: ForecastInputs, origins: Sequence[date]) -> Forecast:
        """Forecast from the features as of each origin."""
        rows = inputs.matrix.select(self.names).rows(origins)
        count = np.exp(np.clip(self.number.margin(rows), -20, 8)).reshape(len(origins), inputs.grids)
        return Forecast(CountDistribution(count, np.full_like(count, self.dispersion)))

    def explain(self, inputs: ForecastInputs, origin: date) -> Reasons:
        """SHAP values of the trees (Lundberg et al. 2020) and terms of the regression, in probability points.

        The effects of a grid add up to its probability minus that of a usual grid.
        """
        matrix = inputs.matrix.select(self.names)
        rows = matrix.rows([origin])
        side = self.number
        shap = np.asarray(side.booster.predict(rows, pred_contrib=True), dtype=np.float64)
        terms = side.weight * shap[:, :-1] + (1 - side.weight) * side.linear.contributions(compressed(rows))
        terms *= side.slope
        usual = side.shift + side.slope * (side.weight * shap[:, -1] + (1 - side.weight) * side.linear.intercept)
        total = terms.sum(axis=1)
        moved = self._probability(usual + total) - self._probability(usual)
        scale = np.divide(moved, total, out=np.zeros_like(moved), where=np.abs(total) > 1e-9)
        return Reasons(matrix.features, terms * scale[:, None])

    def save(self, folder: Path) -> None:
        """Write `number.txt` (LightGBM) and `model.json`."""
        content = {
            "kind": "blend",
            "names": list(self.names),
            "horizon": self.horizon,
            "dispersion": self.dispersion,
            "number": self.number.as_dict(),
        }
        write_text(folder / "model.json", json.dumps(content, sort_keys=True))
        write_text(folder / "number.txt", self.number.booster.model_to_string())

    def _probability(self, margin: Reals) -> Reals:
        mean = np.exp(np.clip(margin, -20, 8))
        return CountDistribution(mean, np.full_like(mean, self.dispersion)).probability


def fit_blend(task: ForecastTask, at: date, threads: int = 2) -> Blend:
    """Fit on everything that is mature at `at`.

    Mixing, calibration and dispersion come from the newest mature origins, forecast by a first fit that ends before them;
    then both sides are fitted again on all. Raises HistoryTooShort, TargetWithoutEvents, TargetEverywhere, EventsTooLate.
    """
    name, horizon = task.target, task.horizon
    origins = thinned(task.mature(at)[-MOST_ORIGINS:], horizon)
    if len(origins) < LEAST_ORIGINS:
        raise HistoryTooShort(origins=len(origins), as_of=at, horizon=horizon, needed=LEAST_ORIGINS)
    # What no living feed tells is not learnt from: rows that are censored (NaN) are left out of every fit.
    labels = task.known_labels(origins, at).ravel()
    told = ~np.isnan(labels)
    events = int(labels[told].sum())
    if events < LEAST_EVENTS:
        raise TargetWithoutEvents(target=name, horizon=horizon, events=events, as_of=at, needed=LEAST_EVENTS)
    if (labels[told] > 0).all():
        raise TargetEverywhere(target=name, horizon=horizon, as_of=at)
    held = origins[-calibration_origins(len(origins)) :]
    ripe = set(task.mature(held[0]))
    before = [origin for origin in origins if origin in ripe]
    if len(before) < LEAST_ORIGINS // 2:
        raise HistoryTooShort(origins=len(before), as_of=held[0], horizon=horizon, needed=LEAST_ORIGINS // 2)
    known = task.known_labels(before, held[0]).ravel()
    if np.nansum(known) == 0:
        raise EventsTooLate(target=name, horizon=horizon, first=before[0], begins=held[0])
    names = varying(task.inputs.matrix, origins)
    matrix = task.inputs.matrix.select(names)
    first = _told(matrix.rows(before), known)
    then = _told(matrix.rows(held), task.known_labels(held, at).ravel())
    number = _calibrate(*_fit(*first, threads), *then)
    dispersion = _dispersion(np.exp(np.clip(number.margin(then[0]), -20, 8)), then[1])
    fitted = _fit(*_told(matrix.rows(origins), labels), threads)
    return Blend(names, horizon, Side(*fitted, number.weight, number.shift, number.slope), dispersion)


def load_blend(folder: Path, content: dict[str, Any]) -> Blend:
    """Read a saved model; the caller has verified the checksums."""

    told = content["number"]
    booster = lgb.Booster(model_file=str(folder / "number.txt"))
    side = Side(booster, Linear.from_dict(told["linear"]), told["weight"], told["shift"], told["slope"])
    return Blend(tuple(content["names"]), content["horizon"], side, content["dispersion"])


def thinned(origins: Sequence[date], horizon: int) -> list[date]:
    """The origins that are learnt from, the newest among them."""
    return list(origins)[::-1][:: origin_step(horizon)][::-1]


def varying(matrix: FeatureMatrix, origins: Sequence[date]) -> tuple[str, ...]:
    """Features that are not the same everywhere: a source that was never loaded teaches nothing."""
    rows = matrix.rows(origins)
    kept = []
    for index, name in enumerate(matrix.names):
        column = rows[:, index]
        known = column[~np.isnan(column)]
        if len(known) and known.min() < known.max():
            kept.append(name)
    return tuple(kept)


def _told(rows: Any, counts: Reals) -> tuple[Any, Reals]:
    """The rows whose counts are known; all of them without a copy where none is censored."""
    told = ~np.isnan(counts)
    return (rows, counts) if told.all() else (rows[told], counts[told])


def _fit(rows: Any, counts: Reals, threads: int) -> tuple[lgb.Booster, Linear]:
    """(trees, regression)."""
    shared = {**_PARAMETERS, "num_threads": threads}
    data = lgb.Dataset(rows, counts, params=shared)
    booster = lgb.train({**shared, "objective": "poisson"}, data, _ROUNDS)
    return booster, fit_poisson(compressed(rows), counts, PENALTY)


def _calibrate(booster: lgb.Booster, linear: Linear, rows: Any, counts: Reals) -> Side:
    """Choose the weight and straighten the margin, by the loss on rows that came later."""
    boosted = np.asarray(booster.predict(rows, raw_score=True), dtype=np.float64)
    plain = linear.margin(compressed(rows))
    weights = np.linspace(0, 1, 11)
    losses = [_poisson_loss(weight * boosted + (1 - weight) * plain, counts) for weight in weights]
    weight = float(weights[int(np.argmin(losses))])
    straight = fit_poisson((weight * boosted + (1 - weight) * plain)[:, None], counts, 1e-4)
    slope = float(straight.coefficients[0] / straight.scale[0])
    return Side(booster, linear, weight, float(straight.intercept - slope * straight.mean[0]), slope)


def _dispersion(mean: Reals, counts: Reals) -> float:
    """Moment estimate of the negative binomial's dispersion, never below Poisson."""
    return float(max(0.0, ((counts - mean) ** 2 - mean).sum() / (mean**2).sum()))


def _poisson_loss(margin: Reals, counts: Reals) -> float:
    clipped = np.clip(margin, -20, 8)
    return float(np.mean(np.exp(clipped) - counts * clipped))
