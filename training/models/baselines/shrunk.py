"""The grid's rate over all its history, shrunk to the city's by as much as the grids' own differences ask for.

Counts of a grid are Poisson around a rate of its own, and rates are a Gamma over grids (Clayton & Kaldor 1987; in traffic safety
Hauer 1997): the forecast is the negative binomial that follows from what the grid has had.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from scipy import optimize, special

from riskwarn.files import write_text
from training.intervals.counts import CountDistribution, Reals
from training.labels.history import EventHistory
from training.labels.task import ForecastInputs
from training.models.baselines.reasons import one_reason
from training.models.forecast import Forecast, Reasons

#: The periods that the city's rate may be worth.
_LEAST, _MOST = 0.5, 1e5
_USUAL = 100.0


@dataclass(frozen=True)
class ShrunkHistory:
    """Rates are Gamma(shape, periods): the city's rate is worth so many periods of a grid's own."""

    horizon: int
    shape: float
    periods: float
    name: str = "shrunk_history"
    names: tuple[str, ...] = ()  # it uses no feature

    def predict(self, inputs: ForecastInputs, origins: Sequence[date]) -> Forecast:
        """Forecast what follows from each grid's history."""
        shape, periods = self.posterior(inputs.history, origins)
        mean = shape / periods * self.horizon
        return Forecast(CountDistribution(mean, np.divide(1.0, shape, out=np.zeros_like(shape), where=shape > 0)))

    def posterior(self, history: EventHistory, origins: Sequence[date]) -> tuple[Reals, Reals]:
        """(origins, grids) shape and (origins, 1) periods of the Gamma of each grid's rate."""
        columns = history.columns_of(origins)
        known = history.known()[columns].astype(np.float64)
        return self.shape + known, self.periods + columns[:, None].astype(np.float64)

    def explain(self, inputs: ForecastInputs, origin: date) -> Reasons:
        """One reason: the grid's rate against the city's."""
        score = self.predict(inputs, [origin]).probability[0]
        return one_reason(
            self.name, inputs.history.target, "本网格全部历史的发生率（向全市水平收缩）",
            "the grid's rate over all its history, shrunk to the city's", score,
        )  # fmt: skip

    def save(self, folder: Path) -> None:
        """Write `model.json`."""
        content = {"kind": self.name, "horizon": self.horizon, "shape": self.shape, "periods": self.periods}
        write_text(folder / "model.json", json.dumps(content, sort_keys=True))


def fit_shrunk(history: EventHistory, horizon: int, at: date) -> ShrunkHistory:
    """The periods that the city's rate is worth, by the marginal likelihood of what every grid has had until then."""
    column = int(history.columns_of([at])[0])
    counts = history.known()[column].astype(np.float64)
    if column == 0 or counts.sum() <= 0:
        return ShrunkHistory(horizon, 0.0, _USUAL)
    rate = float(counts.mean()) / column
    seen, grids = np.unique(counts, return_counts=True)

    def loss(log: float) -> float:
        periods = float(np.exp(log))
        shape = rate * periods
        likely = special.gammaln(shape + seen) - special.gammaln(shape)
        likely += shape * np.log(periods / (periods + column)) + seen * np.log(column / (periods + column))
        return -float(grids @ likely)

    found = optimize.minimize_scalar(loss, bounds=(np.log(_LEAST), np.log(_MOST)), method="bounded")
    periods = float(np.exp(found.x))
    return ShrunkHistory(horizon, rate * periods, periods)
