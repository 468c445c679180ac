"""Whichever way a notice is told, the same is left out of it: for who sees a part, of a suspended target, and of an earlier rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from experiments.benchmarks import made_snapshot
from experiments.benchmarks.receivers import Receiver
from riskwarn.home import Home
from riskwarn.words import NOTICE_EN, NOTICE_ZH, Unit
from serving.access.areas import Area
from serving.access.caller import Caller
from serving.access.keys import rotate_key
from serving.access.operators import create_operator
from serving.access.scopes import Role, Scope
from serving.access.tables import KEYS, OPERATORS
from serving.alerts.alert import Alert, alert_named, follow
from serving.alerts.suspending import suspend
from serving.alerts.tables import ALERTS
from serving.alerts.telling import Writing, told
from serving.delivery.messages import Message
from serving.delivery.subscriptions import Asked, create, listed
from serving.delivery.tables import MESSAGES
from serving.snapshots import published
from serving.snapshots.current import Current
from tests.serving.access import cities
from tests.serving.access.cities import NOW, OTHER, OTHER_GRID, OWN, OWN_GRID
from tests.serving.delivery.saying import carry, message, say

MAY = frozenset((Scope.READ, Scope.ACT))
VALUES = "未化解矛盾纠纷5–10件"
TOWN = "T0000000"


@pytest.fixture
def city(home: Home) -> Home:
    """A city of which nothing was said yet."""
    cities.build(home, 5)
    with home.database.begin() as connection:
        connection.execute(delete(MESSAGES))
        connection.execute(delete(ALERTS))
    return home


def raised(home: Home, **changes: Any) -> Alert:
    """A notice of a town, whose first grid lies in it and whose second lies in another district today."""
    row = published.newest(home)
    assert row is not None
    why = {"feature": "disputes_open", "source": "disputes", "zh": VALUES, "en": VALUES, "direction": "raises", "services": ["mediation"], "effect": 0.1}  # fmt: skip
    reasons = [{**why, "theme": theme} for theme in ("waiting", "older", "rest")]
    members = [{"code": code, "name": code, "level": level, "score": 0.4375} for code, level in ((OWN_GRID, "orange"), (OTHER_GRID, "red"))]  # fmt: skip
    made = Alert(
        snapshot=row.id, target="conflict", horizon=4, unit="town", code=TOWN, name="青山镇", level="red", raised_at=NOW, score=0.5625,
        expected_count=0.6875, units=(("town", TOWN, "青山镇"), ("district", "D0000000", "一区")), members=tuple(members), reasons=tuple(reasons),
        stated={"n": 80, "precision": 0.1875, "lower": 0.125, "upper": 0.3125, "usual": 0.0625},
    )  # fmt: skip
    with home.database.begin() as connection:
        return Writing(connection, NOW, home.configuration).put(
            None, told(replace(made, **changes), "Alert", NOW), "raised"
        )


def subscriber(home: Home, receiver: Receiver, path: str, owner: Caller, area: Area | None = None) -> None:
    asked = Asked(name="a receiver", address=f"{receiver.address}/{path}", area=area or owner.area)
    create(home, asked, owner, "a test", lambda _area: True, now=NOW)


def program(home: Home, area: Area) -> tuple[dict[str, str], Caller]:
    """(the header of a key, whose it is)."""
    header = cities.key(home, tuple(MAY), area)
    return header, Caller(header["Authorization"].split("_")[1], MAY, area)


def every_way(home: Home, receiver: Receiver, header: dict[str, str], alert: str, path: str) -> dict[str, str]:
    """What is told of a notice by each way that tells of it."""
    carry(home)
    ways = {
        "list": "/v1/alerts", "one": f"/v1/alerts/{alert}", "page": f"/alerts/{alert}", "stream": "/v1/alerts/stream?seconds=0",
        "feed": "/v1/alerts/feed.atom", "cap": f"/v1/alerts/{alert}/cap.xml",
    }  # fmt: skip
    with cities.served(home) as (client,):
        answers = {name: client.get(way, headers=header) for name, way in ways.items()}
    found = {name: answer.text for name, answer in answers.items() if answer.status_code == 200}
    hooked = [json.dumps(one.told, ensure_ascii=False) for one in receiver.got if one.path == f"/{path}"]
    return {**found, "webhook": "\n".join(hooked)}


WAYS = {"list", "one", "page", "stream", "feed", "cap", "webhook"}


def tellers(found: dict[str, str], *words: str) -> set[str]:
    """The ways that tell any of some words."""
    return {way for way, text in found.items() if any(word in text for word in words)}


def test_who_sees_a_part_is_told_of_that_part(city: Home, receiver: Receiver) -> None:
    (own, by_own), (whole, by_whole) = program(city, OWN), program(city, cities.WHOLE_CITY)
    subscriber(city, receiver, "own", by_own)
    subscriber(city, receiver, "whole", by_whole)
    alert = raised(city)
    part = every_way(city, receiver, own, alert.id, "own")
    every = every_way(city, receiver, whole, alert.id, "whole")
    assert tellers(part, TOWN, "青山镇") == WAYS == tellers(every, OTHER_GRID)
    assert tellers(part, OTHER_GRID, "0.1875", "0.0625", "优先") == set()
    assert tellers(part, "0.5625", "0.6875") == set(), "it is the score of the highest of the grids, which lies outside"
    assert {"list", "one", "stream", "webhook"} <= tellers(every, "0.1875")
    assert tellers(part, '"rest"') == set() and tellers(part, "重点") >= {"page"}
    with_level = json.loads(part["one"])
    assert (with_level["level"], [one["code"] for one in with_level["members"]]) == ("orange", [OWN_GRID])
    assert [step["level"] for step in with_level["steps"]] == ["orange"]
    with cities.served(city) as (client,):
        found = {
            (way, level): alert.id in client.get(f"{way}level={level}", headers=own).text
            for way in ("/v1/alerts?", "/v1/alerts/stream?seconds=0&", "/v1/alerts/feed.atom?")
            for level in ("red", "orange")
        }
    assert [level for (_, level), told in found.items() if told] == ["orange"] * 3


#: What a notice of a grid at orange and one of another at red would have, were it of each alone.
TERMS = {
    level: {"horizon": horizon, **{name: (NOW + timedelta(days=days)).isoformat() for name, days in (("acknowledge_by", first), ("due_at", due), ("expires_at", ends))}}
    for level, horizon, first, due, ends in (("orange", 4, 2, 14, 28), ("red", 8, 1, 7, 56))
}  # fmt: skip


def test_its_terms_are_those_of_what_is_told(city: Home, receiver: Receiver) -> None:
    """Of what lies outside they would tell the level, by how soon something is asked, and how far it looks ahead."""
    (own, by_own), (whole, by_whole) = program(city, OWN), program(city, cities.WHOLE_CITY)
    subscriber(city, receiver, "own", by_own)
    subscriber(city, receiver, "whole", by_whole)
    levels = {OWN_GRID: "orange", OTHER_GRID: "red"}
    members = tuple({"code": code, "name": code, "level": level, "score": 0.4, **TERMS[level]} for code, level in levels.items())  # fmt: skip
    told_of = {name: value if name == "horizon" else datetime.fromisoformat(str(value)) for name, value in TERMS["red"].items()}  # fmt: skip
    alert = raised(city, members=members, **told_of)
    part = every_way(city, receiver, own, alert.id, "own")
    every = every_way(city, receiver, whole, alert.id, "whole")

    def days(days: int) -> tuple[str, ...]:
        at = NOW + timedelta(days=days)
        local = at.astimezone(city.configuration.calendar.timezone)
        return at.isoformat(), local.isoformat(timespec="seconds"), f"{local.month}月{local.day}日", f"{local:%-d %B}"

    assert tellers(part, *days(1), *days(7), *days(56), "八周", "8 weeks") == set()
    assert tellers(every, *days(1), *days(7), *days(56)) == WAYS, "and who sees all of it is told its own"
    assert tellers(part, days(14)[0]) == {"list", "one", "stream", "webhook"}
    assert tellers(part, days(28)[1]) >= {"cap"} and tellers(part, *days(14)[2:]) >= {"page"}
    shown = json.loads(part["one"])
    assert {name: shown[name] for name in TERMS["orange"]} == TERMS["orange"]
    assert shown["members"] == [{"code": OWN_GRID, "name": OWN_GRID, "level": "orange", "score": 0.4}]
    assert "terms" not in shown


@pytest.mark.parametrize(("days", "late"), [(1.5, (True, False)), (2.5, (True, True))])
def test_whether_it_is_late_follows_from_what_is_told(city: Home, days: float, late: tuple[bool, bool]) -> None:
    own, _ = program(city, OWN)
    whole, _ = program(city, cities.WHOLE_CITY)
    by = NOW + timedelta(days=1 - days), NOW + timedelta(days=2 - days)
    members = tuple({"code": code, "name": code, "level": level, "score": 0.4, "acknowledge_by": at.isoformat()} for code, level, at in ((OTHER_GRID, "red", by[0]), (OWN_GRID, "orange", by[1])))  # fmt: skip
    alert = raised(city, members=members, acknowledge_by=by[0])
    with cities.served(city) as (client,):
        found = [alert.id in client.get("/v1/alerts?overdue=true", headers=one).text for one in (whole, own)]
    assert tuple(found) == late


def test_no_question_about_what_lies_outside_is_answered_by_what_tells_of_it_beside(city: Home) -> None:
    (own, _), (whole, _) = program(city, OWN), program(city, cities.WHOLE_CITY)
    alert = raised(city)
    asked = [f"code={OWN_GRID}", f"code={OTHER_GRID}", f"code={TOWN}", "parent=D0000000", "parent=D0000001"]
    with cities.served(city) as (client,):
        found = [
            [one for one in asked if alert.id in client.get(f"/v1/alerts?{one}", headers=header).text]
            for header in (own, whole)
        ]
    assert found == [[asked[0], asked[2], asked[3]], asked[:4]]


def test_of_a_district_that_lies_inside_in_part_nothing_but_a_gap_is_told(city: Home) -> None:
    part, _ = program(city, Area((("town", TOWN),)))
    whole, _ = program(city, OWN)
    with cities.served(city) as (client,):
        told_of = [client.get("/v1/health/sources", headers=one).json()["items"] for one in (part, whole)]
    districts = [{name for one in each for district in one["districts"] for name in district} for each in told_of]
    assert districts[0] <= {"code", "name", "gap"} and districts[1] > {"code", "name", "gap"}


def test_of_a_notice_that_kept_no_terms_of_its_grids_a_part_is_told_none(city: Home, receiver: Receiver) -> None:
    own, _ = program(city, OWN)
    alert = raised(city, acknowledge_by=NOW + timedelta(days=1), due_at=NOW + timedelta(days=7))
    shown = json.loads(every_way(city, receiver, own, alert.id, "own")["one"])
    assert (shown["acknowledge_by"], shown["due_at"]) == (None, None)


def test_who_sees_none_of_the_grids_that_it_tells_of_is_told_nothing(city: Home, receiver: Receiver) -> None:
    own, by_own = program(city, OWN)
    subscriber(city, receiver, "own", by_own)
    members = ({"code": OTHER_GRID, "name": OTHER_GRID, "level": "red", "score": 0.4375},)
    alert = raised(city, members=members)
    assert tellers(every_way(city, receiver, own, alert.id, "own"), alert.id, TOWN) == set()
    assert receiver.ids("/own") == []


def test_that_a_suspended_target_is_over_tells_nothing_it_was_scored_with(city: Home, receiver: Receiver) -> None:
    whole, by_whole = program(city, cities.WHOLE_CITY)
    subscriber(city, receiver, "hook", by_whole)
    alert = raised(city)
    carry(city)
    receiver.got.clear()
    suspend(city, "conflict", "under review", now=NOW)
    found = every_way(city, receiver, whole, alert.id, "hook")
    assert tellers(found, f"{alert.id}") == {"stream", "feed", "cap", "webhook"}
    assert tellers(found, "0.5625", "0.6875", "0.4375", "0.1875", VALUES, OTHER_GRID, "disputes") == set()
    assert "<certainty>Unknown</certainty>" in found["cap"]


def test_what_an_earlier_rule_told_is_told_no_more(
    city: Home, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, by_whole = program(city, cities.WHOLE_CITY)
    subscriber(city, receiver, "hook", by_whole)
    alert = raised(city, unit="grid", code=OWN_GRID, members=())
    assert {"one", "page", "stream", "feed", "cap"} <= tellers(every_way(city, receiver, whole, alert.id, "x"), VALUES)
    raised(city, unit="grid", code=OWN_GRID, members=(), target="safety")
    receiver.got.clear()
    monkeypatch.setattr(published, "RULE", 0)
    found = every_way(city, receiver, whole, alert.id, "hook")
    assert tellers(found, "青山镇") == WAYS and tellers(found, VALUES) == set()


def moved(home: Home) -> None:
    """Publish the city again, in which the first town with its twelve grids lies in the second district."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made_snapshot, "PARTS", cities.PARTS)
        content = cities.content(5, "D0000001")
        content.places[Unit.TOWN].parents[:3] = [0, 0, 1]
        made_snapshot.publish_made(home, content, cities.AS_OF.replace(day=3), NOW.replace(hour=5))


