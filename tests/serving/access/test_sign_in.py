"""Signing in with a browser: how long it holds, who is locked out, and the attacks on it."""

from __future__ import annotations

import re
import threading

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from riskwarn.errors import ConfigurationInvalid
from riskwarn.home import Home
from serving.access import keys, operators, sessions
from serving.access.begun import place_back
from serving.access.scopes import Role, Scope
from serving.access.tables import OPERATORS, SESSIONS
from serving.api.app import Application
from serving.api.options import Options
from tests.serving.access.browsers import (
    ADDRESS,
    COOKIE,
    NOW,
    PAGE,
    Clock,
    audited,
    configured,
    operator,
    own_key,
    serving,
    signed_in,
    typed,
)


@pytest.mark.slow
def test_who_types_the_own_key_is_signed_in_and_out(home: Home) -> None:
    who = operator(home, Role.ANALYST)
    key = own_key(home, who)
    with serving(home, clock := Clock()) as server:
        browser = server.browser()
        assert browser.get("/v1/scores").status_code == 401 and not signed_in(browser)
        answer = typed(browser, f" {key} ")
        assert answer.status_code == 200 and answer.json() == {"back": ""} and key not in answer.text
        flags = answer.headers["set-cookie"].split("; ")
        assert flags[0].startswith(f"{COOKIE}=") and flags[1:] == ["Path=/", "HttpOnly", "SameSite=Strict", "Secure"]
        assert answer.headers["cache-control"] == "no-store"
        told = browser.get("/sign-in/state").json()
        assert (told["operator"], told["role"], told["method"], told["before_at"]) == (who, "analyst", "key", None)
        assert "王芳" not in str(told)
        # Nothing is published, and that it says to who may read alone.
        assert browser.get("/v1/scores").json()["type"] == "urn:riskwarn:no_snapshot"
        refused = browser.get("/metrics")
        assert refused.status_code == 403, "an analyst is no system administrator"
        assert refused.json()["detail"] == "This needs the scope system, which was not granted to you."
        clock.move(hours=1)
        assert typed(server.browser(), key + "0").status_code == 401
        again = server.browser()
        typed(again, key)
        told = again.get("/sign-in/state").json()
        assert told["before_at"] == NOW.isoformat() and told["failures"] == 1
        token = browser.cookies[COOKIE]
        out = browser.post("/sign-out", headers=PAGE)
        # The first was idle for an hour by then.
        assert out.status_code == 401
        out = again.post("/sign-out", headers=PAGE)
        assert out.json() == {"sessions": 1} and "Max-Age=0" in out.headers["set-cookie"]
        assert COOKIE not in again.cookies and not signed_in(again)
    with home.database.connect() as connection:
        everything = str([connection.execute(select(table)).all() for table in (SESSIONS, OPERATORS)])
    assert token not in everything
    assert audited(home) == [
        ("session.opened", who, "", "done"),
        ("session.refused", who, "key", "refused"),
        ("session.closed", "system", "", "idle"),
        ("session.opened", who, "", "done"),
        ("session.closed", who, "", "done"),
    ]


def test_a_session_ends_after_twenty_idle_minutes_and_after_eight_hours_in_any_case(home: Home) -> None:
    key = own_key(home, operator(home))
    with serving(home, clock := Clock()) as server:
        browser = server.browser()
        typed(browser, key)
        for _ in range(24):
            clock.move(minutes=19.9)
            assert signed_in(browser), "who asks is not idle"
        clock.move(minutes=2.5)
        assert not signed_in(browser), "eight hours are over"
        typed(browser, key)
        clock.move(minutes=20)
        assert not signed_in(browser), "nobody asked for twenty minutes"
        # What is kept of the use is written aside, and holds over a new start.
        typed(browser, key)
        clock.move(minutes=15)
        assert signed_in(browser)
        token = browser.cookies[COOKIE]
    with serving(home, clock) as server:
        browser = server.browser()
        browser.cookies.set(COOKIE, token)
        clock.move(minutes=15)
        assert signed_in(browser)


def test_a_third_session_ends_the_first(home: Home) -> None:
    who = operator(home)
    key = own_key(home, who)
    with serving(home, clock := Clock()) as server:
        browsers = [server.browser() for _ in range(3)]
        for browser in browsers:
            clock.move(minutes=1)
            typed(browser, key)
        assert [signed_in(browser) for browser in browsers] == [False, True, True]
        # Whoever signs in again in the same browser has no second session.
        typed(browsers[2], key)
        assert [signed_in(browser) for browser in browsers] == [False, True, True]
    assert [one[3] for one in audited(home, "session.closed")] == ["replaced", "replaced"]


