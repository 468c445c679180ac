"""Forecasts as they would have been made, from rolling origins: each fit sees what was known at its first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from riskwarn.progress import Progress, silent
from training.intervals.counts import CountDistribution
from training.labels.task import ForecastTask
from training.models.baselines import fit_baselines
from training.models.blend import fit_blend
from training.models.forecast import Forecast


def rolling(
    task: ForecastTask, origins: Sequence[date], refit_every: int, threads: int = 2, progress: Progress = silent
) -> dict[str, Forecast]:
    """Forecasts of the model and each baseline, (origins, grids); each fit sees what was known at its first origin."""
    parts: dict[str, list[Forecast]] = {}
    for begin in range(0, len(origins), refit_every):
        progress(f"back-testing {task.target}, horizon {task.horizon}", begin, len(origins))
        some = list(origins[begin : begin + refit_every])
        fitted = [fit_blend(task, some[0], threads), *fit_baselines(task, some[0], task.mature(some[0]))]
        for forecaster in fitted:
            parts.setdefault(forecaster.name, []).append(forecaster.predict(task.inputs, some))
    progress(f"back-testing {task.target}, horizon {task.horizon}", len(origins), len(origins))
    return {
        name: Forecast(CountDistribution.joined([part.counts for part in some_parts]))
        for name, some_parts in parts.items()
    }