LAST_TOWN, LAST_GRID = "T0000002", "G0000030"


def test_a_district_that_took_over_a_town_is_told_of_it(city: Home, receiver: Receiver) -> None:
    """In what was said before and waits, and in what is said from then on."""
    (_, old), (_, new) = program(city, OWN), program(city, OTHER)
    subscriber(city, receiver, "old", old)
    subscriber(city, receiver, "new", new)
    lineage = (("grid", LAST_GRID, LAST_GRID), ("town", LAST_TOWN, "x"), ("district", "D0000000", "一区"))
    alert = raised(city, unit="grid", code=LAST_GRID, members=(), units=lineage)
    moved(city)
    current = Current(city)
    current.look()
    with city.database.begin() as connection:
        follow(connection, current().places, NOW)
        one = alert_named(connection, alert.id)
        assert [code for unit, code, _ in one.units if unit == "district"] == ["D0000001"]
        Writing(connection, NOW, city.configuration).put(one, told(one, "Update", NOW), "assign")
    carry(city)
    assert receiver.ids("/old") == [] and receiver.ids("/new") == [f"{alert.id}.2"]


def smaller(home: Home, who: str) -> None:
    area = Area((("town", "T0000001"),)).as_list()
    with home.database.begin() as connection:
        connection.execute(update(OPERATORS).where(OPERATORS.c.id == who).values(area=area))
        connection.execute(update(KEYS).where(KEYS.c.id == who).values(area=area))


