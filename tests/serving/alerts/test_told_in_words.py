"""The words of a notice on every way: messages, what became of it two weeks later, the API, CAP, mail and robots."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import select
from starlette.testclient import TestClient

from riskwarn.alert_rules import Quiet
from riskwarn.configuration import Configuration
from riskwarn.home import Home
from riskwarn.receivers import Mail
from riskwarn.secrets import key_file
from riskwarn.words import NOTICE_ZH
from serving.alerts.keeping import keep
from serving.alerts.silences import silence
from serving.alerts.stats import Asked as Everything
from serving.alerts.stats import figures
from serving.alerts.suspending import suspend
from serving.api.app import Application
from serving.api.options import Options
from serving.delivery.atom import atom_of
from serving.delivery.mail import letter
from serving.delivery.messages import Message, from_kept
from serving.delivery.payload import event_of, said_of, text_of
from serving.delivery.robots import ROBOTS
from serving.delivery.tables import DELIVERIES, MESSAGES
from serving.delivery.view import View, cut
from serving.publishing.withdraw import withdraw
from serving.snapshots.cut import Inside
from tests.serving.alerts.city import PLAIN, City
from tests.serving.delivery.saying import subscribed
from tests.serving.delivery.test_cap import document, texts

WEEKS = timedelta(weeks=1)


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    city.publish({0: "red"})
    return city


def messages(city: City) -> list[Message]:
    with city.home.database.connect() as connection:
        rows = connection.execute(select(MESSAGES).order_by(MESSAGES.c.sequence)).mappings()
        return [from_kept(dict(row)) for row in rows]


def heads(city: City) -> list[tuple[str, str]]:
    """(kind, Chinese head) of all messages."""
    return [(one.kind, said_of(one, "zh")["head"]) for one in messages(city)]


def test_each_message_says_what_changed_since_the_one_before(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "note", note="已电话核实")
    city.do(alert, "extend")
    city.do(alert, "refer")
    city.do(alert, "close", outcome="prevented", service="mediation")
    found = heads(city)
    assert [kind for kind, _ in found] == ["Alert", "Update", "Update"]
    name = f"{alert.units[1][2]}{alert.name}"
    assert found[0][1].startswith(f"{name}：建议") and "最迟3月9日" in found[0][1]
    assert found[1][1].startswith(f"【更新】{name}：已上报上一级；建议")
    assert found[2][1] == f"【更新】{name}：已办结，结果：已化解（上门调解）"
    assert said_of(messages(city)[1], "zh")["body"].splitlines()[:2] == ["现状：上报。", "变化：已延期；已上报上一级。"]


def test_a_higher_level_is_told_by_its_name_and_a_withdrawn_snapshot_by_a_cancel(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.publish({0: "orange"})
    first = city.snapshot
    city.publish({0: "red"})
    for snapshot in (city.snapshot, first):
        withdraw(city.home, snapshot, "a test", now=city.now)
    found = heads(city)
    assert [kind for kind, _ in found] == ["Alert", "Update", "Update", "Cancel"]
    assert "：待签收；由“重点”升为“优先”；" in found[1][1]
    assert "：待签收；一次发布已撤回，由“优先”降为“重点”；" in found[2][1]
    assert found[3][1].startswith("【撤销】") and found[3][1].endswith("：提示已撤销，请勿再据此办理")


def test_what_waited_for_the_morning_tells_all_that_happened_in_the_night(tmp_path: Path) -> None:
    city = City(tmp_path, PLAIN.model_copy(update={"quiet": Quiet()}))
    city.publish({0: "red"})
    (alert,) = city.alerts()
    city.do(alert, "return", later=timedelta(hours=12), note="不属本队")
    city.do(alert, "assign", team_id="T0000001")
    assert len(messages(city)) == 1
    assert keep(city.home, now=city.now + timedelta(hours=10)).sent == 1
    assert (
        said_of(messages(city)[1], "zh")["body"].splitlines()[1]
        == "变化：已被退回，请上一级重新分派；已转其他队伍办理。"
    )


def test_two_weeks_after_its_end_whoever_was_told_hears_once_what_became_of_it(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "start", service="mediation")
    city.do(alert, "close", outcome="real", later=timedelta(days=1))
    assert keep(city.home, now=city.now + 2 * WEEKS - timedelta(minutes=1)).outcomes == 0
    assert keep(city.home, now=city.now + 2 * WEEKS).outcomes == 1
    assert keep(city.home, now=city.now + 2 * WEEKS).outcomes == 0
    city.do(alert, "note", note="已回访")
    assert keep(city.home, now=city.now + 3 * WEEKS).outcomes == 0
    last = messages(city)[-1]
    assert last.kind == "Outcome" and last.id == f"{alert.id}.3.outcome" and last.expires_at is None
    assert [name for name, _ in last.references] == [f"{alert.id}.1", f"{alert.id}.3"]
    assert said_of(last, "zh")["head"].endswith("：已办结，结果：属实（上门调解）")
    assert said_of(last, "zh")["head"].startswith("【回告】")
    assert event_of(last)["type"] == "alert.outcome"
    with city.home.database.connect() as connection:
        assert figures(connection, Everything(*[lambda *_: True] * 3, True, 9, city.now))["weeks"][0]["budget"] == 3
    assert city.alert(alert.id).version == 4, "it changes no notice"


def test_what_was_reopened_is_told_of_again_after_its_next_end(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "close", outcome="unknown")
    assert keep(city.home, now=city.now + 2 * WEEKS).outcomes == 1
    city.do(alert, "reopen", later=2 * WEEKS + timedelta(hours=1), note="又有反复")
    assert keep(city.home, now=city.now + timedelta(hours=1)).outcomes == 0
    city.do(alert, "close", later=timedelta(hours=2), outcome="real")
    assert keep(city.home, now=city.now + 2 * WEEKS).outcomes == 1
    assert [kind for kind, _ in heads(city)] == ["Alert", "Update", "Outcome", "Update", "Update", "Outcome"]


def test_what_nobody_answered_is_told_two_weeks_after_its_window(city: City) -> None:
    (alert,) = city.alerts()
    assert keep(city.home, now=alert.expires_at).expired == 1  # type: ignore[arg-type]
    assert keep(city.home, now=alert.expires_at + 2 * WEEKS).outcomes == 1  # type: ignore[operator]
    assert heads(city)[-1][1].endswith("：时段已过，未见办理反馈")


def test_nothing_is_told_of_what_was_cancelled_never_told_silenced_or_long_over(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.publish({0: "red", 12: "red", 24: "red"})
    first, second, _ = city.alerts()
    city.do(second, "close", outcome="real")
    suspend(city.home, "conflict", "a test", now=city.now)
    assert city.alert(first.id).status == "withdrawn"
    silence(city.home, second.unit, second.code, None, "a test", city.now + 3 * WEEKS, now=city.now)
    assert keep(city.home, now=city.now + 2 * WEEKS).outcomes == 0
    assert keep(city.home, now=city.now + 7 * WEEKS).outcomes == 0
    assert keep(city.home, now=city.now + 4 * WEEKS).outcomes == 1


def test_what_became_of_it_wakes_nobody_in_the_night(tmp_path: Path) -> None:
    city = City(tmp_path, PLAIN.model_copy(update={"quiet": Quiet()}))
    city.publish({0: "red"})
    city.do(city.alerts()[0], "close", outcome="real")
    night = city.now + 2 * WEEKS + timedelta(hours=12)
    assert keep(city.home, now=night).outcomes == 0 and keep(city.home, now=night + timedelta(hours=10)).outcomes == 1


def test_what_became_of_it_goes_to_those_alone_who_were_told(tmp_path: Path) -> None:
    city = City(tmp_path, secrets_key=str(tmp_path / "secrets.key"))
    key_file.make(city.home, "aes-256-gcm")
    delivery = city.home.configuration.delivery.model_copy(update={"loopback_port": 9})
    configuration = city.home.configuration.model_copy(update={"delivery": delivery})
    city.home = Home(city.home.path, configuration, city.home.settings)
    before = subscribed(city.home, "http://127.0.0.1:9/", now=city.now)["id"]
    city.publish({0: "red"})
    city.do(city.alerts()[0], "close", outcome="real")
    subscribed(city.home, "http://127.0.0.1:9/", now=city.now)
    assert keep(city.home, now=city.now + 2 * WEEKS).outcomes == 1
    with city.home.database.connect() as connection:
        last = select(DELIVERIES.c.subscription).where(DELIVERIES.c.sequence == 3)
        assert list(connection.execute(last).scalars()) == [before]


def test_cap_says_it_in_its_own_places(city: City) -> None:
    (alert,) = city.alerts()
    city.do(alert, "close", outcome="real")
    keep(city.home, now=city.now + 2 * WEEKS)
    raised, closed, ended = (
        document(one, sign_in={"address": "https://risk.example.gov.cn"}) for one in messages(city)
    )
    zh, en = raised.findall("{*}info")
    said = messages(city)[0].body["text"]
    for info, language in ((zh, "zh"), (en, "en")):
        own = said[language]  # type: ignore[index]
        told = {one.tag.rpartition("}")[2]: one.text for one in info}
        assert (told["headline"], told["description"], told["instruction"], told["contact"]) == (
            own["head"], own["body"], own["instruction"], own["contact"],
        )  # fmt: skip
        assert "web" not in told, "no address is declared"
    assert texts(raised, "c:info/c:responseType") == ["Assess", "Assess"] and texts(raised, "c:info/c:urgency") == [
        "Future",
        "Future",
    ]
    assert texts(closed, "c:info/c:responseType") == ["None", "None"] and texts(closed, "c:info/c:urgency") == [
        "Past",
        "Past",
    ]
    assert texts(raised, "c:info/c:parameter/c:value")[3] == "3"
    assert texts(ended, "c:msgType") == ["Update"] and texts(ended, "c:info/c:urgency") == ["Past", "Past"]
    assert texts(ended, "c:info/c:responseType") == ["None", "None"] and texts(ended, "c:info/c:expires") == []


def test_a_link_is_in_every_text_where_an_address_is_declared(city: City) -> None:
    (one,) = messages(city)
    link = f"https://risk.example.gov.cn/alerts/{one.alert_id}"
    text: Any = one.body["text"]
    said = {**text, "zh": {**text["zh"], "link": link}}
    with_link = replace(one, body={**one.body, "text": said})
    assert text_of(with_link, "zh").splitlines()[-1] == link
    assert texts(document(with_link), "c:info/c:web") == [link]
    feed = etree.fromstring(atom_of([with_link], Configuration(), "zh"))
    assert [one.get("href") for one in feed.iter("{*}link")][1:] == [link, f"{one.alert_id}/cap.xml"]


def test_mail_has_the_head_as_its_subject(city: City) -> None:
    (one,) = messages(city)
    made = letter(
        Mail(host="mail.example.gov.cn", sender="riskwarn@example.gov.cn"), "office@example.gov.cn", one, "zh"
    )
    assert made["Subject"] == said_of(one, "zh")["head"]
    content = made.get_content()
    assert content.startswith(said_of(one, "zh")["head"]) and NOTICE_ZH in content and "看什么：" in content


def test_a_robot_that_takes_little_is_told_less_of_the_body_and_all_that_must_not_be_missing(city: City) -> None:
    (one,) = messages(city)
    whole = text_of(one, "zh")
    short = text_of(one, "zh", 1_000)
    assert len(short.encode()) <= 1_000 < len(whole.encode()) <= ROBOTS["wecom"].most_bytes
    assert short.splitlines()[0] == whole.splitlines()[0] and NOTICE_ZH in short


def test_of_a_part_of_the_city_the_exact_promise_is_not_told_and_its_words_are(city: City) -> None:
    (one,) = messages(city)
    told = replace(one, body={**one.body, "stated": {"n": 80, "precision": 0.2}})
    assert cut(told.body, View().left_out(told.body))["stated"] == {"n": 80, "precision": 0.2}
    part = cut(told.body, View(Inside(frozenset(), frozenset())).left_out(told.body))
    assert part["stated"] is None and part["text"] == told.body["text"]


@pytest.fixture
def client(city: City) -> Iterator[TestClient]:
    application = Application(city.home, lambda: city.now, Options(token="ab" * 32))
    with TestClient(application, base_url="http://localhost") as client:
        yield client


def test_a_list_tells_the_head_and_one_notice_all(city: City, client: TestClient) -> None:
    (alert,) = city.alerts()
    (item,) = client.get("/v1/alerts").json()["items"]
    whole = client.get(f"/v1/alerts/{alert.id}").json()
    said = messages(city)[0].body["text"]
    assert whole["text"] == said
    assert item["text"] == {"version": "3"} | {name: {"head": said[name]["head"]} for name in ("zh", "en")}  # type: ignore[index]
    answer = client.post(f"/v1/alerts/{alert.id}/close", json={"outcome": "real"}, headers={"Authorization": f"Bearer {'ab' * 32}"})  # fmt: skip
    assert answer.json()["text"]["zh"]["head"].endswith("：已办结，结果：属实")


def test_the_stream_tells_them_too(city: City, client: TestClient) -> None:
    city.do(city.alerts()[0], "close", outcome="real")
    keep(city.home, now=city.now + 2 * WEEKS)
    lines = client.get("/v1/alerts/stream?seconds=0").text.splitlines()
    events = [one for one in lines if one.startswith("event")]
    assert events == ["event: raised", "event: updated", "event: outcome"]
    told = [json.loads(one.removeprefix("data: "))["data"]["alert"]["text"] for one in lines if '"alert":' in one]
    assert [one["zh"]["head"] for one in told] == [one.body["text"]["zh"]["head"] for one in messages(city)]  # type: ignore[index]
