"""Periods, as-ofs and instants."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskwarn.errors import AsOfInvalid
from riskwarn.periods import Calendar, Period, period_index

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
