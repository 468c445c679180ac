"""What a fit settles before it learns: by forecasts of the last year, each quarter from a fit that ended before it.

The penalty of the regression, how many trees, whether LightGBM alone is mixed in, calibration, and how counts scatter. What
changes a forecast beyond the default is taken only where its gain over the quarters exceeds its interval: one season says
nothing of the next.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from riskwarn.means import t_quantile
from riskwarn.periods import Period
from riskwarn.words import Unit
from training.intervals.counts import Reals
from training.intervals.dispersion import Dispersion, fit_dispersion
from training.intervals.units import fit_together
from training.labels.task import ForecastTask
from training.models.blown import BASE
from training.models.design import Design, rising
from training.models.ensemble import Calibration
from training.models.linear import Linear
from training.models.poisson import Outcome, fit_regressions, margins
from training.models.trees import ALONE, RESIDUAL, Growth, Later, binned, losses_by_round, raw_margin
from training.models.workers import ThreadWorkers, Workers, one_by_one

#: Penalties of the regression that are tried, the strongest first.
PENALTIES = (1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4)

#: Taken where no quarter can be looked at: for targets of less and of more events than this a row.
_RARE, _RARE_PENALTY, _PENALTY = 0.05, 3e-3, 1e-3
_ROUNDS = 20

_QUARTER = {Period.DAY: 91, Period.WEEK: 13, Period.MONTH: 3}
_QUARTERS = 4

#: Before a quarter fewer origins or events, each counted once, teach nothing that holds. Twice as many events left fewer than three of four quarters to
#: the rarest targets that are learnt, and cost them .08 ± .04 of a thousandth of log loss (36 made-up cities of 30 events, horizon 4).
LEAST_ORIGINS, LEAST_EVENTS = 6, 10

#: Rows of a city (mature origins times grids) that are looked at, about: of a larger one every so many-th grid.
MOST_ROWS = 2_000_000

#: Events that stand for the belief that no calibration is needed.
_PRIOR_EVENTS = 20.0


@dataclass(frozen=True)
class Choices:
    """What a fit learns with."""

    penalty: float
    rounds: int  # of the trees on the regression's margin
    alone_rounds: int
    mixed: bool
    dispersion: Dispersion
    calibration: Calibration
    together: Mapping[Unit, float] = field(default_factory=dict)  # by how much the grids of a unit err alike
    told: dict[str, Any] = field(default_factory=dict)  # log losses that were compared
    growth: Growth = RESIDUAL  # of the trees on the regression's margin

    @property
    def inner(self) -> dict[str, tuple[float, float]]:
        """Part -> its mean log loss on inner origins and that of the city's mean; empty where there were none."""
        if BASE not in self.told:
            return {}
        served = {"model": "mixed" if self.mixed else "boosted", "regression": "regression", "lightgbm": "lightgbm"}
        base = float(np.mean(self.told[BASE]))
        return {name: (float(np.mean(self.told[part])), base) for name, part in served.items()}

    def as_parameters(self) -> dict[str, Any]:
        """What is noted of a run."""
        return {
            "penalty": self.penalty,
            "rounds": self.rounds,
            "alone_rounds": self.alone_rounds,
            "mixed": self.mixed,
            "dispersion": f"{self.dispersion.scale:.4g} * mean ** {self.dispersion.power:g}",
            "leaves": self.growth.leaves,
            "learning_rate": self.growth.rate,
            "column_share": self.growth.column_share,
            "least_rows": self.growth.least_rows,
            "inner_losses": json.dumps(self.told, sort_keys=True),
            "calibration": f"{self.calibration.level:.4g} + {self.calibration.slope:.4g} * log mean",
        }


@dataclass(frozen=True)
class _Quarter:
    """One inner fit and what came after it."""

    learnt: Outcome
    origins: tuple[date, ...]
    counts: Reals  # (origins, grids)
    known: Reals  # (origins, grids) 1 where the label is known
    linears: tuple[Linear, ...] = ()  # by penalty
    margins: tuple[Reals, ...] = ()  # theirs, of the quarter


@dataclass(frozen=True)
class _Grown:
    """The trees of one quarter, and their losses on it by round."""

    start: Reals  # the regression's margin, (origins, grids)
    table: npt.NDArray[np.float32]
    trees: lgb.Booster
    residual_losses: Reals  # from no tree on
    mean: float = 0.0
    lonely: lgb.Booster | None = None
    alone_losses: Reals = field(default_factory=lambda: np.zeros(0))  # from the first tree on

    def residual(self, rounds: int) -> Reals:
        """(origins, grids) margins of the regression with so many trees."""
        return self.start + raw_margin(self.trees, self.table, rounds=rounds).reshape(self.start.shape)

    def alone(self, rounds: int) -> Reals:
        """(origins, grids) margins of so many trees alone."""
        assert self.lonely is not None
        return self.mean + raw_margin(self.lonely, self.table, rounds=rounds).reshape(self.start.shape)


