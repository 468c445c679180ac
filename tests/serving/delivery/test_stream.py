"""The stream: nothing missed and nothing twice over interruptions, bounded, cut to an area, and closed where it must be."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import delete

from riskwarn.home import Home
from serving.access.keys import revoke_key
from serving.access.scopes import Scope
from serving.alerts.suspending import suspend
from serving.api import streaming
from serving.api.app import Application
from serving.api.options import Options
from serving.api.routes import delivery
from serving.delivery import feed
from serving.delivery.feed import Told
from serving.delivery.tables import MESSAGES
from tests.serving.access import cities
from tests.serving.access.cities import NOW, OTHER_GRID, OWN, OWN_GRID
from tests.serving.conftest import running_application
from tests.serving.delivery.listening import Listener
from tests.serving.delivery.saying import delivering, message, say
from tests.waiting import PATIENCE, until


@pytest.fixture
def city(tmp_path: Path) -> Home:
    """A city of which nothing was said yet."""
    home = delivering(tmp_path, None)
    cities.build(home, 5)
    with home.database.begin() as connection:
        connection.execute(delete(MESSAGES))
    return home


@pytest.fixture
def served(city: Home) -> Iterator[tuple[Application, str]]:
    application = Application(city, lambda: NOW)
    with running_application(application) as address:
        yield application, address


def own(number: int) -> Any:
    return message(f"al{number}", code=OWN_GRID, at=NOW)


def in_background(listener: Listener, until: int, **given: Any) -> threading.Thread:
    """Listen from now on: a stream without a last id tells what is said once the server has its place."""
    listener.began.clear()
    thread = threading.Thread(target=listener.listen, args=(until,), kwargs=given, daemon=True)
    thread.start()
    assert listener.began.wait(60)
    return thread


def heard_by(listener: Listener, messages: int) -> None:
    """Wait until somebody has heard so many."""
    until(lambda: len(listener.heard) >= messages, listener.heard)


def test_what_is_said_is_heard_as_it_is_said(city: Home, served: tuple[Application, str]) -> None:
    listener = Listener(served[1])
    thread = in_background(listener, 3)
    first = own(1)
    say(city, first)
    say(city, replace(own(1), id="al1.2", version=2, kind="Update"), message("al1", 3, "Cancel", code=OWN_GRID))
    thread.join(60)
    assert listener.heard == ["al1.1", "al1.2", "al1.3"] and listener.controls == []
    assert [name for name, _ in listener.events] == ["raised", "updated", "cancelled"]
    assert listener.events[0][1]["data"]["alert"] == dict(first.body)


def test_who_comes_back_hears_what_was_said_meanwhile_and_nothing_twice(
    city: Home, served: tuple[Application, str]
) -> None:
    listener = Listener(served[1])
    thread = in_background(listener, 2)
    say(city, own(1), own(2))
    thread.join(60)
    say(city, *(own(number) for number in range(3, 700)))
    thread = in_background(listener, 701)
    say(city, *(own(number) for number in range(700, 702)))
    thread.join(60)
    assert listener.heard == [f"al{number}.1" for number in range(1, 702)] and listener.controls == []


def test_whose_last_message_is_not_kept_is_told_so_and_hears_all_that_is(
    city: Home, served: tuple[Application, str]
) -> None:
    say(city, own(1), own(2), own(3))
    with city.database.begin() as connection:
        connection.execute(delete(MESSAGES).where(MESSAGES.c.id == "al1.1"))
    listener = Listener(served[1], last="al1.1")
    listener.listen(2)
    assert listener.controls == ["evicted"] and listener.heard == ["al2.1", "al3.1"]
    listener = Listener(served[1], last="al2.1")
    listener.listen(1)
    assert listener.controls == [] and listener.heard == ["al3.1"]


#: What no message was ever called.
NONSENSE = ("x y, z", "al9.1", "al3", "3", "-1", "9" * 30, "null", "\u00e9'--", "a" * 128)


def test_an_id_that_no_message_ever_had_is_never_passed_over_in_silence(
    city: Home, served: tuple[Application, str]
) -> None:
    say(city, own(1), own(3))
    for nonsense in NONSENSE:
        for query in ("", "?seconds=0"):
            header = {b"Last-Event-ID": nonsense.encode("latin-1")}
            told = ""
            with httpx.stream("GET", f"{served[1]}/v1/alerts/stream{query}", headers=header) as answer:
                for line in answer.iter_lines():
                    told += f"{line}\n"
                    if "id: al3.1\n" in told and not line:
                        break
            _begun, first, *others = (one for one in told.split("\n\n") if one.strip())
            assert first.startswith("event: evicted\n") and "id:" not in first, "what is said beside messages has no id"
            assert [one.split("\n")[0] for one in others] == ["id: al1.1", "id: al3.1"]


def test_all_that_is_kept_at_once(city: Home, served: tuple[Application, str]) -> None:
    say(city, own(1), message("al2", code=OTHER_GRID, level="yellow"), message("al3", status="Exercise"))
    every = Listener(served[1])
    every.listen(9, query="?seconds=0")
    assert (every.heard, every.controls) == (["al1.1", "al2.1"], []), "who names no message misses none"
    high, exercise = Listener(served[1]), Listener(served[1])
    high.listen(9, query="?seconds=0&level=orange")
    exercise.listen(9, query="?seconds=0&cap_status=Exercise")
    assert high.heard == ["al1.1"] and exercise.heard == ["al3.1"], (
        "an exercise is told to nobody who did not ask for it"
    )


@pytest.mark.slow
def test_a_part_of_the_city_is_told_of_that_part(city: Home) -> None:
    header = cities.key(city, (Scope.READ,), OWN)
    why = [{"theme": theme, "zh": theme, "en": theme} for theme in ("waiting", "rest")]
    with running_application(Application(city, lambda: NOW)) as address:
        listener = Listener(address, header)
        thread = in_background(listener, 2)
        say(
            city, message("out", code=OTHER_GRID), message("in", code=OWN_GRID, reasons=why), message("out2", code="G0000099"),
            message("in2", code="G0000020"),
        )  # fmt: skip
        thread.join(60)
    assert listener.heard == ["in.1", "in2.1"]
    assert [one["theme"] for one in listener.events[0][1]["data"]["alert"]["reasons"]] == ["waiting"]


def test_who_may_be_told_no_more_hears_nothing_more(city: Home) -> None:
    header = cities.key(city, (Scope.READ,))
    with running_application(Application(city, lambda: NOW)) as address:
        listener = Listener(address, header)
        thread = in_background(listener, 2)
        say(city, own(1))
        heard_by(listener, 1)
        revoke_key(city, header["Authorization"].split("_")[1], "lost", now=NOW)
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the stream ends within a second or two"
        say(city, own(2))
    assert listener.heard == ["al1.1"]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that waits for a database no longer than it must, and says often that a stream lives."""
    monkeypatch.setattr("serving.api.app.ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(streaming, "SILENT", 0.1)
    monkeypatch.setattr(streaming, "LOOK_EVERY", 0.1)


@pytest.mark.usefixtures("impatient")
def test_a_stream_outlives_a_database_that_does_not_answer(city: Home, caplog: pytest.LogCaptureFixture) -> None:
    """It says meanwhile that it lives, and then goes on; the log names the time once, and not with each look."""
    caplog.set_level("WARNING", logger="serving")
    with running_application(Application(city, lambda: NOW)) as address, listened(address) as lines:
        with held(city):
            until(lambda: "messages cannot be read: database_busy" in caplog.messages)
            for _ in range(5):
                assert next(one for one in lines if one) == ": alive"
        say(city, own(1))
        assert next(one for one in lines if one.startswith("id: ")) == "id: al1.1"
        until(lambda: "messages are read again" in caplog.messages)
    assert told_of_reading(caplog) == ["messages cannot be read: database_busy", "messages are read again"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("query", ["", "?seconds=0"])
def test_who_is_told_what_was_kept_is_told_the_rest_once_the_database_answers_again(
    city: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    caplog.set_level("WARNING", logger="serving")
    say(city, *(own(number) for number in range(1, 61)))
    # Older ones are read for who is behind alone.
    monkeypatch.setattr(delivery, "Feed", partial(feed.Feed, held=1))
    read, locks, stops = feed.Feed._read, ExitStack(), threading.Event()

    def read_and_hold(one: feed.Feed, place: int, most: int) -> list[Told]:
        """The database is held from the second part on."""
        if place >= feed.OWN and most == feed.OWN and not stops.is_set():
            stops.set()
            locks.enter_context(held(city))
        return read(one, place, most)

    monkeypatch.setattr(feed.Feed, "_read", read_and_hold)
    with (
        running_application(Application(city, lambda: NOW)) as address,
        listened(address, query, {"Last-Event-ID": "nonsense"}) as lines,
        locks,
    ):
        heard = [next(one for one in lines if one.startswith("id: ")) for _ in range(20)]
        for _ in range(3):
            next(one for one in lines if one == ": alive")
        locks.close()
        heard += [next(one for one in lines if one.startswith("id: ")) for _ in range(40)]
        assert heard == [f"id: al{number}.1" for number in range(1, 61)]
        assert query == "" or [one for one in lines if "id: " in one] == [], "it ends once all was told"
    assert told_of_reading(caplog)[0] == "messages cannot be read: database_busy"


@contextmanager
def listened(address: str, query: str = "", headers: dict[str, str] | None = None) -> Iterator[Iterator[str]]:
    """The lines of a stream that has begun."""
    asked = f"{address}/v1/alerts/stream{query}"
    with httpx.stream("GET", asked, headers=headers, timeout=PATIENCE) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000" and next(lines) == ": riskwarn"
        yield lines


@contextmanager
def held(home: Home) -> Iterator[None]:
    """A database that somebody else writes."""
    with closing(sqlite3.connect(home.path / "riskwarn.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def told_of_reading(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of it; nothing has failed."""
    assert not [one for one in caplog.messages if "failed" in one]
    return [one for one in caplog.messages if "read" in one]


def test_of_a_suspended_target_only_that_a_notice_is_over(city: Home, served: tuple[Application, str]) -> None:
    suspend(city, "conflict", "under review", now=NOW)
    served[0].current.look_for_suspensions()
    say(city, own(1), message("al2", 2, "Cancel"), message("al3", target="safety"))
    listener = Listener(served[1])
    listener.listen(9, query="?seconds=0")
    assert listener.heard == ["al2.2", "al3.1"]


def test_a_server_that_ends_ends_its_streams(city: Home) -> None:
    with running_application(Application(city, lambda: NOW, Options(shutdown_seconds=4 * int(PATIENCE)))) as address:
        thread = in_background(Listener(address), 1, seconds=4 * PATIENCE)
    thread.join(PATIENCE)
    assert not thread.is_alive(), "not only once its time is up"


def test_streams_take_no_place_of_who_polls_and_are_counted(
    city: Home, served: tuple[Application, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "MOST", 3)
    threads = [in_background(Listener(served[1]), 1, seconds=4) for _ in range(3)]
    assert served[0].metrics.at_work == 0
    refused = httpx.get(f"{served[1]}/v1/alerts/stream")
    assert refused.status_code == 503 and refused.headers["retry-after"]
    say(city, own(1))
    for one in threads:
        one.join(60)
    until(lambda: not streaming_of(served[0]))
    assert (streaming_of(served[0]), served[0].metrics.at_work) == (0, 0)
    Listener(served[1]).listen(9, query="?seconds=0")


@pytest.mark.slow
def test_who_does_not_read_is_let_go(city: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "UNREAD", 0.5)
    application = Application(city, lambda: NOW)
    with running_application(application) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as lazy:
            lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            lazy.sendall(b"GET /v1/alerts/stream HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: x\r\n\r\n")
            reader = Listener(address)
            thread = in_background(reader, 4_000)
            large = [{"theme": "waiting", "zh": "长" * 300, "en": "x"}] * 3
            for start in range(0, 4_000, 500):
                say(city, *(message(f"al{n}", code=OWN_GRID, at=NOW, reasons=large) for n in range(start, start + 500)))
            thread.join(120)
            assert len(reader.heard) == 4_000, "whoever reads is not kept waiting"
            until(lambda: streaming_of(application) == 0)


def streaming_of(application: Application) -> int:
    return sum(one.listeners for one in feeds(application))


def feeds(application: Application) -> list[Any]:
    import gc

    from serving.delivery.feed import Feed

    return [one for one in gc.get_objects() if type(one) is Feed and one._home is application.registry._home]
