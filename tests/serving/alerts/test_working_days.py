"""Until when a notice is to be acknowledged: its hours are those of days on which somebody is there, or of all where it wakes people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from riskwarn.alert_rules import Alerts, Quiet, WorkingDays
from serving.alerts.telling import acknowledged_by

CHINA = ZoneInfo("Asia/Shanghai")


def until(rules: Alerts, level: str, told: str) -> str:
    at = datetime.fromisoformat(told).replace(tzinfo=CHINA).astimezone(UTC)
    return f"{acknowledged_by(rules, level, at, CHINA).astimezone(CHINA):%m-%d %H:%M}"


ALL = Alerts(working=None)
PLAIN = Alerts()
AWAKE = Alerts(quiet=Quiet(but=("red",)))
SIX = Alerts(working=WorkingDays(days=("mon", "tue", "wed", "thu", "fri", "sat")))
MADE_UP = Alerts(working=WorkingDays(off=(date(2026, 3, 9),), worked=(date(2026, 3, 8),)))
NO_FEASTS = Alerts(working=WorkingDays(holidays=False))
NEVER = Alerts(
    working=WorkingDays(days=("mon",), off=tuple(date(2026, 3, 2) + timedelta(days=days) for days in range(36)))
)


@pytest.mark.parametrize(
    ("rules", "level", "told", "by"),
    [
        (PLAIN, "red", "2026-03-03 10:00", "03-04 10:00"),
        (PLAIN, "red", "2026-03-06 15:00", "03-09 15:00"),  # a Friday
        (PLAIN, "orange", "2026-03-05 10:00", "03-09 10:00"),
        (PLAIN, "red", "2026-03-07 08:00", "03-10 00:00"),  # a Saturday: the hours of Monday
        (ALL, "red", "2026-03-06 15:00", "03-07 15:00"),
        (AWAKE, "red", "2026-03-06 23:00", "03-07 23:00"),  # who is woken in the night is there at the weekend
        (AWAKE, "orange", "2026-03-06 15:00", "03-10 15:00"),
        (SIX, "red", "2026-03-06 15:00", "03-07 15:00"),
        (MADE_UP, "red", "2026-03-06 15:00", "03-08 15:00"),
        (MADE_UP, "orange", "2026-03-06 15:00", "03-10 15:00"),
        (PLAIN, "red", "2026-09-30 15:00", "10-05 15:00"),  # the national holiday, and a weekend
        (NO_FEASTS, "red", "2026-09-30 15:00", "10-01 15:00"),
        (NEVER, "red", "2026-03-02 10:00", "04-05 00:00"),  # no day of a month counts: then all do
    ],
)  # fmt: skip
def test_hours_are_those_of_days_that_count(rules: Alerts, level: str, told: str, by: str) -> None:
    assert until(rules, level, told) == by
