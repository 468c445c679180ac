"""Regressions from scikit-learn, kept as plain numbers: standardise, multiply, add."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgWarning
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import PoissonRegressor

Reals = npt.NDArray[np.float64]

#: A regression takes so many features, those most correlated with what happened: its cost grows with their square.
MOST_FEATURES = 120


@dataclass(frozen=True)
class Linear:
    """margin = intercept + sum of coefficient * (x - mean) / scale. Arrays (features,)."""

    intercept: float
    coefficients: Reals
    mean: Reals
    scale: Reals

    def contributions(self, rows: Reals) -> Reals:
        """(rows, features) what each feature adds to the intercept."""
        return np.asarray((rows - self.mean) / self.scale * self.coefficients)

    def margin(self, rows: Reals) -> Reals:
        """(rows,) the log mean."""
        return np.asarray((rows - self.mean) / self.scale @ self.coefficients + self.intercept)

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        arrays = {"coefficients": self.coefficients, "mean": self.mean, "scale": self.scale}
        return {"intercept": self.intercept, **{name: values.tolist() for name, values in arrays.items()}}

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Linear:
        """From JSON."""
        return cls(content["intercept"], *(np.array(content[name]) for name in ("coefficients", "mean", "scale")))


def compressed(rows: npt.NDArray[np.float32]) -> Reals:
    """Heavy-tailed features for a regression: signed log(1 + |x|); unknown becomes 0."""
    known = np.nan_to_num(rows.astype(np.float64), nan=0.0)
    return np.asarray(np.sign(known) * np.log1p(np.abs(known)))


def fit_poisson(rows: Reals, counts: Reals, penalty: float) -> Linear:
    """Poisson regression with an L2 penalty on standardised features."""
    scaled, mean, scale = _standardised(rows)
    if counts.sum() == 0:
        return Linear(-20.0, np.zeros(rows.shape[1]), mean, scale)
    chosen = _screened(scaled, counts)
    model = PoissonRegressor(alpha=penalty, solver="newton-cholesky", max_iter=50)
    with _quietly():
        model.fit(scaled[:, chosen], counts)
    return Linear(float(model.intercept_), _placed(model.coef_, chosen, rows.shape[1]), mean, scale)


@contextmanager
def _quietly() -> Iterator[None]:
    """A few grids determine no regression of many features: its penalty does, and the solver's steps need no remark."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", LinAlgWarning)
        yield


def _screened(scaled: Reals, outcome: Reals) -> npt.NDArray[np.int64]:
    """The features most correlated with the outcome (sure independence screening; Fan & Lv 2008), in their order."""
    if scaled.shape[1] <= MOST_FEATURES:
        return np.arange(scaled.shape[1])
    strength = np.abs((outcome - outcome.mean()) @ scaled)
    return np.sort(np.argsort(-strength, kind="stable")[:MOST_FEATURES])


def _placed(coefficients: Reals, chosen: npt.NDArray[np.int64], features: int) -> Reals:
    """Coefficients of all features: zero where one was not chosen."""
    found = np.zeros(features)
    found[chosen] = coefficients
    return found


def _standardised(rows: Reals) -> tuple[Reals, Reals, Reals]:
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    scale = np.where(deviation > 1e-9, deviation, 1.0)
    return (rows - mean) / scale, mean, scale