@pytest.mark.parametrize(("age", "ways"), [(1, set()), (0, WAYS)])
def test_a_district_is_told_of_as_it_is_today(city: Home, receiver: Receiver, age: int, ways: set[str]) -> None:
    """By the older tree a town was in it that lies outside."""
    (own, by_own), (whole, by_whole) = program(city, OWN), program(city, cities.WHOLE_CITY)
    subscriber(city, receiver, "own", by_own)
    subscriber(city, receiver, "whole", by_whole)
    district = ("district", "D0000000", "青山区")
    snapshot = published.listed(city)[age].id
    alert = raised(
        city, snapshot=snapshot, unit="district", code="D0000000", name="青山区", members=(), units=(district,)
    )
    assert tellers(every_way(city, receiver, whole, alert.id, "whole"), "青山区") == WAYS
    assert tellers(every_way(city, receiver, own, alert.id, "own"), "青山区", "0.5625") == ways


def unread(home: Home, who: str) -> None:
    with home.database.begin() as connection:
        connection.execute(update(OPERATORS).where(OPERATORS.c.id == who).values(role=Role.SYSTEM.value))
        connection.execute(update(KEYS).where(KEYS.c.id == who).values(scopes=["act"]))


@pytest.mark.parametrize("kind", ["operator", "key"])
@pytest.mark.parametrize(("less", "heard"), [(smaller, ["in"]), (unread, [])])
def test_whose_area_shrank_hears_nothing_of_what_lies_outside(
    city: Home, receiver: Receiver, kind: str, less: Callable[[Home, str], None], heard: list[str]
) -> None:
    """Not even that what it was told of is over."""
    if kind == "operator":
        who = create_operator(city, "20113", Role.SUPERVISOR, now=NOW, area=OWN)["id"]
        owner = Caller("k1", MAY, OWN, operator=who)
    else:
        _, owner = program(city, OWN)
        who = owner.id
    subscriber(city, receiver, "hook", owner)
    say(city, message("out", code=OWN_GRID))
    carry(city)
    less(city, who)
    inside = message("in", code="G0000015", town="T0000001", units=("G0000015", "C0000003", "T0000001", "D0000000"))
    say(city, message("out", 2, "Update", code=OWN_GRID), inside, message("out", 3, "Cancel", code=OWN_GRID))
    carry(city)
    assert receiver.ids("/hook") == ["out.1", *(f"{one}.1" for one in heard)]


