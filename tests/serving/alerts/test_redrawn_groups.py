"""A notice of several grids of a unit after a reform: those that lie in it still count, and nothing that is of another now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from experiments.benchmarks import made_snapshot
from experiments.benchmarks.made_snapshot import made_content
from riskwarn.alert_rules import Alerts, Quiet, Rule
from riskwarn.audit.listing import Chosen, newest
from riskwarn.audit.verifying import verify
from riskwarn.words import Unit
from serving.access.areas import Area
from serving.access.scopes import Scope
from serving.alerts.alert import Alert
from serving.alerts.keeping import Kept, keep
from serving.alerts.silences import silence
from serving.delivery.tables import MESSAGES
from tests.postgresql import emptied
from tests.serving.access import cities
from tests.serving.alerts.city import GRIDS, OWN, PARTS, City, grid
from tests.serving.alerts.test_taken_back import take_back

OTHER = Area((("district", "D0000001"),))
HOUR = timedelta(hours=1)

#: The first and the last community of the second town, four grids each: one goes to the first town, the other to another district.
FIRST, LAST = 3, 5

#: Grids of which a notice of the town tells: two of the community between, which stays, and one of each of these.
HERE, BESIDE, GONE = (16, 17), 12, 20
TELLS = {16: "orange", 17: "orange"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def city(request: pytest.FixtureRequest, tmp_path: Path) -> City:
    url = emptied(request.getfixturevalue("server")) if request.param == "postgresql" else None
    return city_in(tmp_path, database_url=url)


def city_in(folder: Path, **settings: Any) -> City:
    return City(folder, Alerts(rules=(Rule(on="level"),), quiet=None, group_from=2), **settings)


def reform(city: City, towns: Mapping[int, int]) -> None:
    """From the next publication on some communities lie in other towns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_snapshot, "PARTS", PARTS)
        city.content = made_content(GRIDS, targets=("conflict",), horizons=(4,))
    for community, town in towns.items():
        city.content.places[Unit.COMMUNITY].parents[community] = town


def group(city: City, code: str = "T0000001", **where: str) -> Alert:
    (found,) = [one for one in city.alerts(code=code, **where) if one.unit == "town"]
    return found


def kept(city: City, later: timedelta) -> Kept:
    """What is due some time later."""
    city.now += later
    return keep(city.home, now=city.now)


def names(*numbers: int) -> tuple[str, ...]:
    return tuple(grid(one) for one in numbers)


def test_what_left_the_unit_is_no_ground_to_go_up(city: City) -> None:
    """Red is to be acknowledged within a day, orange within two: the town is asked for what it has alone."""
    city.publish({**TELLS, GONE: "red"})
    reform(city, {LAST: 2})
    city.publish({**TELLS, GONE: "red"}, later=20 * HOUR)
    own = group(city)
    assert (own.grids, own.level, own.status) == (names(*HERE), "orange", "open")
    elsewhere = city.alerts(code=grid(GONE))
    assert [(one.team_id, one.level) for one in elsewhere] == [("T0000002", "red")]
    assert kept(city, 5 * HOUR).escalated == 0 and group(city).escalations == 0
    assert kept(city, 24 * HOUR).escalated == 2, "each by the terms of its own grids"
    assert (group(city).escalations, group(city).co_teams) == (1, ("D0000000",))
    assert city.alerts(code=grid(GONE))[0].co_teams == ("D0000001",)


def test_nor_is_it_one_to_be_overdue(city: City) -> None:
    """Red is to be closed within a week, orange within two."""
    city.publish({**TELLS, GONE: "red"})
    city.do(group(city), "acknowledge")
    reform(city, {LAST: 2})
    city.publish(TELLS, later=20 * HOUR)
    assert kept(city, timedelta(days=7)).escalated == 0 and not group(city).overdue(city.now)
    assert kept(city, timedelta(days=7)).escalated == 1 and group(city).escalations == 1


def test_whoever_was_told_is_told_of_what_is_left_once(city: City) -> None:
    city.publish({**TELLS, GONE: "red"})
    before = group(city)
    reform(city, {LAST: 2})
    for _ in range(2):
        city.publish(TELLS)
    own = group(city)
    assert (own.version, city.verbs(own.id)) == (before.version + 1, ["raised", "redrawn"])
    said = [one for one in city.messages() if one[1].startswith(own.id)]
    assert said == [("Alert", f"{own.id}.1"), ("Update", f"{own.id}.2")]
    [row] = [one for one in newest(city.home, Chosen(object=own.id)) if one.result == "redrawn"]
    assert row.actor == "system" and verify(city.home).broken is None
    key = cities.key(city.home, (Scope.READ, Scope.ACT), OWN, now=city.now)
    with TestClient(city.application(), base_url=cities.LOCAL) as client:
        stale, fresh = (
            client.post(f"/v1/alerts/{own.id}/note", json={"note": "seen"}, headers={**key, "If-Match": f'"{version}"'})
            for version in (before.version, own.version)
        )
    assert (stale.status_code, fresh.status_code) == (412, 200)


