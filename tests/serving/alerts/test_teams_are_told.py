"""Whoever subscribed for a team is told of what is its matter, by whichever way it became that."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from serving.alerts.keeping import keep
from serving.alerts.tickets import follow_tickets
from serving.delivery.tables import DELIVERIES
from tests.serving.alerts.city import City
from tests.serving.alerts.hearing import subscribe

TEAMS = ("T0000000", "T0000001", "D0000000")


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    for team in TEAMS:
        subscribe(city, team, team_id=team)
    city.publish({0: "red"})
    return city


def told(city: City) -> dict[str, int]:
    """Team -> messages on their way to it."""
    with city.home.database.connect() as connection:
        found = list(connection.scalars(select(DELIVERIES.c.subscription)))
    return {team: found.count(team) for team in TEAMS}


def test_of_a_new_notice_its_team_alone_is_told(city: City) -> None:
    assert told(city) == {"T0000000": 1, "T0000001": 0, "D0000000": 0}


def test_a_team_that_is_asked_to_join_is_told(city: City) -> None:
    city.do(city.alerts()[0], "co_handle", team_id="T0000001")
    assert told(city) == {"T0000000": 2, "T0000001": 1, "D0000000": 0}


def test_the_team_above_is_told_of_what_is_referred(city: City) -> None:
    city.do(city.alerts()[0], "refer")
    assert told(city) == {"T0000000": 2, "T0000001": 0, "D0000000": 1}


def test_the_team_above_is_told_of_what_nobody_acknowledged(city: City) -> None:
    keep(city.home, now=city.now + timedelta(days=1))
    assert told(city) == {"T0000000": 2, "T0000001": 0, "D0000000": 1}


def test_the_team_above_is_told_of_what_is_overdue_by_its_ticket(city: City) -> None:
    row = {
        "alert_id": city.alerts()[0].id,
        "status": "overdue",
        "updated_at": city.now,
        "outcome": None,
        "service": None,
    }
    follow_tickets(city.home, [row], now=city.now)
    assert told(city) == {"T0000000": 2, "T0000001": 0, "D0000000": 1}
