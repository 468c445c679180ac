"""The weeks of the demonstration: what was raised is answered and closed, and something is left for whoever looks at the city."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from riskwarn.cli.demo_weeks import Clock, Office
from riskwarn.progress import silent
from serving.alerts.tickets import tickets_table, week_of_tickets
from tests.serving.alerts.city import FIRST, City

#: What each week raises: the red ones of a week are due before its second Friday.
WEEKS = [{0: "red", 12: "red", 24: "red"}, {0: "red", 1: "red", 13: "red", 25: "red"}, {2: "red", 14: "red", 26: "red"}]


def test_of_the_last_week_none_is_closed_and_the_newest_wait_for_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city, levels = City(tmp_path), iter(WEEKS)

    def publish(_home: Any, monday: date, *, now: datetime, progress: Any) -> Any:
        city.now = now
        return SimpleNamespace(snapshot=(city.publish_as_of(monday, next(levels)), city.snapshot)[1])

    monkeypatch.setattr("serving.publishing.publish.publish", publish)
    mondays, until = [FIRST + timedelta(weeks=week) for week in range(3)], city.now + timedelta(days=60)
    future: Any = SimpleNamespace(comes=lambda *_: True)
    Office(city.home, future, Clock(city.now), until).live(mondays, lambda _one: None, silent)
    newest = city.alerts(snapshot=city.snapshot)
    assert [one.status for one in newest] == ["in_progress", "open", "open"]
    assert {one.status for one in city.alerts() if one.snapshot != city.snapshot} == {"closed"}
    with city.home.database.connect() as connection:
        rows = tickets_table(week_of_tickets(connection, mondays[-1]), {}, city.home.configuration.calendar.timezone)
    assert [row[0] for row in rows[1:]] == [one.id for one in newest]
