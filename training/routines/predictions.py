"""The forecasts of a back-test as a Parquet file: a row for every grid and origin, beside every baseline and what came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from training.evaluation.rolling import RollingForecasts
from training.labels.task import ForecastTask
from training.models.family import PARTS
from training.models.members import rank_bounds, ranks_of, resampled

#: Rows that are written at once.
ROWS = 200_000


def write_predictions(path: Path, task: ForecastTask, forecasts: RollingForecasts, at: date, judged: set[date]) -> None:
    """A row for every grid and origin, some origins at a time: a large city's forecasts are never held at once."""
    step = max(1, ROWS // task.grids)
    origins = [origin for fold in forecasts.folds for origin in fold.origins]
    writer: pq.ParquetWriter | None = None
    try:
        for begin in range(0, len(origins), step):
            some = origins[begin : begin + step]
            known = np.array([origin in judged for origin in some])
            observed = np.where(known[:, None], task.labels(some, at), np.nan)
            made = pa.Table.from_pandas(_table(task, some, forecasts, observed), preserve_index=False)
            if writer is None:
                writer = pq.ParquetWriter(path, made.schema)
            writer.write_table(made)
    finally:
        if writer is not None:
            writer.close()


def _rank_bounds(
    task: ForecastTask, origins: Sequence[date], forecasts: RollingForecasts, probability: np.ndarray
) -> dict[str, Any]:
    """The interval of each rank, as it would have been published."""
    bounds = []
    for origin, own in zip(origins, probability, strict=True):
        fold = next(one for one in forecasts.folds if origin in one.origins)
        members = resampled(fold.forecasters["model"], task.inputs, origin)
        bounds.append(rank_bounds(own, members.probability if members is not None else own[None]))
    return {
        name: np.concatenate(part)
        for name, part in zip(("rank_lower", "rank_upper"), zip(*bounds, strict=True), strict=True)
    }


def _table(
    task: ForecastTask, origins: Sequence[date], forecasts: RollingForecasts, observed: np.ndarray
) -> pd.DataFrame:
    own = forecasts.over("model", origins)
    table: dict[str, Any] = {
        "grid_id": np.tile(np.array(task.inputs.matrix.grid_ids, dtype=object), len(origins)),
        "as_of": np.repeat(np.array(origins, dtype=object), task.grids),
        "target": task.target,
        "horizon": np.int64(task.horizon),
        "probability": own.probability.ravel(),
        "expected_count": own.expected_count.ravel(),
        "lower": own.lower.ravel().astype(np.int32),
        "upper": np.maximum(own.upper, own.lower).ravel().astype(np.int32),
        "rank": np.concatenate([ranks_of(one, task.inputs.matrix.grid_ids) for one in own.probability]),
        "observed": pd.array(observed.ravel(), dtype="Float64"),
        **_rank_bounds(task, origins, forecasts, own.probability),
    }
    for name in forecasts:
        if name != "model":
            one = forecasts.over(name, origins)
            kind = "part" if name in PARTS else "baseline"
            table[f"{kind}_{name}"] = one.probability.ravel()
            table[f"{kind}_{name}_count"] = one.expected_count.ravel()
    frame = pd.DataFrame(table)
    frame["observed"] = frame["observed"].where(~np.isnan(observed.ravel())).astype("Int64")
    return frame
