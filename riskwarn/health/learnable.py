"""Whether a target can be learnt from what is loaded, and if not, why and what mends it: told before anybody trains.

Only the columns by which an event is told are read, of the newest version of each record. What is foretold is what the
fit would find: the sizes that it asks for stand here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.contracts.repeated import may_be_named
from riskwarn.errors import (
    EventsInNoGrid,
    EventsReferred,
    EventsTooFew,
    EventsTooLate,
    EventsWithoutDate,
    HistoryTooShort,
    NoCategory,
    NoEvents,
    NoEventsOfCategory,
    OutcomesWithoutDate,
    RiskwarnError,
    TargetSourceMissing,
)
from riskwarn.health.absences import NOWHERE, districts_at
from riskwarn.health.interruptions import beginnings, interruptions
from riskwarn.health.unknown_outcomes import UnknownOutcomes, unknown_outcomes
from riskwarn.messages import Listed, Message
from riskwarn.periods import Instants, Period
from riskwarn.store import Store
from riskwarn.store.newest import Newest
from riskwarn.store.targets import EventRule, counting, dated, outcome_dates, referred, rule_of

#: A larger share of records whose word nobody knows is a warning.
MOST_UNKNOWN = 0.02

#: A feed without a record for so long has ended.
ENDED_DAYS = 182

#: An unknown word is shown where it is a word of category and no text: borne by so many records, short, no number, no name.
_WORDS_SHOWN, _BORNE_BY = 5, 5

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
    borne: tuple[int, ...] = ()  # by how many records each of these words
    outcomes: UnknownOutcomes | None = None  # of a target that is told by outcomes
    interrupted: tuple[str, ...] = ()  # that its feed began late or paused, each in one sentence

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
        told["words"] = Listed(self.words)
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
        ended = None if self.outcomes is None else self.outcomes.said(self.target)
        return [*filter(None, [self.uncounted]), *obstacle, *self.interrupted, *filter(None, [ended])]

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
    store: Store,
    configuration: Configuration,
    *,
    source: str | None = None,
    targets: Sequence[str] | None = None,
    feeds: bool = True,
) -> list[Prospect]:
    """What there is to learn each target from: all declared ones, those of a source, or the named ones.

    `feeds`: also what their feeds leave out of the history, for which the known times of every source are read.
    """
    chosen = {
        name: target
        for name, target in configuration.targets.items()
        if source in (None, target.source) and (targets is None or name in targets)
    }
    found = {}
    begun = beginnings(store, configuration) if chosen and feeds else {}
    newest = store.newest_known_at() if begun else None
    districts = (
        NOWHERE
        if newest is None
        else districts_at(store, configuration.calendar, configuration.calendar.midnight_after(newest))
    )
    for read in dict.fromkeys(target.source for target in chosen.values()):
        rules = {name: rule_of(target) for name, target in chosen.items() if target.source == read}
        records = Newest(store, read)
        learnt = _learnt(configuration, records)
        counted = _counted(
            records, list(rules.values()), None if learnt is None else configuration.calendar.instants(learnt)
        )
        for name, rule in rules.items():
            count = counted[rule]
            prospect = _prospect(configuration, name, count, learnt)
            told = unknown_outcomes(store, configuration, read, count.closed, count.silent) if rule.outcomes else None
            paused = (
                interruptions(configuration, name, read, records, begun, districts, WARM_UP)
                if begun and count.placed
                else []
            )
            found[name] = replace(prospect, outcomes=told, interrupted=tuple(paused))
    return [found[name] for name in chosen]


@dataclass
class _Count:
    """What the records of a source are for the rule of a target: numbers of records."""

    rule: EventRule
    known: tuple[np.datetime64, np.datetime64] | None  # the first and the last known time; None of none
    records: int = 0
    categories: Counter[str] = field(default_factory=Counter)
    counting: int = 0  # of a category and severity that counts
    ended: int = 0  # of these, with an outcome that counts; no longer asked once there is an event
    ended_dated: int = 0  # of these, with a date beside it
    closed: int = 0  # with any date to which an outcome may belong
    silent: int = 0  # of these, without an outcome
    dated: int = 0  # with the date of the rule
    referred: int = 0  # that would be events, and are none as their row has it
    events: int = 0
    placed: int = 0  # events that lie in a grid
    learnt: int = 0  # of these, within the time that is learnt

    def add(self, rows: pd.DataFrame, kept: Flags, placed: Flags, span: Instants | None) -> None:
        """Count some more: of some rows those that are `kept`."""
        rule = self.rule
        at, _ = dated(rows, rule)
        events, counts = ~np.isnat(at) & kept, counting(rows, rule) & kept
        ended = referred(rows, rule)
        self.referred += int((events & ended).sum())
        events &= ~ended
        self.records += int(kept.sum())
        self.counting += int(counts.sum())
        if rule.outcomes:
            with_date = ~np.isnat(outcome_dates(rows))
            if not self.events:
                told = counts & rows["outcome"].isin(rule.outcomes).to_numpy(dtype=bool)
                self.ended += int(told.sum())
                self.ended_dated += int((told & with_date).sum())
            closed = with_date & kept
            self.closed += int(closed.sum())
            self.silent += int((closed & rows["outcome"].isna().to_numpy()).sum())
        if rule.date is not None:
            self.dated += int((rows[rule.date].notna().to_numpy() & kept).sum())
        self.events += int(events.sum())
        events &= placed
        self.placed += int(events.sum())
        if span is not None and events.any():
            self.learnt += int((events & (at >= span[0]) & (at < span[1])).sum())


def _counted(records: Newest, rules: Sequence[EventRule], span: Instants | None) -> dict[EventRule, _Count]:
    """What the newest versions of the records of a source are for each rule, counted a part at a time."""
    counts = {rule: _Count(rule, records.known) for rule in rules}
    columns = list(dict.fromkeys(["category", *(name for rule in rules for name in rule.columns)]))
    categories: Counter[str] = Counter()
    for table, kept in records.parts(["grid_id", *columns]):
        placed = table["grid_id"].is_valid().to_numpy()
        rows = table.select(columns).to_pandas()
        for word, number in rows["category"][kept].value_counts().items():
            categories[str(word)] += int(number)
        for count in counts.values():
            count.add(rows, kept, placed, span)
    for count in counts.values():
        count.categories = categories
    return counts


def _prospect(configuration: Configuration, name: str, count: _Count, learnt: tuple[date, date] | None) -> Prospect:
    source = count.rule.source
    if not count.records:
        return Prospect(name, source, 0, 0, 0, 0, TargetSourceMissing(target=name, source=source))
    other, unknown, shown = _uncounted(configuration, name, count)
    obstacle = _too_little(configuration, name, count, learnt) if count.events else _none(name, count, unknown)
    newest = None if count.known is None else configuration.calendar.local_date(count.known[1])
    words, borne = tuple(shown), tuple(shown.values())
    return Prospect(name, source, count.records, count.placed, other, unknown, obstacle, words, newest, borne)


def _uncounted(configuration: Configuration, name: str, count: _Count) -> tuple[int, int, dict[str, int]]:
    """How many records are `other` or of a local category, where such do not count; the commonest local words with their numbers."""
    if count.rule.categories is None or configuration.targets[name].categories is not None:
        return 0, 0, {}
    known = contract(count.rule.source, configuration).categories
    local = Counter({word: borne for word, borne in count.categories.items() if word not in known})
    shown = [(word, borne) for word, borne in local.most_common() if borne >= _BORNE_BY and may_be_named(word)]
    return count.categories["other"], local.total(), dict(shown[:_WORDS_SHOWN])


def _none(name: str, count: _Count, unknown: int) -> RiskwarnError:
    """Why there is no event at all."""
    rule = count.rule
    told = {"target": name, "source": rule.source, "records": f"{count.records:,}"}
    if count.referred:
        return EventsReferred(**told, number=f"{count.referred:,}")
    if not count.counting and rule.categories is not None and not count.categories:
        return NoCategory(**told)
    if not count.counting:
        return NoEventsOfCategory(**told, unknown=f"{unknown:,}")
    if rule.outcomes:
        if count.ended and not count.ended_dated:
            return OutcomesWithoutDate(**told, number=f"{count.ended:,}")
        return NoEvents(**told, date=rule.date or "closed_at", outcomes=Listed(rule.outcomes))
    if rule.date is not None and not count.dated:
        return EventsWithoutDate(**told, date=rule.date)
    return NoEventsOfCategory(**told, unknown=f"{unknown:,}")


def _too_little(
    configuration: Configuration, name: str, count: _Count, learnt: tuple[date, date] | None
) -> RiskwarnError | None:
    """Why the events that there are do not suffice, if they do not: for the shortest horizon."""
    told = {"target": name, "source": count.rule.source}
    if not count.placed:
        return EventsInNoGrid(**told, events=f"{count.events:,}")
    if count.placed < LEAST_EVENTS:
        return EventsTooFew(**told, events=count.placed, needed=LEAST_EVENTS)
    horizon, period = configuration.horizons[0], configuration.period
    if learnt is None:
        assert count.known is not None, "there are records"
        as_of, periods = _history(configuration, count.known)
        enough = next(
            number for number in range(periods, 10_000) if judging_begins(number, horizon, period) is not None
        )
        origins, needed = (max(0, mature_origins(number, horizon, period)) for number in (periods, enough))
        return HistoryTooShort(origins=origins, as_of=as_of, horizon=horizon, needed=needed)
    if not count.learnt:
        return EventsTooLate(target=name, horizon=horizon, first=learnt[0], begins=learnt[1])
    return None


def _history(configuration: Configuration, known: tuple[np.datetime64, np.datetime64]) -> tuple[date, int]:
    """Until when records of such known times tell, and how many periods that are."""
    calendar = configuration.calendar
    as_of = calendar.midnight_after(known[1])
    return as_of, calendar.periods_between(calendar.local_date(known[0]), as_of) + 1


def _learnt(configuration: Configuration, records: Newest) -> tuple[date, date] | None:
    """The time in which an event must lie to be learnt from; None where there is no history of the length."""
    if records.known is None:
        return None
    calendar, period = configuration.calendar, configuration.period
    as_of, periods = _history(configuration, records.known)
    back = judging_begins(periods, configuration.horizons[0], period)
    if back is None:
        return None
    warm_up = min(WARM_UP[period], max(1, periods // 3))
    return calendar.shift(as_of, warm_up - periods), calendar.shift(as_of, -back)


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
