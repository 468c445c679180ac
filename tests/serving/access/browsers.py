"""Browsers that sign in: a server over https in a test, with a clock that a test moves, and operators to sign in as."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from starlette.testclient import TestClient

from riskwarn.audit.tables import AUDIT
from riskwarn.home import Home, open_home
from serving.access.keys import Asked, create_key
from serving.access.operators import create_operator
from serving.access.scopes import Role
from serving.access.signing_in import by_key
from serving.api.app import Application
from serving.api.options import Options

ADDRESS = "https://risk.example"
NOW = datetime(2026, 11, 26, 1, tzinfo=UTC)

#: What a page of ours sends with a change.
PAGE = {"Origin": ADDRESS, "X-Riskwarn-Page": "1"}
COOKIE = "__Host-riskwarn"

#: The secret of the gateway in these tests.
SECRET = "a secret of the gateway"


@dataclass
class Clock:
    """Stands still until a test moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Server:
    """A server of one home; a browser is a client with cookies of its own."""

    application: Application
    clock: Clock
    clients: list[TestClient] = field(default_factory=list)

    def browser(self, address: str = "10.9.0.7", base_url: str = ADDRESS) -> TestClient:
        client = TestClient(self.application, base_url=base_url, client=(address, 5), follow_redirects=False)
        self.clients.append(client)
        return client


@contextmanager
def serving(home: Home, clock: Clock, **options: Any) -> Iterator[Server]:
    """Serve a home as beyond loopback."""
    application = Application(home, clock, Options(keyless=False, **options))
    with TestClient(application, base_url=ADDRESS):
        yield Server(application, clock)


def configured(home: Home, text: str, **settings: Any) -> Home:
    """The same home with more in its configuration."""
    with Path(home.path / "riskwarn.yaml").open("a", encoding="utf-8") as file:
        file.write(text)
    return open_home(home.path, dataclasses.replace(home.settings, **settings))


def operator(home: Home, role: Role = Role.CENTRE, subject: str | None = None, **asked: Any) -> str:
    return str(create_operator(home, "王芳", role, now=NOW, subject=subject, **asked)["id"])


def own_key(home: Home, identity: str | None, **asked: Any) -> str:
    """The key of an operator, or of a program."""
    return str(create_key(home, Asked("phone", operator=identity, **asked), now=NOW)["key"])


def session_of(home: Home, role: Role, now: datetime, **asked: Any) -> str:
    """What the cookie of somebody of a role holds, who has signed in by a key."""
    return by_key(home, own_key(home, operator(home, role, **asked)), "127.0.0.1", now=now, confirm=False).token


def typed(browser: TestClient, key: str, headers: dict[str, str] | None = None) -> Any:
    """Type a key on the page."""
    return browser.post("/sign-in/key", json={"key": key}, headers=PAGE if headers is None else headers)


def signed_in(browser: TestClient) -> bool:
    return bool(browser.get("/sign-in/state").json()["signed_in"])


def audited(home: Home, *actions: str) -> list[tuple[str, str, str, str]]:
    """(action, actor, object where it is no id, result) of the rows of some actions."""
    with home.database.connect() as connection:
        rows = connection.execute(select(AUDIT).order_by(AUDIT.c.sequence)).mappings().all()
    return [
        (one["action"], one["actor"], "" if one["object"].startswith("se") else one["object"], one["result"])
        for one in rows
        if one["action"].startswith(actions or ("session",))
    ]
