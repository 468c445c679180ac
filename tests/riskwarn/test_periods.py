"""Periods, as-ofs and instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.errors import AsOfInvalid
from riskwarn.holidays import is_holiday, spring_festival
from riskwarn.periods import Calendar, Period, day_number, day_of, period_index

SHANGHAI = ZoneInfo("Asia/Shanghai")
days = st.dates(date(2000, 1, 1), date(2050, 1, 1))


@given(day=days, periods=st.integers(-60, 60), period=st.sampled_from(Period))
def test_going_on_and_back_leads_home(day: date, periods: int, period: Period) -> None:
    calendar = Calendar(period, SHANGHAI)
    start = calendar.floor(day)
    assert calendar.shift(calendar.shift(start, periods), -periods) == start


@given(day=days, periods=st.integers(0, 60), period=st.sampled_from(Period))
def test_periods_between_counts_what_shift_adds(day: date, periods: int, period: Period) -> None:
    calendar = Calendar(period, SHANGHAI)
    start = calendar.floor(day)
    assert calendar.periods_between(start, calendar.shift(start, periods)) == periods


def test_a_month_begins_on_its_first() -> None:
    with pytest.raises(AsOfInvalid, match="nearest is 2026-03-01"):
        Calendar(Period.MONTH, SHANGHAI).check(date(2026, 3, 3))


def test_midnights_are_local() -> None:
    calendar = Calendar(Period.WEEK, SHANGHAI)
    assert calendar.instant(date(2026, 3, 2)) == np.datetime64("2026-03-01T16:00:00")
    assert calendar.midnight_after(np.datetime64("2026-03-01T16:00:00", "us")) == date(2026, 3, 3)


def test_days_of_daylight_saving_are_kept() -> None:
    calendar = Calendar(Period.DAY, ZoneInfo("America/Edmonton"))
    edges = calendar.instants(calendar.edges(date(2024, 3, 12), 4))
    assert set(np.diff(edges) / np.timedelta64(1, "h")) == {23.0, 24.0}


def test_an_edge_belongs_to_the_period_that_it_opens() -> None:
    calendar = Calendar(Period.WEEK, SHANGHAI)
    edges = calendar.instants(calendar.edges(date(2026, 3, 16), 2))
    instants = np.array([edges[1], edges[1] - 1, edges[0] - 1, edges[2], np.datetime64("NaT")], dtype="datetime64[us]")
    assert period_index(edges, instants).tolist() == [1, 0, -1, 2, 2]
    assert edges[2] - edges[0] == np.timedelta64(timedelta(weeks=2))


def test_where_no_as_of_is_named_it_follows_the_newest_record_and_is_never_later_than_today() -> None:
    newest, now = np.datetime64("2026-03-10T15:00", "us"), datetime(2026, 3, 10, 17, tzinfo=UTC)
    by = {period: Calendar(period, ZoneInfo("Asia/Shanghai")) for period in Period}
    assert by[Period.WEEK].today(now) == date(2026, 3, 11)
    assert by[Period.WEEK].usual_as_of(newest, now) == date(2026, 3, 11)
    assert by[Period.WEEK].usual_as_of(newest, now - timedelta(hours=2)) == date(2026, 3, 10)
    assert by[Period.MONTH].usual_as_of(newest, now) == date(2026, 3, 1)
    assert by[Period.WEEK].usual_as_of(newest - np.timedelta64(40, "D"), now) == date(2026, 1, 30)


def test_days_are_counted_from_1970() -> None:
    assert (day_number(date(1970, 1, 2)), day_of(-1)) == (1, date(1969, 12, 31))
    assert day_of(day_number(date(2026, 2, 17))) == date(2026, 2, 17)


def test_public_holidays_follow_both_calendars() -> None:
    assert is_holiday(date(2026, 2, 16)) and is_holiday(date(2026, 2, 23)) and not is_holiday(date(2026, 2, 24))
    assert is_holiday(date(2026, 10, 3)) and not is_holiday(date(2026, 10, 4))
    assert spring_festival(2025) == date(2025, 1, 29)
