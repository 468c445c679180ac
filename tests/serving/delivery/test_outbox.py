"""What is said reaches whoever asked for it: at least once, in order, in the transaction of the change."""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from standardwebhooks import Webhook

from experiments.benchmarks.receivers import Receiver
from riskwarn.audit.listing import Chosen, newest
from riskwarn.home import Home
from serving.access.areas import Area
from serving.access.caller import LOCAL
from serving.alerts.suspending import suspend
from serving.delivery.deliveries import hold, release, replay, sweep
from serving.delivery.dispatcher import Dispatcher
from serving.delivery.outbox import enqueue
from serving.delivery.subscriptions import listed
from serving.delivery.tables import DELIVERIES, MESSAGES, SUBSCRIPTIONS
from tests.serving.delivery.saying import FAST, NOW, carry, message, say, subscribed
from tests.waiting import PATIENCE


def rows(home: Home) -> list[tuple[int, str, int, str | None]]:
    shown = (DELIVERIES.c.sequence, DELIVERIES.c.state, DELIVERIES.c.attempts, DELIVERIES.c.problem)
    with home.database.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*shown).order_by(DELIVERIES.c.sequence))]


def test_what_is_said_arrives_signed_and_in_order(home: Home, receiver: Receiver) -> None:
    made = subscribed(home, f"{receiver.address}/hook")
    said = [message("al1", version, "Alert" if version == 1 else "Update") for version in range(1, 31)]
    say(home, *said)
    assert carry(home) == {"delivered": 30}
    assert receiver.ids("/hook") == [one.id for one in said]
    first = receiver.got[0]
    assert first.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    own = Webhook(made["secret"])
    assert own.sign(first.id, NOW, first.body.decode()) == first.headers["webhook-signature"]
    assert first.told["type"] == "alert.raised" and first.told["data"]["alert"] == dict(said[0].body)
    sent = newest(home, Chosen(), 3)
    assert [(one.action, one.object, one.count) for one in sent if one.action == "delivery.sent"][-1][:2] == ("delivery.sent", made["id"])  # fmt: skip
    assert carry(home) == {} and len(receiver.got) == 30


def test_the_clock_of_another_zone_signs_the_same(home: Home, receiver: Receiver) -> None:
    made = subscribed(home, f"{receiver.address}/hook")
    say(home, message())
    china = NOW.astimezone(home.configuration.calendar.timezone)
    asyncio.run(Dispatcher(home, lambda: china, FAST).drain())
    got = receiver.got[0]
    assert got.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert got.headers["webhook-signature"] == Webhook(made["secret"]).sign(got.id, NOW, got.body.decode())


def test_what_is_not_committed_was_never_said(home: Home, receiver: Receiver) -> None:
    subscribed(home, f"{receiver.address}/hook")
    with pytest.raises(RuntimeError), home.database.begin() as connection:
        enqueue(connection, [message()])
        raise RuntimeError
    assert carry(home) == {} and rows(home) == []
    say(home, message())
    say(home, message())
    with home.database.connect() as connection:
        assert list(connection.execute(select(MESSAGES.c.sequence, MESSAGES.c.id))) == [(1, "al1.1")]
    assert carry(home) == {"delivered": 1}


def test_whoever_says_at_once_is_numbered_without_gaps(home: Home) -> None:
    def many(name: str) -> None:
        for number in range(20):
            say(home, message(f"{name}{number}"))

    threads = [threading.Thread(target=many, args=(name,)) for name in "abc"]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with home.database.connect() as connection:
        assert list(connection.scalars(select(MESSAGES.c.sequence).order_by(MESSAGES.c.sequence))) == [*range(1, 61)]


def test_a_subscriber_hears_what_he_asked_for(home: Home, receiver: Receiver) -> None:
    for path, asked in {
        "all": {}, "own": {"area": Area((("district", "D0000000"),))}, "town": {"area": Area((("town", "T0000009"),))},
        "grid": {"area": Area((("grid", "D0000000"),))}, "red": {"min_level": "red"}, "safety": {"target": "safety"},
        "team": {"team_id": "t1"}, "exercise": {"status": "Exercise"},
    }.items():  # fmt: skip
        subscribed(home, f"{receiver.address}/{path}", **asked)
    say(
        home, message("a"), message("b", town="T0000009", district="D0000001", level="orange"), message("c", target="safety"),
        message("d", level="unknown", team_id="t1", district="D0000002"), message("e", status="Exercise"),
    )  # fmt: skip
    carry(home)
    heard = {
        path: receiver.ids(f"/{path}") for path in ("all", "own", "town", "grid", "red", "safety", "team", "exercise")
    }
    assert heard == {
        "all": ["a.1", "b.1", "c.1", "d.1"], "own": ["a.1", "c.1"], "town": ["b.1"], "grid": [],
        "red": ["a.1", "c.1", "d.1"], "safety": ["c.1"], "team": ["d.1"], "exercise": ["e.1"],
    }  # fmt: skip


