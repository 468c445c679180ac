"""What the target's own records say before they become events: a field that tells which of them will was written because of it.

What is written at registration tells something of how a record ends, and never most of it: on simulated cities the graver half of severity
tells .28 of 1 (Gini coefficient). A value that is set once a record has become an event, and stands in an export as if it had been there
from the first, tells nearly all. So a field is named that tells more than :data:`MOST_TOLD`, or of whose value most records became events
where hardly any other did. The value is that of a record's first version: where an earlier export shows what stood there before, that holds.

Which grid a record has tells much in an honest city, too, and is asked otherwise: see :mod:`training.audits.places`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from riskwarn.arrays import Flags
from riskwarn.contracts.repeated import may_be_named
from riskwarn.contracts.topics import topics
from riskwarn.geography import Geography
from riskwarn.messages import Message
from riskwarn.store.beliefs import MAY_CHANGE
from riskwarn.store.targets import EventRule, counting, events_of
from training.audits.leakage import LEAST_RECORDS, Leak
from training.audits.moved import moved, moved_places
from training.audits.places import places

#: A field tells too much where its Gini coefficient is beyond this, with its interval.
MOST_TOLD = 0.5

#: Or of a value that so many of the events bear: where more than this share of its records became events, beyond the interval, and so
#: many times as many as of the others.
LEAST_BORNE, MOST_BECAME, TIMES = 0.05, 0.5, 5.0

#: Fewer events tell nothing.
LEAST_EVENTS = 30

_WORDS = ("category", "severity", "kind", "form", "discovered_by", "count")
_EMPTY, _GIVEN = "", "given"
_WEEK = np.timedelta64(7 * 86_400_000_000, "us")
_NORMAL = 1.96


@dataclass(frozen=True)
class Told:
    """What one field tells, and the value that is the most suspect."""

    field: str
    gini: float
    lower: float
    value: str
    became: int  # of its records
    records: int
    became_others: int
    others: int

    @property
    def share(self) -> float:
        """The share of its records that became events."""
        return self.became / self.records

    @property
    def share_others(self) -> float:
        """The share of all other records."""
        return self.became_others / max(1, self.others)


def own_records(
    target: str, rule: EventRule, beliefs: pd.DataFrame, first: pd.DataFrame, geography: Geography
) -> list[Leak]:
    """The fields of a target's source that tell which records become its events, and the place that does; `beliefs` are those of the
    source, and `first` the first version of each record.

    A record that is an event by having happened cannot become one, so that of such targets nothing is asked.
    """
    if rule.date == "occurred_at":
        return []
    became = set(beliefs["record_id"].to_numpy()[events_of(beliefs, rule).row])
    first = first[counting(first, rule)]
    happened = first["record_id"].isin(became).to_numpy()
    if min(happened.sum(), (~happened).sum()) < LEAST_EVENTS:
        return []
    found = (told(name, values, happened) for name, values in _fields(first))
    leaks = [_leak(target, rule.source, one) for one in found if one is not None]
    elsewhere = moved_places(target, rule.source, moved(beliefs, first), happened)
    return [*leaks, *elsewhere, *places(target, rule.source, first, happened, geography)]


def told(field: str, values: npt.NDArray[np.object_], happened: Flags) -> Told | None:
    """What a field tells, (records,) by value, where that is more than can be known at registration; None where it is not."""
    names, codes = np.unique(values.astype(str), return_inverse=True)
    if len(names) < 2:
        return None
    gini, lower = told_apart(codes, happened)
    records = np.bincount(codes, minlength=len(names))
    became = np.bincount(codes, weights=happened, minlength=len(names)).astype(int)
    others, became_others = records.sum() - records, became.sum() - became
    least = stats.beta.ppf(0.025, np.maximum(became, 0.5), records - became + 1)
    usual = became_others / others
    borne = became >= max(LEAST_RECORDS, LEAST_BORNE * became.sum())
    suspect = borne & (least > MOST_BECAME) & (became >= TIMES * usual * records)
    if lower <= MOST_TOLD and not suspect.any():
        return None
    asked = suspect if suspect.any() else borne if borne.any() else np.ones(len(names), dtype=bool)
    worst = int(np.argmax(np.where(asked, became / records, -1)))
    return Told(
        field, gini, lower, str(names[worst]), *(int(part[worst]) for part in (became, records, became_others, others))
    )


def told_apart(codes: npt.NDArray[np.int64], happened: Flags) -> tuple[float, float]:
    """(Gini coefficient, lower end of its 95 % interval) of telling the events from the others by their values.

    Values are put in order by one half of the records and judged by the other, so that rare ones tell nothing of themselves.
    """
    ginis, variances = [], []
    half = np.arange(len(codes)) % 2 == 0
    for learnt in (half, ~half):
        events, others = (
            np.bincount(codes[learnt & flags], minlength=codes.max() + 1) for flags in (happened, ~happened)
        )
        mean = events.sum() / max(1, events.sum() + others.sum())
        order = ((events + mean) / (events + others + 1))[codes]
        above, below = order[~learnt & happened], order[~learnt & ~happened]
        ranked = np.sort(below)
        of_events = (np.searchsorted(ranked, above) + np.searchsorted(ranked, above, side="right")) / (2 * len(below))
        ranked = np.sort(above)
        of_others = (np.searchsorted(ranked, below) + np.searchsorted(ranked, below, side="right")) / (2 * len(above))
        ginis.append(2 * float(of_events.mean()) - 1)
        # DeLong, DeLong & Clarke-Pearson 1988, of twice the area.
        variances.append(4 * float(of_events.var() / len(above) + of_others.var() / len(below)))
    gini = float(np.mean(ginis))
    return gini, gini - _NORMAL * float(np.sqrt(np.sum(variances))) / 2


def _fields(first: pd.DataFrame) -> Iterator[tuple[str, npt.NDArray[np.object_]]]:
    """Each field that is written at registration, (records,) as texts: what a model may read of a record from its first day."""
    for name in _WORDS:
        yield name, first[name].astype(object).where(first[name].notna(), _EMPTY).to_numpy()
    weeks = (first["due_at"] - first["known_at"]).to_numpy().astype("timedelta64[us]") / _WEEK
    yield "due_at", np.where(np.isnan(weeks), _EMPTY, np.nan_to_num(weeks).round().astype(int).astype(str))
    yield "grid_id", np.where(first["grid"].to_numpy() >= 0, _GIVEN, _EMPTY)
    at_once = (first["topics_known"] <= first["known_at"]).to_numpy(dtype=bool)
    bits = np.where(at_once, first["topics"].fillna(0).to_numpy(dtype=np.int64), 0)
    for topic in topics():
        yield f"topics: {topic.code}", np.where(bits & topic.mask, _GIVEN, _EMPTY)


def _leak(target: str, source: str, one: Told) -> Leak:
    name = one.field.partition(":")[0]
    advice = (
        Message("declare in the mapping that it is written again (fixed: {{{field}: false}})", field=name)
        if name in MAY_CHANGE
        else Message("leave its column out of the mapping")
    )
    sentence = Message(
        "{field} of {source} tells which records become “{target}” ({gini} of 1): {share} % of the {records} with {value} did, "
        "{usual} % of the others; what is written at registration tells far less: look when and by whom it is written, and where it "
        "is because of the outcome, {advice}",
        field=one.field, source=source, target=target, gini=f"{one.gini:.2f}", share=f"{100 * one.share:.1f}",
        records=f"{one.records:,}", value=_shown(one.field, one.value), usual=f"{100 * one.share_others:.1f}", advice=advice,
    )  # fmt: skip
    return Leak("own_record", f"{source}.{one.field}", one.gini, MOST_TOLD, sentence)


def _shown(field: str, value: str) -> str:
    """A value as people may read it: a word of a department's own is shown where it can hold no name."""
    if value == _EMPTY:
        return Message("nothing in it")
    if value == _GIVEN:
        return Message("something in it")
    if field == "due_at":
        return Message("a term of {weeks} weeks", weeks=value)
    return value if field == "count" or may_be_named(value) else Message("a word that is not shown")
