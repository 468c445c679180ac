"""Whether a target can be learnt from what is loaded, and if not, why and what mends it: told before anybody trains.

Only the columns by which an event is told are read, of the newest version of each record. What is foretold is what the
fit would find: the sizes that it asks for stand here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.errors import (
    EventsInNoGrid,
    EventsTooFew,
    EventsTooLate,
    EventsWithoutDate,
    HistoryTooShort,
    NoEvents,
    NoEventsOfCategory,
    OutcomesWithoutDate,
    RiskwarnError,
    TargetSourceMissing,
)
from riskwarn.periods import Period
from riskwarn.store import Store
from riskwarn.store.targets import EventRule, counting, dated, outcome_dates, rule_of

#: Fewer mature events or origins than these teach nothing that holds.
LEAST_EVENTS = 20
LEAST_ORIGINS = 12

#: The newest mature origins on which a version is judged, fitted on what was known before them.
JUDGED_ORIGINS = 52
LEAST_JUDGED = 4

#: Share of the mature origins, the newest, on which mixing and calibration are fitted; at most so many.
CALIBRATION_SHARE = 0.25
MOST_CALIBRATION_ORIGINS = 26
MOST_ORIGINS = 104

#: Origins before this many periods of history are not learnt from: their windows are still filling.
WARM_UP = {Period.DAY: 56, Period.WEEK: 26, Period.MONTH: 12}

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Prospect:
    """What there is to learn a target from."""

    target: str
    source: str
    records: int
    events: int  # that lie in a grid
    other: int  # records of the category `other`, which do not count towards a target that names no categories
    unknown: int  # records of a word that no vocabulary knows, which do not either
    obstacle: RiskwarnError | None  # why it cannot be learnt yet, in one sentence

    @property
    def uncounted(self) -> str | None:
        """How many records do not count because of their category, in one sentence."""
        if not self.other and not self.unknown:
            return None
        return (
            f"{self.unknown:,} of {self.records:,} {self.source} bear a word of category that nobody knows and "
            f"{self.other:,} are other: they do not count towards {self.target}; translate them in the mapping (words: category)"
        )

    @property
    def notes(self) -> list[str]:
        """All that is to be told of it."""
        obstacle = [] if self.obstacle is None else [str(self.obstacle)]
        return [*filter(None, [self.uncounted]), *obstacle]

    def as_dict(self) -> dict[str, Any]:
        """The shape of ``riskwarn health --json``."""
        return {
            "target": self.target,
            "source": self.source,
            "learnable": self.obstacle is None,
            "records": self.records,
            "events": self.events,
            "code": None if self.obstacle is None else self.obstacle.code,
            "notes": self.notes,
        }


def prospects(
    store: Store, configuration: Configuration, *, source: str | None = None, targets: Sequence[str] | None = None
) -> list[Prospect]:
    """What there is to learn each target from: all declared ones, those of a source, or the named ones."""
    chosen = {
        name: target
        for name, target in configuration.targets.items()
        if source in (None, target.source) and (targets is None or name in targets)
    }
    found = {}
    for read in dict.fromkeys(target.source for target in chosen.values()):
        rules = {name: rule_of(target) for name, target in chosen.items() if target.source == read}
        records = _newest(store, read, list(rules.values()))
        for name, rule in rules.items():
            found[name] = _prospect(configuration, name, rule, records)
    return [found[name] for name in chosen]


def _newest(store: Store, source: str, rules: Sequence[EventRule]) -> pd.DataFrame:
    """The newest version of each record that is not void: the columns of the rules, its grid and its known time."""
    columns = ["record_id", "version_at", "withdrawn", "grid_id", "known_at", "category"]
    columns = list(dict.fromkeys([*columns, *(name for rule in rules for name in rule.columns)]))
    parts = list(store.scan(source, columns))
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pa.concat_tables(parts)
    for index, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(index, field.name, table.column(index).cast(pa.timestamp("us")))
    frame: pd.DataFrame = table.to_pandas(strings_to_categorical=True)
    again = frame["record_id"].duplicated(keep=False).to_numpy()
    if again.any():
        told = frame[again].sort_values("version_at", kind="stable").drop_duplicates("record_id", keep="last")
        frame = pd.concat([frame[~again], told])
    return frame[~frame["withdrawn"].fillna(False).to_numpy(dtype=bool)]


def _prospect(configuration: Configuration, name: str, rule: EventRule, records: pd.DataFrame) -> Prospect:
    if records.empty:
        missing = TargetSourceMissing(target=name, source=rule.source)
        return Prospect(name, rule.source, 0, 0, 0, 0, missing)
    at, _ = dated(records, rule)
    placed = records["grid_id"].notna().to_numpy(dtype=bool)
    events = ~np.isnat(at)
    other, unknown = _uncounted(configuration, name, rule, records)
    obstacle = (
        _none(name, rule, records, unknown)
        if not events.any()
        else _too_little(configuration, name, rule, records, at, events & placed)
    )
    return Prospect(name, rule.source, len(records), int((events & placed).sum()), other, unknown, obstacle)


def _uncounted(configuration: Configuration, name: str, rule: EventRule, records: pd.DataFrame) -> tuple[int, int]:
    """How many records are `other` or of a local category, where such do not count."""
    if rule.categories is None or configuration.targets[name].categories is not None:
        return 0, 0
    counted = records["category"].value_counts()
    known = contract(rule.source, configuration).categories
    local = counted[[word not in known for word in counted.index]]
    return int(counted.get("other", 0)), int(local.sum())


def _none(name: str, rule: EventRule, records: pd.DataFrame, unknown: int) -> RiskwarnError:
    """Why there is no event at all."""
    number, told = len(records), {"target": name, "source": rule.source, "records": f"{len(records):,}"}
    if not counting(records, rule).any():
        return NoEventsOfCategory(**told, unknown=f"{unknown:,}")
    if rule.outcomes:
        ended = records["outcome"].isin(rule.outcomes).to_numpy(dtype=bool) & counting(records, rule)
        if ended.any() and np.isnat(outcome_dates(records[ended])).all():
            return OutcomesWithoutDate(**told, number=f"{int(ended.sum()):,}")
        return NoEvents(**told, date=rule.date or "closed_at", outcomes=", ".join(rule.outcomes))
    if rule.date is not None and records[rule.date].isna().sum() == number:
        return EventsWithoutDate(**told, date=rule.date)
    return NoEventsOfCategory(**told, unknown=f"{unknown:,}")


def _too_little(
    configuration: Configuration,
    name: str,
    rule: EventRule,
    records: pd.DataFrame,
    at: npt.NDArray[np.datetime64],
    events: Flags,
) -> RiskwarnError | None:
    """Why the events that there are do not suffice, if they do not: for the shortest horizon."""
    told = {"target": name, "source": rule.source}
    if not events.any():
        return EventsInNoGrid(**told, events=f"{int((~np.isnat(at)).sum()):,}")
    number = int(events.sum())
    if number < LEAST_EVENTS:
        return EventsTooFew(**told, events=number, needed=LEAST_EVENTS)
    calendar, horizon, period = configuration.calendar, configuration.horizons[0], configuration.period
    known = records["known_at"].to_numpy(dtype="datetime64[us]")
    as_of = calendar.midnight_after(known.max())
    periods = calendar.periods_between(calendar.local_date(known.min()), as_of) + 1
    back = calibration_begins(periods, horizon, period)
    if back is None:
        enough = next(
            count for count in range(periods, 10_000) if calibration_begins(count, horizon, period) is not None
        )
        origins, needed = (max(0, mature_origins(count, horizon, period)) for count in (periods, enough))
        return HistoryTooShort(origins=origins, as_of=as_of, horizon=horizon, needed=needed)
    warm_up = min(WARM_UP[period], max(1, periods // 3))
    learnt = calendar.shift(as_of, warm_up - periods), calendar.shift(as_of, -back)
    start, end = calendar.instants(learnt)
    if not ((at[events] >= start) & (at[events] < end)).any():
        return EventsTooLate(target=name, horizon=horizon, first=learnt[0], begins=learnt[1])
    return None


def calibration_begins(periods: int, horizon: int, period: Period) -> int | None:
    """How many periods before its end a history of so many begins to be calibrated on, when a version is judged: an event
    must lie before. None where the history is too short. About, for the delay of reports takes some periods more."""
    mature = mature_origins(periods, horizon, period)
    judged = min(JUDGED_ORIGINS, mature // 3)
    step = origin_step(horizon)
    fitted = -(-min(mature - judged - horizon + 1, MOST_ORIGINS) // step)
    if judged < LEAST_JUDGED or fitted < LEAST_ORIGINS:
        return None
    held = calibration_origins(fitted)
    back = 2 * horizon + judged - 1 + (held - 1) * step
    return back if back < periods else None


def calibration_origins(fitted: int) -> int:
    """How many of the origins of a fit, the newest, serve mixing and calibration."""
    return min(MOST_CALIBRATION_ORIGINS, max(3, round(CALIBRATION_SHARE * fitted)))


def origin_step(horizon: int) -> int:
    """Every origin is learnt from, or every second or third where windows overlap so much that more would teach nothing."""
    return 1 if horizon < 4 else 2 if horizon < 12 else 3


def mature_origins(periods: int, horizon: int, period: Period) -> int:
    """Origins of a history of so many periods whose window has passed."""
    return periods + 1 - min(WARM_UP[period], max(1, periods // 3)) - horizon