def outcome(
    task: ForecastTask, origins: Sequence[date], start: int, stop: int, known_before: date, every: int = 1
) -> Outcome:
    """What is learnt of a span from these origins, in every so many-th grid."""
    known = task.observed(origins, start, stop, known_before)[:, ::every]
    counts = task.counts(origins, start, stop, known_before)
    return Outcome(tuple(origins), counts if every == 1 else counts[:, ::every].copy(), known.astype(np.float32))


def choose(
    task: ForecastTask,
    columns: Design,
    at: date,
    workers: Workers = one_by_one,
    penalties: Sequence[float] = PENALTIES,
    growth: Growth = RESIDUAL,
) -> Choices:
    """What to learn with at `at`, by the task's horizon: from what was known then, of a large city in every so many-th grid."""
    every = max(1, round(len(task.mature(at)) * task.grids / MOST_ROWS))
    columns = columns.some_grids(every)
    quarters = workers(partial(_regressed, penalties), columns, _quarters(task, at, every))
    if not quarters:
        return _defaults(task, at)
    losses = np.array([[_loss(margin, one) for margin in one.margins] for one in quarters])
    best = int(np.argmin(losses.mean(axis=0)))
    grown = workers(partial(_grown, best, growth), columns, quarters)
    # One tree of a small step changes next to nothing: LightGBM is always there, and is given the room that it earns.
    rounds = max(1, int(np.argmin(np.mean([one.residual_losses for one in grown], axis=0))))
    alone_rounds = 1 + int(np.argmin(np.mean([one.alone_losses for one in grown], axis=0)))
    bare = [one.margins[best] for one in quarters]
    own = [one.residual(rounds) for one in grown]
    apart = [one.alone(alone_rounds) for one in grown]
    mix = [(left + right) / 2 for left, right in zip(own, apart, strict=True)]
    parts = {"regression": bare, "boosted": own, "lightgbm": apart, "mixed": mix}
    parts[BASE] = [np.full_like(one.counts, np.log(max(one.learnt.events, 0.5) / one.learnt.rows)) for one in quarters]
    told = {name: [_loss(*pair) for pair in zip(part, quarters, strict=True)] for name, part in parts.items()}
    mixed = helps(np.array(told["boosted"]) - np.array(told["mixed"]))
    margin = mix if mixed else own
    calibration = _calibration(margin, quarters)
    mean = calibration.of(np.exp(np.concatenate([part.ravel() for part in margin])))
    known = np.concatenate([one.known.ravel() for one in quarters]) > 0
    dispersion = fit_dispersion(mean[known], np.concatenate([one.counts.ravel() for one in quarters])[known])
    units = {level: unit[::every] for level, unit in task.units.items()}
    together = _together(units, dispersion, calibration, margin, quarters, task.horizon)
    tried = dict(zip(map(str, penalties), losses.mean(axis=0).tolist(), strict=True))
    return Choices(
        penalties[best],
        rounds,
        alone_rounds,
        mixed,
        dispersion,
        calibration,
        together,
        {"penalties": tried, **told},
        growth,
    )


#: (penalty, how trees grow on the regression) -> (quarters,) log losses of the boosted margin, with as many trees as do best.
Judgement = Callable[[float, Growth], Reals]


def judgement(task: ForecastTask, columns: Design, at: date, threads: int = 1) -> Judgement | None:
    """How what is learnt with is judged, by what was known at `at`; None where no quarter can be looked at."""
    every = max(1, round(len(task.mature(at)) * task.grids / MOST_ROWS))
    columns = columns.some_grids(every)
    quarters, workers = _quarters(task, at, every), ThreadWorkers(threads)

    def judged(penalty: float, growth: Growth) -> Reals:
        fitted = workers(partial(_regressed, (penalty,)), columns, quarters)
        grown = workers(partial(_grown, 0, growth, lonely=False), columns, fitted)
        rounds = max(1, int(np.argmin(np.mean([one.residual_losses for one in grown], axis=0))))
        return np.array([_loss(one.residual(rounds), quarter) for one, quarter in zip(grown, fitted, strict=True)])

    return judged if quarters else None


def helps(gains: Reals) -> bool:
    """Whether the mean gain of the quarters exceeds one standard error of it (Breiman et al. 1984)."""
    return len(gains) > 1 and bool(gains.mean() > gains.std(ddof=1) / np.sqrt(len(gains)))