def test_a_cancel_reaches_whoever_was_told_and_nobody_else(home: Home, receiver: Receiver) -> None:
    subscribed(home, f"{receiver.address}/red", min_level="red")
    say(home, message("a"))
    carry(home)
    subscribed(home, f"{receiver.address}/late")
    say(home, message("a", 2, "Update", level="none"), message("a", 3, "Cancel", level="none"))
    carry(home)
    assert receiver.ids("/red") == ["a.1", "a.2", "a.3"]
    assert receiver.ids("/late") == ["a.2", "a.3"]
    assert [one.told["type"] for one in receiver.got if one.path == "/red"] == ["alert.raised", "alert.updated", "alert.cancelled"]  # fmt: skip


def test_nothing_wakes_anybody_after_its_expiry(home: Home, receiver: Receiver) -> None:
    subscribed(home, f"{receiver.address}/hook")
    say(home, message("a", expires_at=NOW + timedelta(hours=1)), message("a", 2, "Cancel"), message("b"))
    assert carry(home, NOW + timedelta(hours=1)) == {"expired": 2, "delivered": 1}
    assert receiver.ids("/hook") == ["b.1"]
    assert rows(home)[:2] == [(1, "expired", 0, "expired"), (2, "expired", 0, "untold")]
    say(home, message("b", 2, "Cancel", expires_at=NOW))
    assert carry(home, NOW + timedelta(days=1)) == {"delivered": 1}


def test_a_suspended_target_is_told_nothing_of_but_that_it_is_over(home: Home, receiver: Receiver) -> None:
    subscribed(home, f"{receiver.address}/hook")
    say(home, message("a"))
    carry(home)
    suspend(home, "conflict", "under review", now=NOW)
    say(home, message("b"), message("a", 2, "Cancel"))
    assert carry(home) == {"expired": 1, "delivered": 1}
    assert receiver.ids("/hook") == ["a.1", "a.2"]


def test_what_failed_is_tried_again_and_what_follows_waits(home: Home, receiver: Receiver) -> None:
    subscribed(home, f"{receiver.address}/hook")
    say(home, message("a"), message("b"))
    receiver.answer = lambda _got: (500, {})
    assert carry(home) == {"retried": 1}
    assert rows(home) == [(1, "waiting", 1, "status_500"), (2, "waiting", 0, None)]
    assert carry(home) == {}
    receiver.answer = lambda _got: (200, {})
    assert carry(home, NOW + timedelta(seconds=1)) == {"delivered": 2}
    assert receiver.ids("/hook") == ["a.1", "a.1", "b.1"]


def test_a_receiver_says_when_to_ask_again(home: Home, receiver: Receiver) -> None:
    subscribed(home, f"{receiver.address}/hook")
    say(home, message("a"))
    receiver.answer = lambda _got: (429, {"Retry-After": "600"})
    carry(home)
    receiver.answer = lambda _got: (200, {})
    assert carry(home, NOW + timedelta(seconds=599)) == {}
    assert carry(home, NOW + timedelta(seconds=661)) == {"delivered": 1}


def test_whoever_wants_nothing_any_more_is_told_nothing(home: Home, receiver: Receiver) -> None:
    subscribed(home, f"{receiver.address}/hook")
    say(home, message("a"), message("b"))
    receiver.answer = lambda _got: (410, {})
    assert carry(home) == {"dead": 1}
    [one] = listed(home, LOCAL)
    assert (one["stopped"], one["dead"], one["waiting"]) == ("gone", 2, 0)
    say(home, message("c"))
    assert carry(home) == {}
    receiver.answer = lambda _got: (200, {})
    assert replay(home, one["id"], LOCAL, "a test", now=NOW) == 2
    assert carry(home) == {"delivered": 2} and receiver.ids("/hook") == ["a.1", "a.1", "b.1"]


def test_what_cannot_be_told_for_days_is_given_up_and_may_be_replayed(home: Home, receiver: Receiver) -> None:
    subscribed(home, f"{receiver.address}/hook")
    say(home, message("a"), message("b", at=NOW + timedelta(days=3)))
    receiver.answer = lambda _got: None
    assert carry(home, NOW + timedelta(days=2)) == {"retried": 1}
    assert carry(home, NOW + timedelta(days=4)) == {"dead": 1, "retried": 1}
    receiver.answer = lambda _got: (302, {"Location": f"{receiver.address}/other"})
    [one] = listed(home, LOCAL)
    assert replay(home, one["id"], LOCAL, "a test", now=NOW + timedelta(days=5)) == 1
    assert carry(home, NOW + timedelta(days=5)) == {"retried": 1}
    assert receiver.ids("/other") == [], "a redirect is not followed"
    receiver.answer = lambda _got: (200, {})
    assert carry(home, NOW + timedelta(days=6)) == {"delivered": 2}


