"""Notices that are narrowed down by where they lie, who answers them and how late they are."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.api.app import Application
from tests.serving.alerts.city import City


@pytest.fixture
def city(tmp_path: Path) -> City:
    """Notices of a grid of the first town, and of one of the second, of which the first is closed."""
    city = City(tmp_path)
    city.publish({0: "red", 13: "orange"})
    city.do(next(one for one in city.alerts() if one.code == "G0000000"), "close", outcome="real")
    return city


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["G0000000", "G0000013"]),
        ("live=true", ["G0000013"]),
        ("live=false", ["G0000000"]),
        ("code=G0000013", ["G0000013"]),
        ("parent=T0000000", ["G0000000"]),
        ("parent=D0000000", ["G0000000", "G0000013"]),
        ("parent=G0000000", ["G0000000"]),
        ("parent=nowhere", []),
        ("team_id=T0000001", ["G0000013"]),
        ("team_id=T0000001&live=false", []),
        ("level=red&live=false&parent=D0000000", ["G0000000"]),
        ("overdue=true", []),
    ],
)
def test_only_what_is_asked_for_is_told(city: City, query: str, found: list[str]) -> None:
    with TestClient(Application(city.home, lambda: city.now), base_url="http://localhost") as client:
        told = client.get(f"/v1/alerts?{query}").json()["items"]
    assert sorted(one["code"] for one in told) == found


def test_what_should_be_closed_or_acknowledged_by_now_is_overdue(city: City) -> None:
    (waiting,) = city.alerts(status="open")
    assert waiting.acknowledge_by is not None and waiting.due_at is not None
    for late, acknowledged, found in (
        (waiting.acknowledge_by - timedelta(seconds=1), False, []),
        (waiting.acknowledge_by, False, ["G0000013"]),
        (waiting.acknowledge_by, True, []),
        (waiting.due_at, True, ["G0000013"]),
    ):
        if acknowledged and city.alert(waiting.id).status == "open":
            city.do(waiting, "acknowledge")
        with TestClient(Application(city.home, lambda late=late: late), base_url="http://localhost") as client:  # type: ignore[misc]
            told = client.get("/v1/alerts?overdue=true").json()["items"]
        assert [one["code"] for one in told] == found


def test_the_page_is_told_the_life_of_notices_and_the_teams_that_it_sees(city: City) -> None:
    from serving.alerts.life import LIFE
    from serving.alerts.teams import default_teams, keep_teams

    with city.home.database.begin() as connection:
        keep_teams(connection, default_teams(city.content.places, 3))
    with TestClient(Application(city.home, lambda: city.now), base_url="http://localhost") as client:
        told = client.get("/console/notices").json()
    assert told["life"] == {status.value: [verb.value for verb in verbs] for status, verbs in LIFE.items()}
    assert told["steps"]["acknowledge"] == {"zh": "签收", "en": "Acknowledge"} and told["needs"]["close"] == "outcome"
    assert {*told["takes"]} | {"acknowledge"} == {verb for verbs in told["life"].values() for verb in verbs}
    assert {one["id"] for one in told["teams"]} == {"T0000000", "T0000001", "T0000002", "D0000000", "D0000001"}
