"""What one training makes for a target: a model for each horizon out of the same spans, so that they agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

import numpy as np

from riskwarn.configuration import usual_horizon
from riskwarn.errors import HistoryTooShort, TargetEverywhere, TargetWithoutEvents
from riskwarn.health.learnable import LEAST_EVENTS, LEAST_ORIGINS
from training.labels.task import ForecastTask
from training.models.choosing import Choices, choose, outcome, side_by_side
from training.models.design import Design, design, rising, varying
from training.models.ensemble import Alone, Ensemble, SpanModel
from training.models.margins import Margins
from training.models.poisson import fit_regressions
from training.models.trees import ALONE, RESIDUAL, binned, grow

#: What stands beside a model under a name of its own.
PARTS = ("regression", "lightgbm")

#: For so long what was settled before a fit holds for later ones of a back-test.
_SETTLED = timedelta(days=365)


@dataclass(frozen=True)
class Family:
    """Models by horizon; the parts of each stand beside it under their own names."""

    choices: Choices
    models: dict[int, Ensemble]

    def members(self, horizon: int) -> list[Ensemble]:
        """The model of a horizon, the regression alone and LightGBM alone."""
        model = self.models[horizon]
        regression = [replace(span, trees=None, alone=None) for span in model.spans]
        lightgbm = [replace(span, linear=None, trees=None) for span in model.spans]
        served = (
            model
            if self.choices.mixed
            else replace(model, spans=tuple(replace(one, alone=None) for one in model.spans))
        )
        return [
            served,
            replace(model, name=PARTS[0], spans=tuple(regression)),
            replace(model, name=PARTS[1], spans=tuple(lightgbm)),
        ]

    def served(self, horizon: int) -> Ensemble:
        """The model of a horizon."""
        return self.members(horizon)[0]


def fit_family(
    task: ForecastTask,
    horizons: Sequence[int],
    at: date,
    threads: int = 1,
    columns: Design | None = None,
    choices: Choices | None = None,
    usual: int | None = None,
) -> Family:
    """Fit on everything that is mature at `at`, span by span.

    `columns` is the design of the task's matrix where it is at hand; `choices` are those of an earlier fit of the same back-test,
    else they are made anew, by the `usual` horizon of the family. Raises HistoryTooShort, TargetWithoutEvents, TargetEverywhere.
    """
    horizons = sorted(horizons)
    judged = task.at_horizon(usual_horizon(horizons) if usual is None else usual)
    columns = design(task.inputs.matrix) if columns is None else columns
    _check(judged, at)
    columns = columns.select(varying(columns, judged.mature(at)))
    choices = choose(judged, columns, at, threads) if choices is None else choices
    spans = side_by_side(partial(_fit_span, task, columns, at, choices), list(pairwise([0, *horizons])), threads)
    models = {
        horizon: Ensemble(
            columns.names,
            horizon,
            tuple(spans[: index + 1]),
            choices.dispersion,
            choices.calibration,
            choices.together,
            threads=threads,
        )
        for index, horizon in enumerate(horizons)
    }
    return Family(choices, models)


def _fit_span(task: ForecastTask, columns: Design, at: date, choices: Choices, span: tuple[int, int]) -> SpanModel:
    """The rate of one span, from every origin whose window up to its end is mature."""
    start, stop = span
    origins = task.at_horizon(stop).mature(at)
    if len(origins) < LEAST_ORIGINS:
        raise HistoryTooShort(origins=len(origins), as_of=at, horizon=stop, needed=LEAST_ORIGINS)
    learnt = outcome(task, origins, start, stop, at)
    flags = rising(columns.features)
    [linear] = fit_regressions(columns, learnt, [choices.penalty], flags)
    rows = binned(columns, learnt, flags, linear)
    trees = grow(rows, learnt, rows.margin, replace(RESIDUAL, rounds=choices.rounds), flags)
    mean = float(np.log(max(learnt.events, 0.5) / learnt.rows))
    alone = grow(rows, learnt, np.full_like(rows.margin, mean), replace(ALONE, rounds=choices.alone_rounds), flags)
    return SpanModel(start, stop, linear, trees, Alone(mean, alone))


def _check(task: ForecastTask, at: date) -> None:
    """Whether there is anything to learn from."""
    origins = task.mature(at)
    if len(origins) < LEAST_ORIGINS:
        raise HistoryTooShort(origins=len(origins), as_of=at, horizon=task.horizon, needed=LEAST_ORIGINS)
    labels = task.labels(origins, at)
    events = int(np.nansum(labels))
    if events < LEAST_EVENTS:
        raise TargetWithoutEvents(
            target=task.target, horizon=task.horizon, events=events, as_of=at, needed=LEAST_EVENTS
        )
    if not (labels == 0).any():
        raise TargetEverywhere(target=task.target, horizon=task.horizon, as_of=at)


@dataclass
class Fits:
    """The families of one target, each fitted when it is first asked for; what is settled before a fit holds for a year.

    `up_to` leaves out the spans of longer horizons, which the others do not need.
    """

    task: ForecastTask
    horizons: Sequence[int]
    threads: int = 1
    up_to: int | None = None
    _columns: Design | None = None
    _kept: Margins = field(default_factory=Margins)
    _families: dict[date, Family] = field(default_factory=dict)

    def at(self, day: date) -> Family:
        """The family as it would have been fitted on a day."""
        if day not in self._families:
            self._columns = design(self.task.inputs.matrix) if self._columns is None else self._columns
            usual = usual_horizon(self.horizons)
            fitted = [one for one in self.horizons if self.up_to is None or one <= self.up_to]
            self._families[day] = fit_family(
                self.task, fitted, day, self.threads, self._columns, self._settled(day), usual
            )
        return self._families[day]

    def members(self, horizon: int) -> Callable[[date], list[Ensemble]]:
        """The model of a horizon and its parts, as they would have been fitted on a day; what these say is kept with the fits."""
        return lambda day: [replace(one, kept=self._kept) for one in self.at(day).members(horizon)]

    def _settled(self, day: date) -> Choices | None:
        earlier = [one for one in self._families if one <= day and day - one < _SETTLED]
        return self._families[max(earlier)].choices if earlier else None
