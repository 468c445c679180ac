"""What a forecast leans on: by how much the log loss rises where the columns of a source, or those of observers, are left out.

It is the regression that is fitted anew without them, once, on what was known before the origins that are judged: the trees are not
asked, for columns that are missing to them are made up for by others at random. Of a large city some of the grids are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from features import Feature
from training.audits.audit import Audit, Value, value
from training.evaluation.comparison import Gain, gain_of
from training.evaluation.judged import Judged
from training.evaluation.metrics import Measured, measure
from training.evaluation.outcomes import Outcomes, Places
from training.labels.task import ForecastTask
from training.models.choosing import Choices, outcome
from training.models.design import Design, rising, varying
from training.models.forecast import Forecast
from training.models.linear import Linear
from training.models.poisson import LEAST_MARGIN, MOST_MARGIN, fit_poisson_regression, fit_without, margins

Flags = npt.NDArray[np.bool_]

#: Rows that a regression is fitted on, about; more would cost more than the answer is worth.
MOST_ROWS = 250_000

_METRIC = "log_loss"


@dataclass(frozen=True)
class Worth:
    """What a group of columns is worth: the gain in log loss of having them."""

    columns: int
    gain: Gain
    without: float  # the log loss without them


def sources(
    task: ForecastTask, columns: Design, choices: Choices, outcomes: Outcomes, origins: Sequence[date]
) -> Audit:
    """One row a source, the most valuable first. `origins` are those of `outcomes`, a fit at the first of them is looked at."""
    names = dict.fromkeys(feature.source for feature in columns.features)
    groups = {name: _flags(columns, lambda feature, name=name: feature.source == name) for name in names}
    whole, found = worth(task, [columns], choices, outcomes, origins, groups)
    ordered = sorted(found.items(), key=lambda one: -one[1].gain.gain)
    facts: dict[str, Value] = {
        "metric": _METRIC,
        "forecaster": "regression",
        "fitted": origins[0].isoformat(),
        "origins": len(origins),
        "log_loss": value(whole),
        "best": ordered[0][0] if ordered else None,
        # A source without which the forecast is better beyond the interval does harm.
        "harmful": ", ".join(name for name, one in ordered if one.gain.enough and one.gain.loses) or None,
    }
    return Audit("sources", facts, tuple({"source": name, **_row(one)} for name, one in ordered))


def observers(
    task: ForecastTask,
    columns: Design,
    choices: Choices,
    outcomes: Outcomes,
    origins: Sequence[date],
    beside: Design | None = None,
) -> Audit:
    """Skill with and without the columns that say how much is looked at and not how life is, one row a family of them.

    `columns` are those of the model; of observers there are few among them or none. `beside` holds others, so that it is told what
    they would add: as much as what comes depends on who looks.
    """
    parts = [columns] if beside is None else [columns, beside]
    features = [feature for part in parts for feature in part.features]
    observing = np.array([feature.observer for feature in features], dtype=bool)
    families = dict.fromkeys(feature.family for feature in features if feature.observer)
    groups = {name: np.array([one.observer and one.family == name for one in features]) for name in families}
    facts: dict[str, Value] = {
        "metric": _METRIC,
        "forecaster": "regression",
        "columns": int(observing.sum()),
        "in_model": sum(feature.observer for feature in columns.features),
        "fitted": origins[0].isoformat(),
        "origins": len(origins),
    }
    if not observing.any():
        return Audit("observers", facts, ())
    whole, found = worth(task, parts, choices, outcomes, origins, {"": observing, **groups})
    every = found.pop("", None)
    if every is not None:
        facts |= {
            "log_loss_with": value(whole),
            "log_loss_without": value(every.without),
            "gain": value(every.gain.gain),
            "lower": value(every.gain.lower),
            "upper": value(every.gain.upper),
        }
    return Audit("observers", facts, tuple({"family": name, **_row(one)} for name, one in found.items()))


def worth(
    task: ForecastTask,
    columns: Sequence[Design],
    choices: Choices,
    outcomes: Outcomes,
    origins: Sequence[date],
    groups: Mapping[str, Flags],
) -> tuple[float, dict[str, Worth]]:
    """(the log loss with all columns, what each group of them is worth); groups without a column that varies are left out."""
    at = origins[0]
    mature = task.mature(at)
    every = max(1, round(len(mature) * task.grids / MOST_ROWS))
    some = side_by_side([one.some_grids(every) for one in columns])
    kept = varying(some, mature)
    some, flags = some.select(kept), {name: chosen[kept] for name, chosen in groups.items()}
    flags = {name: chosen for name, chosen in flags.items() if chosen.any()}
    learnt = outcome(task, mature, 0, task.horizon, at, every)
    came = some_grids(outcomes, every)
    raised = rising(some.features)
    [whole] = fit_poisson_regression(some, learnt, [choices.penalty], raised)
    without = fit_without(some, learnt, whole, choices.penalty, list(flags.values()), raised)

    def measured(linear: Linear) -> Measured:
        mean = np.exp(np.clip(margins(some, origins, linear), LEAST_MARGIN, MOST_MARGIN))
        return measure(Judged(Forecast(choices.dispersion.around(choices.calibration.of(mean))), came), [_METRIC])

    own = measured(whole)
    found = {}
    for (name, chosen), linear in zip(flags.items(), without, strict=True):
        other = measured(linear)
        found[name] = Worth(int(chosen.sum()), gain_of(_METRIC, own, other), other.bounds(_METRIC).mean)
    return own.bounds(_METRIC).mean, found


def side_by_side(designs: Sequence[Design]) -> Design:
    """The columns of several designs of the same origins and grids, in memory."""
    if len(designs) == 1:
        return designs[0]
    features = tuple(feature for one in designs for feature in one.features)
    return Design(features, designs[0].origins, np.concatenate([one.values for one in designs]))


def some_grids(outcomes: Outcomes, every: int) -> Outcomes:
    """What came in every so many-th grid."""
    if every == 1:
        return outcomes
    where = outcomes.places
    places = Places(
        {unit: of_grid[::every] for unit, of_grid in where.units.items()},
        where.residents[::every],
        where.area_km2[::every],
    )
    return replace(
        outcomes, observed=outcomes.observed[:, ::every], places=places, hard=None, new=None, next_period=None
    )


def _flags(columns: Design, chosen: Any) -> Flags:
    features: tuple[Feature, ...] = columns.features
    return np.array([bool(chosen(feature)) for feature in features])


def _row(one: Worth) -> dict[str, Value]:
    return {
        "columns": one.columns,
        "gain": value(one.gain.gain),
        "lower": value(one.gain.lower),
        "upper": value(one.gain.upper),
        "wins": int(one.gain.wins),
        "log_loss_without": value(one.without),
    }