def test_a_key_that_took_the_place_of_another_sees_what_it_sees(city: Home, receiver: Receiver) -> None:
    header, owner = program(city, OWN)
    subscriber(city, receiver, "hook", owner)
    fresh = rotate_key(city, owner.id, now=NOW)["id"]
    with city.database.begin() as connection:
        connection.execute(update(KEYS).where(KEYS.c.id == owner.id).values(revoked_at=NOW))
    smaller(city, fresh)
    say(city, message("out", code=OWN_GRID))
    assert carry(city) == {"expired": 1} and header


def test_who_waits_for_a_second_person_is_told_nothing_where_that_is_not_declared(
    city: Home, receiver: Receiver
) -> None:
    """The default beyond this machine, and who carries messages does not know whether it is asked from there."""
    _, owner = program(city, OWN)
    subscriber(city, receiver, "hook", owner)
    with city.database.begin() as connection:
        connection.execute(update(KEYS).values(confirmed_by=None))
    say(city, message("a", code=OWN_GRID))
    carry(city)
    assert receiver.ids("/hook") == [] and listed(city, owner)[0]["stopped"] == "owner"


def test_where_nothing_is_published_any_more_it_is_told_that_it_is_over(city: Home, receiver: Receiver) -> None:
    _, owner = program(city, OWN)
    subscriber(city, receiver, "hook", owner)
    say(city, message("a", code=OWN_GRID))
    carry(city)
    with city.database.begin() as connection:
        for one in published.listed(city):
            published.mark(connection, one.id, published.WITHDRAWN, "a test", NOW)
    say(city, message("a", 2, "Cancel", code=OWN_GRID), message("b", code=OTHER_GRID, district="D0000001"))
    carry(city)
    assert receiver.ids("/hook") == ["a.1", "a.2"]


