"""Families with made-up losses at each origin, registered without any training."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np

from riskwarn.home import Home
from training.evaluation.cells import Cells, sums_of
from training.evaluation.judged import over
from training.models.baselines import Rate
from training.registry.registration import register
from training.registry.series import Series
from training.registry.versions import set_alias, set_champion

START = datetime(2026, 10, 5, 8, tzinfo=UTC)
FIRST = date(2025, 1, 6)
CHAMPION, CHALLENGER, BASELINE = "all_history", "rate_12", "climatology"


def losses(mean: float, origins: int = 52, seed: int = 1) -> np.ndarray:
    """Losses around a mean, by origin."""
    return mean + np.random.default_rng(seed).normal(0, 0.01, origins)


def log_losses_of(cells: Cells) -> np.ndarray:
    """(origins,) mean log losses over the cells that are judged."""
    lost, judged = sums_of(cells, np.zeros(cells.happened.shape[1], dtype=np.int64), 1)
    return over(lost[:, 0], judged[:, 0])


def family(
    home: Home,
    name: str,
    kind: str,
    values: dict[str, np.ndarray],
    horizons: Sequence[int] = (1, 4),
    later: int = 0,
    best: str = BASELINE,
) -> list[str]:
    """Register a family whose series begin `later` origins after the first."""
    found = []
    for horizon in horizons:
        number = len(next(iter(values.values())))
        origins = tuple(FIRST + timedelta(weeks=later + index) for index in range(number))
        series = Series(horizon, origins, {who: {"log_loss": one} for who, one in values.items()})
        parameters = {"best_baseline": best, "trained_at": (START - timedelta(days=1)).isoformat()}
        version, _ = register(
            home, "safety", horizon, Rate(kind, horizon, 0.1), parameters, {}, family=name, series=series
        )
        set_alias(home, version, "challenger")  # as `train` does
        found.append(version)
    return found


def standing(home: Home, mean: float = 0.5, origins: int = 52) -> list[str]:
    """A family that scores."""
    made = family(home, "first", CHAMPION, {CHAMPION: losses(mean, origins, 2), BASELINE: losses(0.6, origins)})
    for version in made:
        set_champion(home, version, START)
    return made
