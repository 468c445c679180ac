"""The record as people and programs read it. It computes no forecast, so that a server may ask for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, time
from functools import partial
from typing import Any

import numpy as np

from riskwarn.disclosure import count_shown, few
from riskwarn.home import Home
from riskwarn.means import over_origins
from riskwarn.words import Unit
from serving.snapshots import published
from serving.track_record.rows import Judged, rows, unjudged
from serving.track_record.shown import (
    CAPTURES,
    LEAST_EVENTS,
    LEAST_FIRST,
    captured_units,
    content_told,
    digits,
    figures_shown,
    level_shown,
    levels_shown,
)

#: Rows with one or two events are summed up so many together.
TOGETHER = 3

#: Figures of the grids that are summed up, and those in which a lower number is the better.
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


def track_record(
    home: Home, target: str | None = None, horizon: int | None = None, left_out: Collection[str] = ()
) -> dict[str, Any]:
    """`{rows, summary, waiting}`: how each published forecast went, and all together beside the baselines; nothing of some targets.

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
    return {
        "rows": [
            _shown(one, (one.snapshot, one.target, one.horizon) in counted)
            for one in sorted(found, key=lambda one: (one.as_of, one.sequence), reverse=True)
        ],
        "summary": summary,
        "waiting": sum(1 for _, name, periods in unjudged(home) if name in targets and periods in horizons),
    }


def _counted(home: Home, found: Sequence[Judged]) -> list[Judged]:
    """The rows that make the figures: of each as-of the last that was published in time, unless it was withdrawn in time too.

    Those with one or two events are counted three at a time, in the order in which they were judged: what a summary has beyond the rows,
    or beyond the summary of the week before, is then that of three.
    """
    calendar = home.configuration.calendar
    withdrawn = published.of_fate(home, published.WITHDRAWN)
    last: dict[tuple[str, int, Any], Judged] = {}
    for one in sorted(found, key=lambda one: one.content["published_at"]):
        until = datetime.combine(calendar.shift(one.as_of, 1), time(), calendar.timezone)
        fate = withdrawn.get(one.snapshot)
        if not one.content["late"] and not (fate is not None and fate["at"] <= until):
            last[one.target, one.horizon, one.as_of] = one
    chosen = sorted(last.values(), key=lambda one: one.sequence)
    left: set[int] = set()
    for block in {(one.target, one.horizon) for one in chosen}:
        untold = [one.sequence for one in chosen if (one.target, one.horizon) == block and few(_events(one))]
        left.update(untold[len(untold) // TOGETHER * TOGETHER :])
    return sorted((one for one in chosen if one.sequence not in left), key=lambda one: one.as_of)


def _events(one: Judged) -> int:
    """What its events are told as; of a row of before by what it was judged, which is not shown."""
    events = one.content["events"]
    return int(one.content["levels"]["grid"]["events"] if events is None else events)


def _summed(counted: Sequence[Judged]) -> int | None:
    """The events of some rows; of three that have one or two each, never so few or so many that all must have one, or two.

    None where those of any are not told.
    """
    if any(one.content["events"] is None for one in counted):
        return None
    untold = [_events(one) for one in sorted(counted, key=lambda one: one.sequence) if few(_events(one))]
    sums = (sum(untold[place : place + TOGETHER]) for place in range(0, len(untold), TOGETHER))
    told = sum(min(max(one, TOGETHER + 1), 2 * TOGETHER - 1) for one in sums)
    return told + sum(_events(one) for one in counted if not few(_events(one)))


def _shown(one: Judged, counted: bool) -> dict[str, Any]:
    """A row; with one or two events no figure is told from which their number would follow."""
    content = one.content
    events = content["events"]
    untold = events is not None and few(events)
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
        "events": _count(events),
        "events_before_publication": None if untold else _count(content["events_before_publication"]),
        "capture_5_after_publication": None if untold else _ahead(content),
        "unknown_grids": content["unknown_grids"],
        "levels": {} if untold else levels_shown(content["levels"], events or 0),
        "baselines": {}
        if untold
        else {name: levels_shown(levels, events or 0) for name, levels in content["baselines"].items()},
        "misses": content["misses"],
        "false_alarms": content["false_alarms"],
        "chain": one.chain,
    }


def _count(events: int | None) -> int | str | None:
    return None if events is None else count_shown(events)


def _ahead(content: dict[str, Any]) -> float | None:
    """Capture of what came after publication, where that of all is shown."""
    grids, value = content["levels"]["grid"], content["capture_5_after_publication"]
    if value is None or figures_shown(grids, content["events"])["capture_5"] is None:
        return None
    ahead = content["events"] - content["events_before_publication"]
    told = {"units": grids["units"], "capture_5": value}
    return None if few(ahead) else digits(figures_shown(told, ahead)["capture_5"])


def _summary(target: str, horizon: int, own: Sequence[Judged], counted: Sequence[Judged]) -> dict[str, Any]:
    """All rows of a target and horizon together, level by level: means with their intervals, and gains over each baseline."""
    events = _summed(counted)
    baselines = sorted({name for one in counted for name in one.content["baselines"]})
    levels = {}
    for unit in [unit.value for unit in Unit]:
        units = min((one.content["levels"][unit]["units"] for one in counted), default=0)
        if not level_shown(unit, units) or (events is not None and events < LEAST_EVENTS):
            continue
        # A capture over one row or two would tell what is left out of them.
        captures = len(counted) >= LEAST_FIRST
        names = [
            name for name in SUMMED if name not in CAPTURES or (captures and captured_units(name, units) >= LEAST_FIRST)
        ]

        def means(names: Sequence[str], of: Callable[[str], Value]) -> dict[str, Any]:
            return {name: _mean(counted, horizon, of(name)) for name in names}

        levels[unit] = {
            "figures": means(names, partial(_figure, unit)),
            "baselines": {one: means(names, partial(_figure, unit, baseline=one)) for one in baselines},
            "gains": {
                one: means([name for name in names if name in GAINED], partial(_gain, unit, baseline=one))
                for one in baselines
            },
        }
    return {
        "target": target,
        "horizon": horizon,
        "judged": len(own),
        "counted": len(counted),
        "late": sum(1 for one in own if one.content["late"]),
        "events": _count(events),
        "levels": levels,
    }


Value = Callable[[Judged], float]


def _figure(unit: str, name: str, baseline: str | None = None) -> Value:
    """A figure of a level, of what was published or of a baseline; NaN where a row does not have it."""

    def of(one: Judged) -> float:
        levels = one.content["levels"] if baseline is None else one.content["baselines"].get(baseline, {})
        value = levels.get(unit, {}).get(name)
        return float("nan") if value is None else float(value)

    return of


def _gain(unit: str, name: str, baseline: str) -> Value:
    """By how much what was published is better than a baseline, positive where it is."""
    sign = -1.0 if name in LOWER_IS_BETTER else 1.0
    own, other = _figure(unit, name), _figure(unit, name, baseline)
    return lambda one: sign * (own(one) - other(one))


def _mean(counted: Sequence[Judged], horizon: int, value: Value, name: str = "") -> dict[str, float | None] | None:
    """`{mean, lower, upper}`; None where no row has the figure."""
    found = over_origins(np.array([value(one) for one in counted], dtype=np.float64), horizon)
    if np.isnan(found.mean):
        return None
    return {name: digits(number) for name, number in found._asdict().items()}