def wins(gains: Sequence[float]) -> bool:
    """Whether the gains of a year's quarters lie above nothing beyond their interval (95 %, Student)."""
    if len(gains) < _QUARTERS:
        return False
    values = np.array(gains)
    bound = t_quantile(len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return bool(values.mean() - bound > 0)


def _quarters(task: ForecastTask, at: date, every: int) -> list[_Quarter]:
    """The newest quarters whose windows are mature at `at`, the oldest first, each with what could be learnt before it."""
    mature = task.mature(at)
    size = _QUARTER[task.calendar.period]
    found: list[_Quarter] = []
    step = max(1, task.horizon // 2)
    for back in range(_QUARTERS, 0, -1):
        stop = len(mature) - (back - 1) * size
        origins = mature[max(0, stop - size) : stop]
        if len(origins) < size:
            continue
        before = task.mature(origins[0])[::-1][::step][::-1]
        if len(before) < LEAST_ORIGINS:
            continue
        if task.distinct_events(before, origins[0], every=every) >= LEAST_EVENTS:
            learnt = outcome(task, before, 0, task.horizon, origins[0], every)
            came = outcome(task, origins, 0, task.horizon, at, every)
            found.append(_Quarter(learnt, tuple(origins), came.counts, came.weight.astype(np.float64)))
    return found


def _regressed(penalties: Sequence[float], columns: Design, one: _Quarter) -> _Quarter:
    """A quarter with the regressions of all penalties."""
    linears = fit_regressions(columns, one.learnt, penalties, rising(columns.features))
    return replace(
        one, linears=tuple(linears), margins=tuple(margins(columns, one.origins, linear) for linear in linears)
    )


def _grown(penalty: int, growth: Growth, columns: Design, one: _Quarter, lonely: bool = True) -> _Grown:
    """Trees on the regression of one penalty, and alone where they are asked for."""
    flags, linear, start = rising(columns.features), one.linears[penalty], one.margins[penalty]
    rows, table = binned(columns, one.learnt, flags, linear, growth), columns.rows(one.origins)
    later = partial(Later, table, one.counts.ravel(), one.known.ravel())
    trees, by_round = losses_by_round(rows, one.learnt, rows.margin, later(start.ravel()), growth, flags)
    before = float(((np.exp(start) - one.counts * start) * one.known).sum() / one.known.sum())
    grown = _Grown(start, table, trees, np.concatenate([[before], by_round]))
    if not lonely:
        return grown
    mean = float(np.log(one.learnt.events / one.learnt.rows))
    flat = np.full(len(table), mean)
    own, alone = losses_by_round(rows, one.learnt, np.full_like(rows.margin, mean), later(flat), ALONE, flags)
    return replace(grown, mean=mean, lonely=own, alone_losses=alone)


def _loss(margin: Reals, one: _Quarter) -> float:
    """Mean log loss of whether anything happened."""
    rate = np.exp(np.clip(margin, -14, 8))
    happened = one.counts > 0
    losses = np.where(happened, -np.log(-np.expm1(-rate)), rate)
    return float((losses * one.known).sum() / one.known.sum())


def _calibration(margin: Sequence[Reals], quarters: Sequence[_Quarter]) -> Calibration:
    """Level and slope, where each quarter gains by those of the others."""
    gains = []
    for left_out in range(len(quarters)):
        others = [index for index in range(len(quarters)) if index != left_out]
        if not others:
            return Calibration()
        fitted = _straightened([margin[index] for index in others], [quarters[index] for index in others])
        quarter = quarters[left_out]
        gains.append(_loss(margin[left_out], quarter) - _loss(fitted.level + fitted.slope * margin[left_out], quarter))
    return _straightened(margin, quarters) if wins(gains) else Calibration()


def _together(
    units: Mapping[Unit, npt.NDArray[np.int64]],
    dispersion: Dispersion,
    calibration: Calibration,
    margin: Sequence[Reals],
    quarters: Sequence[_Quarter],
    horizon: int,
) -> dict[Unit, float]:
    """By how much the grids of a unit err alike, over the quarters."""
    counts = dispersion.around(calibration.of(np.exp(np.concatenate(margin))))
    observed = np.concatenate([np.where(one.known > 0, one.counts, np.nan) for one in quarters])
    return fit_together(counts, observed, units, horizon)


def _straightened(margin: Sequence[Reals], quarters: Sequence[_Quarter]) -> Calibration:
    """A Poisson regression of the counts on the margin, drawn to (0, 1) as by some events."""
    known = np.concatenate([one.known.ravel() for one in quarters]) > 0
    told = np.concatenate([one.ravel() for one in margin])[known]
    seen = np.concatenate([one.counts.ravel() for one in quarters])[known]
    place = np.array([0.0, 1.0])
    prior = np.diag([_PRIOR_EVENTS, _PRIOR_EVENTS * max(float(told.var()), 1e-6)])
    for _ in range(20):
        rate = np.exp(np.clip(place[0] + place[1] * told, -20, 8))
        slope = np.array([(rate - seen).sum(), ((rate - seen) * told).sum()]) + prior @ (place - [0.0, 1.0])
        curve = np.array([[rate.sum(), (rate * told).sum()], [(rate * told).sum(), (rate * told**2).sum()]]) + prior
        step = np.linalg.solve(curve, slope)
        place -= step
        if np.abs(step).max() < 1e-8:
            break
    return Calibration(float(place[0]), float(max(place[1], 0.1)))


def _defaults(task: ForecastTask, at: date) -> Choices:
    """Where the history is too short to ask it."""
    labels = task.labels(task.mature(at), at)
    rare = bool(np.nanmean(labels) < _RARE)
    return Choices(_RARE_PENALTY if rare else _PENALTY, _ROUNDS, _ROUNDS, False, Dispersion(), Calibration())
