"""From what was judged to the facts of a report, and from a registered version to its page and card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features import City
from features.encoding.standing import in_force
from features.pages.words import source_words
from features.panel.panel import Encoded
from riskwarn.configuration import Configuration
from riskwarn.periods import day_of
from riskwarn.words import Unit
from training.evaluation.comparison import COMPARED, Evaluation, Gain
from training.evaluation.towns import Town
from training.evaluation.views import SHARES
from training.evaluation.weights import Weights, weights_of
from training.labels.task import ForecastTask
from training.models.family import PARTS
from training.models.forecast import Forecaster
from training.registry.facts import commit, made_with
from training.registry.runs import DRAWN
from training.registry.versions import Version
from training.reports.facts import Binned, Forecasted, Gained, Leaning, Place, ReportFacts, Since, Source

Days = npt.NDArray[np.int64]

#: What a page and a card are called among the files of a run.
PAGE, CARD = "report.html", "model-card.md"

#: Centres of grids that draw the shape of a city, at most, and their digits: about a hundred metres.
OUTLINE, DIGITS = 1200, 3

#: Metrics of every other forecaster that are noted of a run.
BESIDE = (
    "log_loss",
    "capture_1",
    "capture_5",
    "capture_10",
    "average_precision",
    "poisson_deviance",
    "calibration_level",
)


def facts_of(
    configuration: Configuration,
    task: ForecastTask,
    forecaster: Forecaster | None,
    evaluation: Evaluation,
    origins: Sequence[date],
    *,
    kind: str,
    reason: str,
    notes: Sequence[str],
    parameters: Mapping[str, Any],
    since: Since | None = None,
    sources: Sequence[Source] = (),
) -> ReportFacts:
    """All that is told of a version of the task's horizon; of a back-test where there is no `forecaster` that was registered."""
    target = configuration.targets[task.target]
    learnt = task.mature(task.as_of) if forecaster is not None else []
    told = {**parameters, **(made_with(forecaster) if forecaster is not None else {}), "commit": commit()}
    weights = weights_of(forecaster, task.inputs, [task.as_of]) if forecaster is not None else Weights()
    events = task.events
    known = events.known_before(task.calendar.instant(task.as_of))
    return ReportFacts(
        of="version" if forecaster is not None else "backtest",
        city=configuration.city,
        target=task.target,
        target_zh=target.zh or task.target,
        target_en=target.en or task.target,
        horizon=task.horizon,
        period=task.calendar.period.value,
        as_of=task.as_of,
        kind=kind,
        reason=reason,
        notes=tuple(notes),
        parameters={name: str(value) for name, value in told.items() if value is not None},
        grids=task.grids,
        learnt=(learnt[0], learnt[-1]) if learnt else (),
        learnt_origins=len(learnt),
        events=int(events.count[known].sum()),
        origins=tuple(origins),
        judged_events=evaluation.n_events,
        effective_origins=evaluation.effective_origins,
        best_baseline=evaluation.best_baseline,
        shares=SHARES,
        forecasters=tuple(_forecasted(name, evaluation) for name in evaluation.metrics),
        districts=_names(task),
        towns=_places(task, evaluation, kind),
        outline=_outline(task),
        families=weights.families,
        columns=tuple(
            Leaning(name=one.name, family=one.family, zh=one.zh, en=one.en, weight=weight) for one, weight in weights.columns
        ),
        since=since,
        sources=tuple(sources),
    )  # fmt: skip


def sources_of(city: City, numbers: Encoded) -> tuple[Source, ...]:
    """What a model may have read at the as-of: of each event source, of residents and of services; `numbers` is the encoded city.

    Records are those that were known and in force then; of residents and services it is rows, as carried to the grids in force. What has
    no date has no first and no newest.
    """
    events = ((name, *_records(numbers, name)) for name, one in city.contracts.items() if one.events)
    return tuple(
        _source(city.configuration, name, records, days) for name, records, days in (*events, *_tables(city)) if records
    )


def _records(numbers: Encoded, source: str) -> tuple[int, Days]:
    """(number of the records of a source that the as-of sees, days since 1970 of those with a date); none where none has one."""
    rows = in_force(numbers, source, "day", "record", "start", "stop")
    at = len(numbers.edges) - 1
    seen = (rows["start"] <= at) & (at <= rows["stop"])  # neither void nor superseded then, as `load` counts
    days = rows["day"][seen & (rows["day"] != 0)]  # the day of what has no date
    return len(np.unique(rows["record"][seen])) if len(days) else 0, days


def _tables(city: City) -> Iterator[tuple[str, int, Days]]:
    """(name, number of rows that were known at the as-of, days since 1970 of those with a date) of residents and services."""
    instant = city.calendar.instant(city.as_of)
    for name, table, begun in (
        ("demographics", city.demographics, "valid_from"),
        ("interventions", city.interventions, "started_at"),
    ):
        known = table[table["known_at"].isna() | (table["known_at"] < instant)]
        moments = pd.to_datetime(known[begun]).dropna().to_numpy(dtype="datetime64[us]")
        days = (
            city.calendar.local_days(moments)
            if begun == "started_at"
            else moments.astype("datetime64[D]").astype(np.int64)
        )
        yield name, len(known), days


