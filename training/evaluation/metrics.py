"""All metrics, each with its name written out and its parameters given: a misspelt name is an error and not a default.

Each is one value an origin; see `training.evaluation.judged`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np

from riskwarn.errors import UnknownMetric
from riskwarn.messages import Listed
from riskwarn.words import Unit
from training.evaluation import calibration, lead, losses, ranking, spread
from training.evaluation.clusters import by_community
from training.evaluation.intervals import Bounds, over_both
from training.evaluation.judged import Judged
from training.intervals.counts import Reals

Values = Callable[[Judged], Reals]

#: Shares of grids that are visited; the middle one is the budget of alerts.
SHARES = (0.01, 0.05, 0.10)
BUDGET = 0.05


class Better(StrEnum):
    """Which way a metric is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEARER = "nearer"  # to a certain value


@dataclass(frozen=True)
class Metric:
    """A name, which way is better, how it is made, and the losses by cell of which it is the mean, if it is one."""

    name: str
    better: Better
    of: Values
    cells: Values | None
    at: float | None  # the right value, where nearer is better


def _metrics() -> Iterator[Metric]:
    def higher(name: str, of: Values) -> Metric:
        return Metric(name, Better.HIGHER, of, None, None)

    def near(name: str, of: Values, at: float) -> Metric:
        return Metric(name, Better.NEARER, of, None, at)

    yield Metric("log_loss", Better.LOWER, losses.log_loss, losses.log_losses, None)
    yield Metric("poisson_deviance", Better.LOWER, losses.poisson_deviance, losses.deviances, None)
    yield Metric("brier", Better.LOWER, losses.brier, None, None)
    yield higher("brier_skill", losses.brier_skill)
    yield Metric("crps", Better.LOWER, losses.crps, None, None)
    yield higher("average_precision", ranking.average_precision)
    for share in SHARES:
        percent = round(100 * share)
        yield higher(f"capture_{percent}", partial(ranking.capture, share=share))
        yield higher(f"pai_{percent}", partial(ranking.pai, share=share))
        yield higher(f"pei_{percent}", partial(ranking.pei, share=share))
        yield higher(f"precision_{percent}", partial(ranking.precision, share=share))
        yield higher(f"capture_{percent}_residents", partial(ranking.capture_by_residents, share=share))
        yield higher(f"capture_{percent}_area", partial(ranking.capture_by_area, share=share))
    yield higher("lead_time", partial(lead.lead_time, share=BUDGET))
    yield higher("rank_stability", ranking.rank_stability)
    yield near("calibration", calibration.calibration, 1.0)
    yield near("calibration_level", calibration.calibration_level, 1.0)
    yield near("calibration_slope", calibration.calibration_slope, 1.0)
    for level in (Unit.GRID, Unit.TOWN, Unit.DISTRICT):
        suffix = "" if level is Unit.GRID else f"_{level.value}"
        tail = spread.LOW
        yield near(f"coverage{suffix}", partial(spread.coverage, level=level), spread.HIGH - tail)
        yield near(f"pit_inside{suffix}", partial(spread.inside, level=level), spread.HIGH - tail)
        yield near(f"pit_below{suffix}", partial(spread.below, level=level), tail)
        yield near(f"pit_above{suffix}", partial(spread.above, level=level), tail)
    for name, part in (("hard", _hard), ("new", _new)):
        yield Metric(f"log_loss_{name}", Better.LOWER, part(losses.log_loss), None, None)
        yield higher(f"capture_5_{name}", part(partial(ranking.capture, share=0.05)))
        yield higher(f"average_precision_{name}", part(ranking.average_precision))
        yield near(f"calibration_level_{name}", part(calibration.calibration_level), 1.0)


def _hard(of: Values) -> Values:
    """The metric at places where nothing had come in the year before."""
    return lambda judged: of(judged.hard) if judged.hard is not None else np.full(len(judged.observed), np.nan)


def _new(of: Values) -> Values:
    """The metric at grids that are less than a year old."""
    return lambda judged: of(judged.new) if judged.new is not None else np.full(len(judged.observed), np.nan)


METRICS: dict[str, Metric] = {one.name: one for one in _metrics()}


def metric(name: str) -> Metric:
    """The metric of a name; raise UnknownMetric."""
    if name not in METRICS:
        raise UnknownMetric(metric=name, known=Listed(METRICS))
    return METRICS[name]


@dataclass(frozen=True)
class Measured:
    """A forecast's metrics: each (origins,) values; and, where it is a mean over cells, their (origins, communities) sums."""

    by_origin: dict[str, Reals]
    by_community: dict[str, Reals]
    cells: Reals  # (origins, communities) the cells that were judged
    horizon: int

    def bounds(self, name: str) -> Bounds:
        """The metric and its interval: over origins or over communities, the wider of the two."""
        metric(name)
        return over_both(self.by_origin[name], self.horizon, self.by_community.get(name), self.cells)

    def gain(self, name: str, other: Measured) -> tuple[Bounds, int]:
        """The mean gain over another of the same origins, positive where this one is better, and how many origins tell it."""
        better = metric(name)
        sign = -1.0 if better.better is Better.LOWER else 1.0
        own, their = self.by_origin[name], other.by_origin[name]
        if better.at is not None:
            # The distance from the right value, linearised at each origin.
            own, their = (-np.sign(np.nanmean(one) - better.at) * (one - better.at) for one in (own, their))
        sums = sign * (self.by_community[name] - other.by_community[name]) if name in self.by_community else None
        difference = sign * (own - their)
        return over_both(difference, self.horizon, sums, self.cells), int((~np.isnan(difference)).sum())


def measure(judged: Judged, names: Sequence[str]) -> Measured:
    """The named metrics of a forecast, each made once; raise UnknownMetric."""
    chosen = [metric(name) for name in names]
    community = judged.outcomes.places.units[Unit.COMMUNITY]
    number = int(community.max()) + 1 if len(community) else 0
    sums = {}
    for one in chosen:
        if one.cells is not None:
            rows = (np.where(known, lost, 0.0) for lost, known in zip(one.cells(judged), judged.known, strict=True))
            sums[one.name] = by_community(rows, community, number)
    return Measured(
        by_origin={one.name: one.of(judged) for one in chosen},
        by_community=sums,
        cells=by_community(judged.known, community, number),
        horizon=judged.outcomes.horizon,
    )
