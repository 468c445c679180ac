"""Facts of a report without a city: a made-up task, judged, and towns planted on a map."""

from __future__ import annotations

from functools import cache

import numpy as np

from riskwarn.configuration import Configuration
from tests.training.evaluation.forecasts import places
from tests.training.tasks import noisy_task
from training.evaluation.comparison import evaluate
from training.evaluation.outcomes import plain_outcomes
from training.evaluation.rolling import every, rolling
from training.models.family import Fits
from training.reports import ReportFacts
from training.reports.facts import Place
from training.routines.reporting import BESIDE, facts_of


def town(code: str, **changes: object) -> Place:
    """A town somewhere."""
    told = {
        "name": f"{code}街道",
        "district": "江北区",
        "longitude": 106.5,
        "latitude": 29.5,
        "grids": 20,
        "events": 50,
    }
    return Place.model_validate({**told, "code": code, "level": 1.0, "told": False, "missed": 0.5, **changes})


@cache
def made_facts() -> ReportFacts:
    """Facts of a model that was judged on twenty origins."""
    task = noisy_task(grids=60, periods=110, horizon=1)
    fits = Fits(task, [1])
    origins = task.mature(task.as_of)[-20:]
    forecasts = rolling(task, every(origins, 20), fits.members(1))
    unit = np.arange(60) // 12
    outcomes = plain_outcomes(task.labels(origins, task.as_of), 1, places(unit, unit, unit * 0))
    evaluation = evaluate(
        forecasts,
        outcomes,
        "shrunk_history",
        (*BESIDE, "calibration_slope"),
    )
    made = facts_of(
        Configuration(city="示例市"), task, fits.at(task.as_of).served(1), evaluation, origins, kind="model",
        reason=f"log loss gain over {evaluation.best_baseline} {evaluation.decisive.shown}", notes=(),
        parameters={"store_version": 17, "configuration": "c0ffee"},
    )  # fmt: skip
    towns = (
        town("T1", longitude=106.51, level=1.4, told=True, missed=0.25),
        town("T2", latitude=29.56, level=0.6, told=True, missed=0.75),
        town("T3", longitude=106.57, grids=9, events=None, level=None, missed=None),
    )
    named = {"D1": "江北区", "D2": "深山区"}
    return made.model_copy(update={"districts": named, "towns": towns, "outline": ((106.5, 29.5), (106.6, 29.6))})
