"""A ticket whose time is known to the day alone, one that its own app opens again, and what is said of the rows that did nothing."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from serving.alerts.alert import Alert
from serving.alerts.sources import tickets_of
from serving.alerts.ticket_rows import Followed, Why
from serving.alerts.tickets import follow_tickets
from tests.serving.alerts.city import City
from tests.worlds import load, with_grids

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def city(tmp_path: Path) -> City:
    """At ten in the morning of a Monday."""
    city = City(tmp_path)
    city.publish({0: "red"})
    return city


def row(city: City, status: str, *, day: int = 0, loaded: timedelta, load_id: int = 1, **more: Any) -> dict[str, Any]:
    """A row that is known to the day alone: as its midnight in the city."""
    (alert,) = city.alerts()
    midnight = city.home.configuration.calendar.timezone
    local = city.now.astimezone(midnight).replace(hour=0, minute=0) + timedelta(days=day)
    return {"alert_id": alert.id, "status": status, "updated_at": local, "exported_at": city.now + loaded, "load_id": load_id, **more}  # fmt: skip


def at(city: City, status: str, when: timedelta, **more: Any) -> dict[str, Any]:
    """A row with a time of its own."""
    (alert,) = city.alerts()
    return {"alert_id": alert.id, "status": status, "updated_at": city.now + when, "exported_at": None, **more}


def follow(city: City, *rows: dict[str, Any], when: timedelta, after: int | None = None) -> Followed:
    return follow_tickets(city.home, rows, now=city.now + when, after=after)


def only(city: City) -> Alert:
    (alert,) = city.alerts()
    return alert


def test_a_row_that_is_known_to_the_day_ranks_after_what_that_day_said_before_it_was_loaded(city: City) -> None:
    first = at(city, "acknowledged", HOUR)
    follow(city, first, when=HOUR)
    closed = row(city, "closed", loaded=5 * HOUR, outcome="prevented")
    assert follow(city, closed, first, when=5 * HOUR).rows == 1
    assert (only(city).status, only(city).outcome) == ("closed", "prevented")
    for later in (6 * HOUR, 2 * DAY):
        assert follow(city, closed, first, when=later).rows == 0
    assert city.verbs(only(city).id) == ["raised", "acknowledge", "close"]


def test_it_ranks_before_what_that_day_said_after_it_was_loaded_and_before_the_next_day(city: City) -> None:
    day = row(city, "returned", loaded=2 * HOUR)
    follow(city, day, when=2 * HOUR)
    assert only(city).status == "returned"
    follow(city, day, at(city, "in_progress", 3 * HOUR), when=4 * HOUR)
    assert only(city).status == "in_progress"
    # It is loaded three days later, and what the next day said stands.
    city.do(only(city).id, "assign", team_id="T0000001")
    later = row(city, "returned", day=-1, loaded=3 * DAY, load_id=9)
    follow(city, later, when=3 * DAY)
    assert only(city).status == "open"


def test_two_loads_after_a_day_may_both_tell_of_it(city: City) -> None:
    first = row(city, "acknowledged", loaded=DAY, load_id=4)
    follow(city, first, when=DAY)
    second = row(city, "closed", loaded=DAY + HOUR, load_id=5, outcome="real")
    assert follow(city, second, when=DAY + HOUR).rows == 1
    assert only(city).status == "closed"
    assert follow(city, second, when=DAY + 2 * HOUR).rows == 0


def test_a_table_with_days_is_followed_whenever_it_comes(city: City, tmp_path: Path) -> None:
    """As offices write them: 已签收 with the day alone, and then 已办结 with the same."""
    with_grids(city.home, tmp_path)
    for name, status, outcome in (("1.csv", "已签收", ""), ("2.csv", "已办结", "已化解")):
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(
                [("预警编号", "工单状态", "更新时间", "核实结果"), (only(city).id, status, "2026/3/2", outcome)]
            )
        load(city.home, "tickets", tmp_path / name)
        assert follow_tickets(city.home, tickets_of(city.home), now=city.now + DAY).rows == 1
    assert (only(city).status, only(city).outcome) == ("closed", "prevented")


@pytest.mark.parametrize(
    ("status", "stands", "verbs"),
    [("open", "open", []), ("acknowledged", "acknowledged", ["acknowledge"]), ("in_progress", "in_progress", ["start"])],
)  # fmt: skip
def test_a_ticket_that_its_own_app_opens_again_opens_its_notice_again(
    city: City, status: str, stands: str, verbs: list[str]
) -> None:
    closed, opened = at(city, "closed", HOUR, outcome="real"), at(city, status, 3 * HOUR)
    follow(city, closed, when=HOUR)
    followed = follow(city, closed, opened, when=3 * HOUR)
    assert (followed.rows, followed.changed) == (1, 1)
    after = only(city)
    assert (after.status, after.outcome, after.ended_at) == (stands, None, None)
    assert city.verbs(after.id) == ["raised", "close", "reopen", *verbs]
    assert city.messages()[-1][0] == "Update"


def test_what_was_closed_here_is_not_opened_by_a_ticket_that_knows_nothing_of_it(city: City) -> None:
    city.do(only(city), "close", outcome="real")
    followed = follow(city, at(city, "in_progress", HOUR, load_id=3), when=HOUR)
    assert only(city).status == "closed"
    assert [one.why for one in followed.left] == [Why.OVER]


def test_an_old_copy_of_a_table_opens_nothing_again(city: City) -> None:
    """Somebody else's workbook of the morning has no times of its own, and its row still says 处置中."""
    follow(city, at(city, "closed", HOUR, outcome="real"), when=HOUR)
    loaded = city.now + 2 * HOUR
    copy = {**at(city, "in_progress", 2 * HOUR), "exported_at": loaded}
    followed = follow(city, copy, when=2 * HOUR)
    assert only(city).status == "closed"
    assert [(one.status, one.why) for one in followed.left] == [("in_progress", Why.UNTIMED)]


