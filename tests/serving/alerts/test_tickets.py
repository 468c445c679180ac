"""The app that supervisors use already: tickets go out, where they stand comes back, and nobody fills in a second form."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from serving.access.scopes import Scope
from serving.alerts.alert import live_alerts
from serving.alerts.following import Follower
from serving.alerts.keeping import keep
from serving.alerts.silences import silence
from serving.alerts.sources import tickets_of
from serving.alerts.ticket_rows import Followed, Left, Why
from serving.alerts.tickets import follow_tickets, tickets_table, week_of_tickets, write_tickets
from tests.serving.access import cities
from tests.serving.alerts.city import FIRST, PLAIN, City, grid
from tests.worlds import load, with_grids


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    city.publish({0: "red"})
    return city


def row(city: City, status: str, hours: float, **more: Any) -> dict[str, Any]:
    (alert,) = city.alerts()
    return {"alert_id": alert.id, "status": status, "updated_at": city.now + timedelta(hours=hours), **more}


def test_a_notice_follows_its_ticket_once(city: City) -> None:
    rows = [row(city, "open", 1), row(city, "acknowledged", 2), row(city, "in_progress", 3)]
    now = city.now + timedelta(hours=4)
    assert follow_tickets(city.home, rows, now=now) == Followed(rows=2, changed=1, same=1)
    (alert,) = city.alerts()
    assert (alert.status, alert.acknowledged_at) == ("in_progress", city.now + timedelta(hours=2))
    rows.append(row(city, "closed", 5, outcome="prevented", service="mediation"))
    later = now + timedelta(hours=2)
    assert follow_tickets(city.home, rows, now=later).rows == 1
    assert follow_tickets(city.home, rows, now=later).rows == 0
    (alert,) = city.alerts()
    assert (alert.status, alert.outcome, alert.service) == ("closed", "prevented", "mediation")
    assert city.verbs(alert.id) == ["raised", "acknowledge", "start", "close"]


def test_what_was_done_here_is_not_undone_by_an_older_row(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "start")
    follow_tickets(city.home, [row(city, "acknowledged", 1)], now=city.now + timedelta(hours=2))
    assert city.alert(alert.id).status == "in_progress"
    city.do(alert, "close", outcome="real")
    follow_tickets(city.home, [row(city, "in_progress", 3)], now=city.now + timedelta(hours=4))
    assert city.alert(alert.id).status == "closed"


def test_what_was_opened_again_here_is_not_closed_by_what_was_before(city: City) -> None:
    """The ticket was closed, the notice with it by hand; somebody opened it again before the table of then was loaded."""
    (alert,) = city.alerts()
    city.do(alert, "close", outcome="real", later=timedelta(hours=2))
    before = row(city, "closed", -1, outcome="real")
    city.do(alert, "reopen", note="还没办完")
    follow_tickets(city.home, [before], now=city.now + timedelta(hours=1))
    assert city.alert(alert.id).status == "open"
    follow_tickets(city.home, [before, row(city, "closed", 2, outcome="real")], now=city.now + timedelta(hours=3))
    assert city.alert(alert.id).status == "closed"


def test_a_ticket_that_rests_holds_the_deadline_until_it_goes_on(city: City) -> None:
    (before,) = city.alerts()
    follow_tickets(
        city.home, [row(city, "acknowledged", 1), row(city, "suspended", 2)], now=city.now + timedelta(hours=3)
    )
    assert city.alert(before.id).paused and city.alert(before.id).status == "acknowledged"
    assert keep(city.home, now=city.now + timedelta(days=10)).escalated == 0
    follow_tickets(city.home, [row(city, "in_progress", 2 + 240)], now=city.now + timedelta(days=11))
    after = city.alert(before.id)
    assert not after.paused and after.status == "in_progress"
    assert after.due_at == before.due_at + timedelta(hours=240)  # type: ignore[operator]


def test_a_ticket_that_is_said_to_rest_again_rests_all_the_time(city: City) -> None:
    """A week's table says 挂起 again each time it is loaded."""
    (before,) = city.alerts()
    rows = [row(city, "suspended", 24 * day) for day in (0, 3)]
    for one in rows:
        follow_tickets(city.home, [one], now=one["updated_at"])
    follow_tickets(city.home, [row(city, "in_progress", 24 * 4)], now=city.now + timedelta(days=4))
    after = city.alert(before.id)
    assert (after.paused, after.due_at) == (False, before.due_at + timedelta(days=4))  # type: ignore[operator]


