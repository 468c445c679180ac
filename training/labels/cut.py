"""A task as it was on an earlier day: what became known from then on is not masked but gone, so that nothing can read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from features.scratch import Scratch
from riskwarn.errors import AsOfInvalid
from riskwarn.health import Arrivals
from training.labels.interventions import Interventions
from training.labels.targets import TargetEvents
from training.labels.task import ForecastInputs, ForecastTask


def cut_before(task: ForecastTask, day: date) -> ForecastTask:
    """The task with nothing that became known on a day or later; the day is one of its origins, and becomes its as-of.

    Raises AsOfInvalid.
    """
    if day not in task.origins:
        nearest = min(task.origins, key=lambda origin: abs(origin - day))
        raise AsOfInvalid(value=day, problem="it is no origin of the features", nearest=nearest)
    column = int(task.inputs.history.columns_of([day])[0])
    instant = task.calendar.instant(day)
    # Of what has happened in a period the records of that period are the last that count.
    counts = task.feed.counts[:, : column + 1].copy()
    counts[:, column] = 0
    feed = replace(task.feed, counts=counts)
    spans = task.inputs.history.spans
    history = replace(
        task.inputs.history,
        as_of=day,
        columns=column + 1,
        spans=spans.where(spans.start <= column).between(0, column),
        feed=feed,
        _cached={},
    )
    matrix = task.inputs.matrix
    stay = matrix.origins.index(day) + 1
    # A block in a file is read by origin: what lies behind the last of them is out of reach.
    values = matrix.values if isinstance(matrix.values, Scratch) else matrix.values[:, :stay].copy()
    return replace(
        task,
        inputs=ForecastInputs(replace(matrix, origins=matrix.origins[:stay], values=values), history),
        events=_events(task.events, instant),
        feed=feed,
        arrivals=_arrivals(task.arrivals, instant),
        as_of=day,
        interventions=_interventions(task.interventions, instant),
    )


def _events(events: TargetEvents, instant: np.datetime64) -> TargetEvents:
    known = events.known_at < instant
    until = np.where(events.until >= instant, np.datetime64("2200-01-01", "us"), events.until)
    return TargetEvents(
        events.name,
        events.grid[known],
        events.at[known],
        events.known_at[known],
        events.counted_at[known],
        until[known],
        events.count[known],
        events.called,
    )


def _arrivals(arrivals: Arrivals | None, instant: np.datetime64) -> Arrivals | None:
    if arrivals is None:
        return None
    seen = int(np.searchsorted(arrivals.at, instant))
    return Arrivals(arrivals.at[:seen], arrivals.lag[:seen], arrivals.missed[:seen])


def _interventions(interventions: Interventions | None, instant: np.datetime64) -> Interventions | None:
    if interventions is None:
        return None
    known = interventions.known_at < instant
    return Interventions(interventions.grid[known], interventions.started_at[known], interventions.known_at[known])
