"""An estimator of scikit-learn's kind as a forecaster: fitted on what is mature, asked like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier

from training.intervals.counts import CountDistribution
from training.labels.task import ForecastInputs, ForecastTask
from training.models.forecast import Forecast, Reasons

#: A chance of one would be a count without end.
_MOST = 1 - 1e-9


@dataclass(frozen=True)
class Adapted:
    """A fitted classifier of whether anything comes, or a regressor of how much."""

    name: str
    horizon: int
    estimator: Any
    names: tuple[str, ...]

    def predict(self, inputs: ForecastInputs, origins: Sequence[date]) -> Forecast:
        """A Poisson count with the classifier's chance of any, or with the regressor's mean."""
        rows = inputs.matrix.select(self.names).rows(origins)
        if is_classifier(self.estimator):
            chance = np.asarray(self.estimator.predict_proba(rows), dtype=np.float64)
            some = list(self.estimator.classes_).index(True) if True in self.estimator.classes_ else None
            mean = -np.log1p(-np.minimum(chance[:, some], _MOST)) if some is not None else np.zeros(len(rows))
        else:
            mean = np.maximum(np.asarray(self.estimator.predict(rows), dtype=np.float64), 0)
        return Forecast(CountDistribution.poisson(mean.reshape(len(origins), inputs.grids)))

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
