"""Forecasts as they would have been made, from rolling origins: each fit sees what was known at its first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from riskwarn.progress import Progress, silent
from training.intervals.counts import Reals
from training.labels.scene import Scene
from training.models.baselines import fit_baselines
from training.models.blend import fit_blend
from training.models.forecast import Forecast


def rolling(
    scene: Scene, origins: Sequence[date], refit_every: int, threads: int = 2, progress: Progress = silent
) -> dict[str, Forecast]:
    """Forecasts of the model and each baseline, (origins, grids); each fit sees what was known at its first origin."""
    parts: dict[str, list[Forecast]] = {}
    for begin in range(0, len(origins), refit_every):
        progress(f"back-testing {scene.events.name}, horizon {scene.horizon}", begin, len(origins))
        some = list(origins[begin : begin + refit_every])
        fitted = [fit_blend(scene, some[0], threads), *fit_baselines(scene, some[0], scene.mature(some[0]))]
        for forecaster in fitted:
            parts.setdefault(forecaster.name, []).append(forecaster.predict(scene, some))
    progress(f"back-testing {scene.events.name}, horizon {scene.horizon}", len(origins), len(origins))
    return {name: _joined(some_parts) for name, some_parts in parts.items()}


def _joined(parts: Sequence[Forecast]) -> Forecast:
    def all_of(name: str) -> Reals:
        return np.concatenate([getattr(part, name) for part in parts])

    return Forecast(
        all_of("probability"),
        all_of("expected_count"),
        all_of("lower"),
        all_of("upper"),
        float(np.mean([part.dispersion for part in parts])),
    )


def rows_of(one: Forecast, chosen: np.ndarray) -> Forecast:
    """The forecasts of some origins, chosen by a flag each."""
    return Forecast(
        one.probability[chosen], one.expected_count[chosen], one.lower[chosen], one.upper[chosen], one.dispersion
    )
