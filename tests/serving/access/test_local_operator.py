"""Who asks from the machine itself: what needs no key there, what needs the token of the start, and when that ends."""

from __future__ import annotations

import socket
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from riskwarn.errors import HostRefused, TlsNeeded
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from serving.access.scopes import Role
from serving.access.tables import KEYS
from serving.api.options import Options
from serving.api.server import START_TOKEN, forget_token, serve, start_token
from tests.serving.access import cities
from tests.serving.access.browsers import session_of
from tests.serving.access.cities import LOCAL, OWN_GRID

TOKEN = "5f" * 32

#: What is no origin of a server at http://localhost.
FOREIGN = (
    "http://evil.example", "null", "http://localhost.evil.example", "http://localhost:8001", "http://127.0.0.1", "file://", "localhost", "",
    "ftp://localhost", "http://localhost/", "http://localhost@evil.example", "chrome-extension://localhost",
)  # fmt: skip


@pytest.fixture
def city(tmp_path: Path) -> Home:
    made = make_home(tmp_path / "city", Settings(threads=1))
    cities.build(made, 5)
    return made


def test_the_first_grant_ends_what_the_local_operator_may(city: Home) -> None:
    with cities.served(city) as (client,):
        assert client.get("/v1/scores").status_code == 200
        header = cities.key(city)
        client.app.registry.look()  # type: ignore[attr-defined]
        assert client.get("/v1/scores").status_code == 401
        assert client.get("/v1/scores", headers=header).status_code == 200
    with city.database.begin() as connection:
        connection.execute(KEYS.delete())
    with cities.served(city, keyless=False) as (client,):
        assert client.get("/v1/scores").status_code == 401, "beyond loopback nobody is the local operator"


def test_who_shows_what_was_granted_a_moment_ago_is_not_told_that_nothing_is(city: Home) -> None:
    with cities.served(city, token=TOKEN) as (client,):
        client.app.registry.stop()  # type: ignore[attr-defined]
        assert client.get("/v1/scores", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
        header = cities.key(city)
        assert client.get("/v1/grids/nowhere", headers=header).status_code == 404
        assert client.get("/v1/scores").status_code == 401, "and from then on nobody else is the local operator"


def test_a_session_opened_a_moment_ago_is_a_session_at_once(city: Home) -> None:
    with cities.served(city, token=TOKEN) as (client,):
        client.app.registry.stop()  # type: ignore[attr-defined]
        client.cookies.set("riskwarn", session_of(city, Role.ANALYST, datetime.now(UTC)))
        from_no_page = client.post("/console/uploads", headers={"Origin": "http://localhost"})
        assert (
            from_no_page.json()["detail"]
            == "Who has signed in with a browser changes something by a page of ours alone."
        )


def test_the_local_operator_changes_nothing_without_the_token_of_this_start(city: Home) -> None:
    right = {"Authorization": f"Bearer {TOKEN}"}
    for token, header, status in (
        (TOKEN, right, 405),
        (TOKEN, {}, 403),
        (TOKEN, {"Authorization": "Bearer " + "00" * 32}, 403),
        ("", {"Authorization": "Bearer "}, 403),
        (TOKEN, {**right, "Origin": "http://evil.example"}, 403),
        (TOKEN, {**right, "Origin": "null"}, 403),
        (TOKEN, {**right, "Origin": "http://localhost.evil.example"}, 403),
        (TOKEN, {**right, "Origin": "http://localhost"}, 405),
    ):
        with cities.served(city, token=token) as (client,):
            for method in ("POST", "PUT", "DELETE", "PATCH"):
                answer = client.request(method, "/v1/scores", headers=header)
                assert answer.status_code == status, (token, header)


def test_a_page_of_another_origin_is_answered_nothing_while_no_key_exists(city: Home) -> None:
    paths = (
        "/v1/scores",
        f"/v1/grids/{OWN_GRID}",
        "/v1/export.csv",
        "/healthz",
        "/metrics",
        "/",
        "/pages/sign-in.js",
        "/nothing",
    )
    with cities.served(city) as (client,):
        for origin in FOREIGN:
            for path in paths:
                # The second is what is repeated where the first was answered.
                for method in ("GET", "HEAD", "GET"):
                    answer = client.request(method, path, headers={"Origin": origin})
                    assert answer.status_code == 403 and "etag" not in answer.headers, (origin, path)
            assert answer.json()["type"] == "urn:riskwarn:request_refused" and "origin" in answer.json()["detail"]
        two = client.get("/v1/scores", headers=[("Origin", LOCAL), ("Origin", "http://evil.example")])
        assert two.status_code == 403
        for own in ({}, {"Origin": LOCAL}):
            assert client.get("/v1/scores", headers=own).status_code == 200, "a program, and the page itself"
        chinese = client.get("/v1/scores", headers={"Origin": "null", "Accept-Language": "zh"}).json()["detail"]
        assert not chinese.isascii()
        # With a key a program says what it wants of its page; a browser tells nothing of it to that one.
        header = cities.key(city)
        client.app.registry.look()  # type: ignore[attr-defined]
        assert client.get("/v1/scores", headers={**header, "Origin": FOREIGN[0]}).status_code == 200


def test_the_token_of_a_start_is_its_owners_alone_and_another_each_time(city: Home) -> None:
    first = start_token(city)
    file = city.path / START_TOKEN
    assert file.read_text().strip() == first and stat.S_IMODE(file.stat().st_mode) == 0o600
    second = start_token(city)
    assert second != first and stat.S_IMODE(file.stat().st_mode) == 0o600
    # Who stops takes his own away, and that of another server of the home stays.
    forget_token(city, first)
    assert file.read_text().strip() == second
    for _ in range(2):
        forget_token(city, second)
        assert not file.exists()


def test_what_is_answered_is_not_for_other_origins(city: Home) -> None:
    with cities.served(city) as (client,):
        for path in (
            "/",
            "/pages/sign-in.js",
            "/docs",
            "/openapi.json",
            "/v1/scores",
            "/healthz",
            "/metrics",
            "/nothing",
        ):
            assert client.get(path).headers.get("cross-origin-resource-policy") == "same-origin", path


def test_beyond_loopback_a_key_is_needed_first(city: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HostRefused):
        serve(city, "0.0.0.0", 0)
    for name in ("hold_no_learner", "log_as_json"):
        monkeypatch.setattr(f"serving.api.server.{name}", lambda: None)
    served: list[Any] = []
    monkeypatch.setattr("serving.api.server._Server.run", lambda self, sockets: served.append(self.config.app()))
    cities.key(city)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(TlsNeeded, match="--tls-cert"):
        serve(city, "0.0.0.0", port)
    serve(city, "0.0.0.0", port, options=Options(proxies=("10.20.0.5",)))
    options = served[0].options
    assert (options.keyless, options.confirmed, len(options.token)) == (False, True, 64) and options.token not in repr(
        options
    )
