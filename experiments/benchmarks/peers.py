"""Peers on the same windows: events in, rows out. Executor by features.py with the Python of an environment that holds them.

``peers.py EVENTS.npz FOLDER`` reads grid, period and signal of every event (plain arrays, as a loaded table would be), and for
each peer that is installed prints seconds and writes its rows, float32 (signals * windows, periods, grids), for comparison.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

WINDOWS = (1, 2, 4, 8, 13, 26, 52, 104)


def main() -> None:
    """Executor every peer that is installed."""
    events = np.load(sys.argv[1])
    folder = Path(sys.argv[2])
    grid, period, signal = events["grid"], events["period"], events["signal"]
    grids, periods, signals = (int(number) for number in events["shape"])
    for name, run in {
        "polars": by_polars,
        "duckdb": by_duckdb,
        "pandas": by_pandas,
        "mlforecast": by_mlforecast,
    }.items():
        if importlib.util.find_spec(name) is None:
            continue
        started = time.perf_counter()
        rows = run(grid, period, signal, grids, periods, signals)
        seconds = time.perf_counter() - started
        np.save(folder / f"{name}.npy", rows)
        print(json.dumps({"peer": name, "seconds": seconds}), flush=True)


Rows = Callable[[np.ndarray, np.ndarray, np.ndarray, int, int, int], np.ndarray]


def by_polars(
    grid: np.ndarray, period: np.ndarray, signal: np.ndarray, grids: int, periods: int, signals: int
) -> np.ndarray:
    """A dense panel by a join with all cells, then rolling sums over each grid."""
    import polars as pl

    frame = pl.DataFrame({"grid": grid, "period": period, "signal": signal})
    wide = frame.group_by("grid", "period").agg(
        [(pl.col("signal") == one).sum().cast(pl.Float32).alias(f"s{one}") for one in range(signals)]
    )
    cells = pl.DataFrame(
        {
            "grid": np.repeat(np.arange(grids, dtype=grid.dtype), periods),
            "period": np.tile(np.arange(periods, dtype=period.dtype), grids),
        }
    )
    dense = cells.join(wide, on=["grid", "period"], how="left", maintain_order="left").fill_null(0)
    rows = dense.select(
        [
            pl.col(f"s{one}").rolling_sum(window, min_samples=1).over("grid").alias(f"s{one}_{window}")
            for one in range(signals)
            for window in WINDOWS
        ]
    )
    return rows.to_numpy().astype(np.float32, copy=False)


def by_duckdb(
    grid: np.ndarray, period: np.ndarray, signal: np.ndarray, grids: int, periods: int, signals: int
) -> np.ndarray:
    """Sums over window frames of a dense panel."""
    import duckdb
    import pandas as pd

    frame = pd.DataFrame({"grid": grid, "period": period, "signal": signal})  # noqa: F841 (read by the query)
    counts = ", ".join(f"count(*) FILTER (signal = {one}) AS s{one}" for one in range(signals))
    names = [(one, window) for one in range(signals) for window in WINDOWS]
    sums = ", ".join(
        f"CAST(sum(s{one}) OVER (PARTITION BY grid ORDER BY period ROWS BETWEEN {window - 1} PRECEDING AND CURRENT ROW) AS FLOAT)"
        for one, window in names
    )
    filled = ", ".join(f"coalesce(s{one}, 0) AS s{one}" for one in range(signals))
    query = f"""
        WITH wide AS (SELECT grid, period, {counts} FROM frame GROUP BY grid, period),
        cells AS (SELECT g.range AS grid, p.range AS period FROM range({grids}) g, range({periods}) p),
        dense AS (SELECT grid, period, {filled} FROM cells LEFT JOIN wide USING (grid, period))
        SELECT {sums} FROM dense ORDER BY grid, period
    """
    found = duckdb.sql(query).fetchnumpy()
    return np.column_stack([np.asarray(column, dtype=np.float32) for column in found.values()])


def by_pandas(
    grid: np.ndarray, period: np.ndarray, signal: np.ndarray, grids: int, periods: int, signals: int
) -> np.ndarray:
    """A dense panel by reindexing, then rolling sums down its columns."""
    import pandas as pd

    frame = pd.DataFrame({"grid": grid, "period": period, "signal": signal})
    columns = []
    for one in range(signals):
        counts = frame[frame["signal"] == one].groupby(["period", "grid"]).size().unstack("grid")
        dense = counts.reindex(index=range(periods), columns=range(grids)).fillna(0)
        for window in WINDOWS:
            columns.append(dense.rolling(window, min_periods=1).sum().to_numpy(dtype=np.float32).T.ravel())
    return np.column_stack(columns)


def by_mlforecast(
    grid: np.ndarray, period: np.ndarray, signal: np.ndarray, grids: int, periods: int, signals: int
) -> np.ndarray:
    """Its rolling means of the series up to each period, one signal after the other."""
    import pandas as pd
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import RollingMean

    ids, times = np.repeat(np.arange(grids), periods), np.tile(np.arange(periods), grids)
    columns = []
    for one in range(signals):
        chosen = signal == one
        counts = np.bincount(grid[chosen].astype(np.int64) * periods + period[chosen], minlength=grids * periods)
        series = pd.DataFrame({"unique_id": ids, "ds": times, "y": counts.astype(np.float32)})
        transforms = {1: [RollingMean(window, min_samples=1) for window in WINDOWS]}
        told = MLForecast(models=[], freq=1, lag_transforms=transforms).preprocess(series, dropna=False)
        means = told.drop(columns=["unique_id", "ds", "y"]).to_numpy(dtype=np.float32).reshape(grids, periods, -1)
        # A lag of one: what a period's end sees stands in the row after it. Means times lengths are sums.
        lengths = np.minimum(np.arange(1, periods)[:, None], np.array(WINDOWS))
        sums = np.full((grids, periods, len(WINDOWS)), np.nan, dtype=np.float32)
        sums[:, :-1] = means[:, 1:] * lengths
        columns.append(np.rint(sums).reshape(grids * periods, -1))
    return np.hstack(columns)


if __name__ == "__main__":
    main()
