"""What is forecast: the dated events of a target, when each was known, and labels that have had time to ripen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

from features import City
from features.engine.spans import Spans
from features.panel.panel import Encoded, encoded
from riskwarn.errors import TargetSourceMissing
from riskwarn.health import Arrivals
from riskwarn.periods import Calendar, Instants, period_index

Counts = npt.NDArray[np.float64]

#: Share of delays that the embargo covers (maturity, the fifth law).
EMBARGO_QUANTILE = 0.95


@dataclass(frozen=True)
class TargetEvents:
    """Events of one target that have a grid; arrays (events,)."""

    name: str
    grid: npt.NDArray[np.int64]
    at: Instants
    known_at: Instants  # when it could be told as it stands here
    counted_at: Instants  # when it could first be told: the period in which it counts
    until: Instants  # last instant at which the event is still believed
    count: Counts
    called: str = ""  # the target by its name, as sentences have it

    def spans(self, edges: Instants, calendar: Calendar) -> Spans:
        """The events as columns of a panel with these edges, counted in the period in which they became known."""
        known, seen, until = (period_index(edges, one) for one in (self.counted_at, self.known_at, self.until))
        return Spans(self.grid, known, seen + 1, until, calendar.local_days(self.at), self.count)

    @cached_property
    def in_time(self) -> npt.NDArray[np.int64]:
        """(events,) their places in the order in which they happened."""
        return np.argsort(self.at, kind="stable")

    def __getstate__(self) -> dict[str, object]:
        """To another process goes what cannot be made anew."""
        return {name: value for name, value in self.__dict__.items() if name != "in_time"}

    def known_before(self, instant: np.datetime64) -> npt.NDArray[np.bool_]:
        """Which events are known, and still believed, at an instant."""
        return np.asarray((self.known_at < instant) & (self.until >= instant))


def target_events(city: City, name: str, numbers: Encoded | None = None) -> TargetEvents:
    """The events of a declared target; raise TargetSourceMissing where its source was never loaded.

    `numbers` is the encoded city where it is at hand.
    """
    numbers = encoded(city) if numbers is None else numbers
    rows = numbers.events.get(name)
    if rows is None:
        raise TargetSourceMissing(
            target=city.configuration.target_named(name), source=city.configuration.targets[name].source
        )

    def instants(column: str) -> Instants:
        return rows[column].view("datetime64[us]")

    return TargetEvents(
        name=name,
        grid=rows["grid"].astype(np.int64),
        at=instants("happened_at"),
        known_at=instants("seen_from"),
        counted_at=instants("counted_at"),
        until=instants("until"),
        count=rows["count"].astype(np.float64),
        called=city.configuration.target_named(name),
    )


def window_counts(
    events: TargetEvents,
    calendar: Calendar,
    origins: Sequence[date],
    start: int,
    stop: int,
    grids: int,
    known_before: date,
) -> Counts:
    """(origins, grids) events dated in [origin + start periods, origin + stop periods), as known before a date."""
    seen = events.known_before(calendar.instant(known_before))
    counts = np.zeros((len(origins), grids))
    for row, inside in zip(
        counts, windows(events.at, seen, calendar, origins, start, stop, events.in_time), strict=True
    ):
        row[:] = np.bincount(events.grid[inside], events.count[inside], grids)
    return counts


def windows(
    at: Instants,
    seen: npt.NDArray[np.bool_],
    calendar: Calendar,
    origins: Sequence[date],
    start: int,
    stop: int,
    order: npt.NDArray[np.int64] | None = None,
) -> Iterator[npt.NDArray[np.int64]]:
    """For each origin the rows that are seen and lie in [origin + start periods, origin + stop periods), in the order of time.

    `order` are the places of all rows in that order, where it is at hand.
    """
    order = np.argsort(at, kind="stable") if order is None else order
    firsts, lasts = (
        np.searchsorted(at, calendar.instants([calendar.shift(origin, periods) for origin in origins]), sorter=order)
        for periods in (start, stop)
    )
    for first, last in zip(firsts, lasts, strict=True):
        rows = order[first:last]
        yield rows[seen[rows]]


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
