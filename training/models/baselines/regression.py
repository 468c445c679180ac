"""A Poisson regression on nine terms and the season: what an analyst would write down on one page.

Four terms are logarithms of rates of the past (shrunk over all history, of 12 periods, of the last window, here and next door
lately); five are columns of the features, where they are at hand: open disputes, the same by severity, fading escalations,
petitions that wait for an answer, fading reports. Petitions may only raise it. Fitted by adding Newton's sums over blocks of
origins.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from features import Feature, FeatureMatrix
from riskwarn.contracts import declared
from riskwarn.files import write_text
from training.intervals.counts import CountDistribution, Reals
from training.labels.history import EventHistory
from training.labels.task import ForecastInputs, ForecastTask
from training.models.baselines.rates import MEANING, RULES
from training.models.baselines.reasons import term
from training.models.baselines.shrunk import ShrunkHistory
from training.models.effects import SpanTerms, effects
from training.models.forecast import Forecast, Reasons
from training.models.linear import Linear
from training.models.poisson import LEAST_MARGIN, MOST_MARGIN

#: Columns of the features, each under the names that it bears with weekly, monthly and daily periods.
COLUMNS = (
    ("disputes_open",),
    ("disputes_open_severity",),
    ("disputes_escalated_decayed_26", "disputes_escalated_decayed_12", "disputes_escalated_decayed_182"),
    ("petitions_unanswered",),
    ("grid_reports_decayed_26", "grid_reports_decayed_12", "grid_reports_decayed_182"),
)

_HISTORY = (
    ("shrunk_history", "本网格全部历史的发生率（向全市水平收缩）", "the grid's rate over all its history, shrunk"),
    ("rate_12", *MEANING["rate_12"]),
    ("last_value", *MEANING["last_value"]),
    ("near_repeat", *MEANING["near_repeat"]),
)
_SEASON = (
    ("season_sin", "一年中的时节（正弦）", "time of the year (sine)"),
    ("season_cos", "一年中的时节（余弦）", "time of the year (cosine)"),
)

#: Rows of one block, and those that are held in memory: eleven terms of them and a one take 200 MB.
ROWS, MOST_HELD = 65_536, 2_100_000

_PENALTY = 1e-6
_STEPS = 30


@dataclass(frozen=True)
class PoissonRegression:
    """The regression; `names` are the columns of the features that it uses."""

    linear: Linear
    horizon: int
    mean: float
    shrunk: ShrunkHistory
    names: tuple[str, ...] = ()
    dispersion: float = 0.0
    name: str = "poisson_regression"

    def predict(self, inputs: ForecastInputs, origins: Sequence[date]) -> Forecast:
        """Forecast by the regression."""
        with threadpool_limits(1):
            parts = [self._means(self.terms(inputs, some)) for some in _blocks(origins, inputs.grids)]
        count = np.concatenate(parts).reshape(len(origins), inputs.grids)
        return Forecast(CountDistribution(count, np.full_like(count, self.dispersion)))

    def terms(self, inputs: ForecastInputs, origins: Sequence[date]) -> Reals:
        """(origins * grids, terms)."""
        return _terms(inputs, origins, self.horizon, self.mean, self.shrunk, self.names)

    def explain(self, inputs: ForecastInputs, origin: date) -> Reasons:
        """The regression's terms, in probability points."""
        terms = self.linear.contributions(self.terms(inputs, [origin]))
        margin = np.clip(self.linear.intercept + terms.sum(axis=1), LEAST_MARGIN, MOST_MARGIN)
        span = SpanTerms(np.exp(margin), terms.T.astype(np.float32))
        return Reasons(self.features(inputs), effects([span], self._probability).T)

    def features(self, inputs: ForecastInputs) -> tuple[Feature, ...]:
        """What its terms are called, in their order."""
        own = [term(name, inputs.history.target, zh, en) for name, zh, en in (*_HISTORY, *_SEASON)]
        return (*own, *inputs.matrix.select_features(self.names))

    def save(self, folder: Path) -> None:
        """Write `model.json`."""
        content = {
            "kind": self.name,
            "horizon": self.horizon,
            "mean": self.mean,
            "names": list(self.names),
            "dispersion": self.dispersion,
            "shrunk": {"shape": self.shrunk.shape, "periods": self.shrunk.periods},
            "linear": self.linear.as_dict(),
        }
        write_text(folder / "model.json", json.dumps(content, sort_keys=True))

    def _means(self, terms: Reals) -> Reals:
        return np.exp(np.clip(self.linear.margin(terms), LEAST_MARGIN, MOST_MARGIN))

    def _probability(self, mean: Reals) -> Reals:
        return CountDistribution(mean, np.full_like(mean, self.dispersion)).probability


def load_regression(content: dict[str, Any]) -> PoissonRegression:
    """Read a saved one."""
    shrunk = ShrunkHistory(content["horizon"], content["shrunk"]["shape"], content["shrunk"]["periods"])
    linear = Linear.from_dict(content["linear"])
    names, dispersion = tuple(content["names"]), content["dispersion"]
    return PoissonRegression(linear, content["horizon"], content["mean"], shrunk, names, dispersion)


