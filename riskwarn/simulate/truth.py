"""What the future holds, in probabilities: many futures from the state at an as-of, by the same weekly step."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from riskwarn.progress import Progress, silent
from riskwarn.simulate.city import LONGEST_HORIZON, REFERRED_SHARE, SimulatedCity
from riskwarn.simulate.dynamics import Cases, State, step

FUTURES = 2000
HORIZONS = (1, 4, 12)
_AT_ONCE = 100


def truth(city: SimulatedCity, futures: int = FUTURES, progress: Progress = silent) -> pd.DataFrame:
    """Probability and expected count of each grid, as-of, target and horizon, from at least `futures` futures.

    Columns: grid_id, as_of (date), target, horizon, probability, expected_count, futures: of how many futures the two
    are means, a multiple of 100. At 2,000 the standard error of a probability p is sqrt(p (1 - p) / 2000): 0.007 at
    p = 0.1; the entropy of such a probability is by about 1 / (2 futures) nats lower than that of the true one.
    """
    from riskwarn.simulate.exports import grid_ids

    rows = []
    batches = -(-futures // _AT_ONCE)
    for as_of, state in city.states.items():
        rng = np.random.default_rng([city.seed, as_of.toordinal()])
        some = {name: np.zeros((len(HORIZONS), city.world.grids)) for name in ("conflict", "safety")}
        number = {name: np.zeros_like(values) for name, values in some.items()}
        for batch in range(batches):
            progress(f"simulating futures of {as_of}", batch + 1, batches)
            for name, counts in _futures(city, state, as_of, rng).items():
                some[name] += (counts > 0).sum(axis=1)
                number[name] += counts.sum(axis=1)
        for name in some:
            for index, horizon in enumerate(HORIZONS):
                rows.append(
                    pd.DataFrame(
                        {
                            "grid_id": grid_ids(city.world),
                            "as_of": as_of,
                            "target": name,
                            "horizon": horizon,
                            "probability": some[name][index] / (batches * _AT_ONCE),
                            "expected_count": number[name][index] / (batches * _AT_ONCE),
                            "futures": np.int32(batches * _AT_ONCE),
                        }
                    )
                )
    return pd.concat(rows, ignore_index=True)


def _futures(city: SimulatedCity, state: State, as_of: date, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """(horizons, futures, grids) counts of target events in some futures."""
    grids = city.world.grids
    lanes = _AT_ONCE * grids
    now = State(
        _many(state.disputes, grids),
        _many(state.petitions, grids),
        _many(state.hazards, grids),
        np.tile(state.excitement, _AT_ONCE),
    )
    counts = {name: np.zeros((len(HORIZONS), _AT_ONCE, grids)) for name in ("conflict", "safety")}
    first = city.week_of(as_of)
    for week in range(LONGEST_HORIZON):
        now, happened = step(city.world, now, first + week, rng)
        kept = happened.escalated.lane[rng.random(len(happened.escalated.lane)) >= REFERRED_SHARE]
        for name, lane in (("conflict", kept), ("safety", happened.incidents)):
            happening = np.bincount(lane, minlength=lanes).reshape(_AT_ONCE, grids)
            for index, horizon in enumerate(HORIZONS):
                if week < horizon:
                    counts[name][index] += happening
    return counts


def _many(cases: Cases, grids: int) -> Cases:
    future = np.repeat(np.arange(_AT_ONCE), len(cases.lane))
    return Cases(
        np.tile(cases.lane, _AT_ONCE) + future * grids,
        np.tile(cases.age, _AT_ONCE),
        np.tile(cases.grave, _AT_ONCE),
        np.tile(cases.number, _AT_ONCE),
    )
