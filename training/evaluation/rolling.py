"""Forecasts as they would have been made, from rolling origins: each fit sees what was known at its first.

What is kept are the fits; a forecaster's forecasts are made when they are asked for, and are (origins, grids) arrays that nothing
holds: so that a city of 66,000 grids needs room for a few of them and not for all forecasters at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from riskwarn.health.history import JUDGED_ORIGINS
from riskwarn.messages import Message
from riskwarn.progress import Progress, silent
from training.evaluation.judged import Judged
from training.evaluation.losses import log_loss
from training.evaluation.outcomes import plain_outcomes
from training.labels.task import ForecastInputs, ForecastTask
from training.models.baselines import fit_baselines
from training.models.forecast import Forecast, Forecaster

#: Where nothing was mature before the origins that are judged, this baseline is the one to beat.
WITHOUT_HISTORY = "climatology"


@dataclass(frozen=True)
class Fold:
    """Fitted forecasters and the origins that they forecast."""

    origins: tuple[date, ...]
    forecasters: Mapping[str, Forecaster]


@dataclass(frozen=True)
class RollingForecasts(Mapping[str, Forecast]):
    """Name -> forecasts from all origins of the folds, made anew each time."""

    inputs: ForecastInputs
    folds: tuple[Fold, ...]

    def __getitem__(self, name: str) -> Forecast:
        return self.over(name, [origin for fold in self.folds for origin in fold.origins])

    def __iter__(self) -> Iterator[str]:
        return iter(self.folds[0].forecasters)

    def __len__(self) -> int:
        return len(self.folds[0].forecasters)

    def over(self, name: str, origins: Sequence[date]) -> Forecast:
        """The forecasts of one forecaster from some of the origins."""
        wanted = set(origins)
        parts = []
        for fold in self.folds:
            some = [origin for origin in fold.origins if origin in wanted]
            if some:
                parts.append(fold.forecasters[name].predict(self.inputs, some))
        return Forecast.joined(parts)

    def at(self, origins: Sequence[date]) -> RollingForecasts:
        """The same from some of the origins."""
        wanted = set(origins)
        folds = [Fold(tuple(one for one in fold.origins if one in wanted), fold.forecasters) for fold in self.folds]
        return RollingForecasts(self.inputs, tuple(fold for fold in folds if fold.origins))


def every(origins: Sequence[date], refit: int) -> list[tuple[date, tuple[date, ...]]]:
    """(fitted at, origins) of each fold: a fit every so many origins, at the first of them."""
    return [(origins[begin], tuple(origins[begin : begin + refit])) for begin in range(0, len(origins), refit)]


def between(origins: Sequence[date], fitted: Sequence[date]) -> list[tuple[date, tuple[date, ...]]]:
    """(fitted at, origins) of each fold, for fits at given dates: each serves until the next."""
    folds = []
    for at, following in pairwise([*fitted, date.max]):
        some = tuple(origin for origin in origins if at <= origin < following)
        if some:
            folds.append((at, some))
    return folds


def rolling(
    task: ForecastTask,
    folds: Sequence[tuple[date, Sequence[date]]],
    fitted: Callable[[date], Sequence[Forecaster]],
    progress: Progress = silent,
) -> RollingForecasts:
    """Forecasters and each baseline, fitted at the date of each fold on what was known then."""
    found = []
    doing = Message("back-testing {target}, horizon {horizon}", target=task.called, horizon=task.horizon)
    for done, (at, origins) in enumerate(folds):
        progress(doing, done, len(folds))
        side_by_side = [*fitted(at), *fit_baselines(task, at, task.mature(at))]
        found.append(Fold(tuple(origins), {forecaster.name: forecaster for forecaster in side_by_side}))
    progress(doing, len(folds), len(folds))
    return RollingForecasts(task.inputs, tuple(found))


def best_baseline(task: ForecastTask, before: date) -> str:
    """The baseline with the lowest log loss on origins that are over before a date: the half of the mature ones that is newest,
    at most as many as are judged, forecast by fits that saw none of them."""
    mature = task.mature(before)
    chosen = mature[-min(JUDGED_ORIGINS, len(mature) // 2) :] if len(mature) >= 2 else []
    if not chosen:
        return WITHOUT_HISTORY
    fitted = {one.name: one for one in fit_baselines(task, chosen[0], task.mature(chosen[0]))}
    forecasts = RollingForecasts(task.inputs, (Fold(tuple(chosen), fitted),))
    outcomes = plain_outcomes(task.labels(chosen, before), task.horizon)
    losses = {name: float(log_loss(Judged(forecasts[name], outcomes)).mean()) for name in forecasts}
    return min(losses, key=lambda name: losses[name])
