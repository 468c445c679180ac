"""The city's sign-on: what comes back is held against what was begun, and what it says of a person against its signature."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.testclient import TestClient

from riskwarn.errors import SignOnFailed
from riskwarn.home import Home
from serving.access.scopes import Role
from serving.access.sign_on import SignOn
from tests.serving.access.browsers import (
    ADDRESS,
    COOKIE,
    PAGE,
    Clock,
    Server,
    audited,
    configured,
    operator,
    serving,
    signed_in,
)
from tests.serving.access.sign_on_server import Person, provider

ISSUER = "https://sso.example"
CALLBACK = f"{ADDRESS}/sign-in/oidc/callback"
BEGUN = "__Host-riskwarn-begun"
DESCRIBED = {
    "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/auth", "token_endpoint": f"{ISSUER}/token", "jwks_uri": f"{ISSUER}/keys",
    "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
}  # fmt: skip


def rules(issuer: str, more: str = "") -> str:
    return f"sign_in: {{address: '{ADDRESS}', oidc: {{issuer: '{issuer}', client_id: riskwarn{more}}}}}\n"


def begin(browser: TestClient, back: str = "") -> dict[str, str]:
    """Begin; gives what the sign-on is told in the address."""
    answer = browser.post("/sign-in/oidc", json={"back": back}, headers=PAGE)
    assert answer.status_code == 200, answer.text
    flags = answer.headers["set-cookie"].split("; ")
    assert flags[0].startswith(BEGUN) and set(flags[1:]) == {
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
        "Secure",
        "Max-Age=600",
    }
    location = answer.json()["location"]
    return {"location": location, **{name: one[0] for name, one in parse_qs(urlsplit(location).query).items()}}


def came_back(browser: TestClient, **told: str) -> str:
    """Where the browser is sent on to."""
    answer = browser.get("/sign-in/oidc/callback", params=told, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 303 and answer.headers["cache-control"] == "no-store"
    assert any(f"{BEGUN}=;" in one and "Max-Age=0" in one for one in answer.headers.get_list("set-cookie"))
    return str(answer.headers["location"])


OWN = RSAKey.generate_key(2048, {"kid": "1"})


class Made:
    """A sign-on that answers what a test wants."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.key, self.algorithm = OWN, "RS256"
        self.signed_by: Any = None
        self.claims: dict[str, Any] = {}
        self.described: dict[str, Any] | None = dict(DESCRIBED)
        self.codes: list[tuple[str, str]] = []
        self.nonce = ""
        monkeypatch.setattr(SignOn, "_fetched", lambda _self, address: self.answer(address))
        monkeypatch.setattr(
            SignOn, "_exchanged", lambda _self, _client, _described, begun, code: self.token(begun, code)
        )

    def answer(self, address: str) -> dict[str, Any]:
        if self.described is None:
            raise SignOnFailed(problem="it does not answer")
        return self.described if address.endswith("configuration") else dict(KeySet([self.key]).as_dict(private=False))

    def token(self, begun: Any, code: str) -> dict[str, str]:
        self.codes.append((code, begun.verifier))
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": "riskwarn", "sub": "20113", "iat": now, "exp": now + 300, "nonce": begun.nonce}
        claims = {name: value for name, value in (claims | self.claims).items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.key.kid}
        if self.algorithm == "RS256":
            return {"access_token": "a", "id_token": jwt.encode(header, claims, self.signed_by or self.key)}
        # What no library writes: without a signature, or signed with the public key as if that were a secret.
        text = ".".join(_packed(json.dumps(one).encode()) for one in (header, claims))
        signature = b"" if self.signed_by is None else hmac.digest(self.signed_by, text.encode(), "sha256")
        return {"access_token": "a", "id_token": f"{text}.{_packed(signature)}"}


def _packed(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture
def made(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Home, Made, Server]]:
    """(a home with one operator whom the sign-on calls 20113, the sign-on, the server)."""
    sign_on = Made(monkeypatch)
    home = configured(home, rules(ISSUER))
    operator(home, subject="20113")
    with serving(home, Clock()) as server:
        yield home, sign_on, server


