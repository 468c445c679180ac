"""What comes of a notice: a question to a department, a service that forecasts know of, a judgement, a promise and figures; never a person's."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from riskwarn.alert_rules import Rule
from riskwarn.cli import main
from riskwarn.store import Store
from riskwarn.words import Unit
from serving.alerts.corrections import HEADINGS, contested, corrections_table
from serving.alerts.feedback import feed_back
from serving.alerts.judging import judgement
from serving.alerts.keeping import keep
from serving.alerts.precision import promises, stated
from serving.alerts.stats import figures
from serving.alerts.tables import ALERTS, TEAMS
from serving.alerts.teams import Team, Teams, declared_teams, default_teams
from serving.api.keeper import Keeper
from tests.serving.alerts.city import FIRST, City, grid
from tests.worlds import load, write_csv


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    city.publish({0: "red", 12: "orange"})
    return city


def test_what_is_contested_asks_the_department_and_names_no_id(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (alert, _) = city.alerts()
    city.do(alert, "contest", note="台账中三件早已办结")
    zone = city.home.configuration.calendar.timezone
    with city.home.database.connect() as connection:
        rows = contested(connection, FIRST, zone)
        assert contested(connection, FIRST + timedelta(days=1), zone) == []
    ((row),) = rows
    assert (row["source"], row["week"], row["note"], row["unit"]) == (
        "disputes",
        "2026-03-02",
        "台账中三件早已办结",
        "grid 第0号",
    )
    table = corrections_table(rows, {})
    assert table[0] == list(HEADINGS) and table[1][0] == "矛盾纠纷" and table[1][-2:] == ["", ""]
    assert alert.id not in str(table) and "G0000000" not in str(table)
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "--home",
                str(city.home.path),
                "--json",
                "correction",
                "export",
                str(tmp_path / "f.xlsx"),
                "--since",
                "2026-03-01",
            ]
        )
    assert ended.value.code == 0 and (tmp_path / "f.xlsx").exists() and "早已办结" in capsys.readouterr().out


def grids_of(city: City, folder: Path) -> None:
    rows = [
        {"网格编码": grid(number), "网格名称": f"第{number}网格", "社区": "青山社区", "街道": "石桥街道", "区县": "江北区", "经度": 106.5, "纬度": 29.5}
        for number in range(36)
    ]  # fmt: skip
    load(city.home, "grids", write_csv(folder / "grids.csv", rows))


def test_a_service_goes_back_once_as_an_intervention_of_nobody(city: City, tmp_path: Path) -> None:
    grids_of(city, tmp_path)
    red, orange = city.alerts()
    city.do(red, "start", later=timedelta(hours=3), service="mediation")
    city.do(red, "close", later=timedelta(hours=30), outcome="prevented")
    city.do(orange, "close", outcome="false")
    assert feed_back(city.home, now=city.now) == 1 and feed_back(city.home, now=city.now) == 0
    held = Store(city.home).versions("interventions")
    assert held[["grid_id", "kind", "chosen_by"]].to_numpy().tolist() == [[grid(0), "mediation", "human"]]
    assert held["started_at"].iloc[0].to_pydatetime().replace(tzinfo=city.now.tzinfo) == city.now - timedelta(hours=30)


def judged(city: City, told: dict[str, dict[str, list[int]]]) -> None:
    with city.home.database.begin() as connection:
        for code, counts in told.items():
            connection.execute(update(ALERTS).where(ALERTS.c.code == code).values(judged=counts))


def test_a_notice_is_judged_grid_by_grid(city: City) -> None:
    red, _ = city.alerts()
    assert judgement(red, {grid(0): 2.0}) == {"red": [1, 1]}
    assert judgement(red, {grid(0): float("nan")}) == {} == judgement(red, {})


def test_fewer_than_thirty_promise_nothing_and_more_promise_an_interval(city: City) -> None:
    assert stated(29, 10) is None
    judged(city, {grid(0): {"red": [29, 9]}, grid(12): {"orange": [80, 16]}})
    with city.home.database.connect() as connection:
        known = promises(connection)
    assert known.of("conflict", "red") is None
    assert known.of("conflict", "orange") == {"n": 80, "precision": 0.2, "lower": 0.127, "upper": 0.3}
    city.publish({0: "red", 12: "orange", 13: "orange"})
    (told,) = (one.stated for one in city.alerts()[2:])
    usual = (0.4 + 2 * 0.3 + 33 * 0.01) / 36  # the mean score of the city's grids
    assert told == {"n": 80, "precision": 0.2, "lower": 0.127, "upper": 0.3, "usual": round(usual, 6)}


def test_figures_are_of_units_and_of_none_where_few_work(city: City) -> None:
    judged(city, {grid(0): {"red": [40, 20]}})
    for workers, told in ((None, None), (4, None), (5, "1–2")):
        with city.home.database.begin() as connection:
            connection.execute(update(TEAMS).values(workers=workers))
            found = figures(connection, lambda _unit, code: code == "T0000000", True, 10)
        assert [(one["code"], one["week"], one["alerts"], one["budget"]) for one in found["weeks"]] == [
            ("T0000000", "2026-03-02", told, 3)
        ]
    assert found["levels"][0]["precision"] == 0.5 and found["levels"][0]["kept"] is None
    with city.home.database.connect() as connection:
        assert figures(connection, lambda _unit, _code: True, False, 10)["levels"] == [], "of a part nothing is told"


def test_a_running_server_does_what_is_due(city: City) -> None:
    keeper = Keeper(city.home, lambda: city.now + timedelta(days=1), look_every=0.01)
    keeper.start()
    try:
        for _ in range(500):
            if city.alerts()[0].escalations:
                break
            keep(city.home, now=city.now)
    finally:
        keeper.stop()
    assert city.alerts()[0].escalations == 1


def test_teams_of_the_table_are_those_in_force(city: City) -> None:
    places = city.content.places
    row: dict[str, Any] = {
        "team_id": "a", "unit": "T0000001", "services": "mediation;visit", "workers": 6.0, "hours_a_week": None, "notices_a_week": None,
        "valid_from": None, "valid_to": None,
    }  # fmt: skip
    gone, late = (
        {**row, "team_id": "b", "valid_to": FIRST},
        {**row, "team_id": "c", "valid_from": FIRST + timedelta(days=1)},
    )
    found = declared_teams([row, gone, late, {**row, "team_id": "d", "unit": "nowhere"}], places, FIRST, 3)
    assert found.all == (Team("a", "town", "T0000001", "town 第1号", 3, ("mediation", "visit"), 6, None),)
    assert declared_teams([gone], places, date(2026, 3, 2), 3) == default_teams(places, 3)
    lineage = tuple((unit.value, code, name) for unit, code, name in places.lineage(Unit.GRID, 12))
    both = Teams((*found.all, Team("up", "district", "D0000000", "x", 3)))
    assert (
        both.of(lineage) == found.all[0]
        and both.of(lineage, above="a") == both.all[1]
        and both.of(lineage, above="up") is None
    )


def test_the_rules_have_no_say_in_what_they_do_not_name(city: City) -> None:
    city.with_rules(rules=(Rule(on="level", targets=("safety",)),))
    assert city.publish({5: "red"}).alerts == 0
