"""What in an analyst's own data leaks, looked at before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from features import City, build_features, core, read_city
from features.catalogue.catalogue import plugged_in
from features.panel.panel import Encoded, encoded
from features.testing import TOLERANCE, known_before
from features.windows import YEAR
from riskwarn.configuration import usual_horizon
from riskwarn.health import districts_in_force, examine, prospects
from riskwarn.home import Home
from riskwarn.messages import Message
from riskwarn.progress import Progress, silent
from riskwarn.store import Store
from riskwarn.store.targets import events_of, rule_of
from training.audits.entry_dates import entry_dates
from training.audits.leakage import (
    Leak,
    absent_source,
    absent_target,
    back_filled,
    changed_past,
    early_events,
    early_records,
    edited_after,
    filled_events,
    first_versions,
    knowing_columns,
    label_shift,
    late_feed,
    registered_late,
)
from training.audits.moved import moved
from training.audits.own_records import own_records
from training.audits.too_good import MOST_EXCESS, too_good
from training.labels.task import ForecastTask, learnable_origins, make_task

#: Origins whose windows do not overlap, at most, by which columns are judged; and at which features of one's own are built again.
ORIGINS = 13
REBUILT = 3


@dataclass(frozen=True)
class DataAudit:
    """What was looked at, and what was found."""

    as_of: date
    targets: tuple[str, ...]
    sources: tuple[str, ...]
    columns: int
    own: tuple[str, ...]  # features of one's own
    findings: tuple[Leak, ...]

    def as_dict(self) -> dict[str, Any]:
        """The shape of ``riskwarn audit-data --json``."""
        return {
            "as_of": self.as_of.isoformat(),
            "targets": list(self.targets),
            "sources": list(self.sources),
            "columns": self.columns,
            "own_features": list(self.own),
            "findings": [one.as_dict() for one in self.findings],
        }


def audit_data(
    home: Home, *, target: str | None = None, city: City | None = None, now: datetime, progress: Progress = silent
) -> DataAudit:
    """Look for leakage in what the declared targets, or the named one, would be learnt from.

    Raises UnknownTarget, NothingKnown, and what reading the city raises.
    """
    names = home.configuration.chosen_targets(target)
    city = city or read_city(home, now=now)
    numbers = encoded(city)
    asked = {name: city.configuration.targets[name].source for name in names}
    horizon = usual_horizon(city.configuration.horizons)
    days = float((city.calendar.shift(city.as_of, horizon) - city.as_of).days)
    columns, of_targets, of_sources = set[str](), dict[str, list[Leak]](), list[Leak]()
    for source, beliefs in city.beliefs.items():
        first = first_versions(beliefs)
        of_sources += [*early_records(source, first), *registered_late(source, first, days, horizon)]
        of_sources += back_filled(source, first)
        for name in (name for name in names if asked[name] == source):
            progress(
                Message("looking at {name}", name=city.configuration.target_named(name)), len(of_targets), len(names)
            )
            seen, of_targets[name] = _of_target(city, name, numbers, first)
            columns |= seen
    found = [*(leak for name in names for leak in of_targets.get(name, ())), *of_sources]
    for one in examine(home, city.as_of, districts_in_force(home, city.as_of), progress=progress):
        found += late_feed(one)
        if one.source not in asked.values():
            found += absent_source(one)
    for foretold in prospects(Store(home), city.configuration, targets=names):
        found += absent_target(foretold.source, foretold.interrupted, foretold.ended(city.as_of))
    own = tuple(sorted(plugged_in(city.configuration)))
    found = [*(one.naming(city.configuration.target_names) for one in found), *_changed(city, numbers, own)]
    return DataAudit(city.as_of, tuple(names), tuple(city.beliefs), len(columns), own, tuple(found))


def _of_target(city: City, name: str, numbers: Encoded, first: pd.DataFrame) -> tuple[set[str], list[Leak]]:
    """(the columns of its core, what is found in its events and in them); `first` are the first versions of its source's records."""
    wanted = core(city.configuration, name)
    horizon = usual_horizon(city.configuration.horizons)
    origins = learnable_origins(city)
    task = make_task(city, name, horizon, build_features(city, origins, numbers=numbers, names=wanted[:1]), numbers)
    ripe = task.mature(city.as_of)
    apart = ripe[::-1][::horizon][::-1]
    labels = task.labels(apart, city.as_of)
    known = ~np.isnan(labels)
    cells = known.sum(axis=1)
    rates = np.divide(np.nansum(labels, axis=1), cells, out=np.full(len(apart), np.nan), where=cells > 0)
    found = [
        *label_shift(name, rates, max(1, YEAR[city.configuration.period] // horizon)),
        *early_events(name, task.events),
        *filled_events(name, city.calendar.local_days(task.events.at)),
        *_edits(city, name, first),
        *_from_records(city, name, first),
    ]
    return set(wanted), [*_knowing(city, task, wanted, numbers), *found]


def _knowing(city: City, task: ForecastTask, wanted: Sequence[str], numbers: Encoded) -> list[Leak]:
    """Columns that know too much."""
    horizon = task.horizon
    # The window after the one that is told has to be over, too.
    origins = task.at_horizon(2 * horizon).mature(city.as_of)[::-1][::horizon][:ORIGINS][::-1]
    if not origins:
        return []
    matrix = build_features(city, origins, numbers=numbers, names=wanted)
    observed = task.observed(origins, 0, 2 * horizon, city.as_of)
    before, now, after = (
        np.where(observed, task.counts(origins, start * horizon, (start + 1) * horizon, city.as_of), np.nan)
        for start in (-1, 0, 1)
    )
    source = city.configuration.targets[task.target].source
    own = {feature.name for feature in matrix.features if feature.source == source}
    return knowing_columns(task.target, too_good(matrix.names, matrix.values, before, now, after, own), MOST_EXCESS)


def _edits(city: City, name: str, first: pd.DataFrame) -> list[Leak]:
    """Whether records are changed after they became events of a target; those that went to another grid are asked of apart."""
    rule = rule_of(city.configuration.targets[name])
    beliefs = city.beliefs[rule.source]
    beliefs = beliefs[~beliefs["record_id"].isin(first["record_id"][moved(beliefs, first)])]
    events = events_of(beliefs, rule)
    came = pd.DataFrame({"record_id": beliefs["record_id"].to_numpy()[events.row], "at": events.at})
    return edited_after(name, rule.source, beliefs, came)


def _from_records(city: City, name: str, first: pd.DataFrame) -> list[Leak]:
    """Whether the events of a target are dated by when they were written down, and its records told beforehand which would be some."""
    rule = rule_of(city.configuration.targets[name])
    beliefs = city.beliefs[rule.source]
    return [*entry_dates(name, rule, beliefs, city.calendar), *own_records(name, rule, beliefs, first, city.geography)]


def _changed(city: City, numbers: Encoded, own: Sequence[str]) -> Iterator[Leak]:
    """The features of one's own that are others where what became known after an origin is taken away."""
    if not own:
        return
    origins = learnable_origins(city)
    some = sorted({origins[index] for index in np.linspace(0, len(origins) - 1, REBUILT + 2).astype(int)[1:-1]})
    together = build_features(city, some, numbers=numbers, names=own)
    changed = np.zeros(len(own))
    for index, origin in enumerate(some):
        alone = build_features(known_before(replace(city, as_of=origin), origin), [origin], names=own).values[:, 0]
        held = together.values[:, index]
        allowed = TOLERANCE * np.maximum(1, np.abs(np.nan_to_num(alone)))
        differs = (np.isnan(held) != np.isnan(alone)) | (np.abs(np.nan_to_num(held) - np.nan_to_num(alone)) > allowed)
        changed += differs.mean(axis=1) / len(some)
    for name, share in zip(together.names, changed, strict=True):
        if share > 0:
            yield changed_past(name, float(share))
