"""What is forecast: the dated events of a target, when each was known, and labels that have had time to ripen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from features import City
from features.panel.panel import Panel, Spans, column
from riskwarn.contracts.vocabulary import categories_of
from riskwarn.errors import TargetSourceMissing
from riskwarn.health import Arrivals
from riskwarn.periods import Calendar, Instants, period_index
from riskwarn.words import Severity

Counts = npt.NDArray[np.float64]

#: Share of delays that the embargo covers (maturity, the fifth law).
EMBARGO_QUANTILE = 0.95


@dataclass(frozen=True)
class TargetEvents:
    """Events of one target that have a grid; arrays (events,)."""

    name: str
    grid: npt.NDArray[np.int64]
    at: Instants
    known_at: Instants
    until: Instants  # last instant at which the event is still believed
    count: Counts

    def spans(self, panel: Panel) -> Spans:
        """The events as columns of the panel, counted in the period in which they became known."""
        known = period_index(panel.edges, self.known_at)
        days = panel.city.calendar.local_days(self.at)
        return Spans(self.grid, known, known + 1, period_index(panel.edges, self.until), days, self.count)

    def known_before(self, instant: np.datetime64) -> npt.NDArray[np.bool_]:
        """Which events are known, and still believed, at an instant."""
        return np.asarray((self.known_at < instant) & (self.until >= instant))


def target_events(city: City, name: str) -> TargetEvents:
    """The events of a declared target; raise TargetSourceMissing where its source was never loaded."""
    target = city.configuration.targets[name]
    frame = city.beliefs.get(target.source)
    if frame is None:
        raise TargetSourceMissing(target=name, source=target.source)
    frame = frame[(frame["grid"] >= 0) & frame[target.date].notna()]
    categories = target.categories
    if categories is None and target.date == "occurred_at" and (shipped := categories_of(target.source)):
        # Of a default target only what the vocabulary names is an event; `other` may be anything.
        categories = tuple(code for code in shipped if code != "other")
    if categories is not None:
        frame = frame[frame["category"].isin(categories)]
    if target.min_severity is not None:
        order = [severity.value for severity in Severity]
        frame = frame[frame["severity"].isin(order[order.index(target.min_severity.value) :])]
    known = column(frame, f"{target.date}_known" if target.date == "escalated_at" else "known_at")
    until = column(frame, "believed_to")
    if target.date == "escalated_at":
        # An exit to court or arbitration is an orderly end: the event is withdrawn once that is known.
        referred = frame["outcome"].eq("referred").to_numpy(dtype=bool)
        until = np.where(referred, np.fmin(until, column(frame, "outcome_known")), until)
    return TargetEvents(
        name=name,
        grid=frame["grid"].to_numpy(dtype=np.int64),
        at=column(frame, target.date),
        known_at=np.maximum(known, column(frame, "believed_from")),
        until=until,
        count=frame["count"].to_numpy(dtype=np.float64),
    )


def window_counts(
    events: TargetEvents, calendar: Calendar, origins: Sequence[date], horizon: int, grids: int, known_before: date
) -> Counts:
    """(origins, grids) events dated in [origin, origin + horizon periods), as known before a date."""
    seen = events.known_before(calendar.instant(known_before))
    counts = np.zeros((len(origins), grids))
    starts = calendar.instants(origins)
    ends = calendar.instants([calendar.shift(origin, horizon) for origin in origins])
    for index in range(len(origins)):
        inside = seen & (events.at >= starts[index]) & (events.at < ends[index])
        counts[index] = np.bincount(events.grid[inside], events.count[inside], grids)
    return counts


def embargo_days(events: TargetEvents, calendar: Calendar, origin: date, arrivals: Arrivals | None = None) -> int:
    """Whole days until 95 % of target events have become known, of those known before `origin`.

    `arrivals` of the target's source add the days by which its known times proved too early until then.
    """
    instant = calendar.instant(origin)
    seen = events.known_before(instant)
    if not seen.any():
        return 0
    delay = (events.known_at[seen] - events.at[seen]) / np.timedelta64(1, "D")
    missed = arrivals.missed_days(instant) if arrivals is not None else 0.0
    return int(np.ceil(np.quantile(np.maximum(delay, 0), EMBARGO_QUANTILE) + missed))


def mature(origins: Sequence[date], calendar: Calendar, horizon: int, embargo: int, at: date) -> list[date]:
    """The origins whose window has passed before `at` with time for reports to arrive."""
    return [origin for origin in origins if calendar.shift(origin, horizon) + timedelta(days=embargo) <= at]