def test_a_deadline_that_rested_ends_with_the_window(city: City) -> None:
    (before,) = city.alerts()
    follow_tickets(city.home, [row(city, "suspended", 0)], now=city.now)
    follow_tickets(city.home, [row(city, "in_progress", 24 * 26)], now=city.now + timedelta(days=26))
    assert city.alert(before.id).due_at == before.expires_at


@pytest.mark.parametrize(("status", "told"), [("closed", True), ("returned", True), ("in_progress", False)])
def test_what_a_ticket_says_is_told_like_what_is_done_here(city: City, status: str, told: bool) -> None:
    (alert,) = city.alerts()
    follow_tickets(city.home, [row(city, status, 1, outcome="real")], now=city.now + timedelta(hours=1))
    assert city.messages()[1:] == ([("Update", f"{alert.id}.2")] if told else [])


@pytest.mark.parametrize("status", ["returned", "acknowledged", "withdrawn"])
def test_an_older_row_takes_back_nothing(city: City, status: str) -> None:
    (alert,) = city.alerts()
    city.do(alert, "start", later=timedelta(hours=5))
    follow_tickets(city.home, [row(city, status, -3)], now=city.now + timedelta(hours=1))
    assert city.alert(alert.id).status == "in_progress"
    follow_tickets(city.home, [row(city, "closed", -2, outcome="real")], now=city.now + timedelta(hours=1))
    assert city.alert(alert.id).status == "closed", "what has come further than what was done here is news"


def test_an_older_row_says_nothing_of_what_another_team_has_now(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "assign", later=timedelta(hours=5), team_id="T0000001")
    follow_tickets(city.home, [row(city, "acknowledged", -3)], now=city.now + timedelta(hours=1))
    assert city.alert(alert.id).status == "open"


def test_no_ticket_is_of_before_its_notice_or_of_tomorrow(city: City) -> None:
    (alert,) = city.alerts()
    ahead = row(city, "closed", 24, outcome="real")
    rows = [row(city, "acknowledged", -72), row(city, "in_progress", 5), ahead]
    assert follow_tickets(city.home, rows, now=city.now + timedelta(hours=6)).rows == 2
    after = city.alert(alert.id)
    assert (after.status, after.acknowledged_at) == ("in_progress", alert.raised_at)
    assert follow_tickets(city.home, rows, now=city.now + timedelta(hours=24)).rows == 1
    assert city.alert(alert.id).status == "closed"


def test_what_is_overdue_there_goes_nowhere_while_it_is_silenced(city: City) -> None:
    silence(city.home, "grid", grid(0), None, "集中整治期间", city.now + timedelta(days=20), now=city.now)
    follow_tickets(city.home, [row(city, "overdue", 1)], now=city.now + timedelta(hours=1))
    assert city.alerts()[0].escalations == 0 and len(city.messages()) == 1


def test_what_is_overdue_there_goes_up_here_and_stays_what_it_is(city: City) -> None:
    follow_tickets(
        city.home, [row(city, "acknowledged", 1), row(city, "overdue", 50)], now=city.now + timedelta(days=3)
    )
    (alert,) = city.alerts()
    assert (alert.status, alert.escalations, alert.co_teams) == ("acknowledged", 1, ("D0000000",))


def test_what_is_void_there_is_withdrawn_here_and_an_unknown_one_is_counted(city: City) -> None:
    rows = [row(city, "withdrawn", 1), {**row(city, "closed", 1), "alert_id": "wnothing"}]
    now = city.now + timedelta(hours=1)
    left = (Left("wnothing", "closed", Why.UNKNOWN),)
    assert follow_tickets(city.home, rows, now=now) == Followed(rows=1, changed=1, left=left)
    (alert,) = city.alerts()
    assert alert.status == "withdrawn" and city.messages()[-1] == ("Cancel", f"{alert.id}.2")


