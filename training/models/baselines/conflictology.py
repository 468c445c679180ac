"""What a grid's last twelve windows held: their distribution is the forecast of the next ("conflictology"; Hegre et al. 2025).

It was the best of all at country level in the challenge of 2023/24. With twelve windows one of the city's is mixed, so that a
grid without events is not declared impossible; mean and variance of the thirteen are those of the forecast.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from riskwarn.files import write_text
from training.intervals.counts import CountDistribution
from training.labels.task import ForecastInputs
from training.models.baselines.reasons import one_reason
from training.models.forecast import Forecast, Reasons

WINDOWS = 12


@dataclass(frozen=True)
class Conflictology:
    """The distribution of the last twelve windows of the horizon's length."""

    horizon: int
    mean: float  # count of a window and grid in the city, at the fit
    name: str = "conflictology"
    names: tuple[str, ...] = ()  # it uses no feature

    def predict(self, inputs: ForecastInputs, origins: Sequence[date]) -> Forecast:
        """Forecast the same again."""
        history = inputs.history
        columns, within = history.columns_of(origins), history.within(self.horizon)
        first = np.full((len(origins), history.grids), self.mean)
        second = np.full_like(first, self.mean + self.mean**2)
        windows = np.ones((len(origins), 1))
        for back in range(WINDOWS):
            ends = columns - back * self.horizon
            there = ends >= self.horizon
            if not there.any():
                break
            seen = within[ends[there]].astype(np.float64)
            first[there] += seen
            second[there] += seen**2
            windows[there] += 1
        first /= windows
        second /= windows
        square = first**2
        second -= square + first  # what the variance has above the mean
        dispersion = np.divide(second, square, out=np.zeros_like(second), where=square > 0)
        return Forecast(CountDistribution(first, np.maximum(dispersion, 0.0)))

    def explain(self, inputs: ForecastInputs, origin: date) -> Reasons:
        """One reason: the grid's windows against the city's."""
        score = self.predict(inputs, [origin]).probability[0]
        return one_reason(
            self.name, inputs.history.target, "本网格近12个同长度时段的发生情况", "the grid's last 12 windows", score
        )

    def save(self, folder: Path) -> None:
        """Write `model.json`."""
        content = {"kind": self.name, "horizon": self.horizon, "mean": self.mean}
        write_text(folder / "model.json", json.dumps(content, sort_keys=True))