def test_a_message_of_before_that_kept_no_other_text_tells_its_name(city: Home, receiver: Receiver) -> None:
    whole, by_whole = program(city, cities.WHOLE_CITY)
    subscriber(city, receiver, "hook", by_whole)
    one: Message = message("a", code=OWN_GRID)
    say(city, one)
    carry(city)
    suspend(city, "conflict", "under review", now=NOW)
    say(city, replace(message("a", 2, "Cancel", code=OWN_GRID), body={**one.body, "status": "withdrawn"}))
    found = every_way(city, receiver, whole, "a", "hook")
    said = receiver.got[-1].told["data"]["alert"]["text"]
    assert said == {name: {"head": "第1网格", "instruction": notice} for name, notice in (("zh", NOTICE_ZH), ("en", NOTICE_EN))}  # fmt: skip
    assert "0.14" not in found["stream"] and "调解" not in found["feed"]


def test_whether_a_message_of_elsewhere_is_there_is_told_nobody(city: Home) -> None:
    header, _ = program(city, OWN)
    say(city, message("out", code=OTHER_GRID), message("in", code=OWN_GRID))
    with cities.served(city) as (client,):
        there, nowhere, own = (
            client.get("/v1/alerts/stream?seconds=0", headers={**header, "Last-Event-ID": one}).text
            for one in ("out.1", "nothing.1", "in.1")
        )
    assert there == nowhere and "evicted" in there and "in.1" in there and "evicted" not in own
