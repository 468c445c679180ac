"""The model: LightGBM and a regression, for probability and for count, mixed and calibrated out of time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np

from riskwarn.errors import EventsTooLate, HistoryTooShort, TargetEverywhere, TargetWithoutEvents
from riskwarn.files import write_text
from riskwarn.health.learnable import LEAST_EVENTS, LEAST_ORIGINS, MOST_ORIGINS, calibration_origins, origin_step
from training.intervals.counts import Reals
from training.labels.scene import Scene
from training.models.forecast import Forecast, Reasons, forecast
from training.models.linear import Linear, compressed, fit_logistic, fit_poisson

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
    """Probability or count: a boosted and a linear margin, mixed and straightened. Margins are log-odds or log means."""

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
    chance: Side
    number: Side
    dispersion: float
    name: str = "model"

    def predict(self, scene: Scene, origins: Sequence[date]) -> Forecast:
        """Forecast from the features as of each origin."""
        rows = scene.matrix.select(self.names).rows(origins)
        shape = (len(origins), scene.grids)
        probability = _logistic(self.chance.margin(rows)).reshape(shape)
        count = np.exp(np.clip(self.number.margin(rows), -20, 8)).reshape(shape)
        return forecast(probability, count, self.dispersion)

    def explain(self, scene: Scene, origin: date) -> Reasons:
        """SHAP values of the trees (Lundberg et al. 2020) and terms of the regression, in probability points.

        The effects of a grid add up to its probability minus that of a usual grid.
        """
        matrix = scene.matrix.select(self.names)
        rows = matrix.rows([origin])
        side = self.chance
        shap = np.asarray(side.booster.predict(rows, pred_contrib=True), dtype=np.float64)
        terms = side.weight * shap[:, :-1] + (1 - side.weight) * side.linear.contributions(compressed(rows))
        terms *= side.slope
        usual = side.shift + side.slope * (side.weight * shap[:, -1] + (1 - side.weight) * side.linear.intercept)
        total = terms.sum(axis=1)
        moved = _logistic(usual + total) - _logistic(usual)
        scale = np.divide(moved, total, out=np.zeros_like(moved), where=np.abs(total) > 1e-9)
        return Reasons(matrix.features, terms * scale[:, None])

    def save(self, folder: Path) -> None:
        """Write `chance.txt`, `number.txt` (LightGBM) and `model.json`."""
        content = {
            "kind": "blend",
            "names": list(self.names),
            "dispersion": self.dispersion,
            "chance": self.chance.as_dict(),
            "number": self.number.as_dict(),
        }
        write_text(folder / "model.json", json.dumps(content, sort_keys=True))
        write_text(folder / "chance.txt", self.chance.booster.model_to_string())
        write_text(folder / "number.txt", self.number.booster.model_to_string())


def fit_blend(scene: Scene, at: date, threads: int = 2) -> Blend:
    """Fit on everything that is mature at `at`.

    Mixing, calibration and dispersion come from the newest mature origins, forecast by a first fit that ends before them;
    then both sides are fitted again on all. Raises HistoryTooShort, TargetWithoutEvents, TargetEverywhere, EventsTooLate.
    """
    name, horizon = scene.events.name, scene.horizon
    origins = thinned(scene.mature(at)[-MOST_ORIGINS:], horizon)
    if len(origins) < LEAST_ORIGINS:
        raise HistoryTooShort(origins=len(origins), as_of=at, horizon=horizon, needed=LEAST_ORIGINS)
    labels = scene.labels(origins, at)
    if labels.sum() < LEAST_EVENTS:
        raise TargetWithoutEvents(target=name, horizon=horizon, events=int(labels.sum()), as_of=at, needed=LEAST_EVENTS)
    if (labels > 0).all():
        raise TargetEverywhere(target=name, horizon=horizon, as_of=at)
    held = origins[-calibration_origins(len(origins)) :]
    ripe = set(scene.mature(held[0]))
    before = [origin for origin in origins if origin in ripe]
    if len(before) < LEAST_ORIGINS // 2:
        raise HistoryTooShort(origins=len(before), as_of=held[0], horizon=horizon, needed=LEAST_ORIGINS // 2)
    known = scene.labels(before, held[0]).ravel()
    if known.sum() == 0:
        raise EventsTooLate(target=name, horizon=horizon, first=before[0], begins=held[0])
    names = varying(scene, origins)
    matrix = scene.matrix.select(names)
    first, then = matrix.rows(before), (matrix.rows(held), scene.labels(held, at).ravel())
    binary, poisson = _fit_sides(first, known, threads)
    chance = _calibrate(*binary, *then, count=False)
    number = _calibrate(*poisson, *then, count=True)
    dispersion = _dispersion(np.exp(np.clip(number.margin(then[0]), -20, 8)), then[1])
    binary, poisson = _fit_sides(matrix.rows(origins), labels.ravel(), threads)
    return Blend(
        names,
        Side(*binary, chance.weight, chance.shift, chance.slope),
        Side(*poisson, number.weight, number.shift, number.slope),
        dispersion,
    )


def load_blend(folder: Path, content: dict[str, Any]) -> Blend:
    """Read a saved model; the caller has verified the checksums."""

    def side(name: str) -> Side:
        told = content[name]
        booster = lgb.Booster(model_file=str(folder / f"{name}.txt"))
        return Side(booster, Linear.from_dict(told["linear"]), told["weight"], told["shift"], told["slope"])

    return Blend(tuple(content["names"]), side("chance"), side("number"), content["dispersion"])


def thinned(origins: Sequence[date], horizon: int) -> list[date]:
    """The origins that are learnt from, the newest among them."""
    return list(origins)[::-1][:: origin_step(horizon)][::-1]


def varying(scene: Scene, origins: Sequence[date]) -> tuple[str, ...]:
    """Features that are not the same everywhere: a source that was never loaded teaches nothing."""
    rows = scene.matrix.rows(origins)
    kept = []
    for index, name in enumerate(scene.matrix.names):
        column = rows[:, index]
        known = column[~np.isnan(column)]
        if len(known) and known.min() < known.max():
            kept.append(name)
    return tuple(kept)


def _fit_sides(rows: Any, counts: Reals, threads: int) -> tuple[tuple[lgb.Booster, Linear], tuple[lgb.Booster, Linear]]:
    """(trees, regression) for the probability, and for the count; the binned features are shared."""
    happened = (counts > 0).astype(np.float64)
    shared = {**_PARAMETERS, "num_threads": threads}
    data = lgb.Dataset(rows, happened, params=shared, free_raw_data=False).construct()
    chance = lgb.train({**shared, "objective": "binary"}, data, _ROUNDS)
    number = lgb.train({**shared, "objective": "poisson"}, data.set_label(counts), _ROUNDS)
    plain = compressed(rows)
    return (chance, fit_logistic(plain, happened, PENALTY)), (number, fit_poisson(plain, counts, PENALTY))


def _calibrate(booster: lgb.Booster, linear: Linear, rows: Any, counts: Reals, *, count: bool) -> Side:
    """Choose the weight and straighten the margin, by the loss on rows that came later."""
    boosted = np.asarray(booster.predict(rows, raw_score=True), dtype=np.float64)
    plain = linear.margin(compressed(rows))
    happened = counts if count else (counts > 0).astype(np.float64)
    loss = _poisson_loss if count else _log_loss
    weights = np.linspace(0, 1, 11)
    losses = [loss(weight * boosted + (1 - weight) * plain, happened) for weight in weights]
    weight = float(weights[int(np.argmin(losses))])
    mixed = (weight * boosted + (1 - weight) * plain)[:, None]
    straight = (
        fit_poisson(mixed, happened, 1e-4)
        if count
        else fit_logistic(mixed, happened, 1e-4)
        if 0 < happened.mean() < 1
        else None
    )
    if straight is None:
        return Side(booster, linear, weight, 0.0, 1.0)
    slope = float(straight.coefficients[0] / straight.scale[0])
    return Side(booster, linear, weight, float(straight.intercept - slope * straight.mean[0]), slope)


def _dispersion(mean: Reals, counts: Reals) -> float:
    """Moment estimate of the negative binomial's dispersion, never below Poisson."""
    return float(max(0.0, ((counts - mean) ** 2 - mean).sum() / (mean**2).sum()))


def _logistic(margin: Reals) -> Reals:
    return np.asarray(1 / (1 + np.exp(-np.clip(margin, -30, 30))))


def _log_loss(margin: Reals, happened: Reals) -> float:
    return float(np.mean(np.logaddexp(0, margin) - happened * margin))


def _poisson_loss(margin: Reals, counts: Reals) -> float:
    clipped = np.clip(margin, -20, 8)
    return float(np.mean(np.exp(clipped) - counts * clipped))
