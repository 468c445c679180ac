"""Every headline figure with and without the windows in which a service was given.

A window in which somebody helped is no window of what would have come without: an event that was prevented reads as a false alarm.
It says by how much figures depend on these windows, never what helping did.
"""

from __future__ import annotations

import numpy as np

from riskwarn.arrays import Flags
from training.audits.audit import Audit, Value, value
from training.evaluation.calibration import calibration_level
from training.evaluation.groups import LEAST_EVENTS
from training.evaluation.intervals import over_origins
from training.evaluation.judged import Judged
from training.evaluation.metrics import Measured, measure

HEADLINE = (
    "log_loss", "poisson_deviance", "average_precision", "capture_1", "capture_5", "capture_10", "precision_5", "calibration",
    "calibration_level", "calibration_slope", "pit_inside",
)  # fmt: skip


def interventions(judged: Judged, treated: Flags) -> Audit:
    """One row a metric: with all windows, without the treated ones, and the difference with its interval over origins.

    `treated` is (origins, grids), whether a service began in the window (`ForecastTask.treated`).
    """
    helped = treated & judged.known
    events = float(judged.counts[helped].sum())
    enough = events >= LEAST_EVENTS * judged.outcomes.horizon
    facts: dict[str, Value] = {
        "windows": int(judged.known.sum()),
        "treated_windows": int(helped.sum()),
        "treated_share": value(float(helped.sum() / max(1, judged.known.sum()))),
        # Of few events nothing is said that could be told of one of them.
        "treated_share_of_events": value(events / float(judged.counts.sum())) if enough else None,
        "treated_calibration_level": value(float(np.mean(calibration_level(judged.only(helped))))) if enough else None,
    }
    if not helped.any():
        return Audit("interventions", facts, ())
    whole, rest = (measure(one, HEADLINE) for one in (judged, judged.only(~treated)))
    return Audit("interventions", facts, tuple(_row(name, whole, rest) for name in HEADLINE))


def _row(name: str, whole: Measured, rest: Measured) -> dict[str, Value]:
    change = over_origins(rest.by_origin[name] - whole.by_origin[name], whole.horizon)
    return {
        "metric": name,
        "with": value(whole.bounds(name).mean),
        "without": value(rest.bounds(name).mean),
        "difference": value(change.mean),
        "lower": value(change.lower),
        "upper": value(change.upper),
    }
