"""Models beside each other on the same origins, with intervals for what lies between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from riskwarn.arrays import give_back
from training.evaluation.cells import Cells, cells_of
from training.evaluation.intervals import Bounds
from training.evaluation.judged import Judged
from training.evaluation.losses import brier
from training.evaluation.metrics import METRICS, Measured, measure
from training.evaluation.outcomes import Outcomes
from training.evaluation.ranked import Ranked, ranked
from training.evaluation.views import View, view
from training.intervals.counts import Reals
from training.models.blown import BASE
from training.models.forecast import Forecast

#: Metrics whose difference from each baseline is told.
COMPARED = ("log_loss", "average_precision", "capture_5", "poisson_deviance")

CHAMPION_METRIC = "log_loss"

#: With fewer origins whose windows do not overlap there is not enough evidence for any choice.
LEAST_EFFECTIVE = 6.0


@dataclass(frozen=True)
class Gain:
    """By how much one forecaster is better than another, positive where it is, with its 95 % interval."""

    gain: float
    lower: float
    upper: float
    effective: float  # origins whose windows do not overlap
    enough: bool  # whether so many tell anything

    @property
    def wins(self) -> bool:
        """Better beyond the interval, on enough evidence."""
        return self.enough and self.lower > 0

    @property
    def loses(self) -> bool:
        """Worse beyond the interval, which is as wide as few origins make it: to be kept out takes less evidence than to be let in."""
        return self.upper < 0

    @property
    def shown(self) -> str:
        """With its interval, for a sentence."""
        gain, lower, upper = (_plain(one) for one in (self.gain, self.lower, self.upper))
        return f"{gain} [{lower}, {upper}]"

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what cannot be told is null."""
        return {key: None if value != value else value for key, value in asdict(self).items()}


@dataclass(frozen=True)
class Evaluation:
    """Metrics of each forecaster with intervals, and the gain of `model` over each other."""

    metrics: dict[str, dict[str, float | None]]
    intervals: dict[str, dict[str, tuple[float, float] | None]]
    gains: dict[str, dict[str, Gain]]  # other -> metric -> gain
    series: dict[str, dict[str, Reals]]  # forecaster -> metric -> (origins,) values, whose mean is the metric
    n_events: int
    n_origins: int
    effective_origins: float
    best_baseline: str  # chosen on what was known before the origins that are judged
    views: dict[str, View] = field(default_factory=dict)  # what a page shows of each
    rankings: dict[str, Ranked] = field(default_factory=dict)  # what rules of levels are judged by
    cells: Cells | None = None  # of `model`
    lost: dict[str, Reals] = field(default_factory=dict)  # forecaster -> (origins, communities) sums of its log losses
    judged: Reals = field(default_factory=lambda: np.zeros((0, 0)))  # (origins, communities) the cells that they are of

    @property
    def decisive(self) -> Gain:
        """The gain by which a champion is chosen."""
        return self.gains[self.best_baseline][CHAMPION_METRIC]

    def of_mean(self, name: str) -> tuple[float | None, float | None]:
        """The log loss of a forecaster and that of the city's mean; None where it was not judged."""
        losses = [self.metrics.get(one, {}).get(CHAMPION_METRIC) for one in (name, BASE)]
        return losses[0], losses[1]

    @property
    def model_wins(self) -> bool:
        """Whether the model beats the best baseline beyond the interval of the difference, on enough evidence."""
        return self.decisive.wins

    def as_dict(self) -> dict[str, Any]:
        """Metrics by model, with their intervals; the model's also hold its gains."""
        told: dict[str, Any] = {
            name: {**values, "intervals": self.intervals[name]} for name, values in self.metrics.items()
        }
        if "model" in told:
            told["model"]["gains"] = {
                other: {metric: gain.as_dict() for metric, gain in gains.items()} for other, gains in self.gains.items()
            }
        return told


def evaluate(
    forecasts: Mapping[str, Forecast],
    outcomes: Outcomes,
    best_baseline: str,
    names: Sequence[str] = tuple(METRICS),
    threads: int = 1,
) -> Evaluation:
    """Compare `model` with the others; `climatology` must be there. Each forecast is asked for, measured once and let go, on so
    many threads."""
    climatology = Judged(forecasts[BASE], outcomes)
    reference = brier(climatology)

    def looked_at(name: str) -> tuple[Measured, View, Ranked, Cells | None]:
        judged = Judged(forecasts[name], outcomes, reference)
        found = measure(judged, names), view(judged), ranked(judged), cells_of(judged) if name == "model" else None
        del judged
        give_back()
        return found

    # The model first: its parts, which stand beside it, need not be asked again.
    found = {name: looked_at(name) for name in forecasts if name == "model"}
    others = [name for name in forecasts if name not in found]
    with ThreadPoolExecutor(max(1, threads)) as pool:
        found |= dict(zip(others, pool.map(looked_at, others), strict=True))
    measured, views = {name: found[name][0] for name in forecasts}, {name: found[name][1] for name in forecasts}
    gains = {}
    if "model" in measured:
        own = measured["model"]
        compared = [name for name in COMPARED if name in names]
        gains = {
            other: {name: gain_of(name, own, their) for name in compared}
            for other, their in measured.items()
            if other != "model"
        }
    bounds = {name: {one: own.bounds(one) for one in names} for name, own in measured.items()}
    return Evaluation(
        metrics={who: {one: _told(bound.mean) for one, bound in some.items()} for who, some in bounds.items()},
        intervals={
            who: {
                one: None if np.isnan(bound.width) else (float(bound.lower), float(bound.upper))
                for one, bound in some.items()
            }
            for who, some in bounds.items()
        },
        gains=gains,
        series={who: own.by_origin for who, own in measured.items()},
        n_events=outcomes.events,
        n_origins=len(outcomes.observed),
        effective_origins=outcomes.effective,
        best_baseline=best_baseline,
        views=views,
        rankings={name: found[name][2] for name in forecasts},
        cells=found["model"][3] if "model" in found else None,
        lost={
            who: own.by_community[CHAMPION_METRIC]
            for who, own in measured.items()
            if CHAMPION_METRIC in own.by_community
        },
        judged=measured[BASE].cells,
    )


def gain_of(name: str, own: Measured, other: Measured) -> Gain:
    """The gain of one forecaster over another in a metric: the wider interval of two, over origins and over communities."""
    return gain_within(*own.gain(name, other), own.horizon)


def gain_within(bounds: Bounds, origins: int, horizon: int) -> Gain:
    """A mean gain and its interval, told by so many origins."""
    effective = origins / horizon
    return Gain(bounds.mean, bounds.lower, bounds.upper, effective, effective >= LEAST_EFFECTIVE)


def _plain(value: float) -> str:
    """Four digits that count, and no power of ten; what cannot be told as it is."""
    return f"{Decimal(f'{value:.4g}'):f}" if np.isfinite(value) else f"{value:g}"


def _told(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
