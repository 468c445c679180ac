"""What became of a week's notices, as the head of a centre asks on Friday."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from riskwarn.cli import main, riskwarn
from serving.alerts.keeping import keep
from serving.alerts.suspending import suspend
from serving.alerts.tickets import follow_tickets
from serving.alerts.week import Asked, became_of
from tests.serving.alerts.city import FIRST, City


@pytest.fixture
def city(tmp_path: Path) -> City:
    """A week with four notices, one of them closed; in the next one more is raised and another is closed."""
    city = City(tmp_path)
    city.publish({0: "red", 1: "red", 12: "orange", 24: "orange"})
    first, second, third, _ = city.alerts()
    city.do(first, "close", outcome="prevented", later=timedelta(hours=1))
    city.do(second, "start", service="mediation")
    city.do(third, "acknowledge")
    city.publish({0: "red", 1: "red", 12: "orange", 24: "orange", 13: "red"})
    city.do(second, "close", outcome="false", later=timedelta(hours=1))
    return city


def asked(city: City, weeks: int) -> dict[str, Any]:
    with city.home.database.connect() as connection:
        zone = city.home.configuration.calendar.timezone
        return became_of(connection, FIRST + timedelta(weeks=weeks), zone, Asked(city.now))


def test_a_week_is_told_as_it_stands_now(city: City) -> None:
    told = asked(city, 0)
    late = [one["code"] for one in told.pop("late")]
    assert told == {
        "week": "2026-03-02", "notices": 4, "levels": {"red": 2, "orange": 2}, "statuses": {"open": 1, "acknowledged": 1, "closed": 2},
        "outcomes": {"false": 1, "prevented": 1}, "closed": {"prevented": 1}, "budget": {"used": 4, "of": 15}, "held": {},
        "earlier": {"live": 0, "late": 0}, "suspended": [],
    }  # fmt: skip
    assert late == ["G0000024"], "nobody has seen it for a week"


def test_what_came_before_is_counted_apart(city: City) -> None:
    told = asked(city, 1)
    assert (told["notices"], told["levels"], told["statuses"]) == (1, {"red": 1}, {"open": 1})
    assert (told["outcomes"], told["closed"]) == ({}, {"false": 1})
    assert told["earlier"] == {"live": 2, "late": 1}
    assert [one["code"] for one in told["late"]] == ["G0000024"]
    city.now += timedelta(days=30)
    keep(city.home, now=city.now)
    told = asked(city, 1)
    assert told["statuses"] == {"expired": 1} and told["late"] == [] and told["earlier"] == {"live": 0, "late": 0}


def test_a_week_without_notices_says_so(city: City) -> None:
    told = asked(city, 9)
    assert (told["notices"], told["levels"], told["held"], told["budget"]["used"]) == (0, {}, {}, 0)


def test_it_is_told_in_both_languages(city: City) -> None:
    def lines(*arguments: str) -> list[str]:
        options = ["--home", str(city.home.path), *arguments, "alerts", "week", "--week", "2026-03-06"]
        done = CliRunner().invoke(riskwarn, options, env={"COLUMNS": "80"})
        assert done.exit_code == 0, done.output
        return done.output.splitlines()

    assert lines()[:5] == [
        "Week of 2026-03-02: 4 notices; 4 of the 15 that all teams may be sent",
        "levels: red 2, orange 2",
        "they stand: open 1, acknowledged 1, closed 2",
        "what was found: false 1, prevented 1",
        "closed in the week, of whichever week: prevented 1",
    ]  # fmt: skip
    zh = lines("--lang", "zh")
    assert zh[:5] == [
        "2026-03-02 起的一周：4 条提示；用去各队额度 15 条中的 4 条", "等级：优先 2、重点 2", "办理情况：待签收 1、已签收 1、已办结 2",
        "核实结果：不属实 1、已化解 1", "本周办结（不论何周产生）：已化解 1",
    ]  # fmt: skip
    assert zh[5] == "以下已超过期限："


@pytest.mark.parametrize("command", [("week",), ("tickets", "tickets.csv")])
def test_a_week_of_no_calendar_is_refused_in_a_sentence(city: City, command: tuple[str, ...]) -> None:
    options = ["--home", str(city.home.path), "alerts", *command, "--week", "9999-12-31"]
    done = CliRunner().invoke(riskwarn, options)
    assert done.exit_code == 2 and "name a day between 2000-01-01 and 2199-12-31" in done.output


@pytest.mark.parametrize(
    "command", [("alerts", "week", "--week"), ("alerts", "tickets", "t.csv", "--week"), ("score", "--as-of")]
)
def test_a_day_is_named_by_a_date_and_nothing_else(
    tmp_path: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    for written in ("2026-11-08T00:00:00", "2026-11-8", "２０２６-11-08", "2026-11-31", "1794096000", "friday"):
        for language, said in (("en", "written YYYY-MM-DD"), ("zh", "写作 YYYY-MM-DD")):
            with pytest.raises(SystemExit, match="2"):
                main(["--lang", language, "--home", str(tmp_path), *command, written])
            error = capsys.readouterr().err
            assert said in error and written in error, error


def test_the_owner_of_the_home_is_told_nothing_of_a_suspended_target_either(city: City) -> None:
    suspend(city.home, "conflict", "under review", now=city.now)
    told = asked(city, 0)
    assert (told["notices"], told["levels"], told["late"], told["suspended"]) == (0, {}, [], ["conflict"])

    def said(*command: str) -> str:
        done = CliRunner().invoke(riskwarn, ["--home", str(city.home.path), *command])
        assert done.exit_code == 0, done.output
        return done.output

    week = said("alerts", "week", "--week", "2026-03-06")
    assert "Week of 2026-03-02: 0 notices; 0 of" in week and "suspended, and left out: conflict that escalates" in week
    assert json.loads(said("--json", "alerts", "stats")) == {"levels": [], "weeks": []}
    assert json.loads(said("--json", "alerts", "held")) == []


def test_codes_are_told_in_chinese(city: City) -> None:
    """Where a notice stands, what was found and done, by which way, and why something is not done there."""

    def told(*arguments: str) -> list[str]:
        done = CliRunner().invoke(
            riskwarn, ["--home", str(city.home.path), "--lang", "zh", "alerts", *arguments], env={"COLUMNS": ""}
        )
        return done.output.splitlines()

    first, second, third, fourth, last = city.alerts()
    city.do(third, "note", note="已上门")
    assert told("show", second.id)[1].split()[:7] == [
        second.id,
        "优先",
        "已办结",
        "2026-03-09",
        "grid",
        "第1号",
        "不属实",
    ]
    steps = [line.split()[3:5] for line in told("show", second.id)[-3:]]
    assert steps == [["产生", "待签收"], ["处置", "处置中"], ["办结", "已办结"]]
    assert told("show", third.id)[-1].split()[3:7] == ["备注", "已签收", "-", "-"]
    assert [line.split()[2] for line in told("list")[1:]] == ["待签收", "待签收", "已签收", "已办结", "已办结"]
    assert [line.split()[0] for line in told("list")[1:]] == [last.id, fourth.id, third.id, second.id, first.id]
    assert told("do", "start", first.id) == [f"提示 {first.id} 目前为 已办结，不能 start；可以 note、contest、reopen。"]
    assert told("stats")[0] == "标称命中率：暂无，同一等级满 50 个网格的预测期过后才给出"


def test_all_teams_of_a_notice_are_named_and_whom_a_step_asked(city: City) -> None:
    def told(*arguments: str) -> list[list[str]]:
        done = CliRunner().invoke(
            riskwarn, ["--home", str(city.home.path), "--lang", "zh", "alerts", *arguments], env={"COLUMNS": ""}
        )
        assert done.exit_code == 0, done.output
        return [line.split() for line in done.output.splitlines()]

    alert = next(one for one in city.alerts() if one.live)
    own, other = alert.team_id, "T0000002"
    city.do(alert, "co_handle", team_id=other)
    city.do(alert, "note", note="已上门")
    (listed,) = [line for line in told("list") if line[0] == alert.id]
    assert listed[-2:] == [own, other]
    shown = told("show", alert.id)
    assert shown[1][-2:] == [own, other]
    assert [(line[3], line[-2]) for line in shown[-3:]] == [("签收", own), ("协同", other), ("备注", own)]


def test_one_whose_ticket_rests_is_told_to_rest(city: City) -> None:
    third = city.alerts()[2]
    row = {"alert_id": third.id, "status": "suspended", "updated_at": city.now, "outcome": None, "service": None}
    follow_tickets(city.home, [row], now=city.now)
    assert asked(city, 0)["statuses"] == {"open": 1, "suspended": 1, "closed": 2}
    done = CliRunner().invoke(
        riskwarn,
        ["--home", str(city.home.path), "--lang", "zh", "alerts", "week", "--week", "2026-03-06"],
        env={"COLUMNS": "80"},
    )
    assert "办理情况：待签收 1、挂起 1、已办结 2" in done.output