def fit_regression(
    task: ForecastTask, origins: Sequence[date], labels: Reals, mean: float, shrunk: ShrunkHistory
) -> PoissonRegression:
    """Fit on the (origins, grids) labels of these origins. A column of petitions is left out where it would lower a forecast."""
    names = chosen_columns(task.inputs.matrix)
    while True:
        linear = _fit(task, origins, labels, mean, shrunk, names)
        own = linear.coefficients[-len(names) :] if names else np.empty(0)
        kept = tuple(
            one.name
            for one, coefficient in zip(task.inputs.matrix.select_features(names), own, strict=True)
            if coefficient >= 0 or not declared(one.source).demand_only
        )
        if kept == names:
            return PoissonRegression(linear, task.horizon, mean, shrunk, names)
        names = kept


def chosen_columns(matrix: FeatureMatrix) -> tuple[str, ...]:
    """The columns that are at hand, each under the first of its names that is."""
    there = set(matrix.names)
    found = (next((name for name in some if name in there), None) for some in COLUMNS)
    return tuple(name for name in found if name is not None)


def _fit(
    task: ForecastTask, origins: Sequence[date], labels: Reals, mean: float, shrunk: ShrunkHistory, names: Sequence[str]
) -> Linear:
    def made() -> Iterator[tuple[Reals, Reals]]:
        begin = 0
        for some in _blocks(origins, task.grids):
            counts = labels[begin : begin + len(some)].ravel()
            begin += len(some)
            known = ~np.isnan(counts)
            terms = _terms(task.inputs, some, task.horizon, mean, shrunk, names)
            yield (terms, counts) if known.all() else (terms[known], counts[known])

    size = len(_HISTORY) + len(_SEASON) + len(names)
    # What fits into memory is made, and standardised, once; more is made anew for each step.
    held = list(made()) if len(origins) * task.grids <= MOST_HELD else None
    rows, events, first, second = 0, 0.0, np.zeros(size), np.zeros(size)
    for terms, counts in made() if held is None else held:
        rows, events = rows + len(terms), events + float(counts.sum())
        first += terms.sum(axis=0)
        second += (terms**2).sum(axis=0)
    middle = first / max(rows, 1)
    deviation = np.sqrt(np.maximum(second / max(rows, 1) - middle**2, 0))
    scale = np.where(deviation > 1e-6, deviation, 1.0)
    if rows == 0 or events == 0:
        return Linear(LEAST_MARGIN, np.zeros(size), middle, scale)

    def standardised(terms: Reals) -> Reals:
        return np.column_stack([np.ones(len(terms)), (terms - middle) / scale])

    if held is not None:
        for index, (terms, counts) in enumerate(held):
            held[index] = standardised(terms), counts

    def blocks() -> Iterator[tuple[Reals, Reals]]:
        return ((standardised(terms), counts) for terms, counts in made()) if held is None else iter(held)

    point = np.concatenate([[np.log(events / rows)], np.zeros(size)])
    ridge = np.concatenate([[0.0], np.full(size, _PENALTY)])
    for _ in range(_STEPS):
        slope, curve = ridge * point, np.diag(ridge + 1e-12)
        for columns, counts in blocks():
            rate = np.exp(np.clip(columns @ point, LEAST_MARGIN, MOST_MARGIN))
            slope += columns.T @ (rate - counts) / rows
            curve += (columns * rate[:, None]).T @ columns / rows
        step = np.linalg.lstsq(curve, slope, rcond=1e-10)[0]
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-30))
        point = point - step
        if np.abs(step).max() < 1e-5:
            break
    return Linear(float(point[0]), point[1:], middle, scale)


def _blocks(origins: Sequence[date], grids: int) -> Iterator[Sequence[date]]:
    step = max(1, ROWS // grids)
    return (origins[begin : begin + step] for begin in range(0, len(origins), step))


def _terms(
    inputs: ForecastInputs,
    origins: Sequence[date],
    horizon: int,
    mean: float,
    shrunk: ShrunkHistory,
    names: Sequence[str],
) -> Reals:
    """(origins * grids, terms) logarithms of rates, the season, and columns as signed logarithms of 1 + |x|; unknown is 0."""
    history = inputs.history
    shape, periods = shrunk.posterior(history, origins)
    columns = [np.log(shape / periods * horizon + 1e-6)]
    columns += [_log_rate(name, history, origins, horizon, mean) for name, *_ in _HISTORY[1:]]
    year = np.array([[2 * np.pi * origin.timetuple().tm_yday / 365.2425] for origin in origins])
    columns += [np.broadcast_to(wave, shape.shape) for wave in (np.sin(year), np.cos(year))]
    places = [inputs.matrix.origins.index(origin) for origin in origins] if names else []
    for name in names:
        own = np.nan_to_num(inputs.matrix.values[inputs.matrix.names.index(name), places].astype(np.float64), nan=0.0)
        columns.append(np.copysign(np.log1p(np.abs(own)), own))
    return np.column_stack([column.ravel() for column in columns])


def _log_rate(name: str, history: EventHistory, origins: Sequence[date], horizon: int, mean: float) -> Reals:
    count, windows = RULES[name](history, origins, horizon, mean)
    return np.asarray(np.log((count * windows + mean + 1e-3) / (windows + 1)))
