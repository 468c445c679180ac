"""A forecast judged by the record as it stood when its window was first mature, and by the record of today.

What was written down late, corrected or withdrawn since then changes what a forecast is judged by, and so how good it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from training.audits.audit import Audit, Value, value
from training.evaluation.intervals import over_origins
from training.evaluation.judged import Judged
from training.evaluation.losses import log_loss
from training.evaluation.outcomes import plain_outcomes
from training.intervals.counts import Reals
from training.labels.task import ForecastTask


def versions(judged: Judged, origins: Sequence[date], then: Reals) -> Audit:
    """One row an origin. `judged` has the record of today; `then` is (origins, grids) counts as known at maturity, NaN: not known.

    What is judged are the cells that are known in both.
    """
    both = judged.known & ~np.isnan(then)
    now = judged.only(both)
    outcomes = judged.outcomes
    seen = Judged(judged.forecast, plain_outcomes(np.where(both, then, np.nan), outcomes.horizon, outcomes.places))
    losses_then, losses_now = log_loss(seen), log_loss(now)
    expected = now.sums(judged.forecast.expected_count)
    added = np.where(both, np.maximum(now.counts - seen.counts, 0), 0).sum()
    taken = np.where(both, np.maximum(seen.counts - now.counts, 0), 0).sum()
    events = float(now.counts.sum())
    change = over_origins(losses_now - losses_then, outcomes.horizon)
    facts: dict[str, Value] = {
        "origins": len(origins),
        "came_later": value(float(added / events)) if events else None,
        "withdrawn": value(float(taken / events)) if events else None,
        "log_loss_then": value(float(np.nanmean(losses_then))) if both.any() else None,
        "log_loss_now": value(float(np.nanmean(losses_now))) if both.any() else None,
        "log_loss_change": value(change.mean),
        "log_loss_change_lower": value(change.lower),
        "log_loss_change_upper": value(change.upper),
        "level_then": _level(seen.counts.sum(), expected.sum()),
        "level_now": _level(events, expected.sum()),
    }
    rows: list[dict[str, Value]] = [
        {
            "origin": origin.isoformat(),
            "log_loss_then": value(losses_then[index]),
            "log_loss_now": value(losses_now[index]),
            "level_then": _level(seen.counts[index].sum(), expected[index]),
            "level_now": _level(now.counts[index].sum(), expected[index]),
        }
        for index, origin in enumerate(origins)
    ]
    return Audit("versions", facts, tuple(rows))


def seen_at_maturity(task: ForecastTask, origins: Sequence[date]) -> Reals:
    """(origins, grids) counts of the windows as known when each was first mature, by the delays that are known today."""
    wait = timedelta(days=task.embargo(task.as_of))
    mature = [min(task.as_of, task.calendar.shift(origin, task.horizon) + wait) for origin in origins]
    return np.concatenate([task.labels([origin], at) for origin, at in zip(origins, mature, strict=True)])


def _level(events: float, expected: float) -> float | None:
    return float(events / expected) if expected > 0 else None
