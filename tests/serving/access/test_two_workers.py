"""Signing in and out where two workers answer, each connection whichever is free: what one of them did the other knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx
import pytest

from riskwarn.home import Home
from serving.access.keys import Asked, create_key
from serving.access.operators import create_operator
from serving.access.scopes import Role
from tests.serving.access.browsers import audited
from tests.serving.command import asked_until, serving

#: What a second and the asking take.
A_SECOND = 1.2


class Browser:
    """Holds a cookie, and asks each time by a new connection."""

    def __init__(self, address: str, cookie: str = "") -> None:
        self._address, self.cookie = address, cookie
        self._page = {"Origin": address, "X-Riskwarn-Page": "1"}

    def post(self, path: str, content: dict[str, str] | None = None) -> httpx.Response:
        headers = {**self._page, **({"Cookie": self.cookie} if self.cookie else {})}
        answer = httpx.post(f"{self._address}{path}", json=content, headers=headers)
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].split(";")[0]
        return answer

    def typed(self, key: str) -> int:
        return self.post("/sign-in/key", {"key": key}).status_code

    def signed_in(self) -> set[bool]:
        """What either worker says, asked often enough that both were."""
        headers = {"Cookie": self.cookie}
        return {
            bool(httpx.get(f"{self._address}/sign-in/state", headers=headers).json()["signed_in"]) for _ in range(12)
        }


@pytest.fixture
def address(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if home.settings.database_url:
        monkeypatch.setenv("RISKWARN_DATABASE_URL", home.settings.database_url)
    system = own_key(home, Role.SYSTEM)
    with serving(home.path, "--workers", "2") as (found, _):

        def both(_answer: httpx.Response) -> bool:
            return 'worker="1"' in httpx.get(f"{found}/metrics", headers={"Authorization": f"Bearer {system}"}).text

        asked_until(found, "/healthz", both)
        yield found


def own_key(home: Home, role: Role) -> str:
    now = datetime.now(UTC)
    who = create_operator(home, "20113", role, now=now)["id"]
    return str(create_key(home, Asked("phone", operator=who), now=now)["key"])


@pytest.mark.slow
def test_who_signed_in_where_is_known_in_both(home: Home, address: str) -> None:
    key = own_key(home, Role.CENTRE)
    time.sleep(A_SECOND)
    browsers = [Browser(address) for _ in range(3)]
    for browser in browsers:
        assert browser.typed(key) == 200
    time.sleep(A_SECOND)
    assert [one.signed_in() for one in browsers] == [{False}, {True}, {True}], "a third ends the oldest"
    # What was planted before is worth nothing after: whoever knows it is nobody, and the session it was has ended.
    planted = browsers[1].cookie
    assert browsers[1].typed(key) == 200 and browsers[1].cookie != planted
    time.sleep(A_SECOND)
    assert Browser(address, planted).signed_in() == {False} and browsers[1].signed_in() == {True}
    assert browsers[2].post("/sign-out/everywhere").json() == {"sessions": 2}
    time.sleep(A_SECOND)
    assert [one.signed_in() for one in browsers] == [{False}] * 3
    assert {one[3] for one in audited(home, "session.closed")} == {"replaced", "everywhere"}


@pytest.mark.slow
def test_wrong_keys_are_counted_by_both_together(home: Home, address: str) -> None:
    key, other = own_key(home, Role.CENTRE), own_key(home, Role.CENTRE)
    wrong: Callable[[str], str] = lambda right: right[:-1] + ("0" if right[-1] != "0" else "1")  # noqa: E731
    assert [Browser(address).typed(wrong(key)) for _ in range(5)] == [401] * 5
    locked = [Browser(address).typed(key) for _ in range(6)]
    assert locked == [429] * 6, "whichever worker is asked"
    assert Browser(address).typed(other) == 200, "nobody else is locked"
    assert [one[0] for one in audited(home, "session.locked")] == ["session.locked"]
