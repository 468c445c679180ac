"""A gateway that says who asks, and the subjects by which operators are known to it and to the sign-on."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from riskwarn import errors
from riskwarn.errors import SettingInvalid
from riskwarn.home import Home
from riskwarn.secrets import keep
from riskwarn.secrets.key_file import make
from riskwarn.sign_in import Gateway
from serving.access import grants, operators
from serving.access.scopes import Role
from serving.access.subjects import bind_subject
from serving.api.app import Application
from serving.api.options import Options
from tests.serving.access.browsers import (
    ADDRESS,
    NOW,
    PAGE,
    SECRET,
    Clock,
    audited,
    configured,
    operator,
    own_key,
    serving,
)
from tests.serving.conftest import running_application

GATEWAY = "sign_in: {address: 'https://risk.example', gateway: {networks: [10.20.0.5/32], header: X-Card}}\n"


def told_by(subject: str, **others: str) -> dict[str, str]:
    return {"X-Card": subject, "X-Riskwarn-Gateway": SECRET, **others}


def test_a_gateway_says_who_asks_and_nobody_else_does(home: Home) -> None:
    home = configured(home, GATEWAY, gateway_secret=SECRET)
    who, other = operator(home, subject="card-20113"), operator(home, Role.AUDIT, subject="card-20114")
    with serving(home, Clock()) as server:
        gateway = server.browser("10.20.0.5")
        assert gateway.get("/sign-in/state", headers=told_by("card-20113")).json()["ways"] == ["gateway", "key"]
        assert gateway.get("/sign-in/state").json()["ways"] == ["key"]
        assert gateway.get("/v1/scores", headers=told_by("card-20113")).status_code == 401, "it takes a session"
        opened = gateway.post("/sign-in/gateway", json={}, headers={**PAGE, **told_by("card-20113")})
        assert opened.status_code == 200
        told = gateway.get("/sign-in/state", headers=told_by("card-20113")).json()
        assert (told["operator"], told["method"]) == (who, "gateway")
        # It holds while the gateway says so: another card in the reader is another person, and none is nobody.
        for headers in (told_by("card-20114"), {}):
            assert gateway.get("/sign-in/state", headers=headers).json()["signed_in"] is False
        unknown = gateway.post("/sign-in/gateway", json={}, headers={**PAGE, **told_by("card-1")})
        assert unknown.status_code == 403 and unknown.json()["detail"].count(".") == 1
        # Smuggled: from elsewhere, without the secret, with a wrong one, twice, or in letters that look the same.
        stranger = server.browser("10.20.0.6")
        smuggled: list[tuple[Any, Any]] = [
            (stranger, told_by("card-20113")),
            (stranger, told_by("card-20113", **{"X-Forwarded-For": "10.20.0.5", "X-Real-IP": "10.20.0.5"})),
            (gateway, {"X-Card": "card-20113"}),
            (gateway, told_by("card-20113", **{"X-Riskwarn-Gateway": SECRET + "x"})),
            (gateway, [("X-Card", "card-20113"), ("X-Card", "card-20114"), ("X-Riskwarn-Gateway", SECRET)]),
            (gateway, [("X-Card", "card-20113"), ("X-Riskwarn-Gateway", SECRET), ("X-Riskwarn-Gateway", SECRET)]),
            (gateway, told_by("")),
        ]
        for browser, headers in smuggled:
            answer = browser.get("/readyz", headers=headers)
            assert answer.status_code == 403 and answer.json()["type"] == "urn:riskwarn:gateway_refused", headers
            if isinstance(headers, dict):
                assert browser.post("/sign-in/gateway", json={}, headers={**PAGE, **headers}).status_code == 403
        wide = [(b"x-card", "ｃard-20113".encode()), (b"x-riskwarn-gateway", SECRET.encode())]
        assert gateway.post("/sign-in/gateway", json={}, headers=[*wide, *PAGE.items()]).status_code == 403
        assert stranger.get("/sign-in/state", headers={"X_Card": "card-20113"}).json()["signed_in"] is False
    assert ("session.opened", who, "", "done") in audited(home)
    assert ("session.refused", "nobody", "gateway", "unknown") in audited(home)
    assert {one[3] for one in audited(home, "access")} == {"gateway"}
    assert "card-2011" not in str(audited(home)) and other not in str(audited(home))


def test_a_gateway_may_be_known_by_its_certificate(home: Home) -> None:
    print_of_it = "ab" * 32
    home = configured(home, GATEWAY.replace("header: X-Card", f"header: X-Card, certificate: '{print_of_it}'"))
    operator(home, subject="card-20113")
    with serving(home, Clock()) as server:
        for shown, status in ((print_of_it, 401), ("cd" * 32, 403), (None, 403)):
            scope_given = {"riskwarn.peer": ("10.20.0.5", 4), "riskwarn.certificate": shown}

            async def connected(scope: Any, receive: Any, send: Any, given: Any = scope_given) -> None:
                await server.application({**scope, **given} if scope["type"] == "http" else scope, receive, send)

            client = TestClient(connected, base_url=ADDRESS, client=("10.1.1.1", 4))
            assert client.get("/v1/scores", headers={"X-Card": "card-20113"}).status_code == status


def test_over_real_connections_it_is_known_by_who_holds_them(home: Home) -> None:
    """A declared proxy's word changes the address that keys are held against, never whose word it is."""
    home = configured(home, GATEWAY.replace("10.20.0.5/32", "127.0.0.2/32"), gateway_secret=SECRET)
    who = operator(home, subject="card-20113")
    options = Options(keyless=False, proxies=("127.0.0.1", "127.0.0.2"))
    with running_application(Application(home, options=options)) as address:

        def asking(place: str) -> httpx.Client:
            told = {**told_by("card-20113"), "X-Forwarded-Proto": "https", "Host": "risk.example"}
            return httpx.Client(base_url=address, headers=told, transport=httpx.HTTPTransport(local_address=place))

        with asking("127.0.0.1") as undeclared, asking("127.0.0.2") as gateway:
            for said in (
                "X-Forwarded-For: 127.0.0.2",
                "X-Forwarded-For: 127.0.0.2, 127.0.0.2",
                "Forwarded: for=127.0.0.2",
                "X-Real-IP: 127.0.0.2",
                "Via: 1.1 x",
            ):
                name, value = said.split(": ", 1)
                answer = undeclared.get("/sign-in/state", headers={name: value})
                assert (answer.status_code, answer.json()["type"]) == (403, "urn:riskwarn:gateway_refused"), said
                opened = undeclared.post("/sign-in/gateway", json={}, headers={**PAGE, name: value})
                assert opened.status_code == 403 and "set-cookie" not in opened.headers
            behind = {"X-Forwarded-For": "10.9.0.7"}
            assert "gateway" in gateway.get("/sign-in/state", headers=behind).json()["ways"]
            opened = gateway.post("/sign-in/gateway", json={}, headers={**PAGE, **behind})
            assert opened.status_code == 200
            cookie = {"Cookie": opened.headers["set-cookie"].split(";")[0]}
            assert gateway.get("/sign-in/state", headers={**behind, **cookie}).json()["operator"] == who
            assert undeclared.get("/v1/scores", headers=cookie).status_code == 403, "nor with the session of another"
    assert [one[:2] for one in audited(home)] == [("session.opened", who)]


