"""How fast trees are explained: ``python experiments/benchmarks/explaining.py`` (``--peers FOLDER`` with the package shap in it).

66,000 grids and 76 columns; trees as a family has them (4 leaves, 80 rounds, from a regression's margin; 12 leaves, 100 rounds, alone).
CPU seconds on one thread, the tables' making included; LightGBM's ``pred_contrib`` and the peer are asked for a tenth of the rows.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import lightgbm as lgb
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from training.models.shap import tables_of

GRIDS, COLUMNS, TENTH = 66_000, 76, 10


def grown(rows: np.ndarray, leaves: int, rounds: int) -> lgb.Booster:
    """Trees that find something."""
    counts = np.random.default_rng(1).poisson(np.exp(-2 + 0.3 * rows[:, 0] + 0.2 * rows[:, 1] * rows[:, 2]))
    parameters = {
        "objective": "poisson", "num_leaves": leaves, "min_data_in_leaf": 100, "feature_fraction": 0.4, "max_bin": 63,
        "lambda_l2": 10, "verbosity": -1, "num_threads": 1, "seed": 1,
    }  # fmt: skip
    return lgb.train(parameters, lgb.Dataset(rows, counts), rounds)


def timed(work: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """(CPU seconds, what it gave) of the second of two runs."""
    work()
    started = time.process_time()
    found = work()
    return time.process_time() - started, found


def looked_up(booster: lgb.Booster, columns: np.ndarray) -> np.ndarray:
    """(columns, rows) by our tables."""
    tables = tables_of(booster)
    assert tables is not None
    found = np.zeros(columns.shape)
    tables.added(columns, found)
    return found


def main() -> None:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="a folder in which the package shap lies")
    peers = parser.parse_args().peers
    rows = np.random.default_rng(0).gamma(1, 1, (GRIDS, COLUMNS)).astype(np.float32)
    columns, some = np.ascontiguousarray(rows.T), rows[: GRIDS // TENTH]
    for leaves, rounds in ((4, 80), (12, 100)):
        booster = grown(rows, leaves, rounds)
        own, found = timed(lambda booster=booster: looked_up(booster, columns))
        told, known = timed(lambda booster=booster: booster.predict(some, pred_contrib=True, num_threads=1))
        difference = np.abs(found[:, : len(some)].T - known[:, :-1]).max()
        line = f"{rounds} trees of {leaves} leaves: tables {own:.2f} s, pred_contrib {TENTH * told:.1f} s, apart {difference:.0e}"
        if peers is not None:
            sys.path.append(str(peers))
            import shap

            explainer = shap.TreeExplainer(booster)
            explainer.model.model_type = "internal"  # else it asks LightGBM
            seconds, theirs = timed(lambda explainer=explainer: explainer.shap_values(some, check_additivity=False))
            line += f", shap {TENTH * seconds:.1f} s, apart {np.abs(theirs - known[:, :-1]).max():.0e}"
        print(line)


if __name__ == "__main__":
    main()
