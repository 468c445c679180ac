"""What it costs to learn from fewer rows: ``python experiments/skill/thinning.py [--seeds 2]``.

Trees, regression and choices learn from all rows of a city of no more than their limits, and from a draw with exact weights beyond
(`training/models/`). Here a made-up city of 300 grids and 200 weeks whose truth is known is learnt once from all rows and once with limits so
low that trees see 10,000 of its 44,000 rows: the share of the gap in expected log loss, from the mean rate to the truth, that each closes.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.training.tasks import noisy_task
from training.models import choosing, poisson, trees
from training.models.family import fit_family

#: Origin of the fit, and those that are judged.
FITTED, JUDGED = 148, slice(150, 198)

_ALL = 10**9


def closed(seed: int, *, thinned: bool) -> float:
    """The share of the gap that is closed."""
    task = noisy_task(300, 200, seed=seed)
    origins, matrix = task.origins[JUDGED], task.inputs.matrix
    columns = {name: matrix.values[index].astype(np.float64) for index, name in enumerate(matrix.names)}
    margin = -3 + 0.8 * np.log1p(columns["a"]) + 0.24 * np.log1p(columns["petitions_unanswered"])
    truth = 1 - np.exp(-np.exp(margin[JUDGED]))
    with (
        patch.object(poisson, "MOST_CURVED", 0 if thinned else _ALL),
        patch.object(choosing, "MOST_ROWS", 15_000 if thinned else _ALL),
        patch.object(trees, "thinned", partial(trees.thinned, most=10_000 if thinned else _ALL)),
    ):
        served = fit_family(task, [1], task.origins[FITTED]).served(1)
    forecast = served.predict(task.inputs, origins).probability
    flat = _loss(truth, np.full_like(truth, truth.mean()))
    return (flat - _loss(truth, forecast)) / (flat - _loss(truth, truth))


def _loss(truth: np.ndarray, forecast: np.ndarray) -> float:
    """Log loss in expectation over the truth."""
    return float(-(truth * np.log(forecast) + (1 - truth) * np.log1p(-forecast)).mean())


def main() -> None:
    """Print a row for each seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    for seed in range(1, 1 + parser.parse_args().seeds):
        every, some = closed(seed, thinned=False), closed(seed, thinned=True)
        print(f"seed {seed}: all rows {every:.4f} of the gap, thinned {some:.4f}, cost {every - some:.4f}", flush=True)


if __name__ == "__main__":
    main()
