"""Whether a target can be learnt from what is loaded, and if not, why and what mends it: told before anybody trains.

Only the columns by which an event is told are read, of the newest version of each record. What is foretold is what the
fit would find: the sizes that it asks for stand here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.contracts.personal import may_be_name
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
from riskwarn.messages import Message
from riskwarn.periods import Period
from riskwarn.store import Store
from riskwarn.store.targets import EventRule, counting, dated, outcome_dates, rule_of

#: A larger share of records whose word nobody knows is a warning.
MOST_UNKNOWN = 0.02

#: A feed without a record for so long has ended.
ENDED_DAYS = 182

#: An unknown word is shown where it is a word of category and no text: borne by so many records, short, no number, no name.
_WORDS_SHOWN, _BORNE_BY, _LONGEST_WORD = 5, 5, 12

#: Fewer mature events or origins than these teach nothing that holds.
LEAST_EVENTS = 20
LEAST_ORIGINS = 12

#: The newest mature origins on which a version is judged, fitted on what was known before them.
JUDGED_ORIGINS = 52
LEAST_JUDGED = 4

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
    words: tuple[str, ...] = ()  # the commonest of the unknown words that may be shown
    newest: date | None = None  # local date of the newest record of the source

    @property
    def uncounted(self) -> str | None:
        """How many records do not count because of their category, in one sentence; a warning where they are many."""
        if not self.other and not self.unknown:
            return None
        told = {
            "unknown": f"{self.unknown:,}",
            "records": f"{self.records:,}",
            "source": self.source,
            "share": f"{100 * self.unknown / self.records:.1f}",
            "other": f"{self.other:,}",
            "target": self.target,
        }
        if not self.words:
            return Message(
                "{unknown} of {records} {source} ({share} %) bear a word of category that nobody knows and {other} are other: "
                "they do not count towards {target}; translate them in the mapping (words: category)", **told,
            )  # fmt: skip
        told["words"] = ", ".join(self.words)
        if self.unknown > MOST_UNKNOWN * self.records:
            return Message(
                "Warning: {unknown} of {records} {source} ({share} %) bear a word of category that nobody knows ({words}) and "
                "{other} are other: they do not count towards {target}; translate them in the mapping (words: category)", **told,
            )  # fmt: skip
        return Message(
            "{unknown} of {records} {source} ({share} %) bear a word of category that nobody knows ({words}) and {other} are "
            "other: they do not count towards {target}; translate them in the mapping (words: category)", **told,
        )  # fmt: skip

    def ended(self, as_of: date) -> str | None:
        """That the source has had no record for half a year, in one sentence."""
        if self.newest is None or as_of - self.newest < timedelta(days=ENDED_DAYS):
            return None
        return Message(
            "{source} has no record known after {newest}, {days} days before {as_of}: its feed has ended, and {target} is learnt "
            "and judged only by what came before", source=self.source, newest=self.newest, days=(as_of - self.newest).days,
            as_of=as_of, target=self.target,
        )  # fmt: skip

    @property
    def notes(self) -> list[str]:
        """All that is to be told of it."""
        obstacle = [] if self.obstacle is None else [str(self.obstacle)]
        return [*filter(None, [self.uncounted]), *obstacle]

    def said(self, as_of: date) -> list[str]:
        """The notes, and whether the feed had ended at an as-of."""
        return [*self.notes, *filter(None, [self.ended(as_of)])]

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
    other, unknown, words = _uncounted(configuration, name, rule, records)
    obstacle = (
        _none(name, rule, records, unknown)
        if not events.any()
        else _too_little(configuration, name, rule, records, at, events & placed)
    )
    newest = configuration.calendar.local_date(records["known_at"].to_numpy(dtype="datetime64[us]").max())
    number = int((events & placed).sum())
    return Prospect(name, rule.source, len(records), number, other, unknown, obstacle, words, newest)


def _uncounted(
    configuration: Configuration, name: str, rule: EventRule, records: pd.DataFrame
) -> tuple[int, int, tuple[str, ...]]:
    """How many records are `other` or of a local category, where such do not count; the commonest local words."""
    if rule.categories is None or configuration.targets[name].categories is not None:
        return 0, 0, ()
    counted = records["category"].value_counts()
    known = contract(rule.source, configuration).categories
    local = counted[[word not in known for word in counted.index]]
    words = [str(word) for word, borne in local.items() if borne >= _BORNE_BY and _is_category_word(str(word))]
    return int(counted.get("other", 0)), int(local.sum()), tuple(words[:_WORDS_SHOWN])


def _is_category_word(word: str) -> bool:
    """Whether a word may be shown: nothing that could be a text, a number or somebody's name."""
    return len(word) <= _LONGEST_WORD and not any(one.isdigit() for one in word) and not may_be_name(word)


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
    back = judging_begins(periods, horizon, period)
    if back is None:
        enough = next(count for count in range(periods, 10_000) if judging_begins(count, horizon, period) is not None)
        origins, needed = (max(0, mature_origins(count, horizon, period)) for count in (periods, enough))
        return HistoryTooShort(origins=origins, as_of=as_of, horizon=horizon, needed=needed)
    warm_up = min(WARM_UP[period], max(1, periods // 3))
    learnt = calendar.shift(as_of, warm_up - periods), calendar.shift(as_of, -back)
    start, end = calendar.instants(learnt)
    if not ((at[events] >= start) & (at[events] < end)).any():
        return EventsTooLate(target=name, horizon=horizon, first=learnt[0], begins=learnt[1])
    return None


def judging_begins(periods: int, horizon: int, period: Period) -> int | None:
    """How many periods before its end a history of so many begins to be judged on: an event must lie before, to be learnt from.
    None where the history is too short. About, for the delay of reports takes some periods more."""
    mature = mature_origins(periods, horizon, period)
    judged = min(JUDGED_ORIGINS, mature // 3)
    if judged < LEAST_JUDGED or mature - judged - horizon + 1 < LEAST_ORIGINS:
        return None
    back = horizon + judged - 1
    return back if back < periods else None


def origin_step(horizon: int) -> int:
    """Every origin is learnt from, or every second or third where windows overlap so much that more would teach nothing."""
    return 1 if horizon < 4 else 2 if horizon < 12 else 3


def mature_origins(periods: int, horizon: int, period: Period) -> int:
    """Origins of a history of so many periods whose window has passed."""
    return periods + 1 - min(WARM_UP[period], max(1, periods // 3)) - horizon
