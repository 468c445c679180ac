"""How much one may ask, and that no other caller pays for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from riskwarn.audit.listing import newest
from riskwarn.home import Home, make_home, open_home
from riskwarn.settings import Settings
from serving.access.limits import Limits
from serving.access.scopes import Role
from serving.api.app import Application
from tests.serving.access import cities
from tests.serving.conftest import running_application
from tests.waiting import until


@pytest.fixture
def city(tmp_path: Path) -> Home:
    made = make_home(tmp_path / "city", Settings(threads=1))
    cities.build(made, 5)
    return made


@pytest.fixture
def few(tmp_path: Path) -> Iterator[tuple[Home, TestClient]]:
    """A city whose keys may ask ten times a minute, and whose addresses may be refused three times."""
    made = make_home(tmp_path / "few", Settings(threads=1))
    with (made.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {requests_a_minute: 10, refusals_a_minute: 3}\n")
    made = open_home(made.path, made.settings)
    cities.build(made, 5)
    cities.key(made)
    with cities.served(made) as (client,):
        yield made, client


def test_a_key_may_ask_so_often_and_no_other_pays_for_it(few: tuple[Home, TestClient]) -> None:
    home, client = few
    greedy, other = cities.key(home), cities.key(home)
    client.app.registry.look()  # type: ignore[attr-defined]
    answers = [client.get("/v1/scores", headers=greedy) for _ in range(12)]
    assert [one.status_code for one in answers] == [200] * 10 + [429] * 2
    assert answers[0].headers["ratelimit-policy"] == '"key";q=10;w=60'
    left = [int(one.headers["ratelimit"].split(";")[1].removeprefix("r=")) for one in answers]
    assert left == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0]
    over = answers[-1]
    assert 1 <= int(over.headers["retry-after"]) <= 120 and over.json()["type"] == "urn:riskwarn:too_many_requests"
    assert client.get("/v1/scores", headers=other).status_code == 200


def test_an_address_that_is_refused_too_often_waits_and_who_has_a_key_there_does_not(
    few: tuple[Home, TestClient],
) -> None:
    home, client = few
    header = cities.key(home)
    client.app.registry.look()  # type: ignore[attr-defined]
    wrong = {"Authorization": "Bearer rw_000000000000_" + "a" * 64}
    states = [client.get("/v1/scores", headers=one).status_code for one in (wrong, {}, wrong, wrong, {})]
    assert states == [401, 401, 401, 429, 429]
    assert client.get("/v1/scores", headers=header).status_code == 200


def test_a_program_with_a_wrong_key_shuts_neither_the_sign_in_page_nor_the_liveness_probe(
    few: tuple[Home, TestClient],
) -> None:
    home, client = few
    person = cities.key(home, role=Role.CENTRE)["Authorization"].split()[1]
    wrong = {"Authorization": "Bearer rw_000000000000_" + "a" * 64}
    states = [client.get("/v1/scores", headers=wrong).status_code for _ in range(5)]
    assert states == [401] * 3 + [429] * 2
    for path in ("/", "/sign-in", "/pages/sign-in.js", "/sign-in/state", "/healthz"):
        assert client.get(path).status_code == 200, path
    assert client.get("/readyz").status_code == client.get("/v1/scores").status_code == 429
    page = {"Origin": cities.LOCAL, "X-Riskwarn-Page": "1"}
    assert client.post("/sign-in/key", json={"key": person}, headers=page).status_code == 200
    client.cookies.clear()
    # These have limits of their own, and whether the process lives is told whoever asks, however often, with whatever key.
    tried = [client.post("/sign-in/gateway", json={}, headers=page).status_code for _ in range(5)]
    assert tried == [401] * 3 + [429] * 2
    pages = [client.get("/sign-in").status_code for _ in range(40)]
    assert pages[:20] == [200] * 20 and pages[-1] == 429
    for headers in ({}, wrong):
        assert {client.get("/healthz", headers=headers).status_code for _ in range(40)} == {200}
    greedy = cities.key(home)
    client.app.registry.look()  # type: ignore[attr-defined]
    assert {client.get("/healthz", headers=greedy).status_code for _ in range(20)} == {200}


def test_what_is_unchanged_tells_what_is_left_too(few: tuple[Home, TestClient]) -> None:
    home, client = few
    header = cities.key(home)
    client.app.registry.look()  # type: ignore[attr-defined]
    tag = client.get("/v1/scores", headers=header).headers["etag"]
    again = client.get("/v1/scores", headers={**header, "If-None-Match": tag})
    assert (again.status_code, again.headers["ratelimit"].split(";")[1]) == (304, "r=8")
    assert "ratelimit-policy" not in again.headers, "it came with the answer that is unchanged"


def test_the_local_operator_is_not_limited(tmp_path: Path) -> None:
    made = make_home(tmp_path / "local", Settings(threads=1))
    with (made.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write("access: {requests_a_minute: 1, refusals_a_minute: 1}\n")
    with cities.served(open_home(made.path, made.settings)) as (client,):
        answers = [client.get("/healthz") for _ in range(20)]
    assert {one.status_code for one in answers} == {200} and "ratelimit" not in answers[0].headers


def test_one_key_has_a_part_of_the_places_at_most(city: Home) -> None:
    limits = Limits(100, 10, concurrency=64)
    assert limits.at_once == 16 and Limits(100, 10, concurrency=4).at_once == 8
    assert limits.of("a") is limits.of("a") is not limits.of("b")
    greedy, other = cities.key(city), cities.key(city)
    with cities.served(city) as (client,):
        gate = client.app._app._app  # type: ignore[attr-defined]
        assert client.get("/v1/scores", headers=greedy).status_code == 200
        gate._limits.of(greedy["Authorization"].split("_")[1]).at_work = gate._limits.at_once
        assert client.get("/v1/scores", headers=greedy).headers["retry-after"] == "1"
        assert client.get("/v1/scores", headers=other).status_code == 200
        gate._limits.of(greedy["Authorization"].split("_")[1]).at_work -= 1
        assert client.get("/v1/scores", headers=greedy).status_code == 200


def test_one_asks_as_fast_as_it_can_and_another_is_answered_all_the_while(few: tuple[Home, TestClient]) -> None:
    home, _ = few
    greedy, other = cities.key(home), cities.key(home)
    with running_application(Application(home, lambda: cities.NOW)) as address:
        over, states = threading.Event(), list[int]()

        def hurry() -> None:
            with httpx.Client(base_url=address, headers=greedy) as client:
                while not over.is_set():
                    answer = client.get("/v1/scores")
                    states.append(answer.status_code)
                    assert answer.status_code == 200 or int(answer.headers["retry-after"]) >= 1

        with ThreadPoolExecutor(4) as pool, httpx.Client(base_url=address, headers=other) as client:
            hurrying = [pool.submit(hurry) for _ in range(4)]
            until(lambda: len(states) >= 100)
            answers = [client.get("/v1/scores") for _ in range(10)]
            over.set()
            for one in hurrying:
                one.result()
        assert [one.status_code for one in answers] == [200] * 10
        assert client_told(answers[-1]) == 0 and states.count(200) == 10 and set(states) == {200, 429}


def client_told(answer: Any) -> int:
    """The requests that are left, as an answer tells them."""
    return int(answer.headers["ratelimit"].split(";")[1].removeprefix("r="))


@pytest.mark.parametrize("size", [10, 1_200])
def test_who_waits_as_long_as_is_told_is_answered(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    now = [1_000_000.25]  # on the very moment that a window ends it holds yet; no clock meets it
    monkeypatch.setattr(time, "time", lambda: now[0])
    limits = Limits(size, 60, concurrency=64)
    own = limits.of("a")
    for _ in range(3):
        taken = 0
        while limits.take(own):
            taken += 1
        assert taken <= size
        seconds = max(1, limits.seconds(own))  # as the gate says it
        assert seconds <= 120
        now[0] += seconds
        assert limits.take(own), "the promise of Retry-After"


@pytest.mark.parametrize("every", [60 / 1_100, 1.0, 7.0])
def test_who_stays_within_the_limit_is_never_told_to_wait(monkeypatch: pytest.MonkeyPatch, every: float) -> None:
    """For minutes, and the window is asked for a handful of requests, not for each."""
    now = [1_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    limits = Limits(1_200, 60, concurrency=64)
    own, asked, hit = limits.of("a"), [0], limits._windows.hit

    def counted(*given: object, **named: object) -> bool:
        asked[0] += 1
        return hit(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(limits._windows, "hit", counted)
    times = int(300 / every)
    for number in range(times):
        assert limits.take(own), f"request {number} of {times}"
        assert own.remaining + own.left >= 0 and 0 <= own.until - now[0] <= 60
        now[0] += every
    assert asked[0] <= times / 12 + 300 / 60 + 1


def test_who_asks_twice_as_often_is_answered_half_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    limits = Limits(1_200, 60, concurrency=64)
    own, taken = limits.of("a"), 0
    for _ in range(600 * 40):
        taken += limits.take(own)
        now[0] += 1 / 40
    assert 0.95 * 12_000 <= taken <= 1.05 * 12_000 + 1_200


@pytest.mark.parametrize(
    ("forwarded", "peer", "kept"),
    [
        ("张三 13800138000", "10.9.0.2", "10.9.0.2"),
        ("fe80::1%13800138000", "10.9.0.2", "fe80::1"),
        ("10.9.0.7", "10.9.0.2", "10.9.0.7"),
        ("fd00:20:0::7", "10.9.0.2", "fd00:20::7"),
        ("13800138000", None, "unknown"),
        ("", None, "unknown"),
    ],
)
def test_what_a_proxy_forwards_is_kept_as_an_origin_only_where_it_is_an_address(
    few: tuple[Home, TestClient], forwarded: str, peer: str | None, kept: str
) -> None:
    home, _ = few
    application = Application(home, lambda: cities.NOW)

    async def behind(scope: Any, receive: Any, send: Any) -> None:
        if peer is not None and scope["type"] == "http":
            scope["riskwarn.peer"] = (peer, 5)
        await application(scope, receive, send)

    wrong, page = "rw_000000000000_" + "a" * 64, {"Origin": cities.LOCAL, "X-Riskwarn-Page": "1"}
    with TestClient(behind, base_url=cities.LOCAL, client=(forwarded, 5)) as client:
        # A name that no address is bears no count of its own: who writes another each time waits as well.
        assert client.get("/v1/scores", headers={"Authorization": f"Bearer {wrong}"}).status_code == 401
        assert client.post("/sign-in/key", json={"key": wrong}, headers=page).status_code == 401
    rows = [row for row in newest(home) if row.action in ("access.refused", "session.refused")]
    assert {row.action for row in rows} == {"access.refused", "session.refused"} and {row.origin for row in rows} == {
        kept
    }