def test_who_comes_back_is_signed_in_where_he_was(made: tuple[Home, Made, Server]) -> None:
    home, sign_on, server = made
    browser = server.browser()
    asked = begin(browser, "#lang=en&unit=town")
    assert asked["location"].startswith(f"{ISSUER}/auth?") and asked["redirect_uri"] == CALLBACK
    assert (asked["response_type"], asked["scope"], asked["code_challenge_method"]) == ("code", "openid", "S256")
    assert came_back(browser, code="c", state=asked["state"], iss=ISSUER, session_state="x") == "/#lang=en&unit=town"
    assert signed_in(browser) and browser.get("/sign-in/state").json()["method"] == "oidc"
    code, verifier = sign_on.codes[0]
    assert code == "c" and 43 <= len(verifier) <= 128
    assert [one[0] for one in audited(home)] == ["session.opened"] and "20113" not in str(audited(home))


def test_what_was_not_begun_in_this_browser_ends_here(made: tuple[Home, Made, Server]) -> None:
    """State and code of another session, replayed, changed, too late, or from another sign-on."""
    home, sign_on, server = made
    own, other = server.browser(), server.browser()
    first, second = begin(own), begin(other)
    refused = "/sign-in?problem=sign_in_refused"
    assert came_back(server.browser(), code="c", state=first["state"]) == refused, "a browser that began nothing"
    assert came_back(own, code="c", state=second["state"]) == refused, "the code and the state of another's session"
    assert came_back(own, code="c", state=first["state"]) == refused, "each comes back once, even where it was refused"
    held = other.cookies[BEGUN]
    assert came_back(other, code="c", state=second["state"]) == "/"
    replayed = server.browser()
    replayed.cookies.set(BEGUN, held)
    assert came_back(replayed, code="c", state=second["state"]) == refused and not signed_in(replayed)
    assert len(sign_on.codes) == 1, "nobody asked the sign-on about the others"
    for told in ({"state": ""}, {}, {"error": "access_denied"}, {"iss": "https://evil.example"}, {"code": ""}):
        browser = server.browser()
        asked = begin(browser)
        assert (
            came_back(browser, **{"code": "c", "state": asked["state"], **told} if told else {"code": "c"}) == refused
        )
        assert not signed_in(browser)
    late = server.browser()
    asked = begin(late)
    server.clock.move(minutes=10)
    assert came_back(late, code="c", state=asked["state"]) == refused
    assert {one[2:] for one in audited(home, "session.refused")} == {("oidc", "refused")}


NOT_BELIEVED: list[dict[str, Any]] = [
    {"nonce": "another"}, {"nonce": None}, {"nonce": None, "nonce_supported": False}, {"iss": "https://evil.example"}, {"iss": None},
    {"aud": "another"}, {"aud": ["riskwarn", "another"], "azp": "another"}, {"exp": 1}, {"exp": None}, {"iat": None},
    {"at_hash": "AAAA"}, {"nbf": 32503680000},
]  # fmt: skip


def test_what_is_said_of_somebody_else_or_not_now_is_not_believed(made: tuple[Home, Made, Server]) -> None:
    _, sign_on, server = made
    for sign_on.claims in NOT_BELIEVED:
        browser = server.browser()
        asked = begin(browser)
        assert came_back(browser, code="c", state=asked["state"]) == "/sign-in?problem=sign_in_refused", sign_on.claims
        assert not signed_in(browser) and COOKIE not in browser.cookies


def test_what_the_sign_on_did_not_sign_is_not_believed(made: tuple[Home, Made, Server]) -> None:
    _, sign_on, server = made
    public = sign_on.key.as_pem(private=False)
    forged = [("none", None), ("RS256", RSAKey.generate_key(2048, {"kid": "1"})), ("HS256", public)]
    for sign_on.algorithm, sign_on.signed_by in forged:
        browser = server.browser()
        asked = begin(browser)
        assert came_back(browser, code="c", state=asked["state"]) == "/sign-in?problem=sign_in_refused", (
            sign_on.algorithm
        )
    # A key that the sign-on began to use since is looked for once more.
    sign_on.algorithm, sign_on.signed_by = "RS256", None
    sign_on.key = RSAKey.generate_key(2048, {"kid": "2"})
    browser = server.browser()
    asked = begin(browser)
    assert came_back(browser, code="c", state=asked["state"]) == "/"


