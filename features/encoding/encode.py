"""What is believed of one source, as the columns of records: instants become periods and days, words become codes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.encoding.clock import Clock
from features.encoding.records import Column, Records
from features.engine.spans import NEVER
from riskwarn.periods import Instants
from riskwarn.words import DiscoveredBy, Severity

#: The weight of a word of severity in a sum; no word counts as the least.
SEVERITY = {severity.value: weight for weight, severity in enumerate(Severity, start=1)}


DISCOVERED_BY = tuple(way.value for way in DiscoveredBy)


#: Kinds of a call that ask for something, and those that do not; the code of a kind is its place here.
KINDS = ("suggestion", "appeal", "help", "complaint", "demand", "inquiry", "praise", "repeat")


SATISFACTION = ("satisfied", "fair", "dissatisfied")


#: Fields with a time of their own that features read, as `<field>` (period in which it became known) and `<field>_day`.
OWN_TIMES = ("answered_at", "closed_at", "reopened_at")


def encode(frame: pd.DataFrame, clock: Clock, categories: Sequence[str]) -> Records:
    """Encode the beliefs of an event source; `categories` gives the codes.

    Columns: `record` (its digest), `grid`, `count`, `known` (period), `start` and `stop` (columns that see the row), `day`, `delay` (days until
    it was registered), `category`, `severity` (weight), `discovered`, `kind`, `topics` (bits) with `topics_at`, `due_at` (period) and
    `due_at_day`, `outcome` (period in which it became known), `satisfaction` with `satisfaction_at`, and
    each of :data:`OWN_TIMES` with its day.
    """

    def instants(name: str) -> Instants:
        return frame[name].to_numpy(dtype="datetime64[us]")

    known = clock.period(instants("known_at"))
    day = clock.day(instants("occurred_at"))
    columns: dict[str, Column] = {
        "grid": frame["grid"].to_numpy(dtype=np.int32),
        "count": frame["count"].to_numpy(dtype=np.int64),
        "known": known,
        "start": np.maximum(known, clock.period(instants("believed_from"))) + 1,
        "stop": clock.period(instants("believed_to")),
        "day": day,
        "delay": np.maximum(0, clock.day(instants("known_at")) - day),
        "category": codes(frame["category"], categories),
        "severity": np.maximum(1, codes(frame["severity"], tuple(SEVERITY)) + 1).astype(np.int8),
        "discovered": codes(frame["discovered_by"], DISCOVERED_BY).astype(np.int8),
        "kind": codes(frame["kind"], KINDS).astype(np.int8),
        "due_at": clock.period(instants("due_at")),
        "due_at_day": clock.day(instants("due_at")),
        "outcome": clock.period(instants("outcome_known")),
    }
    for name in OWN_TIMES:
        columns[name] = clock.period(instants(f"{name}_known"))
        columns[f"{name}_day"] = clock.day(instants(name))
    if "record_id" in frame:
        columns["record"] = frame["record_id"].to_numpy(dtype=np.int64)
    columns["topics"] = frame["topics"].fillna(0).to_numpy(dtype=np.int64)
    columns["topics_at"] = np.maximum(known, clock.period(instants("topics_known")))
    columns["satisfaction"] = codes(frame["satisfaction"], SATISFACTION).astype(np.int8)
    columns["satisfaction_at"] = np.maximum(known, clock.period(instants("satisfaction_known")))
    return Records(columns)


def codes(words: pd.Series, known: Sequence[str]) -> npt.NDArray[np.int16]:
    """(rows,) int16 the place of each word in `known`, -1 for none or another."""
    place = pd.Index(list(known)).astype(object)
    if isinstance(words.dtype, pd.CategoricalDtype):
        of_category = place.get_indexer(pd.Index(words.cat.categories.astype(object)))
        return np.append(of_category, -1).astype(np.int16)[words.cat.codes.to_numpy()]
    numbers, distinct = pd.factorize(words)
    return np.append(place.get_indexer(pd.Index(distinct, dtype=object)), -1).astype(np.int16)[numbers]


def encode_table(frame: pd.DataFrame, clock: Clock, numbers: Sequence[str]) -> Records:
    """Encode a table that is not an event source: `grid`, `start` (0 where a row holds for all time), and its numbers."""
    known = frame["known_at"].to_numpy(dtype="datetime64[us]")
    start = np.where(np.isnat(known), 0, np.minimum(clock.period(known), NEVER - 1) + 1)
    columns: dict[str, Column] = {"grid": frame["grid"].to_numpy(dtype=np.int32), "start": start.astype(np.int32)}
    columns |= {name: frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in numbers if name in frame}
    return Records(columns)
