"""A clock that is set back: no notice ends, or is acknowledged, before it began."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from serving.alerts.feedback import interventions_of
from serving.alerts.suspending import suspend
from serving.alerts.tickets import follow_tickets
from serving.publishing.withdraw import withdraw
from tests.serving.alerts.city import City

BACK = -timedelta(days=3)


def by_ticket(city: City, status: str) -> None:
    city.now += BACK
    row = {
        "alert_id": city.alerts()[0].id,
        "status": status,
        "updated_at": city.now,
        "outcome": "real",
        "service": None,
    }
    assert follow_tickets(city.home, [row], now=city.now).changed == 1


def taken_back(city: City) -> None:
    withdraw(city.home, city.snapshot, "a test", now=city.now + BACK)


def suspended(city: City) -> None:
    suspend(city.home, "conflict", "a test", now=city.now + BACK)


ENDS: dict[str, Callable[[City], object]] = {
    "closed here": lambda city: city.do(city.alerts()[0], "close", later=BACK, outcome="real"),
    "closed by its ticket": lambda city: by_ticket(city, "closed"),
    "taken back": taken_back,
    "suspended": suspended,
}


@pytest.mark.parametrize("ends", ENDS.values(), ids=ENDS)
def test_an_end_lies_no_sooner_than_what_was_known_before(tmp_path: Path, ends: Callable[[City], object]) -> None:
    city = City(tmp_path)
    city.publish({0: "red"})
    city.do(city.alerts()[0], "acknowledge", later=timedelta(days=2))
    ends(city)
    (alert,) = city.alerts()
    assert not alert.live and alert.ended_at == alert.acknowledged_at == alert.raised_at + timedelta(days=2)


@pytest.mark.parametrize("verb", ["acknowledge", "start"])
def test_nobody_knows_of_it_before_it_was_raised(tmp_path: Path, verb: str) -> None:
    city = City(tmp_path)
    city.publish({0: "red"})
    city.do(city.alerts()[0], verb, later=BACK, service=None if verb == "acknowledge" else "mediation")
    (alert,) = city.alerts()
    assert alert.acknowledged_at == alert.raised_at
    city.do(alert, "close", outcome="real", service="mediation")
    (row,) = interventions_of(city.alert(alert.id))
    assert row[3] == row[4] == alert.raised_at.isoformat()


@pytest.mark.parametrize(("status", "at"), [("acknowledged", "acknowledged_at"), ("withdrawn", "ended_at")])
def test_nor_is_a_ticket_of_before_its_notice(tmp_path: Path, status: str, at: str) -> None:
    city = City(tmp_path)
    city.publish({0: "red"})
    by_ticket(city, status)
    (alert,) = city.alerts()
    assert getattr(alert, at) == alert.raised_at