@pytest.mark.parametrize("name", ["tickets.csv", "tickets.xlsx"])
def test_the_weeks_tickets_are_filled_in_and_come_back_as_they_are(city: City, tmp_path: Path, name: str) -> None:
    """By CSV alone, in Chinese: the file that went out is the file that comes back."""
    with city.home.database.connect() as connection:
        alerts = week_of_tickets(connection, FIRST)
        assert alerts == live_alerts(connection)
    zone = city.home.configuration.calendar.timezone
    rows = tickets_table(alerts, {"conflict": "矛盾升级"}, zone)
    assert rows[0][:6] == ["预警编号", "工单状态", "更新时间", "办结时间", "核实结果", "处置措施"]
    assert rows[1][1:3] == ["待签收", ""] and rows[1][6:9] == ["优先", "矛盾升级", "grid 第0号"]
    assert rows[1][9] == "district 第0号 town 第0号 community 第0号"
    write_tickets(tmp_path / name, rows)
    if name.endswith("xlsx"):
        sheet = load_workbook(tmp_path / name).active
        assert [[cell or "" for cell in one] for one in sheet.iter_rows(values_only=True)] == rows
    else:
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as stream:
            assert list(csv.reader(stream)) == rows
    rows[1][1:6] = ["已办结", "2026-03-04 09:00:00", "2026-03-04 08:30:00", "属实", "上门调解"]
    write_tickets(tmp_path / name, rows)
    with_grids(city.home, tmp_path)
    done = load(city.home, "tickets", tmp_path / name)
    assert (done.accepted, done.quarantined) == (1, 0)
    followed = follow_tickets(city.home, tickets_of(city.home), now=city.now + timedelta(days=3))
    assert followed.changed == 1
    (alert,) = city.alerts()
    assert (alert.status, alert.outcome, alert.service) == ("closed", "real", "mediation")


def test_a_running_server_follows_what_was_loaded_and_what_was_ahead_of_its_clock(city: City, tmp_path: Path) -> None:
    with_grids(city.home, tmp_path)
    (alert,) = city.alerts()
    table = tmp_path / "tickets.csv"
    rows = [(alert.id, "已签收", "2026-03-02 11:00:00"), (alert.id, "处置中", "2026-03-02 15:00:00")]
    follower = Follower(city.home)
    assert follower.look(city.now) == Followed()
    with table.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("预警编号", "工单状态", "更新时间"), *rows])
    load(city.home, "tickets", table)
    for hours, status, followed in (
        (1, "acknowledged", 1),
        (2, "acknowledged", 0),
        (5, "in_progress", 1),
        (6, "in_progress", 0),
    ):
        assert follower.look(city.now + timedelta(hours=hours)).rows == followed
        assert city.alerts()[0].status == status


