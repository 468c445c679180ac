"""Which records are events of a target: dated when, known when, until when. Labels, features and health all ask here.

An event is dated by the target's date field; where a record has none and the target names outcomes, by its outcome, whose
date is the latest of those to which an outcome may belong. What is dated by an escalation or an outcome is withdrawn once
it is known that the record was referred to court, arbitration or review: that is an orderly end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.configuration import Target
from riskwarn.contracts.vocabulary import categories_of
from riskwarn.periods import Instants
from riskwarn.words import Outcome, Severity

#: Dates to which an outcome may belong: it is dated by the latest that its record has, and known with it.
OUTCOME_DATES = ("closed_at", "escalated_at", "ended_at")

Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class EventRule:
    """What makes a record of a source an event."""

    source: str
    date: str | None = None  # the field that dates it
    outcomes: tuple[str, ...] = ()  # outcomes that make one of a record without that date
    categories: tuple[str, ...] | None = None
    severities: tuple[str, ...] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields of a record by which it is judged."""
        needed = [self.date] if self.date else []
        needed += ["outcome", *OUTCOME_DATES] if self.outcomes else []
        needed += ["outcome"] if self.date == "escalated_at" else []
        needed += ["category"] if self.categories is not None else []
        needed += ["severity"] if self.severities is not None else []
        return tuple(dict.fromkeys(needed))


def rule_of(target: Target) -> EventRule:
    """The rule of a declared target. Where it names no categories and counts what occurs, only those of the source's
    vocabulary are events, and never `other`, which may be anything."""
    categories = target.categories
    if categories is None and target.date == "occurred_at" and (shipped := categories_of(target.source)):
        categories = tuple(code for code in shipped if code != "other")
    severities = None
    if target.min_severity is not None:
        order = [severity.value for severity in Severity]
        severities = tuple(order[order.index(target.min_severity.value) :])
    outcomes = tuple(sorted(outcome.value for outcome in target.outcomes or ()))
    return EventRule(target.source, target.date, outcomes, categories, severities)


def escalation_rule(source: str) -> EventRule:
    """Every record of a source that escalated, by the date on which it did."""
    return EventRule(source, "escalated_at")


@dataclass(frozen=True)
class Events:
    """The events among the rows of a table; arrays (events,)."""

    row: Indices  # their places in the table, rising
    at: Instants  # when each happened
    known_at: Instants  # when it could first be told
    seen_from: Instants  # when it could be told as this row has it: not before the row was believed
    until: Instants  # the last instant at which it is believed


def dated(records: pd.DataFrame, rule: EventRule) -> tuple[Instants, Flags]:
    """(rows,) when each record became an event, NaT where it is none; and whether its outcome says so.

    `records` has the columns of the rule, of beliefs or of stored versions.
    """
    at = np.full(len(records), np.datetime64("NaT", "us"))
    if rule.date is not None:
        at = records[rule.date].to_numpy(dtype="datetime64[us]").copy()
    told = np.zeros(len(records), dtype=bool)
    if rule.outcomes:
        told = records["outcome"].isin(rule.outcomes).to_numpy(dtype=bool) & np.isnat(at)
        at[told] = outcome_dates(records[told])
        told &= ~np.isnat(at)
    at[~counting(records, rule)] = np.datetime64("NaT", "us")
    return at, told


def referred(records: pd.DataFrame, rule: EventRule) -> Flags:
    """(rows,) whether a record proved to have been referred, so that it is no event any more of a rule that asks how it ended."""
    if not rule.outcomes and rule.date != "escalated_at":
        return np.zeros(len(records), dtype=bool)
    return records["outcome"].eq(Outcome.REFERRED.value).to_numpy(dtype=bool)


def counting(records: pd.DataFrame, rule: EventRule) -> Flags:
    """(rows,) whether a record is of a category and severity that the rule counts."""
    chosen = np.ones(len(records), dtype=bool)
    for name, words in (("category", rule.categories), ("severity", rule.severities)):
        if words is not None:
            chosen &= records[name].isin(words).to_numpy(dtype=bool)
    return chosen


def outcome_dates(records: pd.DataFrame) -> Instants:
    """(rows,) the date of each record's outcome, NaT where it has none."""
    dates = [records[name].to_numpy(dtype="datetime64[us]") for name in OUTCOME_DATES]
    return np.asarray(np.fmax(np.fmax(dates[0], dates[1]), dates[2]))


def events_of(beliefs: pd.DataFrame, rule: EventRule) -> Events:
    """The events among beliefs (:func:`riskwarn.store.beliefs.beliefs`); of a record that was corrected each belief is a row."""

    def instants(name: str) -> Instants:
        return np.asarray(beliefs[name].to_numpy(dtype="datetime64[us]")[row])

    at, told = dated(beliefs, rule)
    row = np.flatnonzero(~np.isnat(at))
    told = told[row]
    known = instants("outcome_known")
    if rule.date is not None:
        known = np.where(told, known, instants("known_at" if rule.date == "occurred_at" else f"{rule.date}_known"))
    until = instants("believed_to")
    ended = referred(beliefs, rule)[row]
    if ended.any():
        until = np.where(ended, np.fmin(until, instants("outcome_known")), until)
    return Events(row, at[row], known, np.maximum(known, instants("believed_from")), until)
