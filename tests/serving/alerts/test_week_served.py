"""What became of a week's notices, as the API tells it: of what the caller sees, in bands, and of few people nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from riskwarn.cli import riskwarn
from serving.access.areas import Area
from serving.access.scopes import Scope
from serving.alerts.suspending import suspend
from serving.alerts.teams import Team, Teams
from serving.alerts.week import Asked, became_of, in_bands
from tests.serving.access import cities
from tests.serving.alerts.city import FIRST, OWN, City, grid

#: What is counted.
COUNTS = ("notices", "levels", "statuses", "outcomes", "closed", "held", "earlier")

TOWN = Area((("town", "T0000001"),))


def teams(*workers: int | None) -> Teams:
    """A team in each of some towns."""
    codes = [f"T{number:07d}" for number in range(len(workers))]
    return Teams(
        tuple(Team(code, "town", code, code, 3, workers=number) for code, number in zip(codes, workers, strict=True))
    )


def a_week(folder: Path, answering: Teams | None = None) -> City:
    """Four notices, two in the first town and one in each other, and one grid that is held back; one is closed, and one started."""
    city = City(folder)
    city.with_rules(notices_a_week=2)
    city.teams = answering
    city.publish({0: "red", 1: "red", 2: "orange", 12: "orange", 24: "orange"})
    if answering is None:
        assert city.held() == {grid(2): "budget"}
    first, second, *_ = city.alerts()
    city.do(first, "close", outcome="prevented", later=timedelta(hours=1))
    city.do(second, "start", service="mediation")
    city.now += timedelta(days=4)
    return city


def asked(city: City, area: Area = cities.WHOLE_CITY, query: str = "") -> dict[str, Any]:
    header = cities.key(city.home, (Scope.READ,), area, now=city.now)
    with TestClient(city.application(), base_url=cities.LOCAL) as client:
        answer = client.get(f"/v1/alerts/week{query}", headers=header)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_the_whole_city_is_told_what_the_command_counts_in_bands(tmp_path: Path) -> None:
    city = a_week(tmp_path)
    told = asked(city)
    assert [one["code"] for one in told.pop("late")] == [grid(12), grid(24)]
    assert "must not be used" in told.pop("notice")["en"]
    assert told == {
        "week": "2026-03-02", "notices": "3–5", "levels": {"red": "1–2", "orange": "1–2"},
        "statuses": {"open": "1–2", "in_progress": "1–2", "closed": "1–2"}, "outcomes": {"prevented": "1–2"},
        "closed": {"prevented": "1–2"}, "budget": {"used": "3–5", "of": 10}, "held": {"budget": "1–2"},
        "earlier": {"live": "0", "late": "0"}, "suspended": [],
    }  # fmt: skip
    with city.home.database.connect() as connection:
        counted = became_of(connection, FIRST, city.home.configuration.calendar.timezone, Asked(city.now))
    assert {name: told[name] for name in COUNTS} == {name: in_bands(counted)[name] for name in COUNTS}


def test_a_week_is_named_by_any_of_its_days(tmp_path: Path) -> None:
    city = a_week(tmp_path)
    assert [asked(city, query=f"?week={day}")["notices"] for day in ("2026-03-01", "2026-03-02", "2026-03-08")] == [
        "0", "3–5", "3–5",
    ]  # fmt: skip
    later = asked(city, query="?week=2026-03-09")
    assert (later["week"], later["notices"], later["earlier"]) == ("2026-03-09", "0", {"live": "3–5", "late": "1–2"})
    assert [one["code"] for one in asked(city, query="?limit=1")["late"]] == [grid(12)]


def test_a_part_of_the_city_is_told_of_what_lies_inside(tmp_path: Path) -> None:
    city = a_week(tmp_path, teams(3, 9, 9))
    told = asked(city, OWN)
    assert (told["budget"], told["levels"]) == ({"used": "3–5", "of": 6}, {"red": "1–2", "orange": "1–2"})
    assert [one["code"] for one in told["late"]] == [grid(2), grid(12)]
    town = asked(city, TOWN)
    assert (town["notices"], town["statuses"], town["outcomes"], town["held"]) == ("1–2", {"open": "1–2"}, {}, {})
    assert town["budget"] == {"used": "1–2", "of": 3}


@pytest.mark.parametrize("workers", [(9, 4, 9), (9, None, 9)])
def test_of_a_part_in_which_few_work_or_nobody_knows_how_many_nothing_is_counted(
    tmp_path: Path, workers: tuple[int | None, ...]
) -> None:
    city = a_week(tmp_path, teams(*workers))
    told = asked(city, TOWN)
    assert {told[name] for name in COUNTS} == {None} and told["budget"]["used"] is None
    assert (told["budget"]["of"] is not None) and asked(city)["notices"] == "3–5"
    assert [one["code"] for one in told["late"]] == [grid(12)], "which stands in the list of notices, too"


def test_of_a_city_of_which_it_is_known_that_few_work_nothing_is_counted(tmp_path: Path) -> None:
    city = a_week(tmp_path, teams(2, 1, 1))
    assert asked(city)["notices"] is None
    options = ["--home", str(city.home.path), "alerts", "week", "--week", "2026-03-06"]
    done = CliRunner().invoke(riskwarn, options, env={"COLUMNS": "80"})
    assert done.output.splitlines()[:2] == [
        "Week of 2026-03-02: nothing is counted where fewer than five work",
        "These are past a deadline:",
    ]


def test_a_grid_that_lies_elsewhere_gives_no_level_and_no_deadline(tmp_path: Path) -> None:
    """Of a notice of several grids those inside are counted."""
    city = City(tmp_path)
    city.with_rules(group_from=2)
    city.teams = teams(9, 9, 9)
    city.publish({12: "orange", 16: "red"})
    (alert,) = city.alerts()
    assert (alert.unit, alert.level) == ("town", "red")
    header = cities.key(city.home, (Scope.READ,), Area((("town", "T0000001"), ("district", "D0000001"))), now=city.now)
    part = cities.key(city.home, (Scope.READ,), Area((("community", "C0000003"),)), now=city.now)
    with TestClient(city.application(), base_url=cities.LOCAL) as client:
        answers = [client.get("/v1/alerts/week", headers=one).json() for one in (header, part)]
    assert answers[0]["levels"] == {"red": "1–2"}
    assert answers[1]["levels"] is None and answers[1]["budget"] == {"used": None, "of": 0}, "no team is of it"


def test_a_suspended_target_is_left_out(tmp_path: Path) -> None:
    city = a_week(tmp_path)
    suspend(city.home, "conflict", "under review", now=city.now)
    told = asked(city)
    assert told["suspended"] == ["conflict"] and told["late"] == []
    assert (told["notices"], told["levels"], told["held"], told["budget"]["used"]) == ("0", {}, {}, "0")


def test_it_is_answered_as_its_neighbours_are(tmp_path: Path) -> None:
    city = a_week(tmp_path)
    header, exporter = (cities.key(city.home, (scope,), now=city.now) for scope in (Scope.READ, Scope.EXPORT))
    with TestClient(city.application(), base_url=cities.LOCAL) as client:
        first = client.get("/v1/alerts/week", headers=header)
        again = client.get("/v1/alerts/week", headers={**header, "If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        for wrong in (
            "week=friday", "week=9999-12-31", "week=0001-01-01", "week=2026-11-08T00:00:00", "week=1794096000", "limit=0",
            "week=%EF%BC%92%EF%BC%90%EF%BC%92%EF%BC%96-11-08", "day=2026-03-02",
        ):  # fmt: skip
            refused = client.get(f"/v1/alerts/week?{wrong}", headers=header)
            assert refused.status_code == 422, wrong
            assert refused.headers["content-type"] == "application/problem+json"
        assert client.get("/v1/alerts/week", headers=exporter).status_code == 403
        assert client.get("/v1/alerts/week").status_code == 401