@pytest.mark.parametrize("rows", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
@pytest.mark.parametrize("at", ["2026-03-04", "2026-03-04 09:00"])
def test_rows_of_the_same_time_are_followed_in_the_order_of_life_wherever_they_stand(
    city: City, tmp_path: Path, at: str, rows: tuple[int, ...]
) -> None:
    (alert,) = city.alerts()
    heads = ("预警编号", "工单状态", "更新时间", "核实结果")
    told = [(alert.id, "已签收", at, ""), (alert.id, "处置中", at, ""), (alert.id, "已办结", at, "属实")]
    with_grids(city.home, tmp_path)
    for name in ("first.csv", "again.csv"):
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([heads, *(told[row] for row in rows)])
        load(city.home, "tickets", tmp_path / name)
        follow_tickets(city.home, tickets_of(city.home), now=city.now + timedelta(days=3))
        (after,) = city.alerts()
        assert (after.status, after.outcome) == ("closed", "real")


def test_a_table_that_nobody_edited_closes_nothing_that_expired(city: City, tmp_path: Path) -> None:
    city.now += timedelta(weeks=5)
    keep(city.home, now=city.now)
    zone = city.home.configuration.calendar.timezone
    rows = tickets_table(city.alerts(), {}, zone)
    assert rows[1][1:6] == ["超期", "", "", "", ""]
    write_tickets(tmp_path / "tickets.csv", rows)
    with_grids(city.home, tmp_path)
    load(city.home, "tickets", tmp_path / "tickets.csv", exported_at=city.now, now=city.now)
    now = city.now + timedelta(hours=1)
    assert follow_tickets(city.home, tickets_of(city.home), now=now) == Followed(same=1)
    assert (city.alerts()[0].status, city.alerts()[0].outcome) == ("expired", None)
    # Where somebody says what was found, that closes it.
    later = now + timedelta(hours=2)
    rows[1][1:5] = ["已办结", "", "", "不属实"]
    write_tickets(tmp_path / "later.csv", rows)
    load(city.home, "tickets", tmp_path / "later.csv", exported_at=later, now=later)
    assert follow_tickets(city.home, tickets_of(city.home), now=later).changed == 1
    assert (city.alerts()[0].status, city.alerts()[0].outcome) == ("closed", "false")


def test_what_rises_while_its_ticket_rests_has_the_time_of_its_new_level_from_when_it_goes_on(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.publish({0: "orange"})
    rests = row(city, "suspended", 1)
    follow_tickets(city.home, [rests], now=city.now + timedelta(hours=1))
    city.publish({0: "red"})
    on = {**rests, "status": "in_progress", "updated_at": city.now + timedelta(days=2)}
    follow_tickets(city.home, [rests, on], now=city.now + timedelta(days=2))
    (alert,) = city.alerts()
    assert (alert.level, alert.due_at) == ("red", city.now + timedelta(days=2 + 7))


def test_a_grid_that_joins_while_the_ticket_rests_has_its_time_from_when_it_goes_on(tmp_path: Path) -> None:
    """As the notice itself has: what is told of beside is due no later than what would be told of by itself then."""
    city = City(tmp_path, PLAIN.model_copy(update={"group_from": 2}))
    city.publish({0: "orange", 1: "orange"})
    rests = row(city, "suspended", 1)
    follow_tickets(city.home, [rests], now=city.now + timedelta(hours=1))
    city.publish({0: "red", 1: "orange", 2: "red"})
    goes_on = city.now + timedelta(days=2)
    follow_tickets(city.home, [rests, {**rests, "status": "open", "updated_at": goes_on}], now=goes_on)
    (alert,) = city.alerts()
    by_red = {"acknowledge_by": (goes_on + timedelta(days=1)).isoformat(), "due_at": (goes_on + timedelta(days=7)).isoformat()}  # fmt: skip
    assert {one["code"]: {name: one[name] for name in by_red} for one in alert.members if one["level"] == "red"} == {
        grid(0): by_red,
        grid(2): by_red,
    }
    assert alert.due_at == goes_on + timedelta(days=7)


def test_a_deadline_that_is_extended_while_its_ticket_rests_rests_once(city: City) -> None:
    (before,) = city.alerts()
    follow_tickets(city.home, [row(city, "suspended", 0)], now=city.now)
    on = row(city, "in_progress", 24 * 9)
    city.do(before, "extend", note="还需时间", later=timedelta(days=8))
    follow_tickets(city.home, [on], now=city.now + timedelta(days=1))
    assert city.alert(before.id).due_at == before.due_at + timedelta(days=7 + 9)  # type: ignore[operator]


def test_what_rests_is_not_listed_as_overdue(city: City) -> None:
    (alert,) = city.alerts()
    rests = row(city, "suspended", 1)
    city.now += timedelta(days=8)
    header = cities.key(city.home, (Scope.READ,), cities.WHOLE_CITY, now=city.now)

    def overdue() -> list[str]:
        with TestClient(city.application(), base_url=cities.LOCAL) as client:
            return [one["id"] for one in client.get("/v1/alerts?overdue=true", headers=header).json()["items"]]

    assert overdue() == [alert.id]
    follow_tickets(city.home, [rests], now=city.now)
    assert overdue() == []