def test_a_reform_within_the_unit_changes_nothing(city: City) -> None:
    city.publish({**TELLS, GONE: "red"})
    before = group(city)
    reform(city, {})
    city.content.places[Unit.GRID].parents[15] = 4  # a grid goes from one of its communities to the next
    city.publish({**TELLS, GONE: "red"})
    reform(city, {})
    city.content.places[Unit.TOWN].parents[1] = 1  # the town itself goes over, and all of it with it
    city.publish({**TELLS, GONE: "red"})
    own = group(city)
    assert (own.grids, own.level, own.due_at) == (before.grids, "red", before.due_at)
    assert "redrawn" not in city.verbs(own.id) and own.units[1][1] == "D0000001"


def test_a_grid_that_comes_back_is_told_of_again(city: City) -> None:
    """It is a matter of one live notice at any time: that of the other town goes with it."""
    told = {**TELLS, GONE: "red"}
    city.publish(told)
    reform(city, {LAST: 2})
    city.publish(told)
    reform(city, {})
    city.publish(told)
    (alone,) = city.alerts(code=grid(GONE))
    assert (alone.status, alone.team_id, group(city).grids) == ("open", "T0000001", names(*HERE))
    assert city.held() == {}


def test_a_grid_that_comes_back_out_of_several_joins_those_of_its_town(city: City) -> None:
    told = {**TELLS, GONE: "red", 24: "orange"}
    city.publish(told)
    reform(city, {LAST: 2})
    city.publish({**told, 25: "orange"})
    assert {*group(city, "T0000002").grids} == {*names(GONE, 25)}
    reform(city, {})
    city.publish({**told, 25: "orange"})
    assert (group(city).grids, group(city).level) == (names(*HERE, GONE), "red")
    assert (group(city, "T0000002").grids, group(city, "T0000002").level) == (names(25), "orange")
    live = [one for alert in city.alerts(status="open") for one in alert.grids]
    assert sorted(live) == sorted({*live}), "of each grid one live notice tells"


def test_two_reforms_in_sequence_leave_what_is_left_after_both(city: City) -> None:
    told = {**TELLS, BESIDE: "orange", GONE: "red"}
    city.publish(told)
    reform(city, {LAST: 2})
    city.publish(told)
    reform(city, {LAST: 2, FIRST: 0})
    city.publish(told)
    own = group(city)
    assert (own.grids, city.verbs(own.id)) == (names(*HERE), ["raised", "redrawn", "redrawn"])
    assert {one.code: one.team_id for one in city.alerts() if one.unit == "grid"} == {
        grid(GONE): "T0000002",
        grid(BESIDE): "T0000000",
    }


