"""Who is told when nobody answers: somebody there is, or the notice says that there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event, select

from riskwarn.words import Unit
from serving.alerts.keeping import keep
from serving.alerts.silences import silence
from serving.alerts.tables import TEAMS
from serving.alerts.teams import Team, Teams, default_teams
from serving.delivery.tables import MESSAGES
from tests.serving.alerts.city import City, grid

DAY = timedelta(days=1)
NOBODY = "上面没有别的队伍，请中心处理"


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    city.publish({0: "red"})
    return city


def last(city: City) -> str:
    """The body of the last message."""
    with city.home.database.connect() as connection:
        bodies = list(connection.scalars(select(MESSAGES.c.body).order_by(MESSAGES.c.sequence)))
    return str(bodies[-1]["text"]["zh"]["body"])


def with_teams(city: City, *others: Team, without: str = "T0000000") -> None:
    """The teams from the next publication on."""
    own = default_teams(city.content.places, 3).all
    city.teams = Teams((*(one for one in own if one.id != without), *others))


def test_above_a_team_of_elsewhere_is_who_stands_above_the_place(city: City) -> None:
    city.do(city.alerts()[0], "assign", team_id="T0000002")
    assert keep(city.home, now=city.now + 3 * DAY).escalated == 1
    assert city.alerts()[0].co_teams == ("D0000000",) and "已告知上一级" in last(city)


def test_where_nobody_is_above_it_is_said_and_the_centre_asked(city: City) -> None:
    for days, said in ((2, "已告知上一级"), (4, NOBODY)):
        assert keep(city.home, now=city.now + days * DAY).escalated == 1
        assert said in last(city)
    assert "已告知上一级" not in last(city) and city.alerts()[0].co_teams == ("D0000000",)


def test_a_turn_reads_the_teams_once_however_many_notices_go_up(city: City) -> None:
    city.publish({0: "red", 8: "red"})
    read: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        read.extend(["teams"] if f"FROM {TEAMS.name}" in statement else [])

    event.listen(city.home.database, "before_cursor_execute", note)
    try:
        assert keep(city.home, now=city.now + 3 * DAY).escalated == 2
    finally:
        event.remove(city.home.database, "before_cursor_execute", note)
    assert read == ["teams"]


def test_what_the_highest_team_refers_goes_to_the_centre(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "assign", team_id="D0000000")
    city.do(alert, "refer")
    assert city.alert(alert.id).status == "referred"
    assert f"已上报，{NOBODY}" in last(city) and "已上报上一级" not in last(city)


def test_a_notice_whose_team_is_gone_goes_to_who_answers_there_now(city: City) -> None:
    new = Team("石桥队", "town", "T0000000", "石桥街道", 3)
    with_teams(city, new)
    city.publish({0: "red"})
    (alert,) = city.alerts()
    assert (alert.team_id, alert.status, city.verbs(alert.id)) == ("石桥队", "open", ["raised", "assign"])
    assert alert.acknowledge_by is not None and alert.acknowledge_by > city.now
    assert city.messages()[-1] == ("Update", f"{alert.id}.2") and "已转其他队伍办理" in last(city)
    assert city.do(alert, "refer")["co_teams"] == ["D0000000"]
    assert city.publish({0: "red"}).alerts == 0 and city.verbs(alert.id) == ["raised", "assign", "refer"]


def test_a_notice_of_a_town_without_a_team_goes_to_the_district(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "start")
    with_teams(city)
    city.publish({0: "red"})
    after = city.alert(alert.id)
    assert (after.team_id, after.status, after.co_teams) == ("D0000000", "in_progress", ())


def test_a_team_beside_that_is_gone_stands_beside_no_more(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "co_handle", team_id="T0000001")
    messages = city.messages()
    with_teams(city, without="T0000001")
    city.publish({0: "red"})
    assert (city.alert(alert.id).team_id, city.alert(alert.id).co_teams) == ("T0000000", ())
    assert city.messages() == messages


def test_a_notice_of_a_place_that_went_over_to_another_town_goes_with_it(city: City) -> None:
    """One that was given to a team of elsewhere by hand stays with that."""
    city.publish({4: "red"})
    first, other = city.alerts()
    city.do(other, "assign", team_id="T0000002")
    places = city.content.places
    level = places[Unit.COMMUNITY]
    moved = replace(level, parents=np.where(level.parents == 0, 1, level.parents).astype(np.int32))
    city.content = replace(city.content, places=replace(places, levels={**places.levels, Unit.COMMUNITY: moved}))
    city.publish({0: "red", 4: "red"})
    assert city.alert(first.id).units[2][1] == "T0000001"
    assert [city.alert(one.id).team_id for one in (first, other)] == ["T0000001", "T0000002"]


def test_nobody_is_told_of_it_while_it_is_silenced(city: City) -> None:
    silence(city.home, "grid", grid(0), None, "集中整治期间", city.now + 20 * DAY, now=city.now)
    messages = city.messages()
    with_teams(city)
    city.publish({0: "red"})
    assert city.alerts()[0].team_id == "D0000000" and city.messages() == messages
