"""All audits of a finished evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from riskwarn.health.prospect import Prospect
from training.audits.audit import Audit
from training.audits.drift import drift, shortest
from training.audits.groups import groups, resident_numbers
from training.audits.interventions import interventions
from training.audits.not_counted import not_counted
from training.audits.versions import seen_at_maturity, versions
from training.audits.worth import observers, sources
from training.evaluation.groups import group_labels
from training.evaluation.judged import Judged
from training.evaluation.outcomes import Outcomes
from training.evaluation.rolling import RollingForecasts
from training.labels.task import ForecastTask
from training.models.choosing import Choices
from training.models.design import Design


@dataclass(frozen=True)
class Leaned:
    """What is needed to ask what a model leans on: the columns of its target, and what its first fit settled."""

    columns: Design
    choices: Choices
    observing: Design | None = None  # columns of observers that the model does not have


def every_audit(
    task: ForecastTask,
    forecasts: RollingForecasts,
    origins: Sequence[date],
    outcomes: Outcomes,
    name: str,
    demographics: pd.DataFrame,
    prospect: Prospect,
    leaned: Leaned | None = None,
) -> list[Audit]:
    """The audits of one forecaster over the origins that were judged by these outcomes, in the order in which they are read."""
    judged = Judged(forecasts.over(name, origins), outcomes)
    first, periods = shortest(forecasts, name)
    numbers = resident_numbers(demographics, task.grids, task.calendar.instant(task.as_of))
    found = [
        groups(judged, group_labels(outcomes.places, numbers)),
        interventions(judged, task.treated(origins, task.as_of)),
        not_counted(prospect),
        drift(first.over(name, origins), periods, outcomes, origins),
        versions(judged, origins, seen_at_maturity(task, origins)),
    ]
    if leaned is not None:
        about = (task, leaned.columns, leaned.choices, outcomes, origins)
        found += [sources(*about), observers(*about, leaned.observing)]
    return found
