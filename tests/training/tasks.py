"""Made-up tasks for tests: columns and events as arrays, without a city."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast
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

CALENDAR = Calendar(Period.WEEK, ZoneInfo("Asia/Shanghai"))
AS_OF = date(2026, 10, 5)


def made_task(
    columns: dict[str, np.ndarray],
    counts: np.ndarray,
    *,
    horizon: int = 1,
    source: str = "incidents",
    feed: np.ndarray | None = None,
    district_of_grid: Sequence[int] | None = None,
) -> ForecastTask:
    """A task of weekly periods.

    `counts` (periods, grids) are the events of each period, known at once; `columns` hold (periods + 1, grids) values as of the
    begin of each period and the as-of, by name: `petitions_…` is a column of that source. `feed` (1 + districts, periods) counts
    the records of the source.
    """
    periods, grids = counts.shape
    origins = tuple(CALENDAR.shift(AS_OF, column - periods) for column in range(periods + 1))
    place = np.zeros(grids, dtype=np.int64) if district_of_grid is None else np.array(district_of_grid)
    records = np.full((2 + int(place.max()), periods), 1000.0) if feed is None else feed
    feed_counts = FeedCounts(np.concatenate([records, np.zeros((len(records), 1))], axis=1), place, Period.WEEK)
    period, grid = np.nonzero(counts)
    at = CALENDAR.instants(origins)[period] + np.timedelta64(36, "h")
    forever = np.full(len(at), np.datetime64("2200-01-01", "us"))
    events = TargetEvents("safety", grid, at, at, at, forever, counts[period, grid].astype(np.float64))
    features = tuple(
        Feature(name, "made", "petitions" if name.startswith("petitions") else source, name, name, Quantity.EXTENSIVE)
        for name in columns
    )
    values = np.stack([columns[name] for name in columns]).astype(np.float32)
    matrix = FeatureMatrix(features, origins, tuple(f"G{index:05d}" for index in range(grids)), values)
    history = EventHistory(
        "safety",
        CALENDAR,
        AS_OF,
        periods + 1,
        grids,
        events.spans(CALENDAR.instants(origins), CALENDAR),
        csr_array((grids, grids)),
        feed_counts,
    )
    return ForecastTask(
        ForecastInputs(matrix, history), events, horizon, CALENDAR, cast(Any, None), feed_counts, None, AS_OF, 1
    )


def noisy_task(
    grids: int = 80, periods: int = 130, *, seed: int = 1, horizon: int = 1, effect: float = 0.8
) -> ForecastTask:
    """Counts that follow two of four columns, one of them of petitions."""
    rng = np.random.default_rng(seed)
    columns = {name: rng.gamma(1.0, 2.0, (periods + 1, grids)) for name in ("a", "b", "c", "petitions_unanswered")}
    margin = -3 + effect * np.log1p(columns["a"][:-1]) + 0.3 * effect * np.log1p(columns["petitions_unanswered"][:-1])
    return made_task(columns, rng.poisson(np.exp(margin)).astype(np.float64), horizon=horizon)