def test_signing_out_everywhere_is_known_in_every_worker(home: Home) -> None:
    who = operator(home)
    key = own_key(home, who)
    with serving(home, clock := Clock()) as one, serving(home, clock) as other:
        first, second = one.browser(), one.browser()
        for browser in (first, second):
            typed(browser, key)
        same = [other.browser() for _ in range(2)]
        for browser, held in zip(same, (first, second), strict=True):
            browser.cookies.set(COOKIE, held.cookies[COOKIE])
            assert signed_in(browser), "what was opened in another worker is known at once"
        assert first.post("/sign-out/everywhere", headers=PAGE).json() == {"sessions": 2}
        other.application.registry.look()
        assert [signed_in(browser) for browser in (first, second, *same)] == [False] * 4
        # A security administrator does the same, and a revoked operator or key is out too.
        for end in (
            lambda: operators.sign_operator_out(home, who, "a lost telephone", now=NOW),
            lambda: keys.revoke_key(home, key.split("_")[1], "lost", now=NOW),
        ):
            typed(first, key)
            assert signed_in(first)
            end()
            one.application.registry.look()
            assert not signed_in(first)
        typed(second, other_key := own_key(home, who))
        assert signed_in(second)
        operators.revoke_operator(home, who, "left the office", now=NOW)
        one.application.registry.look()
        assert not signed_in(second) and typed(second, other_key).status_code == 401
    with home.database.connect() as connection:
        assert connection.execute(select(SESSIONS)).all() == []


def test_five_wrong_keys_lock_for_a_quarter_of_an_hour(home: Home) -> None:
    who, other = operator(home), operator(home)
    right, another = own_key(home, who), own_key(home, other)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    with serving(home, clock := Clock()) as server:
        browser = server.browser()
        assert [typed(browser, wrong).status_code for _ in range(4)] == [401] * 4
        assert typed(browser, right).status_code == 200, "four are not five, and who signs in begins anew"
        answers = [typed(browser, wrong) for _ in range(5)]
        assert {one.status_code for one in answers} == {401}
        locked = typed(browser, right)
        assert locked.status_code == 429 and "15 minutes" in locked.json()["detail"]
        assert locked.headers["retry-after"] == str(15 * 60)
        assert typed(server.browser("10.9.0.8"), right).status_code == 429, "from another place, too"
        assert typed(browser, another).status_code == 200, "whoever else sits there is not locked"
        clock.move(minutes=14.9)
        assert typed(browser, right).status_code == 429
        clock.move(minutes=0.2)
        assert typed(browser, right).status_code == 200
        # What names nobody counts for the place.
        nobody = ["rw_000000000000_" + "a" * 64, "", "rw_é_x", "password", own_key(home, None)[:-1] + "x"]
        elsewhere = server.browser("10.9.9.9")
        assert [typed(elsewhere, one).status_code for one in nobody] == [401] * 5
        assert typed(elsewhere, right).status_code == 429 and typed(browser, right).status_code == 200
    rows = audited(home, "session.refused", "session.locked")
    assert [one for one in rows if one[0] == "session.locked"] == [
        ("session.locked", who, "", "done"),
        ("session.locked", "nobody", "", "done"),
    ]
    assert [one[3] for one in rows].count("locked") == 4 and ("session.refused", "nobody", "key", "refused") in rows


def test_who_is_signed_in_does_not_wait_for_those_who_are_refused_there(home: Home) -> None:
    home = configured(home, "access: {refusals_a_minute: 3}\n")
    key = own_key(home, operator(home))
    with serving(home, Clock()) as server:
        browser, stranger = server.browser(), server.browser()
        typed(browser, key)
        stranger.cookies.set(COOKIE, sessions.new_secret())
        assert [stranger.get("/v1/scores").status_code for _ in range(4)] == [401, 401, 401, 429]
        assert [typed(stranger, "rw_x").status_code for _ in range(4)] == [401, 401, 401, 429]
        assert stranger.get("/sign-in/state").status_code == 200, "the page of it is there all the while"
        assert browser.get("/v1/scores").status_code == 404 and signed_in(browser)


