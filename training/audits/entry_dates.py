"""Dates of events that are those of an entry: what happened earlier is learnt too late, and judged by when somebody wrote it down.

That all dates of a kind are some days late is seen only where they touch something that is dated rightly: the begin of their record, its
closing, or the week of those who write. A delay that varies from nothing to weeks, or is shorter than :data:`LEAST_WAIT`, leaves no trace
in the dates (docs/models.md says what an audit cannot see).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from riskwarn.arrays import Indices
from riskwarn.messages import Message
from riskwarn.periods import Calendar, Instants
from riskwarn.store.targets import EventRule, events_of
from training.audits.leakage import LEAST_RECORDS, Leak
from training.intervals.counts import Reals

#: A finding would be as rare as this by chance.
RARE = 1e-6

#: Events closer to the begin of their record than this are missing, in days, and so many there must be to tell.
LEAST_WAIT = 7.0
LEAST_EVENTS = 100

#: Of these so large a share may lie closer all the same; the next quarter of the wait has this share of the most that come in as long.
#: Of 100 draws each of 100 to 3,000 waits that rise smoothly from nothing (gamma, log-normal, Weibull, normal) at most one is found; of
#: 100 to 500 that fall from their first day (mean 15 days) and are moved by a fortnight 94 to 100 are, of mean 40 days 43 to 94.
STRAYS, AS_USUAL = 0.01, 0.75

#: Events that lie after the closing of their record: from this share on.
AFTER_CLOSING = 0.2

#: Events of which fewer than this share come at weekends come when an office is open; of all days it is two sevenths.
OFFICE_SHARE = 0.06

_DAY = np.timedelta64(1, "D")


def entry_dates(target: str, rule: EventRule, beliefs: pd.DataFrame, calendar: Calendar) -> list[Leak]:
    """What in the dates of a target's events says that they are of an entry; `beliefs` are those of its source."""
    events = events_of(beliefs, rule)
    if not len(events.row):
        return []
    last = pd.Series(events.row).groupby(beliefs["record_id"].to_numpy()[events.row]).idxmax().to_numpy()
    rows, at = beliefs.iloc[events.row[last]], events.at[last]
    if rule.date is not None:
        # What is dated by its outcome is dated by a closing: that is an entry, and known as one.
        own = rows[rule.date].notna().to_numpy()
        rows, at = rows[own], at[own]
    found: list[Leak] = []
    if rule.date == "escalated_at":
        found += after_a_wait(target, (at - _instants(rows, "occurred_at")) / _DAY)
        again = "reopened_at" in rows and rows["reopened_at"].notna().to_numpy()
        found += after_closing(target, at, np.where(again, np.datetime64("NaT", "us"), _instants(rows, "closed_at")))
    if rule.date in ("escalated_at", "occurred_at"):
        found += in_office_days(target, calendar.local_days(at))
    return found


def after_a_wait(target: str, days: Reals) -> list[Leak]:
    """Whether events begin all at once, long after their records: (events,) days from the begin of its record to each.

    What may come at any time comes soonest where it comes at all, or rises from nothing; here nothing comes, and then as much as ever:
    given how many come within the wait and a quarter of it, that so few come within it (binomial, for a rate that does not rise).
    """
    days = np.sort(days)
    if len(days) < LEAST_EVENTS:
        return []
    strays = int(STRAYS * len(days))
    wait = float(days[strays])
    if wait < LEAST_WAIT:
        return []
    ends = np.searchsorted(days, days + wait / 4)
    coming = ends - np.arange(len(days))
    first, most = int(coming[strays]), int(coming.max())
    if first < AS_USUAL * most or special.bdtr(strays, strays + first, 0.8) > RARE:
        return []
    sentence = Message(
        "hardly an event of “{target}” lies within {wait} days after its record began, and then they come at once ({first} of {events} within the "
        "next {width}): where no rule makes them wait, the date is that of an entry, and the model learns too late; map the date on which it happened",
        target=target, wait=int(wait), first=f"{first:,}", events=f"{len(days):,}", width=f"{wait / 4:.0f}",
    )  # fmt: skip
    return [Leak("entry_date", target, wait, LEAST_WAIT, sentence)]


def after_closing(target: str, at: Instants, closed: Instants) -> list[Leak]:
    """Whether events come after the closing of their record; `closed` is NaT where there is none, or where it was opened again."""
    known = ~np.isnat(closed)
    late = int((at[known] > closed[known] + _DAY).sum())
    share = late / max(1, len(at))
    if late < LEAST_RECORDS or share < AFTER_CLOSING:
        return []
    sentence = Message(
        "{late} events of “{target}” ({share} %) lie more than a day after their record was closed: the date may be that of an entry, and the "
        "model learns too late; map the date on which it happened",
        target=target, late=f"{late:,}", share=f"{100 * share:.1f}",
    )  # fmt: skip
    return [Leak("entry_date", target, share, AFTER_CLOSING, sentence)]


def in_office_days(target: str, days: Indices) -> list[Leak]:
    """Whether hardly an event lies at a weekend; `days` (events,) are local dates in days since 1970, a Thursday.

    As many events as there are days with one are taken to be independent: a mass of entries on one day is one.
    """
    different = len(np.unique(days))
    share = float(np.isin((days + 3) % 7, (5, 6)).mean()) if len(days) else 0.0
    if (
        different < LEAST_EVENTS
        or share > OFFICE_SHARE
        or special.bdtr(int(share * different), different, 2 / 7) > RARE
    ):
        return []
    sentence = Message(
        "{share} % of the {events} events of “{target}” lie at weekends: the date may be that of an entry in an office, and the model learns "
        "too late; map the date on which it happened",
        target=target, share=f"{100 * share:.1f}", events=f"{len(days):,}",
    )  # fmt: skip
    return [Leak("entry_date", target, share, OFFICE_SHARE, sentence)]


def _instants(rows: pd.DataFrame, name: str) -> Instants:
    if name not in rows:
        return np.full(len(rows), np.datetime64("NaT", "us"))
    return np.asarray(rows[name].to_numpy(dtype="datetime64[us]"))
