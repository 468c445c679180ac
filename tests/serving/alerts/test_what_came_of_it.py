"""What comes of a notice: a question to a department, a service that forecasts know of, a judgement, a promise and figures; never a person's."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from riskwarn.alert_rules import Rule
from riskwarn.cli import demo_weeks, main
from riskwarn.store import Store
from riskwarn.words import Unit
from serving.alerts import alert as alert_module
from serving.alerts import feedback
from serving.alerts.corrections import HEADINGS, contested, corrections_table
from serving.alerts.feedback import feed_back
from serving.alerts.judging import known
from serving.alerts.keeping import keep
from serving.alerts.precision import LOOKS_BACK, promises, stated
from serving.alerts.stats import Asked, figures
from serving.alerts.tables import OUTCOMES, TEAMS, TELLINGS
from serving.alerts.teams import Team, Teams, declared_teams, default_teams
from serving.alerts.tellings import judge, unjudged
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


def judged(city: City, target: str, level: str, grids: int, hits: int, **more: Any) -> None:
    """So many grids of the first district that were told of before, so many of them with an event."""
    row = {
        "alert": "w", "snapshot": "s", "target": target, "horizon": 4, "code": "G", "level": level, "district": "D0000000",
        "at": city.now - timedelta(days=60), "judged": False, **more,
    }  # fmt: skip
    with city.home.database.begin() as connection:
        before = connection.execute(select(func.coalesce(func.max(TELLINGS.c.sequence), 0))).scalar_one()
        connection.execute(insert(TELLINGS), [row] * grids)
        judge(connection, {before + number + 1: int(number < hits) for number in range(grids)}, {})


def asked(city: City, covers: Any = lambda _unit, _code: True, whole: bool = True, **more: Any) -> Any:
    with city.home.database.connect() as connection:
        held, sees = (lambda unit, code, *_: covers(unit, code) for _ in range(2))
        return figures(connection, Asked(covers, held, sees, whole, 10, city.now, **more))


def told(city: City) -> list[tuple[Any, ...]]:
    """(code, level, snapshot) of all that was told."""
    with city.home.database.connect() as connection:
        return [
            tuple(row) for row in connection.execute(select(TELLINGS.c.code, TELLINGS.c.level, TELLINGS.c.snapshot))
        ]


def test_each_telling_is_of_the_snapshot_that_found_it(city: City) -> None:
    """What a notice tells beside later is judged by the window after that, not by one in which nobody had been told of it."""
    first = city.snapshot
    assert told(city) == [(grid(0), "red", first), (grid(12), "orange", first)]
    city.publish({0: "red", 12: "red"})
    assert told(city)[2:] == [(grid(12), "red", city.snapshot)]
    city.with_rules(rules=(Rule(on="gap", unit=Unit.DISTRICT),))
    city.publish({0: "unknown"}, gap="D0000000")
    assert len(told(city)) == 3, "a gap tells of no grid"


def test_what_was_told_is_judged_once_with_what_came(city: City) -> None:
    with city.home.database.begin() as connection:
        red, orange = unjudged(connection)
        judge(connection, {red.sequence: 2, orange.sequence: None}, {})
        assert (red.code, red.level, red.horizon) == (grid(0), "red", 4) and unjudged(connection) == []
        assert promises(connection, city.now).counts == {("conflict", "red"): (0, 0)}, "no group is whole"
        assert promises(connection, city.now + LOOKS_BACK + timedelta(seconds=1)).counts == {}
    assert (known(float("nan")), known(0.0), known(0.5), known(2.0)) == (None, 0, 1, 2)


def test_less_than_a_group_promises_nothing_and_more_promises_an_interval(city: City) -> None:
    assert stated(49, 10) is None
    judged(city, "conflict", "red", 49, 9)
    judged(city, "conflict", "orange", 120, 20)
    with city.home.database.connect() as connection:
        promised = promises(connection, city.now)
    assert promised.of("conflict", "red") is None
    assert promised.of("conflict", "orange") == {"n": 100, "precision": 0.2, "lower": 0.094, "upper": 0.358}
    city.publish({0: "red", 12: "orange", 13: "orange"})
    (told,) = (one.stated for one in city.alerts()[2:])
    usual = (0.4 + 2 * 0.3 + 33 * 0.01) / 36  # the mean score of the city's grids
    assert told == {"n": 100, "precision": 0.2, "lower": 0.094, "upper": 0.358, "usual": round(usual, 6)}


def test_figures_are_of_units_and_of_none_where_few_work(city: City) -> None:
    counted(
        city,
        {
            ("town", "T0000000", "none"): (2, 0),
            ("town", "T0000000", "red"): (4, 9),
            ("district", "D0000000", "none"): (9, 0),
        },
    )
    for workers, few in ((None, True), (4, True), (5, False)):
        with city.home.database.begin() as connection:
            connection.execute(update(TEAMS).values(workers=workers))
        found = asked(city, lambda _unit, code: code == "T0000000")
        names = ("code", "week", "alerts", "missed", "caught", "lead", "budget")
        shown = (None,) * 4 if few else ("1–2", "1–2", "3–5", "2–4 w")
        assert [tuple(one[name] for name in names) for one in found["weeks"]] == [("T0000000", "2026-03-02", *shown, 3)]
    assert asked(city, without=("conflict",))["weeks"] == [], "it is suspended: not even how many there were is told"


def counted(city: City, lines: dict[tuple[str, str, str], tuple[int, int]]) -> None:
    """Events, and weeks since they were told of, by unit and level; of the first week."""
    rows = [
        {"week": FIRST, "target": "conflict", "unit": unit, "code": code, "level": level, "events": events, "lead": lead}
        for (unit, code, level), (events, lead) in lines.items()
    ]  # fmt: skip
    with city.home.database.begin() as connection:
        connection.execute(insert(OUTCOMES), rows)


def test_levels_are_of_the_city_and_of_the_districts_that_somebody_sees(city: City) -> None:
    promise = {"stated": 0.4, "lower": 0.3, "upper": 0.49}
    judged(city, "conflict", "red", 54, 29, **promise)
    judged(city, "conflict", "red", 46, 6, **promise, district="D0000001")
    judged(city, "safety", "red", 50, 1)
    counted(
        city, {("city", "X", "red"): (60, 80), ("city", "X", "none"): (40, 0), ("district", "D0000000", "red"): (9, 9)}
    )
    names = ("unit", "code", "target", "grids", "precision", "stated", "kept", "caught", "lead_weeks")

    def rows(**more: Any) -> list[tuple[Any, ...]]:
        return [tuple(one[name] for name in names) for one in asked(city, **more)["levels"]]

    own = ("district", "D0000000", "conflict", 50, 0.6, 0.4, False, None, None)
    assert rows(without=("safety",)) == [
        ("city", None, "conflict", 100, 0.35, 0.4, True, 0.6, 1.4), own,
        ("district", "D0000001", "conflict", None, None, None, None, None, None),
    ]  # fmt: skip
    assert rows(covers=lambda _unit, code: code == "D0000000", whole=False, without=("safety",)) == [own]
    assert rows(covers=lambda _unit, _code: False, whole=False) == [], "of a part of a district nothing is told"


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


def test_no_more_is_gone_through_at_a_time_than_is_bounded_and_nothing_that_is_long_over(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grids_of(city, tmp_path)
    monkeypatch.setattr(feedback, "AT_ONCE", 1)
    for alert in city.alerts():
        city.do(alert, "start", later=timedelta(hours=3), service="mediation")
        city.do(alert, "close", later=timedelta(hours=30), outcome="real")
    later = city.now + feedback.LOOKS_BACK + timedelta(days=1)
    assert feed_back(city.home, now=later) == 0
    assert [feed_back(city.home, now=city.now) for _ in range(3)] == [1, 1, 0]


def test_of_many_notices_those_are_read_that_are_shown(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_weeks, "SHOWN", 1)
    city.publish({0: "red", 12: "orange", 20: "red", 30: "red"})
    first, *_ = city.alerts()
    city.do(first, "close", outcome="real")
    read: list[str] = []
    own = alert_module._read
    monkeypatch.setattr(alert_module, "_read", lambda row: read.append(row["id"]) or own(row))
    found = demo_weeks.noticed(city.home)
    assert len(read) == 2
    alerts = city.alerts()
    assert (found["raised"], found["outcomes"], len(alerts)) == (4, {"real": 1}, 4)
    assert [one["id"] for one in found["shown"]] == [alerts[-1].id, first.id]
    assert found["budget"]["used"] == 4 and found["budget"]["exceeded"] == 0
