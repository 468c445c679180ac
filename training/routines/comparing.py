"""Forecasters of one's own beside riskwarn's model and every baseline, on the same origins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from riskwarn.errors import ArgumentInvalid, ForecasterNameTaken, HistoryTooShort
from riskwarn.messages import Listed, Message
from riskwarn.progress import Progress, silent
from training.evaluation.comparison import Evaluation, evaluate
from training.evaluation.outcomes import outcomes_of
from training.evaluation.rolling import RollingForecasts, best_baseline, every, rolling
from training.labels.task import ForecastTask
from training.models.adapted import check_estimator, fit_adapted
from training.models.family import Fits
from training.models.forecast import Forecaster
from training.reports.words import FORECASTERS


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

    Raises ForecasterNameTaken, ForecasterInvalid and ArgumentInvalid before anything is fitted, ForecastInvalid where an estimator gives
    no forecast, HistoryTooShort where no origin is mature with others before it, and what a fit of the model raises.
    """
    _check(estimators, {"origins": number, "refit_every": refit_every})
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


def _check(estimators: Mapping[str, Any], numbers: Mapping[str, Any]) -> None:
    """Raise ForecasterNameTaken, ForecasterInvalid, ArgumentInvalid for what cannot be compared."""
    if not isinstance(estimators, Mapping):
        given = Message("of type {name}", name=type(estimators).__name__)
        raise ArgumentInvalid(
            argument="models",
            given=given,
            wanted=Message("a mapping from name to estimator, as {example}", example="{'mine': LogisticRegression()}"),
        )
    for argument, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ArgumentInvalid(argument=argument, given=repr(value), wanted=Message("a whole number from 1"))
    taken = ["observed", *FORECASTERS]
    columns = {*taken, *(f"{name}_count" for name in [*FORECASTERS, *estimators])}
    for name, one in estimators.items():
        if not isinstance(name, str) or not name:
            raise ArgumentInvalid(
                argument="models",
                given=Message("named by {name}", name=repr(name)),
                wanted=Message("each model a text as its name"),
            )
        if name in columns:
            raise ForecasterNameTaken(name=name, taken=Listed(taken))
        check_estimator(name, one)
