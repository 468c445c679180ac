"""What the exports themselves say: where every case that a notice was raised for has been closed, nobody has to close the notice, too."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from riskwarn.audit import SYSTEM, Action, Entry, recorded
from riskwarn.audit.chain import hold
from riskwarn.home import Home
from serving.alerts.alert import Alert, live_alerts
from serving.alerts.life import Outcome, Status, Verb
from serving.alerts.telling import Writing, updated
from serving.snapshots import published

#: The theme of reasons that tell of what is open, and waits.
WAITING = "waiting"

#: What ends a case or a demand in good order; an escalation is none of these.
ENDS = ("closed_at", "answered_at")

#: What nobody's record closes: a petition is a right, and whether its answer is one is for people to say.
RIGHTS = frozenset({"petitions"})

#: By which way a step came.
SOURCE = "records"


#: (source, indices of grids) -> what was believed of all records in those grids, and maybe of others; None of a source that has none.
Known = Callable[[str, Collection[int]], pd.DataFrame | None]


def close_answered(home: Home, known: Known, rows: Mapping[str, int], upto: np.datetime64, *, now: datetime) -> int:
    """Close the live notices whose cases are all closed; gives how many.

    `known` tells of the sources, each of which is asked for once, `rows` is the index of each grid in it; what is known before `upto`
    counts. A notice without a reason that tells of what waits, with one that tells of petitions, or of whose cases one is open, stays.
    """
    with home.database.connect() as connection:
        live = [one for one in live_alerts(connection) if not one.over(now)]
    live = [one for one in live if sources_of(one) and not sources_of(one) & RIGHTS]
    if not live:
        return 0
    raised = {row.id: row.as_of for row in published.listed(home)}
    calendar = home.configuration.calendar
    grids: dict[str, set[int]] = {}
    for one in live:
        for source in sources_of(one):
            grids.setdefault(source, set()).update(rows[code] for code in one.grids if code in rows)
    found = {source: known(source, own) for source, own in grids.items()}
    cases = {source: Cases.of(frame) for source, frame in found.items() if frame is not None}
    done = [
        one.id
        for one in live
        if one.snapshot in raised and is_answered(one, cases, rows, calendar.instant(raised[one.snapshot]), upto)
    ]
    if not done:
        return 0
    with recorded(home) as change:
        hold(change.connection)
        writing = Writing(change.connection, now, home.configuration)
        entries = []
        for alert in live_alerts(change.connection):
            if alert.id in done:
                writing.put(alert, _closed(home, alert, now), Verb.CLOSE.value, source=SOURCE)
                entries.append(Entry(Action.ALERT_CHANGED, alert.id, SYSTEM, Verb.CLOSE.value))
        change.append(*entries, at=now)
    return len(entries)


def sources_of(alert: Alert) -> set[str]:
    """The sources of whose open cases a notice tells."""
    return {
        why["source"]
        for why in alert.reasons
        if why.get("theme") == WAITING and why.get("direction") == "raises" and why.get("source")
    }


@dataclass(frozen=True)
class Cases:
    """What is known of the cases of a source, grid by grid: a city has millions, and a notice asks of a few grids."""

    columns: Mapping[str, np.ndarray]  # as their grids lie side by side
    grid: np.ndarray

    @classmethod
    def of(cls, known: pd.DataFrame) -> Cases:
        """From the beliefs of a source."""
        grid = known["grid"].to_numpy()
        order = np.argsort(grid, kind="stable")
        names = [
            "believed_from",
            "believed_to",
            *(each for one in ENDS if one in known for each in (one, f"{one}_known")),
        ]
        return cls({name: known[name].to_numpy()[order] for name in names}, grid[order])

    def within(self, grids: Sequence[int]) -> Cases:
        """Those of some grids."""
        bounds = np.searchsorted(self.grid, [[one, one + 1] for one in sorted({*grids})]).reshape(-1, 2).tolist()
        return self._at(np.concatenate([np.arange(0), *(np.arange(first, end) for first, end in bounds)]))

    def held(self, at: np.datetime64) -> Cases:
        """Those that are known at an instant."""
        return self._at((self.columns["believed_from"] < at) & (self.columns["believed_to"] >= at))

    def open(self, at: np.datetime64) -> np.ndarray:
        """(cases,) those of which no end is known before an instant."""
        ended = np.zeros(len(self.grid), dtype=bool)
        for name in ENDS:
            if name in self.columns:
                ended |= (self.columns[name] < at) & (self.columns[f"{name}_known"] < at)
        return ~ended

    def _at(self, rows: np.ndarray) -> Cases:
        return Cases({name: values[rows] for name, values in self.columns.items()}, self.grid[rows])


def is_answered(
    alert: Alert, cases: Mapping[str, Cases], rows: Mapping[str, int], then: np.datetime64, upto: np.datetime64
) -> bool:
    """Whether there were open cases in its grids when it was raised, and each has ended since."""
    grids, there = [rows[code] for code in alert.grids if code in rows], 0
    for source in sources_of(alert):
        if source not in cases:
            return False
        held = cases[source].within(grids).held(then)
        open_then, open_now = held.open(then), held.open(upto)
        there += int(open_then.sum())
        if (open_then & open_now).any():
            return False
    return there > 0


def _closed(home: Home, alert: Alert, now: datetime) -> Alert:
    at = alert.in_order(now)
    after = replace(alert, status=Status.CLOSED.value, outcome=Outcome.UNKNOWN.value, ended_at=at, paused=False)
    return updated(home.configuration, after, now)