def test_who_is_no_operator_here_is_told_so_in_one_sentence(made: tuple[Home, Made, Server]) -> None:
    home, sign_on, server = made
    for subject in ("20114", "２０１１３", "20113 ", "20113\u200b", ["20113"], "x" * 300, None):
        sign_on.claims = {"sub": subject}
        browser = server.browser()
        place = came_back(browser, code="c", state=begin(browser)["state"])
        assert (
            place == f"/sign-in?problem={'sign_in_refused' if not isinstance(subject, str) else 'subject_unknown'}"
        ), subject
        assert not signed_in(browser)
    assert {one[:2] for one in audited(home)} == {("session.refused", "nobody")}


def test_a_sign_on_that_is_another_or_leads_elsewhere_is_not_asked(made: tuple[Home, Made, Server]) -> None:
    _, sign_on, server = made
    for changed in (
        {"issuer": "https://evil.example"}, {"token_endpoint": "https://evil.example/token"}, {"jwks_uri": "http://sso.example/keys"},
        {"jwks_uri": "file:///etc/passwd"}, {"authorization_endpoint": "javascript:alert(1)"}, None,
    ):  # fmt: skip
        sign_on.described = None if changed is None else DESCRIBED | changed
        answer = server.browser().post("/sign-in/oidc", json={}, headers=PAGE)
        assert answer.status_code == 503 and answer.json()["type"] == "urn:riskwarn:sign_on_failed"
    # For a while it is not asked again: those who wait for a silent one would hold the server.
    sign_on.described = dict(DESCRIBED)
    assert server.browser().post("/sign-in/oidc", json={}, headers=PAGE).status_code == 503
    rules_of_it = made[0].configuration.sign_in.oidc
    assert rules_of_it is not None and SignOn(made[0], rules_of_it, ADDRESS)._description()["issuer"] == ISSUER


def test_a_host_that_the_configuration_names_may_be_asked(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_on = Made(monkeypatch)
    sign_on.described = DESCRIBED | {"jwks_uri": "https://keys.example/keys"}
    home = configured(home, rules(ISSUER, ", hosts: [keys.example], claim: staff"))
    operator(home, subject="20113")
    with serving(home, Clock()) as server:
        for claims, place in (
            ({"staff": "20113", "sub": "x"}, "/"),
            ({"sub": "20113"}, "/sign-in?problem=subject_unknown"),
        ):
            sign_on.claims = claims
            browser = server.browser()
            assert came_back(browser, code="c", state=begin(browser)["state"]) == place


@pytest.mark.node
def test_people_sign_in_by_a_real_sign_on(home: Home) -> None:
    """The whole way against a certified provider, and the attacks that only it can answer."""
    with provider(CALLBACK) as real:
        home = configured(home, rules(real.issuer), oidc_secret=real.secret)
        who = operator(home, Role.SUPERVISOR, subject="20113")
        refused = "/sign-in?problem=sign_in_refused"
        with serving(home, Clock()) as server:
            browser, person = server.browser(), Person()
            back = person.sign_in(begin(browser, "#unit=town")["location"], "20113", CALLBACK)
            told = {name: one[0] for name, one in parse_qs(urlsplit(back).query).items()}
            assert told["iss"] == real.issuer
            held = browser.cookies[BEGUN]
            # Whoever got hold of the code has a sign-in of his own at most: PKCE keeps the code the first's.
            thief = server.browser()
            assert came_back(thief, code=told["code"], state=begin(thief)["state"]) == refused
            assert came_back(browser, **told) == "/#unit=town"
            state = browser.get("/sign-in/state").json()
            assert (state["operator"], state["role"], state["method"]) == (who, "supervisor", "oidc")
            again = server.browser()
            again.cookies.set(BEGUN, held)
            assert came_back(again, **told) == refused
            stranger = server.browser()
            back = Person().sign_in(begin(stranger)["location"], "20114", CALLBACK)
            told = {name: one[0] for name, one in parse_qs(urlsplit(back).query).items()}
            assert came_back(stranger, **told) == "/sign-in?problem=subject_unknown" and not signed_in(stranger)
        wrong = configured(home, "", oidc_secret="0" * 32)
        with serving(wrong, Clock()) as server:
            browser = server.browser()
            back = person.sign_in(begin(browser)["location"], "20113", CALLBACK)
            told = {name: one[0] for name, one in parse_qs(urlsplit(back).query).items()}
            assert came_back(browser, **told) == refused, "the sign-on does not know a client with this secret"
