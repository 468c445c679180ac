"""The record as people and programs read it. It computes no forecast, so that a server may ask for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, time
from functools import partial
from typing import Any

import numpy as np

from riskwarn.disclosure.steps import LEAST_OF_GROUP, in_steps
from riskwarn.home import Home
from riskwarn.means import Bounds, over_origins
from riskwarn.words import Unit
from serving.snapshots import published
from serving.snapshots.withheld import Withholds, withheld_now
from serving.track_record.rows import Judged, rows, unjudged
from serving.track_record.shown import (
    CAPTURES,
    LEAST_FIRST,
    between_told,
    content_told,
    events_told,
    figure_shown,
    least_told,
    level_shown,
    levels_shown,
    named_told,
    step,
)

#: Figures that are summed up, and those in which a lower number is the better.
SUMMED = (
    "log_loss",
    "brier",
    "poisson_deviance",
    "capture_1",
    "capture_5",
    "capture_10",
    "calibration_level",
    "inside",
)
LOWER_IS_BETTER = ("log_loss", "brier", "poisson_deviance")
#: … and those in which it is told by how much each baseline is surpassed.
GAINED = ("log_loss", "poisson_deviance", "capture_1", "capture_5", "capture_10")
#: What came before publication is counted apart: the capture of the rest stands beside that of all.
AHEAD, AHEAD_OF = "capture_5_after_publication", "capture_5"


def track_record(
    home: Home,
    target: str | None = None,
    horizon: int | None = None,
    left_out: Collection[str] = (),
    limit: int | None = None,
    withholds: Withholds | None = None,
) -> dict[str, Any]:
    """`{rows, summary, waiting}`: how each published forecast went, and all together beside the baselines; nothing of some targets.

    Of the rows the newest `limit`; a server says by `withholds` what is withheld today, for whom there is none it is looked for.
    Raises UnknownTarget where the target or the horizon is not declared.
    """
    targets, horizons = home.configuration.chosen_targets(target), home.configuration.chosen_horizons(horizon)
    targets = [one for one in targets if one not in left_out]
    found = [
        replace(one, content=content_told(one.content))
        for one in rows(home, target, horizon)
        if one.target not in left_out
    ]
    counted = {(one.snapshot, one.target, one.horizon) for one in _counted(home, found)}
    summary = []
    for name in targets:
        for periods in horizons:
            own = [one for one in found if (one.target, one.horizon) == (name, periods)]
            if own:
                chosen = [one for one in own if (one.snapshot, one.target, one.horizon) in counted]
                summary.append(_summary(name, periods, own, chosen))
    newest = sorted(found, key=lambda one: (one.as_of, one.sequence), reverse=True)[:limit]
    now = withholds or withheld_now(home)
    return {
        "rows": [_shown(one, (one.snapshot, one.target, one.horizon) in counted, now) for one in newest],
        "summary": summary,
        "waiting": sum(1 for _, name, periods in unjudged(home) if name in targets and periods in horizons),
    }


def _counted(home: Home, found: Sequence[Judged]) -> list[Judged]:
    """The rows that make the figures: of each as-of the last that was published in time, unless it was withdrawn in time too.

    They are counted by groups, in the order in which they were judged: as soon as those of a target and horizon that wait have
    :data:`~riskwarn.disclosure.steps.LEAST_OF_GROUP` events together, by the least that is told of each: so when that is tells nothing. What a summary has beyond the summary of the week before is then that of so many events.
    """
    calendar = home.configuration.calendar
    withdrawn = published.of_fate(home, published.WITHDRAWN)
    last: dict[tuple[str, int, Any], Judged] = {}
    for one in sorted(found, key=lambda one: one.content["published_at"]):
        until = datetime.combine(calendar.shift(one.as_of, 1), time(), calendar.timezone)
        fate = withdrawn.get(one.snapshot)
        if not one.content["late"] and not (fate is not None and fate["at"] <= until):
            last[one.target, one.horizon, one.as_of] = one
    grouped: list[Judged] = []
    waiting: dict[tuple[str, int], list[Judged]] = {}
    for one in sorted(last.values(), key=lambda one: one.sequence):
        group = waiting.setdefault((one.target, one.horizon), [])
        group.append(one)
        if sum(least_told(_events(one)) for one in group) >= LEAST_OF_GROUP:
            grouped += group
            group.clear()
    return sorted(grouped, key=lambda one: one.as_of)


def _events(one: Judged) -> int:
    """What its events are told as; of a row of before by what it was judged, which is not shown."""
    events = one.content["events"]
    return int(one.content["levels"]["grid"]["events"] if events is None else events)


def _shown(one: Judged, counted: bool, withholds: Withholds) -> dict[str, Any]:
    """A row: what was said, how much came, and of enough events how it went."""
    content = one.content
    return {
        "snapshot": one.snapshot,
        "target": one.target,
        "horizon": one.horizon,
        "as_of": one.as_of.isoformat(),
        "window_end": content["window_end"],
        "published_at": content["published_at"],
        "judged_at": one.judged_at.isoformat(),
        "model": content["model"],
        "late": content["late"],
        "counted": counted,
        "events": events_told(content["events"]),
        "events_between": None if content["events"] is None else list(between_told(content["events"])),
        "events_before_publication": events_told(content["events_before_publication"]),
        "unknown_grids": content["unknown_grids"],
        "levels": levels_shown(content["levels"], content["events"]),
        **named_told(content, partial(withholds, one.snapshot)),
        "chain": one.chain,
    }


def _summary(target: str, horizon: int, own_rows: Sequence[Judged], counted: Sequence[Judged]) -> dict[str, Any]:
    """All rows of a target and horizon together, level by level: means with their intervals, and gains over each baseline."""
    events = sum(map(_events, counted))
    untold = any(one.content["events"] is None for one in counted)
    baselines = sorted({name for one in counted for name in one.content["baselines"]})
    levels = {}
    for unit in [unit.value for unit in Unit] if counted else []:
        units = min(one.content["levels"][unit]["units"] for one in counted)
        if not level_shown(unit, units):
            continue
        # A capture over one row or two would tell what is left out of them.
        captures = len(counted) >= LEAST_FIRST
        names = [name for name in SUMMED if figure_shown(unit, name, units) and (captures or name not in CAPTURES)]
        own = {name: _mean(counted, horizon, _figure(unit, name)) for name in names}
        others = {one: {name: _mean(counted, horizon, _figure(unit, name, one)) for name in names} for one in baselines}
        steps = {name: step(name, mean.mean, events) for name, mean in own.items() if mean is not None}
        figures = {name: _told(mean, steps.get(name)) for name, mean in own.items()}
        if unit == Unit.GRID.value and AHEAD_OF in names:
            figures[AHEAD] = _ahead(counted, horizon)
        levels[unit] = {
            "figures": figures,
            "baselines": {
                one: {
                    name: _told(mean, None if mean is None else step(name, mean.mean, events))
                    for name, mean in found.items()
                }
                for one, found in others.items()
            },
            "gains": {
                one: {
                    name: _told(_mean(counted, horizon, _gain(unit, name, one)), steps.get(name))
                    for name in names
                    if name in GAINED
                }
                for one in baselines
            },
        }
    return {
        "target": target,
        "horizon": horizon,
        "judged": len(own_rows),
        "counted": len(counted),
        "late": sum(1 for one in own_rows if one.content["late"]),
        "events": None if untold else events_told(events),
        "levels": levels,
    }


Value = Callable[[Judged], float]


def _figure(unit: str, name: str, baseline: str | None = None) -> Value:
    """A figure of a level, of what was published or of a baseline; NaN where a row does not have it."""

    def of(one: Judged) -> float:
        levels = one.content["levels"] if baseline is None else one.content["baselines"].get(baseline, {})
        return _number(levels.get(unit, {}).get(name))

    return of


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _gain(unit: str, name: str, baseline: str) -> Value:
    """By how much what was published is better than a baseline, positive where it is."""
    sign = -1.0 if name in LOWER_IS_BETTER else 1.0
    own, other = _figure(unit, name), _figure(unit, name, baseline)
    return lambda one: sign * (own(one) - other(one))


def _ahead(counted: Sequence[Judged], horizon: int) -> dict[str, float | None] | None:
    """Capture of what came where nothing had come yet when it was published; None where that is little."""
    told = [one.content for one in counted if one.content["events"] is not None]
    events = sum(one["events"] - one["events_before_publication"] for one in told)
    mean = _mean(counted, horizon, lambda one: _number(one.content[AHEAD]))
    return None if events < LEAST_OF_GROUP or mean is None else _told(mean, step(AHEAD_OF, mean.mean, events))


def _mean(counted: Sequence[Judged], horizon: int, value: Value) -> Bounds | None:
    """None where no row has the figure."""
    found = over_origins(np.array([value(one) for one in counted], dtype=np.float64), horizon)
    return None if np.isnan(found.mean) else found


def _told(mean: Bounds | None, width: float | None) -> dict[str, float | None] | None:
    """`{mean, lower, upper}` in steps of what the figure is told in."""
    if mean is None or width is None:
        return None
    return {name: in_steps(number, width) for name, number in mean._asdict().items()}