def _source(configuration: Configuration, name: str, records: int, days: Days) -> Source:
    zh, en = source_words(name, configuration)
    first, newest = (day_of(int(days.min())), day_of(int(days.max()))) if len(days) else (None, None)
    return Source(name=name, zh=zh, en=en, records=records, first=first, newest=newest)


def beside(evaluation: Evaluation, own: str) -> dict[str, float]:
    """Figures of every other forecaster, and the gain over it, as metrics of a run: `log_loss/climatology`."""
    found = {
        f"{name}/{who}": value
        for who, figures in evaluation.metrics.items()
        for name in BESIDE
        if who != own and (value := figures.get(name)) is not None
    }
    gains = {f"gain/{who}": gains["log_loss"].gain for who, gains in evaluation.gains.items() if "log_loss" in gains}
    return found | {name: gain for name, gain in gains.items() if gain == gain}


def drawn(evaluation: Evaluation, own: str) -> tuple[str, ...]:
    """The forecasters whose values at each origin MLflow draws."""
    return tuple(
        dict.fromkeys(name for name in (own, "model", *PARTS, evaluation.best_baseline) if name in evaluation.metrics)
    )


def since_champion(champion: Version, then: Mapping[str, str], now: Mapping[str, Any], gain: Gain | None) -> Since:
    """A version beside the champion that stands: what it was made with and of, `then` and `now`, where it differs."""
    noted = {name: str(value) for name, value in now.items() if value is not None}
    names = [*noted, *(name for name in then if name not in noted)]
    differs = {name: (then.get(name), noted.get(name)) for name in names if then.get(name) != noted.get(name)}
    return Since(
        version=champion.version,
        kind=champion.kind,
        as_of=champion.as_of,
        metrics=champion.metrics,
        gain=_gained(gain) if gain is not None else None,
        changed={name: pair for name, pair in sorted(differs.items()) if name not in _EVER_OTHER},
    )


#: Parameters that differ between any two versions.
_EVER_OTHER = ("trained_at", "first_judged", "last_judged", "commit")


def _forecasted(name: str, evaluation: Evaluation) -> Forecasted:
    seen = evaluation.views[name]
    return Forecasted(
        name=name,
        role="model" if name == "model" else "part" if name in PARTS else "baseline",
        metrics=evaluation.metrics[name],
        intervals=evaluation.intervals[name],
        gains={one: _gained(evaluation.gains[name][one]) for one in COMPARED if one in evaluation.gains.get(name, {})},
        reliability=tuple(Binned(**asdict(one)) for one in seen.reliability),
        capture=seen.capture,
        series={
            one: tuple(None if value != value else float(value) for value in evaluation.series[name][one])
            for one in DRAWN
            if one in evaluation.series[name]
        },
    )


def _gained(gain: Gain) -> Gained:
    return Gained(**gain.as_dict())


def _names(task: ForecastTask) -> dict[str, str]:
    """Code -> name of the districts; none of a task that was made of arrays."""
    if task.geography is None:
        return {}
    units = task.geography.units[Unit.DISTRICT]
    return dict(zip(units.codes, units.names, strict=True))


def _places(task: ForecastTask, evaluation: Evaluation, kind: str) -> tuple[Place, ...]:
    """The towns of what scores, with their names and centres; none of a task that was made of arrays."""
    if task.geography is None:
        return ()
    units = task.geography.units[Unit.TOWN]
    name_of = _names(task)
    found = []
    for one in evaluation.views[kind if kind in evaluation.views else evaluation.best_baseline].towns:
        inside = units.of_grid == one.town
        found.append(_place(one, units.codes[one.town], units.names[one.town], name_of.get(units.parents[one.town], ""),
                            task.geography.longitude[inside], task.geography.latitude[inside]))  # fmt: skip
    return tuple(found)


def _place(one: Town, code: str, name: str, district: str, longitude: np.ndarray, latitude: np.ndarray) -> Place:
    known = ~(np.isnan(longitude) | np.isnan(latitude))
    centre = [round(float(side[known].mean()), DIGITS) if known.any() else None for side in (longitude, latitude)]
    return Place(
        code=code, name=name, district=district, longitude=centre[0], latitude=centre[1], grids=one.grids,
        events=one.events, level=one.level, told=one.told, missed=one.missed,
    )  # fmt: skip


def _outline(task: ForecastTask) -> tuple[tuple[float, float], ...]:
    if task.geography is None:
        return ()
    centres = np.column_stack([task.geography.longitude, task.geography.latitude])
    centres = centres[~np.isnan(centres).any(axis=1)]
    some = centres[:: max(1, -(-len(centres) // OUTLINE))]
    return tuple((round(float(x), DIGITS), round(float(y), DIGITS)) for x, y in some)