@pytest.mark.slow
def test_of_many_wrong_keys_at_once_no_more_are_looked_at(home: Home) -> None:
    right = own_key(home, operator(home))
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    with serving(home, Clock()) as one, serving(home, Clock()) as other:
        states: list[int] = []
        threads = [
            threading.Thread(target=lambda server=server: states.append(typed(server.browser(), wrong).status_code))
            for server in (one, other) * 6
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(states) == [401] * 5 + [429] * 7


def test_what_is_right_and_opens_nothing_is_told_and_is_no_guess(home: Home) -> None:
    who = operator(home)
    gone, elsewhere, program = own_key(home, who), own_key(home, who, networks=("10.20.0.0/16",)), own_key(home, None)
    keys.revoke_key(home, gone.split("_")[1], "lost", now=NOW)
    with serving(home, Clock()) as server:
        browser = server.browser()
        for key, said in ((gone, "revoked"), (elsewhere, "address"), (program, "program")):
            for _ in range(3):
                answer = typed(browser, key)
                assert answer.status_code == 401 and said in answer.json()["detail"]
        assert typed(browser, own_key(home, who)).status_code == 200
        chinese = browser.post("/sign-in/key", json={"key": gone}, headers={**PAGE, "Accept-Language": "zh"}).json()
        assert not chinese["detail"].isascii()


def test_a_session_opens_only_from_where_its_key_does(home: Home) -> None:
    who = operator(home)
    key = own_key(home, who, networks=("10.20.0.0/16", "fd00:20::/32"))
    with serving(home, Clock()) as one, serving(home, Clock()) as other:
        own = one.browser("10.20.0.7")
        typed(own, key)
        for server in (one, other):
            states = {}
            for address in ("10.20.0.7", "10.9.0.7", "10.20.255.1", "fd00:20::1", "fd00:21::1", "10.20.0.7"):
                browser = server.browser(address)
                browser.cookies.set(COOKIE, own.cookies[COOKIE])
                states[address] = signed_in(browser), browser.get("/v1/scores").status_code != 401
                assert browser.post("/sign-out/everywhere", headers=FOREIGN[1]).status_code in (401, 403)
            assert states == {
                "10.20.0.7": (True, True),
                "10.9.0.7": (False, False),
                "10.20.255.1": (True, True),
                "fd00:20::1": (True, True),
                "fd00:21::1": (False, False),
            }
        thief = one.browser("10.9.0.7")
        thief.cookies.set(COOKIE, own.cookies[COOKIE])
        assert thief.post("/sign-out/everywhere", headers=PAGE).status_code == 401
        assert signed_in(own), "nobody is signed out from where the key does not open"
        # A key of no networks opens from anywhere, and so does its session.
        free = one.browser("10.20.0.7")
        typed(free, own_key(home, who))
        elsewhere = one.browser("10.9.0.7")
        elsewhere.cookies.set(COOKIE, free.cookies[COOKIE])
        assert signed_in(elsewhere)
    refused = {row for row in audited(home, "access.refused") if row[3] == "network"}
    assert refused == {("access.refused", "nobody", key.split("_")[1], "network")}


def test_a_session_that_somebody_gave_to_the_browser_is_not_taken_over(home: Home) -> None:
    """Session fixation: what is in the cookie before signing in is worth nothing after it."""
    who, thief = operator(home), operator(home, Role.SUPERVISOR)
    with serving(home, Clock()) as server:
        own = server.browser()
        typed(own, own_key(home, thief))
        for planted in (own.cookies[COOKIE], sessions.new_secret(), ""):
            victim = server.browser()
            victim.cookies.set(COOKIE, planted)
            # Written out, for a client merges what it was given with what it is told.
            answer = typed(server.browser(), own_key(home, who), {**PAGE, "Cookie": f"{COOKIE}={planted}"})
            given = answer.headers["set-cookie"].split("=", 1)[1].split(";")[0]
            assert given != planted and len(given) >= 43
            for held in filter(None, (planted,)):
                stranger = server.browser()
                stranger.cookies.set(COOKIE, held)
                assert not signed_in(stranger), "whoever planted it is not signed in as anybody"
        # Two cookies of the name are none: nobody can say which was planted.
        answer = own.get("/sign-in/state", headers={"Cookie": f"{COOKIE}={given}; {COOKIE}={planted or 'x'}"})
        assert answer.json()["signed_in"] is False
        # One that any page of the same host could have set over http is none over https.
        answer = server.browser().get("/sign-in/state", headers={"Cookie": f"riskwarn={given}"})
        assert answer.json()["signed_in"] is False


FOREIGN = [
    {},
    {"Origin": ADDRESS},
    {"X-Riskwarn-Page": "1"},
    {**PAGE, "Origin": "https://evil.example"},
    {**PAGE, "Origin": "http://risk.example"},
    {**PAGE, "Origin": "https://risk.example.evil.example"},
    {**PAGE, "Origin": "https://risk.example:8443"},
    {**PAGE, "Origin": "null"},
]


def test_no_other_page_changes_anything_or_signs_anybody_in(home: Home) -> None:
    key = own_key(home, operator(home))
    with serving(home, Clock()) as server:
        browser = server.browser()
        for headers in FOREIGN:
            assert typed(browser, key, headers).status_code == 403, "nor signs somebody in as somebody else"
            assert browser.post("/sign-in/oidc", json={}, headers=headers).status_code == 403
        typed(browser, key)
        for headers in FOREIGN:
            for path in ("/sign-out", "/sign-out/everywhere", "/v1/scores"):
                answer = browser.post(path, headers=headers)
                assert answer.status_code == 403 and answer.json()["type"] == "urn:riskwarn:request_refused"
        assert signed_in(browser)
        # A form can send no JSON.
        form = {"Content-Type": "text/plain"}
        assert browser.post("/sign-in/key", content='{"key": "x"}', headers={**PAGE, **form}).status_code == 422
    assert ("access.refused", "origin") in {(one[0], one[3]) for one in audited(home, "access")}


ELSEWHERE = [
    "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "#\r\nSet-Cookie: a=b", "#\u2028", "#<b>",
    "docs", "\\\\evil", "#" + "a" * 600, "＃grid", "#é",
]  # fmt: skip


def test_nobody_is_sent_elsewhere_after_signing_in(home: Home) -> None:
    key = own_key(home, operator(home))
    with serving(home, Clock()) as server:
        browser = server.browser()
        for asked in (*ELSEWHERE, "#lang=en&grid=G%2F1"):
            answer = browser.post("/sign-in/key", json={"key": key, "back": asked}, headers=PAGE)
            assert answer.json() == {"back": asked if asked.startswith("#lang") else ""}, asked
            assert "evil" not in browser.get("/sign-in", params={"back": asked, "problem": asked}).text
    assert place_back(None) == place_back(7) == ""


def test_nobody_signs_in_over_a_connection_that_others_may_read(home: Home) -> None:
    key = own_key(home, operator(home))
    plain = "http://risk.example"
    with serving(home, Clock()) as server:
        browser = server.browser(base_url=plain)
        answer = typed(browser, key, {**PAGE, "Origin": plain})
        assert answer.status_code == 403 and "https" in answer.json()["detail"] and "set-cookie" not in answer.headers
        assert browser.get("/sign-in/state").json()["ways"] == []
    # On the machine itself it does not leave it; behind a gateway that has TLS the declared address says so.
    for options, address, flags in (
        ({}, "http://localhost", "riskwarn=.*; Path=/; HttpOnly; SameSite=Strict$"),
        (
            {"root_path": "/apps/riskwarn"},
            "http://localhost/apps/riskwarn",
            "riskwarn=.*; Path=/apps/riskwarn; HttpOnly",
        ),
    ):
        application = Application(home, Clock(), Options(keyless=True, **options))
        with TestClient(application, base_url="http://localhost") as client:
            path = address.removeprefix("http://localhost")
            answer = client.post(
                f"{path}/sign-in/key", json={"key": key}, headers={**PAGE, "Origin": "http://localhost"}
            )
            assert re.match(flags, answer.headers["set-cookie"])


def test_rules_of_signing_in_that_would_not_hold_are_refused(home: Home) -> None:
    plain = (home.path / "riskwarn.yaml").read_text(encoding="utf-8")
    for rules, said in (
        ("gateway: {networks: [10.20.0.5/16]}", "networks"),
        ("gateway: {networks: [10.20.0.5/32], header: Authorization}", "header of its own"),
        ("oidc: {issuer: 'https://sso.example', client_id: a}", "address"),
        ("address: 'http://risk.example'", "https"),
        ("address: 'https://risk.example/#x'", "address such as"),
    ):
        (home.path / "riskwarn.yaml").write_text(plain, encoding="utf-8")
        with pytest.raises(ConfigurationInvalid, match=said):
            configured(home, f"sign_in: {{{rules}}}\n")


def test_what_a_session_may_is_what_its_operator_may_now(home: Home) -> None:
    with serving(home, Clock()) as server:
        for role in Role:
            browser = server.browser()
            typed(browser, own_key(home, operator(home, role)))
            scopes = role.scopes
            assert (browser.get("/metrics").status_code == 200) == (Scope.SYSTEM in scopes)
            assert (browser.get("/v1/scores").status_code != 403) == (Scope.READ in scopes)
            assert browser.get("/v1/scores").headers["ratelimit-policy"] == '"key";q=1200;w=60'
