"""What the second city's future holds, in probabilities: many futures from its hidden state at each judged as-of."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from experiments.skill.second.dynamics import State, step
from experiments.skill.second.past import Past
from experiments.skill.second.world import BEYOND

HORIZONS = (1, 4, 12)
TARGETS = ("conflict", "safety")
_AT_ONCE = 50


def truth(past: Past, futures: int) -> pd.DataFrame:
    """In the form of the truth of `riskwarn simulate`: grid_id, as_of, target, horizon, probability, expected_count, futures."""
    batches = -(-futures // _AT_ONCE)
    frames = []
    for as_of, state in past.states.items():
        rng = np.random.default_rng([past.seed, as_of.toordinal()])
        some = np.zeros((len(TARGETS), len(HORIZONS), past.world.grids))
        number = np.zeros_like(some)
        for _ in range(batches):
            counts = _futures(past, state, as_of, rng)
            some += (counts > 0).sum(axis=2)
            number += counts.sum(axis=2)
        for place, target in enumerate(TARGETS):
            for index, horizon in enumerate(HORIZONS):
                frames.append(
                    pd.DataFrame(
                        {
                            "grid_id": grid_ids(past.world.grids),
                            "as_of": as_of,
                            "target": target,
                            "horizon": horizon,
                            "probability": some[place, index] / (batches * _AT_ONCE),
                            "expected_count": number[place, index] / (batches * _AT_ONCE),
                            "futures": np.int32(batches * _AT_ONCE),
                        }
                    )
                )
    return pd.concat(frames, ignore_index=True)


def grid_ids(grids: int) -> list[str]:
    """The ids of the grids."""
    return [f"B{index:05d}" for index in range(grids)]


def _futures(past: Past, state: State, as_of: date, rng: np.random.Generator) -> np.ndarray:
    """(targets, horizons, futures, grids) counts of events within each horizon."""
    grids = past.world.grids
    now = state.tiled(_AT_ONCE, past.world)
    counts = np.zeros((len(TARGETS), len(HORIZONS), _AT_ONCE, grids), dtype=np.int32)
    for week in range(BEYOND):
        now, happened = step(past.world, now, past.week_of(as_of) + week, rng)
        for place, lanes in enumerate((happened.escalated.lane, happened.incidents)):
            events = np.bincount(lanes, minlength=_AT_ONCE * grids).reshape(_AT_ONCE, grids)
            for index, horizon in enumerate(HORIZONS):
                if week < horizon:
                    counts[place, index] += events
    return counts
