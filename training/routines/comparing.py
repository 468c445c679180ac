"""Forecasters of one's own beside riskwarn's model and every baseline, on the same origins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from riskwarn.errors import HistoryTooShort
from riskwarn.progress import Progress, silent
from training.evaluation.comparison import Evaluation, evaluate
from training.evaluation.outcomes import outcomes_of
from training.evaluation.rolling import RollingForecasts, best_baseline, every, rolling
from training.labels.task import ForecastTask
from training.models.adapted import fit_adapted
from training.models.family import Fits
from training.models.forecast import Forecaster


@dataclass(frozen=True)
class Comparison:
    """What a back-test of several forecasters found."""

    task: ForecastTask
    origins: tuple[date, ...]
    forecasts: RollingForecasts
    evaluation: Evaluation

    def frame(self) -> pd.DataFrame:
        """A row an origin and grid: the score and expected count of each forecaster, and what came (NaN: not known)."""
        index = pd.MultiIndex.from_product(
            [pd.DatetimeIndex(self.origins), self.task.inputs.matrix.grid_ids], names=["as_of", "grid_id"]
        )
        columns: dict[str, np.ndarray] = {"observed": self.task.labels(self.origins, self.task.as_of).ravel()}
        for name in self.forecasts:
            one = self.forecasts[name]
            columns[name] = one.probability.ravel()
            columns[f"{name}_count"] = one.expected_count.ravel()
        return pd.DataFrame(columns, index=index)


def compare(
    task: ForecastTask,
    estimators: Mapping[str, Any],
    *,
    number: int,
    refit_every: int,
    own: bool = True,
    threads: int = 1,
    progress: Progress = silent,
) -> Comparison:
    """Back-test estimators, every baseline and, with `own`, riskwarn's model from the newest mature origins, at most `number`.

    Raises HistoryTooShort where no origin is mature with others before it, and what a fit of the model raises.
    """
    mature = task.mature(task.as_of)
    origins = tuple(mature[-min(number, len(mature) // 2) :]) if len(mature) >= 2 else ()
    if not origins:
        raise HistoryTooShort(origins=len(mature), as_of=task.as_of, horizon=task.horizon, needed=2)
    fits = Fits(task, [task.horizon], threads)

    def fitted(at: date) -> Sequence[Forecaster]:
        made: list[Forecaster] = list(fits.at(at).members(task.horizon)) if own else []
        return [*made, *(fit_adapted(name, one, task, at) for name, one in estimators.items())]

    forecasts = rolling(task, every(origins, refit_every), fitted, progress)
    evaluation = evaluate(forecasts, outcomes_of(task, origins, task.as_of), best_baseline(task, origins[0]))
    return Comparison(task, origins, forecasts, evaluation)
