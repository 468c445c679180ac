"""Local calendar time: periods, as-ofs and the instants that bound them.

An as-of is a local midnight, written as a date. Windows are counted back from it in whole periods, so that a
mid-week as-of has panel columns at its own phase. Instants are UTC ``datetime64[us]`` throughout.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from riskwarn.errors import AsOfInvalid

Instants = npt.NDArray[np.datetime64]

#: A moment later than any record.
FOREVER = np.datetime64("2262-01-01", "us")

#: A day before any record: from it on holds what holds for all time.
ALWAYS = np.datetime64("1678-01-01", "us")

_EPOCH = date(1970, 1, 1)


class Period(StrEnum):
    """The step of the panel."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Calendar:
    """Arithmetic of as-ofs in one city: its period and its time zone."""

    period: Period
    timezone: ZoneInfo

    def check(self, as_of: date) -> date:
        """Give back a date that can be an as-of; else raise AsOfInvalid with the nearest that can."""
        if self.period is Period.MONTH and as_of.day != 1:
            first = as_of.replace(day=1)
            following = add_months(first, 1)
            nearest = first if as_of - first <= following - as_of else following
            raise AsOfInvalid(value=as_of, problem="with monthly periods it is the first of a month", nearest=nearest)
        return as_of

    def shift(self, as_of: date, periods: int) -> date:
        """The as-of that lies `periods` whole periods later (earlier when negative)."""
        if self.period is Period.MONTH:
            return add_months(as_of, periods)
        return as_of + timedelta(days=periods * (7 if self.period is Period.WEEK else 1))

    def edges(self, as_of: date, periods: int) -> list[date]:
        """The `periods` + 1 dates that bound the periods before `as_of`, oldest first, ending with it."""
        return [self.shift(as_of, k) for k in range(-periods, 1)]

    def periods_between(self, start: date, end: date) -> int:
        """How many whole periods fit between two dates (0 when `end` is not after `start`)."""
        if self.period is Period.MONTH:
            months = (end.year - start.year) * 12 + end.month - start.month
            return max(0, months - (end.day < start.day))
        return max(0, (end - start).days // (7 if self.period is Period.WEEK else 1))

    def instant(self, day: date) -> np.datetime64:
        """The UTC instant of local midnight."""
        local = datetime.combine(day, time(), tzinfo=self.timezone)
        return np.datetime64(local.astimezone(UTC).replace(tzinfo=None), "us")

    def instants(self, days: Iterable[date]) -> Instants:
        """The UTC instants of several local midnights, datetime64[us]."""
        return np.array([self.instant(day) for day in days], dtype="datetime64[us]")

    def local_date(self, instant: np.datetime64) -> date:
        """The local calendar date in which an instant falls."""
        moment: datetime = instant.astype("datetime64[us]").item()
        return moment.replace(tzinfo=UTC).astimezone(self.timezone).date()

    def local_days(self, instants: Instants) -> npt.NDArray[np.int64]:
        """The local calendar dates in which instants fall, in days since 1970; 0 for NaT."""
        # A server of rankings never counts days of many records, and holds no pandas.
        import pandas as pd

        local = pd.DatetimeIndex(instants).tz_localize("UTC").tz_convert(self.timezone).tz_localize(None)
        days = local.to_numpy().astype("datetime64[D]")
        return np.where(np.isnat(days), 0, days.astype(np.int64))

    def midnight_after(self, instant: np.datetime64) -> date:
        """The first as-of strictly after an instant (months: the first of a month)."""
        day = self.local_date(instant) + timedelta(days=1)
        return self.floor(day) if self.period is Period.MONTH else day

    def today(self, now: datetime) -> date:
        """The latest as-of that does not lie in the future of an (aware) instant."""
        return self.floor(now.astimezone(self.timezone).date())

    def usual_as_of(self, newest: np.datetime64, now: datetime) -> date:
        """The as-of where none is named: the midnight after the newest known record, never later than today."""
        return min(self.midnight_after(newest), self.today(now))

    def whole_before(self, day: date) -> date:
        """The end of the last period of the calendar that had passed at a date: with weeks the Monday not after it. The same for all days of
        a period, so that what is told of whole periods is."""
        return self.floor(day - timedelta(days=day.weekday()) if self.period is Period.WEEK else day)

    def counted_until(self, as_of: date) -> date | None:
        """The last day of what is told by whole periods; None where they reach to the as-of."""
        whole = self.whole_before(as_of)
        return None if whole == as_of else whole - timedelta(days=1)

    def whole_after(self, day: date) -> date:
        """The beginning of the first period of the calendar that begins at a date or later: with weeks the Monday not before it."""
        before = self.whole_before(day)
        return before if before == day else self.shift(before, 1)

    def floor(self, day: date) -> date:
        """The latest date not after `day` that can be an as-of."""
        return day.replace(day=1) if self.period is Period.MONTH else day


def day_named(day: date, language: str) -> str:
    """A day without its year, as people say it.

    >>> day_named(date(2026, 3, 16), "zh"), day_named(date(2026, 3, 16), "en")
    ('3月16日', '16 March')
    """
    return f"{day.month}月{day.day}日" if language == "zh" else f"{day.day} {day:%B}"


def day_number(day: date) -> int:
    """A date in days since 1970."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The date that lies so many days after the first of 1970."""
    return _EPOCH + timedelta(days=number)


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later; the last day where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def period_index(edges: Instants, instants: Instants) -> npt.NDArray[np.int64]:
    """The period into which each instant falls: p where edges[p] <= instant < edges[p + 1].

    -1 lies before the first edge; ``len(edges) - 1`` and NaT's place lie at or after the last.
    """
    found = np.searchsorted(edges, instants, side="right").astype(np.int64) - 1
    found[np.isnat(instants)] = len(edges) - 1
    return found