def test_a_gateway_that_nothing_tells_from_others_is_no_gateway(home: Home, tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="RISKWARN_GATEWAY_SECRET"):
        Application(configured(home, GATEWAY))
    sealing = {"secrets_key": str(tmp_path / "secrets.key")}
    make(configured(home, "", **sealing), "aes-256-gcm")
    with pytest.raises(SettingInvalid, match="riskwarn secrets set gateway"):
        Application(configured(home, "", **sealing))
    keep(configured(home, "", **sealing), "gateway", SECRET, now=NOW)
    assert SECRET not in repr(Application(configured(home, "", **sealing))._app._app._gateway)  # type: ignore[attr-defined]
    with pytest.raises(SettingInvalid, match=r"RISKWARN_SECRETS_KEY.*the secret gateway is sealed"):
        Application(configured(home, ""))
    with pytest.raises(SettingInvalid, match="16"):
        Application(configured(home, "", gateway_secret="short"))


def test_a_subject_is_one_persons_and_who_binds_it_does_not_confirm_it(home: Home) -> None:
    administrator = operator(home, Role.SECURITY)
    token = own_key(home, administrator)
    with home.database.begin() as connection:
        connection.execute(text("UPDATE keys SET confirmed_by = 'local'"))
    who = operator(home, subject="20113")
    with pytest.raises(errors.SubjectTaken, match=who):
        operator(home, subject="20113")
    for wrong in ("", " 20113", "2\n", "x" * 256):
        with pytest.raises(errors.SubjectInvalid):
            bind_subject(home, who, wrong, now=NOW)
    grants.confirm(home, who, now=NOW, token=token)
    assert bind_subject(home, who, "20119", now=NOW, token=token) == {"id": who, "confirmed": False}
    with pytest.raises(errors.ConfirmationRefused):
        grants.confirm(home, who, now=NOW, token=token)
    listed = {one["id"]: one for one in operators.listed_operators(home, now=NOW)}
    assert listed[who]["subject"] is True and listed[who]["state"] == "waits for confirmation"
    assert "20119" not in str(listed) and b"20119" not in _bytes(home)
    operators.revoke_operator(home, who, "left the office", now=NOW)
    assert operator(home, subject="20119") != who, "whoever comes after may have it"


def _bytes(home: Home) -> bytes:
    file = home.path / "riskwarn.db"
    if home.settings.database_url is not None:
        return b""
    with sqlite3.connect(file) as connection:
        return b"".join(str(row).encode() for row in connection.iterdump())


def test_a_certificate_is_declared_as_openssl_prints_it() -> None:
    declared = Gateway(networks=("10.20.0.5/32",), certificate=":".join(["AB"] * 32))
    assert declared.certificate == "ab" * 32
