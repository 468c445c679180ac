"""The audits of a version before it is registered, and of a back-test."""

from __future__ import annotations

from features import City
from riskwarn.health.learnable import Prospect
from training.audits.audit import Audit
from training.audits.every import Leaned, audits_of
from training.labels.task import ForecastTask
from training.routines.judging import Judged


def audit_horizon(
    task: ForecastTask, judged: Judged, horizon: int, kind: str, city: City, prospect: Prospect
) -> list[Audit]:
    """The audits of what scores a horizon: the model, or the baseline `kind`. What it leans on is asked at the usual horizon alone."""
    origins, forecasts = judged.origins[horizon], judged.forecasts[horizon]
    leaned = None
    if horizon == judged.usual:
        leaned = Leaned(judged.fits.columns, judged.fits.by(origins[0]).choices)
    return audits_of(task.at_horizon(horizon), forecasts, origins, kind, city.demographics, prospect, leaned)
