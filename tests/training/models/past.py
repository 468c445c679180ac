"""A target's past for tests: weekly events of a few grids, without a city around it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from scipy.sparse import csr_array

from features import Feature, FeatureMatrix
from riskwarn.periods import Calendar, Period
from riskwarn.words import Quantity
from training.labels.alive import FeedCounts
from training.labels.history import EventHistory
from training.labels.targets import TargetEvents
from training.labels.task import ForecastInputs, ForecastTask

START = date(2024, 1, 1)


def task_of(
    counts: Any, horizon: int = 1, columns: dict[str, Any] | None = None, sources: dict[str, str] | None = None
) -> ForecastTask:
    """(weeks, grids) counts become events in the middle of their weeks; `columns` are features, (weeks + 1, grids)."""
    counts = np.asarray(counts, dtype=np.int64)
    weeks, grids = counts.shape
    calendar = Calendar(Period.WEEK, ZoneInfo("UTC"))
    origins = tuple(START + timedelta(weeks=week) for week in range(weeks + 1))
    week, grid = (index.repeat(counts[counts > 0]) for index in np.nonzero(counts))
    at = (np.datetime64(START) + 7 * week + 3).astype("datetime64[us]")
    always = np.full(len(at), np.datetime64("9999-01-01"), dtype="datetime64[us]")
    events = TargetEvents("conflict", grid, at, at, at, always, np.ones(len(at)))
    edges = np.array(origins, dtype="datetime64[us]")
    columns = columns or {}
    features = tuple(
        Feature(name, "made", (sources or {}).get(name, "disputes"), name, name, Quantity.EXTENSIVE) for name in columns
    )
    values = np.stack([*columns.values(), np.zeros((weeks + 1, grids))])[: len(columns)].astype(np.float32)
    matrix = FeatureMatrix(features, origins, tuple(f"g{index:03d}" for index in range(grids)), values)
    feed = FeedCounts(np.full((2, weeks + 1), 1000.0), np.zeros(grids, dtype=np.int64), Period.WEEK)
    history = EventHistory(
        "conflict",
        calendar,
        origins[-1],
        weeks + 1,
        grids,
        events.spans(edges, calendar),
        csr_array((grids, grids)),
        feed,
    )
    return ForecastTask(
        ForecastInputs(matrix, history),
        events,
        horizon,
        calendar,
        None,  # type: ignore[arg-type]
        feed,
        None,
        origins[-1],
        1,
    )


def without_columns(task: ForecastTask) -> ForecastTask:
    """The same with no feature at all."""
    return task.with_matrix(replace(task.inputs.matrix, features=(), values=task.inputs.matrix.values[:0]))
