"""An estimator of scikit-learn's kind as a forecaster: fitted on what is mature, asked like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone, is_classifier

from riskwarn.errors import ForecasterInvalid, ForecastInvalid
from riskwarn.messages import Message
from training.intervals.counts import CountDistribution, Reals
from training.labels.task import ForecastInputs, ForecastTask
from training.models.forecast import Forecast, Reasons

#: A chance of one would be a count without end.
_MOST = 1 - 1e-9

_PROBLEMS = {
    "chance": "for {number} of {grids} grids its probability is not a number from 0 to 1",
    "count": "for {number} of {grids} grids its count is not a finite number",
}


@dataclass(frozen=True)
class Adapted:
    """A fitted classifier of whether anything comes, or a regressor of how much."""

    name: str
    horizon: int
    estimator: Any
    names: tuple[str, ...]

    def predict(self, inputs: ForecastInputs, origins: Sequence[date]) -> Forecast:
        """A Poisson count with the classifier's chance of any, or with the regressor's mean.

        Raises ForecastInvalid where it gives no number for each grid, or a chance that is none.
        """
        rows = inputs.matrix.select(self.names).rows(origins)
        if is_classifier(self.estimator):
            classes = list(self.estimator.classes_)
            chance = self._numbers(self.estimator.predict_proba(rows), (len(rows), len(classes)), origins)
            some = chance[:, classes.index(True)] if True in classes else np.zeros(len(rows))
            self._check((some >= 0) & (some <= 1), _PROBLEMS["chance"], origins, inputs.grids)
            mean = -np.log1p(-np.minimum(some, _MOST))
        else:
            count = self._numbers(self.estimator.predict(rows), (len(rows),), origins)
            self._check(np.isfinite(count), _PROBLEMS["count"], origins, inputs.grids)
            mean = np.maximum(count, 0)
        return Forecast(CountDistribution.poisson(mean.reshape(len(origins), inputs.grids)))

    def _numbers(self, given: Any, shape: tuple[int, ...], origins: Sequence[date]) -> Reals:
        try:
            found = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError):
            problem = Message("what it gave are no numbers")
            raise ForecastInvalid(name=self.name, origin=origins[0], problem=problem) from None
        if len(shape) == 1 and found.shape == (*shape, 1):
            return found[:, 0]
        if found.shape != shape:
            problem = Message("what it gave has shape {given}, and {wanted} is needed", given=found.shape, wanted=shape)
            raise ForecastInvalid(name=self.name, origin=origins[0], problem=problem)
        return found

    def _check(self, right: npt.NDArray[np.bool_], why: str, origins: Sequence[date], grids: int) -> None:
        """Name the first origin at which something is wrong, and for how many grids."""
        wrong = (~right).reshape(len(origins), grids).sum(axis=1)
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            problem = Message(why, number=int(wrong[first]), grids=grids)
            raise ForecastInvalid(name=self.name, origin=origins[first], problem=problem)

    def explain(self, inputs: ForecastInputs, origin: date) -> Reasons:
        """It gives no reasons."""
        return Reasons((), np.zeros((inputs.grids, 0)))

    def save(self, folder: Path) -> None:
        """Raise TypeError: a stranger's estimator could only be pickled, and nothing here is."""
        raise TypeError(f"{self.name} cannot be saved: only riskwarn's own models are registered")


def fit_adapted(name: str, estimator: Any, task: ForecastTask, at: date) -> Adapted:
    """Fit a clone on everything that is mature at `at`; rows whose label is not known are left out."""
    origins = task.mature(at)
    counts = task.labels(origins, at).ravel()
    known = ~np.isnan(counts)
    rows = task.inputs.matrix.rows(origins)
    learnt = counts[known] > 0 if is_classifier(estimator) else counts[known]
    fitted = clone(estimator).fit(rows if known.all() else rows[known], learnt)
    return Adapted(name, task.horizon, fitted, tuple(task.inputs.matrix.names))


def check_estimator(name: str, estimator: Any) -> None:
    """Raise ForecasterInvalid where something cannot be cloned, fitted and asked."""
    if isinstance(estimator, type):
        given = Message("the class {name}", name=estimator.__name__)
        raise ForecasterInvalid(
            name=name, given=given, problem=Message("a class is not yet made, write {name}()", name=estimator.__name__)
        )
    given = Message("of type {name}", name=type(estimator).__name__)
    if not all(hasattr(estimator, one) for one in ("fit", "get_params", "__sklearn_tags__")):
        problem = Message("it has no fit and parameters as scikit-learn's BaseEstimator has")
        raise ForecasterInvalid(name=name, given=given, problem=problem)
    asked = "predict_proba" if is_classifier(estimator) else "predict"
    if not hasattr(estimator, asked):
        raise ForecasterInvalid(name=name, given=given, problem=Message("it has no {asked}", asked=asked))
