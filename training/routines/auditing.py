"""The audits of a version before it is registered, and of a back-test."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from features import City
from riskwarn.health.learnable import Prospect
from training.audits.audit import Audit
from training.audits.drift import drift
from training.audits.every import Leaned, audits_of
from training.evaluation.judged import Judged as Beside
from training.evaluation.outcomes import outcomes_of
from training.labels.task import ForecastTask
from training.models.forecast import Forecast, Forecaster
from training.routines.judging import Judged

#: Origins since a training, fewer of which show no drift.
LEAST_SINCE = 8


def audit_horizon(
    task: ForecastTask, judged: Judged, horizon: int, kind: str, city: City, prospect: Prospect
) -> list[Audit]:
    """The audits of what scores a horizon: the model, or the baseline `kind`. What it leans on is asked at the usual horizon alone."""
    origins, forecasts = judged.origins[horizon], judged.forecasts[horizon]
    leaned = None
    if horizon == judged.usual:
        leaned = Leaned(judged.fits.columns, judged.fits.by(origins[0]).choices)
    return audits_of(task.at_horizon(horizon), forecasts, origins, kind, city.demographics, prospect, leaned)


def drift_since(task: ForecastTask, judged: Judged, horizon: int, champion: Forecaster, trained: date) -> Audit | None:
    """Whether the world has moved since the training of what scores now: its own forecasts since then, after those of a back-test.

    None where it was trained too lately, or uses features that are not at hand.
    """
    own, origins = task.at_horizon(horizon), judged.origins[horizon]
    forecasts = judged.forecasts[horizon]
    earlier = [origin for origin in origins if origin < trained]
    since = [origin for origin in origins if origin >= trained]
    if (
        len(since) < LEAST_SINCE
        or champion.name not in forecasts
        or not {*champion.names} <= {*task.inputs.matrix.names}
    ):
        return None
    parts = [champion.predict(own.inputs, since)]
    if earlier:
        parts.insert(0, forecasts.over(champion.name, earlier))
    found = drift(Beside(Forecast.joined(parts), outcomes_of(own, origins, own.as_of)), origins, last_fit=trained)
    return replace(found, name="drift_since")
