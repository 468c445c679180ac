"""What in the data would make a model look better than it is: columns that know too much, labels that move, times that cannot be.

A finding is no error: somebody who knows the source looks at it before a model is trained. Each is one sentence with its way out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskwarn.health import SourceHealth
from riskwarn.health.absences import LEAST_DAYS
from riskwarn.health.prospect import ENDED_DAYS
from riskwarn.messages import Message, Named
from riskwarn.periods import Instants, day_of
from training.audits.too_good import TooGood, reach
from training.intervals.counts import Reals
from training.labels.targets import TargetEvents

#: What is looked for, as people are told it.
CHECKS = {
    "too_good": Message("knows the outcome"),
    "label_shift": Message("labels moved"),
    "time_travel": Message("known too early"),
    "edited_after": Message("edited afterwards"),
    "changed_past": Message("looks ahead"),
    "late_feed": Message("came late"),
    "back_filled": Message("filled in"),
    "absent": Message("nothing came"),
    "entry_date": Message("dated by its entry"),
    "own_record": Message("tells its own end"),
    "registered_late": Message("registered late"),
}

_DAY = np.timedelta64(1, "D")

#: Records known more than a day before they happened: from so many on, and from this share on.
LEAST_RECORDS, EARLY_SHARE = 5, 0.005

#: Events whose record was changed after they came: from this share on, and so many times that of the other records.
EDITED_SHARE, EDITED_TIMES = 0.05, 3.0

#: One day on which so large a share of a source became known, and so many times as much as on a usual day.
HEAP_SHARE, HEAP_TIMES = 0.05, 20.0

#: A rate of events that is so many times that of the other half, beyond the interval; of less than two years, whose halves are of
#: different seasons, so many times.
SHIFT_TIMES, SEASONAL_TIMES = 2.0, 3.0
LEAST_WINDOWS = 6


@dataclass(frozen=True)
class Leak:
    """One finding."""

    check: str  # one of CHECKS
    subject: str  # target, column or source
    figure: float
    limit: float
    sentence: str

    def naming(self, names: Mapping[str, Mapping[str, str]]) -> Leak:
        """The finding with its target told by its name, where it was told by its code."""
        said = self.sentence
        if not isinstance(said, Message) or said.fields.get("target") not in names:
            return self
        called = Named.among(names, said.fields["target"])
        return replace(self, sentence=Message(said.template, **{**said.fields, "target": called}))

    def as_dict(self) -> dict[str, Any]:
        """A row of ``riskwarn audit-data --json``."""
        return {
            "check": self.check,
            "subject": self.subject,
            "figure": round(self.figure, 4),
            "limit": self.limit,
            "sentence": self.sentence,
        }


def knowing_columns(target: str, columns: Iterable[TooGood], limit: float) -> list[Leak]:
    """Columns that tell what is to come far better than what comes after it."""
    return [
        Leak(
            "too_good", one.column, one.excess, limit,
            Message(
                "{column} tells where “{target}” comes next far better ({now} of 1) than where it comes after that ({after}; before: "
                "{before}): it is an uncommonly good sign, or knows the outcome; look how and when it is written down, and leave "
                "its family out (features: off) where it is written down because of it",
                column=one.column, target=target, now=f"{one.now:.2f}", after=f"{one.after:.2f}", before=f"{one.before:.2f}",
            ),
        )
        for one in columns
    ]  # fmt: skip


def label_shift(target: str, rates: Reals, a_year: int) -> list[Leak]:
    """Whether the target's rate differs between the halves of the past, of whole years where there are two. `rates` are those of
    windows that do not overlap, `a_year` of them in a year, in the order of time, NaN where not known."""
    whole = len(rates) // (2 * a_year) * 2 * a_year
    limit = SHIFT_TIMES if whole else SEASONAL_TIMES
    rates = rates[len(rates) - whole :] if whole else rates
    known = rates[~np.isnan(rates)]
    half = len(known) // 2
    if half < LEAST_WINDOWS or known.sum() == 0:
        return []
    before, after = known[:half], known[-half:]
    apart = float(np.hypot(reach(before), reach(after)))
    least, most = sorted((float(before.mean()), float(after.mean())))
    times = most / least if least > 0 else float("inf")
    if times <= limit or most - least <= apart:
        return []
    quotient = float(after.mean() / before.mean()) if before.mean() > 0 else float("inf")
    sentence = Message(
        "“{target}” comes {quotient} times as often in the newer half of the past as in the older one: where what is counted has "
        "changed (a new form, other words, a district that joined), say so in breaks, or train on what came since",
        target=target, quotient=f"{quotient:.2f}",
    )  # fmt: skip
    return [Leak("label_shift", target, times, limit, sentence)]


def early_events(target: str, events: TargetEvents) -> list[Leak]:
    """Whether events were known before they came: their date is that of something later, as of the end of a case."""
    if (early := _early(events.counted_at, events.at)) is None:
        return []
    number, share = early
    sentence = Message(
        "{number} events of “{target}” ({share} %) were known more than a day before their date: the model would be asked for what "
        "is known already; date them by when they came (date: of the target), or map the column of registration (known_at)",
        number=f"{number:,}", target=target, share=f"{100 * share:.1f}",
    )  # fmt: skip
    return [Leak("time_travel", target, share, EARLY_SHARE, sentence)]


def first_versions(beliefs: pd.DataFrame) -> pd.DataFrame:
    """The first version of each record of a source: what is asked of that is read once, however much is asked."""
    return beliefs[~beliefs["record_id"].duplicated().to_numpy()]


def early_records(source: str, first: pd.DataFrame) -> list[Leak]:
    """Whether records of a source were known before they happened; `first` are their first versions."""
    known, occurred = (first[name].to_numpy(dtype="datetime64[us]") for name in ("known_at", "occurred_at"))
    if (early := _early(known, occurred)) is None:
        return []
    number, share = early
    sentence = Message(
        "{number} records of {source} ({share} %) were known more than a day before they happened: the columns of the two times may "
        "be exchanged, or one of them is of something else; look at the mapping (occurred_at, known_at)",
        number=f"{number:,}", source=source, share=f"{100 * share:.1f}",
    )  # fmt: skip
    return [Leak("time_travel", source, share, EARLY_SHARE, sentence)]


def _early(known: Instants, happened: Instants) -> tuple[int, float] | None:
    """How many were known more than a day before they happened, and their share; None where it is not worth a word."""
    early = known < happened - _DAY
    number, share = int(early.sum()), float(early.mean()) if len(early) else 0.0
    return None if number < LEAST_RECORDS or share < EARLY_SHARE else (number, share)


def edited_after(target: str, source: str, beliefs: pd.DataFrame, events: pd.DataFrame) -> list[Leak]:
    """Whether records are changed after they became events, more than others ever are: a single export shows them as they stand
    afterwards. `events` has the `record_id` of each event and when it came (`at`)."""
    if events.empty:
        return []
    when = events.groupby("record_id")["at"].min()
    record = beliefs["record_id"]
    again = beliefs["believed_from"].to_numpy() > beliefs["known_at"].to_numpy()
    is_event = record.isin(when.index).to_numpy()
    at = record.map(when).to_numpy(dtype="datetime64[us]")
    after = again & is_event & (beliefs["believed_from"].to_numpy(dtype="datetime64[us]") > at)
    edited = record[after].nunique() / max(1, len(when))
    others = record[~is_event].nunique()
    usual = record[again & ~is_event].nunique() / max(1, others)
    if record[after].nunique() < LEAST_RECORDS or edited < EDITED_SHARE or edited < EDITED_TIMES * usual:
        return []
    sentence = Message(
        "{share} % of the records of {source} that became “{target}” were changed afterwards, of the others {usual} %: what stands in "
        "them was not known before; declare in the mapping which fields are written again (fixed: {{severity: false}})",
        share=f"{100 * edited:.1f}", source=source, target=target, usual=f"{100 * usual:.1f}",
    )  # fmt: skip
    return [Leak("edited_after", source, edited, EDITED_SHARE, sentence)]


def late_feed(one: SourceHealth) -> list[Leak]:
    """Whether records came later than their known times say: the past has changed since."""
    found = []
    if one.arrival is not None and one.arrival.too_kind:
        sentence = Message(
            "5 % of the records of {source} came over {days} days later than the mapping says: features of the past hold what was not "
            "known then; set delivery_days to so many more",
            source=one.source, days=f"{one.arrival.missed_days:g}",
        )  # fmt: skip
        found.append(Leak("late_feed", one.source, one.arrival.missed_days, 1.0, sentence))
    if one.belated is not None:
        sentence = Message(
            "{share} % of the records of {source} from before its first export came with later ones: their dates were filled in "
            "afterwards, and features of that time hold what was not known then; map the column of registration (known_at)",
            source=one.source, share=f"{100 * one.belated.share:.1f}",
        )  # fmt: skip
        found.append(Leak("late_feed", one.source, one.belated.share, 0.01, sentence))
    return found


def absent_source(one: SourceHealth) -> list[Leak]:
    """Of which districts a source says nothing for weeks while it tells of others."""
    names = {district.code: district.name for district in one.districts}
    return [
        Leak(
            "absent", one.source, float(part.weeks), LEAST_DAYS / 7,
            Message(
                "{source} of {district} did not come from {begin} to {end} ({weeks} weeks) while those of other districts did: columns "
                "made of them count nothing there, which is no zero; say in breaks when they came (unit: the district)",
                source=one.source, district=names[part.district], begin=part.begin, end=part.end, weeks=part.weeks,
            ),
        )
        for part in one.absences
    ]  # fmt: skip


def absent_target(source: str, interrupted: Iterable[str], ended: str | None = None) -> list[Leak]:
    """What the feed of a target leaves out of its history, as it is foretold, and that it has `ended`."""
    found = [
        Leak("absent", source, float(said.fields["weeks"]), LEAST_DAYS / 7, said)
        for said in interrupted
        if isinstance(said, Message) and "weeks" in said.fields
    ]
    if isinstance(ended, Message):
        found.append(Leak("absent", source, float(ended.fields["days"]) / 7, ENDED_DAYS / 7, ended))
    return found


def registered_late(source: str, first: pd.DataFrame, days: float, horizon: int) -> list[Leak]:
    """Whether half of a source's records become known later after they happened than a window of so many `days` is long.

    It is no leak, and no fault where a register is slow; but a whole source with a date that was moved looks just so.
    """
    known, occurred = (first[name].to_numpy(dtype="datetime64[us]") for name in ("known_at", "occurred_at"))
    delay = float(np.median((known - occurred) / _DAY)) if len(first) else 0.0
    if len(first) < HEAP_TIMES * LEAST_RECORDS or delay <= days:
        return []
    sentence = Message(
        "half of the records of {source} became known over {delay} days after they happened, and the horizon of {horizon} periods is {days} "
        "days: the newest window is told by what is older than itself, and judged that much later; look whether the columns of the two "
        "times are right (occurred_at, known_at)",
        source=source, delay=f"{delay:.0f}", horizon=horizon, days=f"{days:.0f}",
    )  # fmt: skip
    return [Leak("registered_late", source, delay, days, sentence)]


def back_filled(source: str, first: pd.DataFrame) -> list[Leak]:
    """Whether a large share of a source became known, or happened, on one day: dates that were filled in."""
    found = []
    for name in ("known_at", "occurred_at"):
        days = first[name].to_numpy(dtype="datetime64[D]")
        if (heap := _heap(days[~np.isnat(days)].astype(np.int64))) is None:
            continue
        _, share, times = heap
        sentence = Message(
            "{share} % of the records of {source} have {field} on one day, {times} times as many as on a usual one: the date was "
            "filled in; map the column that holds the true one, or begin after it",
            share=f"{100 * share:.1f}", source=source, field=name, times=f"{times:.0f}",
        )  # fmt: skip
        found.append(Leak("back_filled", source, share, HEAP_SHARE, sentence))
    return found


def filled_events(target: str, days: npt.NDArray[np.int64]) -> list[Leak]:
    """Whether a large share of a target's events came on one day: their dates were filled in. `days` (events,) are days of the city."""
    if (heap := _heap(days)) is None:
        return []
    day, share, times = heap
    sentence = Message(
        "{share} % of the events of “{target}” are dated {day}, {times} times as many as on a usual day: the date was filled in; map "
        "the column that holds the true one, or begin after it",
        share=f"{100 * share:.1f}", target=target, day=day_of(day), times=f"{times:.0f}",
    )  # fmt: skip
    return [Leak("back_filled", target, share, HEAP_SHARE, sentence)]


def _heap(days: npt.NDArray[np.int64]) -> tuple[int, float, float] | None:
    """(the day that bears most, its share of all, how many times a usual day's); None where it is not worth a word."""
    days, number = np.unique(days, return_counts=True)
    if number.sum() < HEAP_TIMES * LEAST_RECORDS:
        return None
    most = int(number.argmax())
    share, times = float(number[most] / number.sum()), float(number[most] / np.median(number))
    return (int(days[most]), share, times) if share > HEAP_SHARE and times > HEAP_TIMES else None


def changed_past(column: str, share: float) -> Leak:
    """A feature of one's own whose past is another once later records are taken away: `share` of what was looked at."""
    sentence = Message(
        "{column} changes in {share} % of grids and dates when what became known later is taken away: it looks into the future; make "
        "it of transforms that read a panel up to its columns (features.testing.check_laws shows where)",
        column=column, share=f"{100 * share:.1f}",
    )  # fmt: skip
    return Leak("changed_past", column, share, 0.0, sentence)