def test_it_is_said_which_rows_did_nothing_and_why(city: City) -> None:
    own = only(city).id
    before = at(city, "in_progress", 2 * HOUR, load_id=1)
    follow(city, before, when=2 * HOUR)
    rows = [
        before,
        at(city, "acknowledged", HOUR, load_id=2),  # older
        at(city, "acknowledged", 3 * HOUR, load_id=2),  # less than what is known
        at(city, "closed", 4 * HOUR, load_id=2, outcome="real"),
        at(city, "overdue", 5 * HOUR, load_id=2),
        at(city, "closed", 48 * HOUR, load_id=2, outcome="false"),  # of tomorrow
        {**at(city, "closed", HOUR, load_id=2), "alert_id": "wnothing"},
    ]
    followed = follow(city, *rows, when=6 * HOUR, after=1)
    assert followed.as_dict() == {
        "rows": 1,
        "changed": 1,
        "same": 1,
        "left": 4,
        "examples": [
            {"alert_id": own, "status": "acknowledged", "why": "older"},
            {"alert_id": "wnothing", "status": "closed", "why": "unknown"},
            {"alert_id": own, "status": "overdue", "why": "over"},
            {"alert_id": own, "status": "closed", "why": "ahead"},
        ],
    }
    assert list(map(str, followed.lines())) == [
        "Rows of tickets: 1 followed, 1 said nothing new, 4 could not be followed.",
        f"{own} (acknowledged): its ticket said something later already",
        "wnothing (closed): there is no such notice",
        f"{own} (overdue): its notice is over",
        f"{own} (closed): it is of later than now, and is followed then",
    ]


def test_where_many_rows_did_nothing_the_first_are_named(city: City) -> None:
    rows = [{**at(city, "closed", HOUR), "alert_id": f"wnothing{number}"} for number in range(7)]
    lines = list(map(str, follow(city, *rows, when=HOUR).lines()))
    assert lines[0] == "Rows of tickets: 0 followed, 0 said nothing new, 7 could not be followed."
    assert lines[1:] == [
        *(f"wnothing{number} (closed): there is no such notice" for number in range(5)),
        "… and 2 more",
    ]


def test_where_nothing_was_said_nothing_is(city: City) -> None:
    assert follow(city, when=HOUR).lines() == []
