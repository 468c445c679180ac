"""A message says what its notice is, and then what happened since the last, each step as it was."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from riskwarn.alert_rules import Quiet
from riskwarn.contracts.vocabulary import chinese_name
from riskwarn.errors import AlertStands
from serving.alerts.alert import Alert, steps_of
from serving.alerts.keeping import keep
from serving.alerts.life import NEEDS, Outcome, Status, Verb
from serving.alerts.tickets import follow_tickets
from serving.delivery.tables import MESSAGES
from tests.serving.alerts.city import PLAIN, City

NIGHT = timedelta(hours=12)
MINUTE = timedelta(minutes=1)

#: With what the head of a message begins, after its place.
STANDS = {
    "open": ("待签收",), "acknowledged": ("已签收",), "in_progress": ("处置中",), "returned": ("退回", "已被退回"), "referred": ("上报", "已上报"),
    "closed": ("已办结，结果：",), "expired": ("时段已过",), "withdrawn": ("提示已撤销",),
}  # fmt: skip


def quiet_city(folder: Path) -> City:
    """One where nobody is woken in the night; it is ten in the evening."""
    city = City(folder, PLAIN.model_copy(update={"quiet": Quiet()}))
    city.publish({0: "red"})
    city.now += NIGHT
    return city


def told(city: City, *notices: str) -> list[tuple[str, list[str]]]:
    """(head after its place, lines of the body) of the messages, or of those of some notices."""
    with city.home.database.connect() as connection:
        rows = list(connection.scalars(select(MESSAGES.c.body).order_by(MESSAGES.c.sequence)))
    rows = [one for one in rows if not notices or one["id"] in notices]
    texts = [row["text"]["zh"] for row in rows]
    return [(one["head"].partition("：")[2], one["body"].splitlines()) for one in texts]


def morning(city: City) -> tuple[str, list[str]]:
    """What the message says that waited for the morning."""
    assert keep(city.home, now=city.now + NIGHT).sent == 1
    return told(city)[-1]


@pytest.fixture
def city(tmp_path: Path) -> City:
    return quiet_city(tmp_path)


def test_what_was_found_is_told_as_it_was_said_though_it_was_opened_again(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "close", outcome="real", service="mediation")
    city.do(alert, "reopen", later=30 * MINUTE, note="结果填错")
    head, body = morning(city)
    assert head.startswith("待签收；重新打开；建议上门调解")
    assert body[:2] == ["现状：待签收。", "变化：已办结，结果：属实（上门调解）；重新打开。"]


def test_what_happened_twice_is_told_twice_and_the_last_last(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "return", note="不属本队")
    city.do(alert, "assign", team_id="T0000001")
    city.do(alert, "return", note="也不属本队", later=5 * MINUTE)
    head, body = morning(city)
    assert head.startswith("已被退回，请上一级重新分派；建议")
    assert body[:2] == [
        "现状：退回。",
        "变化：已被退回，请上一级重新分派；已转其他队伍办理；已被退回，请上一级重新分派。",
    ]


def test_closed_and_opened_and_closed_is_closed_with_what_was_found_last(city: City) -> None:
    (alert,) = city.alerts()
    for verb, said in (
        ("close", {"outcome": "real"}), ("reopen", {"note": "再看"}), ("close", {"outcome": "false"}), ("reopen", {"note": "再看"}),
    ):  # fmt: skip
        city.do(alert, verb, later=MINUTE, **said)
    head, body = morning(city)
    assert head.startswith("待签收；重新打开；")
    assert body[1] == "变化：已办结，结果：属实；重新打开；已办结，结果：不属实；重新打开。"


def test_who_took_what_was_returned_is_told_to_have_taken_it(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "return", note="不属本队")
    city.do(alert, "start", later=MINUTE)
    head, body = morning(city)
    assert head.startswith("处置中；已被退回，请上一级重新分派；") and body[0] == "现状：处置中。"


def test_each_level_on_the_way_is_told(tmp_path: Path) -> None:
    city = City(tmp_path, PLAIN.model_copy(update={"quiet": Quiet()}))
    city.publish({0: "orange"})
    city.publish({0: "red"}, later=timedelta(days=7) + NIGHT)
    city.do(city.alerts()[0], "acknowledge", later=MINUTE)
    head, body = morning(city)
    assert head.startswith("已签收；由“重点”升为“优先”；") and body[1] == "变化：由“重点”升为“优先”。"


def test_a_return_where_nobody_is_above_is_the_centres_matter(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "refer")
    city.do(alert, "return", note="不属本区", later=MINUTE)
    head, body = morning(city)
    assert head.startswith("已被退回，上面没有别的队伍，请中心处理")
    assert body[1] == "变化：已上报上一级；已被退回，上面没有别的队伍，请中心处理。", "the first had the district above"
    assert city.alert(alert.id).co_teams == ("D0000000",)


def test_given_to_the_team_that_had_it_is_not_told_as_given_to_another(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "return", note="不属本队")
    city.do(alert, "assign", team_id="T0000000", later=MINUTE)
    head, body = morning(city)
    assert head.startswith("待签收；已重新分派，仍由原队伍办理；")
    assert body[1] == "变化：已被退回，请上一级重新分派；已重新分派，仍由原队伍办理。"


def test_a_team_that_has_it_is_not_asked_to_join_nor_given_it(city: City) -> None:
    (alert,) = city.alerts()
    before = city.do(alert, "start")
    for verb in ("co_handle", "assign"):
        with pytest.raises(AlertStands, match="T0000000"):
            city.do(alert, verb, team_id="T0000000")
    city.do(alert, "co_handle", team_id="T0000001")
    with pytest.raises(AlertStands, match="T0000001"):
        city.do(alert, "co_handle", team_id="T0000001")
    after = city.alert(alert.id)
    assert (after.status, after.co_teams, after.version) == ("in_progress", ("T0000001",), before["version"] + 1)


#: What is done, and by which way.
DEEDS = some.lists(
    some.one_of(
        some.tuples(some.just("here"), some.sampled_from(list(Verb))),
        some.tuples(some.just("ticket"), some.sampled_from(["acknowledged", "in_progress", "closed", "returned", "open"])),
    ),
    min_size=1,
    max_size=7,
)  # fmt: skip


@pytest.fixture(scope="module")
def nights() -> Iterator[City]:
    """A city for many nights."""
    with tempfile.TemporaryDirectory() as folder:
        city = quiet_city(Path(folder))
        yield city
        city.home.database.dispose()


@settings(max_examples=15, deadline=None, derandomize=True, phases=(Phase.generate,))
@given(deeds=DEEDS, data=some.data())
def test_whatever_happened_in_a_night_the_head_says_what_the_notice_is(
    nights: City, deeds: list[tuple[str, str]], data: some.DataObject
) -> None:
    city = nights
    for one in city.alerts():
        if one.live:
            city.do(one, "close", outcome="unknown")
    city.publish({(city.weeks + 1) % 30: "red"})  # one that had none lately
    city.now += NIGHT
    (alert,) = [one for one in city.alerts() if one.live]
    for way, deed in deeds:
        city.now += MINUTE
        outcome = data.draw(some.sampled_from([*Outcome]))
        _do(city, city.alert(alert.id), way, deed, outcome.value, data)
    before_messages = len(told(city, alert.id))
    keep(city.home, now=city.now + NIGHT)
    if len(told(city, alert.id)) == before_messages:
        return
    (head, body), stands = told(city, alert.id)[-1], city.alert(alert.id)
    assert head.startswith(STANDS[stands.status]), (head, stands.status)
    with city.home.database.connect() as connection:
        steps = [one for one in steps_of(connection, alert.id) if one["version"] > 1]
    outcomes = [chinese_name("alert_outcome", "tickets", one["outcome"]) for one in steps if one["verb"] == "close"]
    if stands.status == Status.CLOSED:
        assert head.startswith(f"已办结，结果：{outcomes[-1]}") and body[0].startswith(
            f"现状：{head.partition('；')[0]}"
        )
    said = body[1].removeprefix("变化：").removesuffix("。").split("；")
    assert [one.partition("：")[2].partition("（")[0] for one in said if one.startswith("已办结")] == outcomes
    assert ("重新打开" in said) == any(one["verb"] == "reopen" for one in steps)


def _do(city: City, alert: Alert, way: str, deed: str, outcome: str, data: some.DataObject) -> None:
    if way == "ticket":
        row = {"alert_id": alert.id, "status": deed, "updated_at": city.now, "outcome": outcome, "service": None}
        follow_tickets(city.home, [row], now=city.now)
        return
    needed = NEEDS.get(Verb(deed))
    said = {"note": "已核实", "team_id": data.draw(some.sampled_from(["T0000000", "T0000001"])), "outcome": outcome}
    with suppress(AlertStands):
        city.do(alert, deed, **({} if needed is None else {needed: said[needed]}))
