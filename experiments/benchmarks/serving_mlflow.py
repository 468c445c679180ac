"""A peer that forecasts at every request: ``mlflow models serve`` of a LightGBM model, asked for one row.

What a centre has that serves its model itself; it answers with one number, where a ranking of 100 has their reasons, too.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from experiments.benchmarks.asking import free_port, load_post, process

ROWS, FEATURES, TREES = 2_000, 40, 100
PATH = "/invocations"


def make_model(folder: Path) -> str:
    """Save a model in MLflow's form; gives what is posted to have a row scored."""
    import mlflow
    import numpy as np
    import pandas as pd
    from lightgbm import LGBMClassifier

    random = np.random.default_rng(0)
    names = [f"feature_{number}" for number in range(FEATURES)]
    table = pd.DataFrame(random.random((ROWS, FEATURES)), columns=names)
    model = LGBMClassifier(n_estimators=TREES, n_jobs=1, verbose=-1).fit(table, table["feature_0"] > 0.9)
    mlflow.lightgbm.save_model(model, str(folder))
    return json.dumps({"dataframe_split": {"columns": names, "data": [table.iloc[0].round(4).tolist()]}})


def measure(folder: Path, rounds: int, seconds: float) -> list[tuple[float, float]]:
    """Rates and 99 % quantiles (ms) of some rounds."""
    body, port = make_model(folder), free_port()
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(folder), "-p", str(port), "--env-manager", "local", "--workers", "1"]  # fmt: skip
    with process(command, port):
        deadline = time.monotonic() + 120
        while True:
            try:
                load_post(port, 1, PATH, body)  # until it has read its model
                break
            except (AssertionError, OSError, IndexError, subprocess.CalledProcessError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
        return [load_post(port, seconds, PATH, body) for _ in range(rounds)]
