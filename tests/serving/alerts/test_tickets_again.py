"""What a ticket says again, says otherwise, or said before there was anything to say: only news moves a notice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from serving.alerts.feedback import feed_back
from serving.alerts.keeping import keep
from serving.alerts.tickets import follow_tickets
from serving.delivery.tables import MESSAGES
from tests.serving.alerts.city import City
from tests.worlds import with_grids

DAY = timedelta(days=1)


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    city.publish({0: "red"})
    return city


def row(city: City, status: str, days: float, outcome: str | None = None, **more: Any) -> dict[str, Any]:
    """A row whose time stands in it."""
    at = city.alerts()[0].raised_at + days * DAY
    return {
        "alert_id": city.alerts()[0].id,
        "status": status,
        "updated_at": at,
        "exported_at": at + DAY,
        "outcome": outcome,
        **more,
    }


def loaded(city: City, status: str, days: float, outcome: str | None = None) -> dict[str, Any]:
    """A row whose time was left empty: it has that of its load."""
    told = row(city, status, days, outcome)
    return {**told, "exported_at": told["updated_at"]}


def follow(city: City, *rows: dict[str, Any]) -> int:
    """Follow all rows that are known by now; how many notices changed."""
    city.now = max(city.now, rows[-1]["updated_at"])
    return follow_tickets(city.home, rows, now=city.now).changed


@pytest.mark.parametrize(
    ("status", "verb", "said"),
    [
        ("closed", "reopen", {"note": "结果填错"}),
        ("returned", "assign", {"team_id": "T0000001"}),
        ("acknowledged", "return", {"note": "不属本队"}),
    ],
)
def test_a_table_that_is_loaded_again_takes_back_nothing_that_was_done_since(
    city: City, status: str, verb: str, said: dict[str, str]
) -> None:
    first, again = loaded(city, status, 1, "prevented"), loaded(city, status, 3, "prevented")
    follow(city, first)
    city.do(city.alerts()[0], verb, later=DAY, **said)
    before = city.alerts()
    assert follow(city, first, again) == 0 and city.alerts() == before
    assert follow(city, first, again) == 0, "nor is it looked at for ever"
    assert follow(city, first, again, loaded(city, "in_progress", 4)) == 1
    assert city.alerts()[0].status == "in_progress", "what is said otherwise is news"


def test_a_row_with_a_time_of_its_own_after_what_was_done_here_is_news(city: City) -> None:
    first, again = row(city, "acknowledged", 1), row(city, "acknowledged", 3)
    follow(city, first)
    city.do(city.alerts()[0], "assign", later=DAY, team_id="T0000001")
    assert follow(city, first, again) == 1
    assert city.alerts()[0].status == "acknowledged", "the other team has signed for it"


@pytest.mark.parametrize("made", [row, loaded])
def test_what_is_said_to_be_overdue_again_goes_up_once(city: City, made: Any) -> None:
    first = made(city, "overdue", 1)
    follow(city, first)
    follow(city, first, made(city, "overdue", 2))
    assert city.alerts()[0].escalations == 1
    rows = [first, made(city, "overdue", 2), made(city, "in_progress", 3), made(city, "overdue", 4)]
    follow(city, *rows)
    assert city.alerts()[0].escalations == 2, "it was at work meanwhile"


def test_a_ticket_that_is_given_out_anew_after_it_was_returned_is_asked_anew(city: City) -> None:
    rows = [row(city, "acknowledged", 0.1), row(city, "returned", 0.2), row(city, "open", 1)]
    follow(city, *rows[:2])
    assert city.alerts()[0].status == "returned"
    assert follow(city, *rows) == 1
    (alert,) = city.alerts()
    assert (alert.status, alert.acknowledged_at) == ("open", None)
    assert alert.acknowledge_by is not None and alert.acknowledge_by > city.now
    assert city.messages()[-1] == ("Update", f"{alert.id}.4")
    assert follow(city, *rows, row(city, "in_progress", 2)) == 1
    assert city.alerts()[0].status == "in_progress"


def test_a_returned_ticket_that_is_at_work_again_is_at_work_here(city: City) -> None:
    rows = [row(city, "returned", 0.2), row(city, "in_progress", 1)]
    follow(city, *rows[:1])
    assert follow(city, *rows) == 1 and city.alerts()[0].status == "in_progress"


def test_a_ticket_that_is_open_still_takes_back_no_return_of_here(city: City) -> None:
    city.do(city.alerts()[0], "return", note="不属本队")
    assert follow(city, loaded(city, "open", 1)) == 0 and city.alerts()[0].status == "returned"


def test_a_rest_of_before_the_notice_lengthens_nothing(city: City) -> None:
    (before,) = city.alerts()
    rows = [row(city, "suspended", -10), row(city, "in_progress", 1 / 24)]
    city.now += timedelta(minutes=1)
    follow_tickets(city.home, rows[:1], now=city.now)
    follow(city, *rows)
    (after,) = city.alerts()
    assert after.due_at == before.due_at + timedelta(hours=1)  # type: ignore[operator]


def test_a_rest_ends_where_the_notice_is_given_to_others(city: City) -> None:
    """They have as long as the first had, and are reminded like these."""
    (before,) = city.alerts()
    follow(city, loaded(city, "suspended", 0))
    city.do(before, "assign", later=DAY, team_id="T0000001")
    (after,) = city.alerts()
    assert (after.paused, after.due_at) == (False, before.due_at + DAY)  # type: ignore[operator]
    assert keep(city.home, now=city.now + 2 * DAY).escalated == 1


def test_a_rest_ends_where_somebody_is_at_it_here(city: City) -> None:
    (before,) = city.alerts()
    first = loaded(city, "suspended", 0)
    follow(city, first)
    city.do(before, "start", later=DAY)
    follow(city, first, loaded(city, "suspended", 2), loaded(city, "in_progress", 5))
    (after,) = city.alerts()
    assert (after.paused, after.status, after.due_at) == (False, "in_progress", before.due_at + DAY)  # type: ignore[operator]


def test_what_was_found_is_put_right_by_the_ticket(city: City) -> None:
    rows = [row(city, "closed", 1, "real", service="visit"), row(city, "closed", 2, "false", service="mediation")]
    follow(city, rows[0])
    (first,) = city.alerts()
    assert follow(city, *rows) == 1
    (alert,) = city.alerts()
    assert (alert.status, alert.outcome, alert.service) == ("closed", "false", "mediation")
    assert alert.ended_at == first.ended_at and city.messages()[-1] == ("Update", f"{alert.id}.3")
    with city.home.database.connect() as connection:
        told = list(connection.scalars(select(MESSAGES.c.body).order_by(MESSAGES.c.sequence)))
    assert "不属实" in told[-1]["text"]["zh"]["body"]
    assert follow(city, *rows, row(city, "closed", 3)) == 0, "a row that says no result takes none back"
    assert city.alerts()[0].outcome == "false"


def test_a_result_of_an_older_row_does_not_stand_against_what_was_said_here(city: City) -> None:
    city.do(city.alerts()[0], "close", later=2 * DAY, outcome="real")
    assert follow(city, row(city, "closed", 1, "false")) == 0 and city.alerts()[0].outcome == "real"


def test_another_service_goes_back_to_forecasts_again(city: City, tmp_path: Path) -> None:
    with_grids(city.home, tmp_path)
    rows = [row(city, "closed", 1, "real", service="visit"), row(city, "closed", 2, "real", service="mediation")]
    follow(city, rows[0])
    feed_back(city.home, now=city.now)
    assert city.alerts()[0].fed_back
    follow(city, *rows)
    assert not city.alerts()[0].fed_back