def test_one_process_carries_at_a_time(home: Home, receiver: Receiver) -> None:
    subscribed(home, f"{receiver.address}/hook")
    say(home, message("a"))
    assert hold(home, "another", 30, NOW) and not hold(home, "a third", 30, NOW + timedelta(seconds=29))
    assert carry(home) == {}
    assert carry(home, NOW + timedelta(seconds=31)) == {"delivered": 1}
    assert hold(home, "another", 30, NOW), "who is done lets others carry"
    release(home, "another")


def test_one_that_does_not_answer_keeps_nobody_waiting(home: Home, receiver: Receiver) -> None:
    for number in range(20):
        subscribed(home, f"{receiver.address}/{number}")
    receiver.delay = lambda got: 3.0 if got.path == "/7" else 0.0
    arrived: list[str] = []

    def answer(got: Any) -> Any:
        arrived.append(got.path)
        return 200, {}

    receiver.answer = answer
    say(home, message("a"))
    carry(home)
    assert len(arrived) == 20 and arrived[-1] == "/7", "the others are told before"


def test_names_that_nobody_answers_for_keep_nobody_waiting(
    home: Home, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived: list[str] = []
    all_told, in_time = threading.Event(), list[bool]()
    looked_up = socket.getaddrinfo

    def slow(host: Any, *told: Any, **more: Any) -> Any:
        if host == "silent.example":
            in_time.append(all_told.wait(PATIENCE))
            raise OSError
        return looked_up(host, *told, **more)

    def answer(got: Any) -> Any:
        arrived.append(got.path)
        if len(arrived) == 10:
            all_told.set()
        return 200, {}

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    for number in range(30):
        subscribed(home, f"{receiver.address}/{number}")
    with home.database.begin() as connection:
        silent = list(connection.scalars(select(SUBSCRIPTIONS.c.id).order_by(SUBSCRIPTIONS.c.id)))[:20]
        gone = update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id.in_(silent))
        connection.execute(gone.values(address="http://silent.example/"))
    receiver.answer = answer
    say(home, message("a"))
    assert carry(home) == {"delivered": 10, "retried": 20}
    assert len(arrived) == 10 and all(in_time), "though twenty names hang until all others are told"


def test_what_is_old_is_forgotten_once_nobody_waits_for_it(home: Home, receiver: Receiver) -> None:
    subscribed(home, f"{receiver.address}/hook")
    say(home, message("a"), message("b", expires_at=None))
    receiver.answer = lambda got: (200, {}) if got.id == "a.1" else (500, {})
    carry(home)
    after = NOW + timedelta(days=93)
    assert sweep(home, after) == 1
    with home.database.connect() as connection:
        assert list(connection.scalars(select(MESSAGES.c.id))) == ["b.1"]
    assert [one[0] for one in rows(home)] == [1, 2], "who was told of a notice is known as long as one may last"
    with home.database.begin() as connection:
        connection.execute(update(DELIVERIES).values(state="delivered"))
    assert sweep(home, after) == 1 and len(rows(home)) == 2
    assert sweep(home, NOW + timedelta(weeks=12, days=14 + 28)) == 0 and len(rows(home)) == 2
    assert sweep(home, NOW + timedelta(weeks=12, days=14 + 29)) == 0 and rows(home) == []
    say(home, message("c"))
    with home.database.connect() as connection:
        assert list(connection.scalars(select(MESSAGES.c.sequence))) == [3], "no number is given twice"


def test_codes_of_other_kinds_are_other_places() -> None:
    one = message(code="D0000000", town="T0000000", district="D0000001")
    assert one.places() == {
        ("grid", "D0000000"),
        ("community", "C0000000"),
        ("town", "T0000000"),
        ("district", "D0000001"),
    }
    short = replace(one, units=("D0000000", "T0000000", "D0000001"))
    assert short.places() == {("grid", "D0000000"), ("town", "T0000000"), ("district", "D0000001")}
    above = [{"unit": "district", "code": "D5", "name": "x"}, {"unit": "city", "code": "C5", "name": "x"}]
    said = replace(one, units=("D0000000", "D5", "C5"), body={**one.body, "above": above})
    assert said.places() == {("grid", "D0000000"), ("district", "D5"), ("city", "C5")}
    town = replace(one, units=("T0000000", "D0000001"), body={**one.body, "unit": "town", "code": "T0000000"})
    assert town.places() == {("town", "T0000000"), ("district", "D0000001")}