def end(city: City) -> None:
    """The town is dissolved: there is no such code any more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_snapshot, "PARTS", PARTS)
        city.content = made_content(GRIDS, targets=("conflict",), horizons=(4,))
    places = city.content.places
    places[Unit.COMMUNITY].parents[FIRST : LAST + 1] = 0


@pytest.mark.parametrize("how", ["left", "ended"])
def test_where_none_is_left_it_is_taken_back_and_whoever_was_told_hears_that(city: City, how: str) -> None:
    city.publish({GONE: "red", GONE + 1: "orange"})
    before = group(city)
    if how == "left":
        reform(city, {LAST: 2})
    else:
        end(city)
    city.publish({GONE: "red", GONE + 1: "orange"})
    assert group(city).status == "withdrawn"
    anew = group(city, "T0000002" if how == "left" else "T0000000")
    assert (anew.grids, anew.status) == (before.grids, "open")
    key = cities.key(city.home, area=OWN, now=city.now)
    with TestClient(city.application(), base_url=cities.LOCAL) as client:
        stream, cap, notice = (
            client.get(f"/v1/alerts/{way}", headers=key)
            for way in ("stream?seconds=0", f"{before.id}/cap.xml", before.id)
        )
    assert "event: cancelled" in stream.text and "<msgType>Cancel<" in cap.text
    assert notice.status_code == 404
    if how == "left":
        said = (stream.text, cap.text)
        assert not any(word in one for one in said for word in ("red", grid(GONE), "0.4", "D0000001"))


def everything(city: City, area: Area) -> list[str]:
    """All that tells of notices to who sees an area, whatever they are called."""
    key = cities.key(city.home, (Scope.READ, Scope.ACT), area, now=city.now)
    ids = [one.id for one in city.alerts()]
    ways = [
        "",
        "?overdue=true",
        "?level=red",
        "?level=orange",
        "/stream?seconds=0",
        "/feed.atom",
        "/held",
        "/stats",
        "/week",
    ]
    ways += [f"/{one}{behind}" for one in ids for behind in ("", "/cap.xml")]
    with TestClient(city.application(), base_url=cities.LOCAL) as client:
        told = [client.get(f"/v1/alerts{way}", headers=key) for way in ways]
        told += [client.get(f"/alerts/{one}?lang=en", headers=key) for one in ids]
    texts = [f"{one.status_code} {one.text}".split('"request_id"')[0] for one in told]
    for number, one in enumerate(ids):
        texts = [text.replace(one, f"notice {number}") for text in texts]
    return texts


Life = Callable[[City], None]


def goes_up(city: City) -> None:
    """What is late is asked of who is above."""
    for _ in range(6):
        kept(city, 12 * HOUR)


def rises(city: City) -> None:
    """What is left is red, too, some time later."""
    city.publish({**TELLS, HERE[0]: "red"})
    kept(city, 25 * HOUR)


def is_worked_at(city: City) -> None:
    for verb, said in (("extend", {}), ("return", {"note": "not ours"}), ("start", {})):
        city.do(group(city), verb, HOUR, **said)
        kept(city, 12 * HOUR)


@pytest.mark.slow
@pytest.mark.parametrize("life", [goes_up, rises, is_worked_at])
@pytest.mark.parametrize("scores", [{}, {GONE: 0.45}], ids=["higher or not", "the first of all"])
def test_what_left_tells_nobody_of_its_old_unit_anything(tmp_path: Path, life: Life, scores: dict[int, float]) -> None:
    """Two cities that differ in nothing but how high a grid stood that lies elsewhere today, told alike whatever befalls the notice after."""
    told = []
    for level in ("red", "orange"):
        city = city_in(tmp_path / level)
        city.publish({**TELLS, GONE: level}, scores)
        reform(city, {LAST: 2})
        city.publish({**TELLS, GONE: level}, scores, later=20 * HOUR)
        before = everything(city, OWN)
        life(city)
        told.append([*before, *everything(city, OWN)])
    for one, other in zip(*told, strict=True):
        assert one == other


def test_the_level_that_it_had_with_others_is_told_to_who_sees_all_of_them_alone(city: City) -> None:
    city.publish({**TELLS, GONE: "red"})
    reform(city, {LAST: 2})
    city.publish(TELLS)
    own = group(city)
    keys = [cities.key(city.home, area=area, now=city.now) for area in (OWN, cities.WHOLE_CITY)]
    with TestClient(city.application(), base_url=cities.LOCAL) as client:
        told = [client.get(f"/v1/alerts/{own.id}", headers=key).json() for key in keys]
    assert [[step["level"] for step in one["steps"]] for one in told] == [["orange"] * 2, ["red", "orange"]]


def test_what_waited_for_the_morning_says_nothing_of_what_left_in_the_night(city: City) -> None:
    """It had risen by a grid that lies elsewhere before anybody was told so."""
    city.publish({**TELLS, GONE: "orange"})
    city.with_rules(quiet=Quiet(start="18:00", end="08:00"))
    city.publish({**TELLS, GONE: "red"}, later=12 * HOUR, again=True, salt="risen")
    assert group(city).level == "red" and group(city).notify_kind == "Update"
    reform(city, {LAST: 2})
    city.publish(TELLS, later=HOUR)
    assert kept(city, 12 * HOUR).sent == 1
    own = group(city)
    with city.home.database.connect() as connection:
        bodies = [row.body for row in connection.execute(MESSAGES.select().where(MESSAGES.c.alert_id == own.id))]
    assert [one["level"] for one in bodies] == ["orange", "orange"]
    said = str(bodies[-1]["text"]["en"])
    assert "boundaries were redrawn" in said and "red," not in said and "to Red" not in said and "up from" not in said


def test_a_silent_unit_is_not_told_of_a_reform(city: City) -> None:
    city.publish({**TELLS, GONE: "red"})
    silence(city.home, "town", "T0000001", None, "roadworks", city.now + timedelta(days=30), now=city.now)
    reform(city, {LAST: 2})
    city.publish(TELLS)
    own = group(city)
    assert own.grids == names(*HERE) and len([one for one in city.messages() if one[1].startswith(own.id)]) == 1


def test_a_grid_that_left_and_stands_high_no_more_is_told_of_by_nobody(city: City) -> None:
    city.publish({**TELLS, GONE: "orange"})
    reform(city, {LAST: 2})
    city.publish({**TELLS, GONE: "none"})
    assert (city.alerts(code=grid(GONE)), city.held()) == ([], {grid(GONE): "rest"})
    city.publish({**TELLS, GONE: "orange"})
    assert [one.team_id for one in city.alerts(code=grid(GONE))] == ["T0000002"], "it had not left for long"


def test_where_the_reform_is_taken_back_its_grids_are_told_of_as_before(city: City) -> None:
    told = {**TELLS, GONE: "red"}
    city.publish(told)
    reform(city, {LAST: 2})
    city.publish(told)
    take_back(city, city.snapshot)
    assert (group(city).grids, group(city).level, group(city).status) == (names(*HERE, GONE), "red", "open")
    assert [one.status for one in city.alerts(code=grid(GONE))] == ["withdrawn"]


def test_and_so_is_what_had_none_left(city: City) -> None:
    told = {GONE: "red", GONE + 1: "orange"}
    city.publish(told)
    reform(city, {LAST: 2})
    city.publish(told)
    take_back(city, city.snapshot)
    own = [one for one in city.alerts(status="open") if one.unit == "town"]
    assert [(one.code, one.grids) for one in own] == [("T0000001", names(GONE, GONE + 1))]
