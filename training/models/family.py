"""What one training makes for a target: a model for each horizon out of the same spans, so that they agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from riskwarn.configuration import usual_horizon
from riskwarn.errors import HistoryTooShort, TargetEverywhere, TargetWithoutEvents
from riskwarn.health.history import LEAST_EVENTS, LEAST_ORIGINS
from training.labels.task import ForecastTask
from training.models.choosing import PENALTIES, Choices, choose, outcome
from training.models.design import Design, Flags, StoredDesign, design, rising, varying
from training.models.ensemble import Alone, Ensemble, SpanModel
from training.models.margins import Margins
from training.models.members import deviations
from training.models.poisson import fit_curved
from training.models.trees import ALONE, RESIDUAL, binned, grow
from training.models.tuning import Tuned
from training.models.workers import ThreadWorkers, Workers

#: What stands beside a model under a name of its own.
PARTS = ("regression", "lightgbm")

#: For so long what was settled before a fit holds for later ones of a back-test, but for that of the as-of.
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
        lightgbm = [replace(span, linear=None, trees=None, deviations=None) for span in model.spans]
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
    tuned: Tuned | None = None,
) -> Family:
    """Fit on everything that is mature at `at`, span by span.

    `columns` is the design of the task's matrix where it is at hand; `choices` are those of an earlier fit of the same back-test,
    else they are made anew, by the `usual` horizon of the family, with the penalty and the trees of a search where it `tuned` them.
    Raises HistoryTooShort, TargetWithoutEvents, TargetEverywhere.
    """
    columns = design(task.inputs.matrix) if columns is None else columns
    usual = usual_horizon(horizons) if usual is None else usual
    settled = _settle(task.at_horizon(usual), columns, at, choices, ThreadWorkers(threads), tuned)
    return _fitted(task, horizons, [settled], columns, threads, ThreadWorkers(threads))[0]


@dataclass(frozen=True)
class _Settled:
    """What is settled before a fit: when it is, of which columns, and with which choices."""

    at: date
    columns: Flags
    choices: Choices


def _settle(
    task: ForecastTask,
    columns: Design,
    at: date,
    choices: Choices | None,
    workers: Workers,
    tuned: Tuned | None = None,
) -> _Settled:
    _check(task, at)
    flags = varying(columns, task.mature(at))
    if choices is None:
        searched = tuned is not None and tuned.taken
        penalties, growth = ((tuned.penalty,), tuned.growth) if tuned and searched else (PENALTIES, RESIDUAL)
        choices = choose(task, columns.select(flags), at, workers, penalties, growth)
    return _Settled(at, flags, choices)


def _fitted(
    task: ForecastTask,
    horizons: Sequence[int],
    settled: Sequence[_Settled],
    columns: Design,
    threads: int,
    workers: Workers,
) -> list[Family]:
    """A family for each of what is settled, all spans of all side by side."""
    if isinstance(columns, StoredDesign):
        workers = ThreadWorkers(threads)  # the file lies here
    spans = list(pairwise([0, *sorted(horizons)]))
    matrix = task.inputs.matrix
    bare = task.with_matrix(replace(matrix, values=np.empty((0, 0, 0), dtype=np.float32)))
    # What no family uses is left out once, and not by each of the spans.
    used = np.any([one.columns for one in settled], axis=0)
    own = [replace(one, columns=one.columns[used]) for one in settled]
    found = workers(_fit_span, (bare, columns.select(used)), [(one, span) for one in own for span in spans])
    return [
        _family(columns, one, found[index * len(spans) : (index + 1) * len(spans)], threads)
        for index, one in enumerate(settled)
    ]


def _family(columns: Design, settled: _Settled, spans: Sequence[SpanModel], threads: int) -> Family:
    names, choices = columns.names, settled.choices
    names = tuple(name for name, chosen in zip(names, settled.columns, strict=True) if chosen)
    models = {
        span.stop: Ensemble(
            names,
            span.stop,
            tuple(spans[: index + 1]),
            choices.dispersion,
            choices.calibration,
            choices.together,
            threads=threads,
        )
        for index, span in enumerate(spans)
    }
    return Family(choices, models)


def _fit_span(shared: tuple[ForecastTask, Design], item: tuple[_Settled, tuple[int, int]]) -> SpanModel:
    """The rate of one span, from every origin whose window up to its end is mature."""
    (task, columns), (settled, (start, stop)) = shared, item
    at, choices, columns = settled.at, settled.choices, columns.select(settled.columns)
    origins = task.at_horizon(stop).mature(at)
    if len(origins) < LEAST_ORIGINS:
        raise HistoryTooShort(origins=len(origins), as_of=at, horizon=stop, needed=LEAST_ORIGINS)
    _check_events(task.at_horizon(stop), origins, at, start)
    learnt = outcome(task, origins, start, stop, at)
    flags = rising(columns.features)
    [linear], curve = fit_curved(columns, learnt, [choices.penalty], flags)
    rows = binned(columns, learnt, flags, linear, choices.growth)
    trees = grow(rows, learnt, rows.margin, replace(choices.growth, rounds=choices.rounds), flags)
    mean = float(np.log(max(learnt.events, 0.5) / learnt.rows))
    alone = grow(rows, learnt, np.full_like(rows.margin, mean), replace(ALONE, rounds=choices.alone_rounds), flags)
    moved = deviations(task, columns, learnt, linear, choices.penalty, flags, curve)
    return SpanModel(start, stop, linear, trees, Alone(mean, alone), moved)


def _check(task: ForecastTask, at: date) -> None:
    """Whether there is anything to learn from."""
    origins = task.mature(at)
    if len(origins) < LEAST_ORIGINS:
        raise HistoryTooShort(origins=len(origins), as_of=at, horizon=task.horizon, needed=LEAST_ORIGINS)
    _check_events(task, origins, at)
    if not (task.labels(origins, at) == 0).any():
        raise TargetEverywhere(target=task.called, horizon=task.horizon, as_of=at)


def _check_events(task: ForecastTask, origins: Sequence[date], at: date, start: int = 0) -> None:
    """Raise TargetWithoutEvents where too few lie in the windows of mature origins."""
    events = task.distinct_events(origins, at, start)
    if events < LEAST_EVENTS:
        raise TargetWithoutEvents(
            target=task.called, horizon=task.horizon, events=events, as_of=at, needed=LEAST_EVENTS
        )


@dataclass
class Fits:
    """The families of one target, each fitted when it is first asked for; what is settled before a fit holds for a year.

    `up_to` leaves out the spans of longer horizons, which the others do not need.
    """

    task: ForecastTask
    horizons: Sequence[int]
    threads: int = 1
    up_to: int | None = None
    tuned: Tuned | None = None
    workers: Workers | None = None  # where they are fitted; None: on so many threads
    _columns: Design | None = None
    _kept: Margins = field(default_factory=Margins)
    _families: dict[date, Family] = field(default_factory=dict)

    def at(self, day: date) -> Family:
        """The family as it would have been fitted on a day."""
        self.prepare([day])
        return self._families[day]

    def prepare(self, days: Sequence[date]) -> None:
        """Fit the families of several days side by side."""
        days = [day for day in sorted(set(days)) if day not in self._families]
        if not days:
            return
        workers = ThreadWorkers(self.threads) if self.workers is None else self.workers
        judged = self.task.at_horizon(usual_horizon(self.horizons))
        settled: list[_Settled] = []
        for day in days:
            held = {one: family.choices for one, family in self._families.items()}
            held |= {one.at: one.choices for one in settled}
            # What will be registered is settled anew, as a back-test of that day settles it: the two are one model.
            choices = None if day == self.task.as_of else _choices_at(day, held)
            settled.append(_settle(judged, self.columns, day, choices, workers, self.tuned))
        fitted = [one for one in self.horizons if self.up_to is None or one <= self.up_to]
        families = _fitted(self.task, fitted, settled, self.columns, self.threads, workers)
        self._families |= dict(zip(days, families, strict=True))

    @property
    def columns(self) -> Design:
        """What all families of the target learn from."""
        if self._columns is None:
            self._columns = design(self.task.inputs.matrix)
        return self._columns

    def by(self, day: date) -> Family:
        """The newest of the families that were fitted until a day."""
        return self._families[max(one for one in self._families if one <= day)]

    def members(self, horizon: int) -> Callable[[date], list[Ensemble]]:
        """The model of a horizon and its parts, as they would have been fitted on a day; what these say is kept with the fits."""
        return lambda day: [replace(one, kept=self._kept) for one in self.at(day).members(horizon)]


def _choices_at(day: date, held: Mapping[date, Choices]) -> Choices | None:
    earlier = [one for one in held if one <= day and day - one < _SETTLED]
    return held[max(earlier)] if earlier else None
