"""The city's sign-on: OpenID Connect by a code with PKCE (RFC 7636), what comes back held against what was begun.

Authlib and the HTTP client are imported where a sign-on is declared, and nowhere else.
"""

from __future__ import annotations

import hmac
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from riskwarn.errors import SettingInvalid, SignInRefused, SignOnFailed
from riskwarn.home import Home
from riskwarn.messages import Message
from riskwarn.sign_in import Oidc, checked_url
from serving.access.begun import Begun
from serving.access.own_secrets import own_secret

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

#: Seconds for which the sign-on may be silent, and for which its description holds; after a failure one does not ask again at once.
TIMEOUT, HOLDS, PAUSE = 5.0, 3_600.0, 10.0

#: Sign-ins of which a process asks the sign-on at once: the others wait, and those who read rankings do not.
_AT_ONCE = 8

#: Seconds by which the clocks may differ.
LEEWAY = 60

#: Signatures by a key of the sign-on's own; one by a shared secret, or none, is none.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")

#: How the sign-on may want the secret of a client.
_BY_SECRET = ("client_secret_basic", "client_secret_post")

CALLBACK = "/sign-in/oidc/callback"


class SignOn:
    """The sign-on of a configuration, as one process knows it."""

    def __init__(self, home: Home, rules: Oidc, address: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules, self._clock = rules, clock
        self.redirect_uri = address + CALLBACK
        self._secret = own_secret(home, "oidc")
        self._verify: ssl.SSLContext | bool = True
        if rules.ca is not None:
            try:
                self._verify = ssl.create_default_context(cafile=rules.ca)
            except OSError as error:
                problem = "it takes a file of certificates (PEM) that can be read"
                raise SettingInvalid(name="sign_in: oidc: ca", value=rules.ca, problem=problem) from error
        self._described: dict[str, Any] | None = None
        self._keys: dict[str, Any] | None = None
        self._asked_at = self._failed_at = float("-inf")
        self._lock, self._places = threading.Lock(), threading.BoundedSemaphore(_AT_ONCE)

    def address_of(self, begun: Begun) -> str:
        """Where the browser is sent to sign in. Raises SignOnFailed."""
        described = self._description()
        with self._client(described) as client:
            address, _ = client.create_authorization_url(
                described["authorization_endpoint"], state=begun.state, code_verifier=begun.verifier, nonce=begun.nonce
            )
        return str(address)

    def subject(self, begun: Begun, told: Mapping[str, str]) -> object:
        """Who signed in, of what the browser brought back (`told`: state, code, iss or error). Raises SignInRefused, SignOnFailed."""
        if not hmac.compare_digest(begun.state.encode(), told.get("state", "").encode()):
            raise SignInRefused(problem=Message("what came back from the sign-on was not begun here"))
        described = self._description()
        # Where another sign-on answers in the place of the one that was asked (RFC 9207).
        if told.get("iss", described["issuer"]) != described["issuer"]:
            raise SignInRefused(problem=Message("what came back from the sign-on was not begun here"))
        if "error" in told or not told.get("code"):
            raise SignInRefused(problem=Message("the sign-on refused it"))
        with self._client(described) as client:
            token = self._exchanged(client, described, begun, told["code"])
        return self._claims(token, described, begun).get(self._rules.claim)

    def _exchanged(
        self, client: OAuth2Client, described: Mapping[str, Any], begun: Begun, code: str
    ) -> Mapping[str, Any]:
        from authlib.integrations.httpx_client import OAuthError

        with self._asking():
            try:
                found: Mapping[str, Any] = client.fetch_token(
                    described["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=begun.verifier,
                )
            except OAuthError as error:
                # A code that was used before, is of another session or has no right verifier ends here.
                raise SignInRefused(problem=Message("the sign-on refused it")) from error
        return found

    def _claims(self, token: Mapping[str, Any], described: Mapping[str, Any], begun: Begun) -> Mapping[str, Any]:
        """What the sign-on says of a person, with its signature, its receiver, its time and its nonce looked at."""
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import InvalidKeyIdError, JoseError

        try:
            try:
                read = self._decoded(token["id_token"], described, anew=False)
            except InvalidKeyIdError:
                read = self._decoded(token["id_token"], described, anew=True)
            claims = CodeIDToken(
                read.claims,
                read.header,
                {
                    "iss": {"essential": True, "value": described["issuer"]},
                    "aud": {"essential": True, "value": self._rules.client_id},
                },
                {"nonce": begun.nonce, "client_id": self._rules.client_id, "access_token": token.get("access_token")},
            )
            claims.validate(leeway=LEEWAY)
        except (JoseError, KeyError, ValueError, TypeError) as error:
            raise SignInRefused(problem=Message("what the sign-on said of you cannot be believed")) from error
        found: Mapping[str, Any] = claims
        return found

    def _decoded(self, text: str, described: Mapping[str, Any], anew: bool) -> Any:
        from joserfc import jwt
        from joserfc.jwk import KeySet
        from joserfc.jws import JWSRegistry

        offered = described.get("id_token_signing_alg_values_supported") or ["RS256"]
        algorithms = [one for one in ALGORITHMS if one in offered]
        keys = KeySet.import_key_set(self._key_set(described, anew))  # type: ignore[arg-type]
        return jwt.decode(text, keys, registry=JWSRegistry(algorithms=algorithms, strict_check_header=False))

    def _key_set(self, described: Mapping[str, Any], anew: bool) -> dict[str, Any]:
        with self._lock:
            if self._keys is None or anew:
                self._keys = self._fetched(described["jwks_uri"])
            return self._keys

    def _description(self) -> Mapping[str, Any]:
        """What the sign-on says of itself; held for a while. Raises SignOnFailed."""
        with self._lock:
            now = self._clock()
            if self._described is None or now - self._asked_at >= HOLDS:
                if now - self._failed_at < PAUSE:
                    raise SignOnFailed(problem=_silent())
                try:
                    self._described = self._checked(
                        self._fetched(f"{self._rules.issuer}/.well-known/openid-configuration")
                    )
                except SignOnFailed:
                    self._failed_at = now
                    raise
                self._asked_at, self._keys = now, None
            return self._described

    def _checked(self, described: dict[str, Any]) -> dict[str, Any]:
        """A description that is of this sign-on, and names no host that the configuration does not name."""
        if str(described.get("issuer", "")).rstrip("/") != self._rules.issuer:
            raise SignOnFailed(problem=Message("it calls itself by another name than sign_in: oidc: issuer"))
        named = {urlsplit(self._rules.issuer).hostname, *self._rules.hosts}
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            try:
                host = urlsplit(checked_url(str(described.get(name, "")).partition("?")[0])).hostname
            except ValueError as error:
                raise SignOnFailed(problem=Message("its {name} is no address over https", name=name)) from error
            if name != "authorization_endpoint" and host not in named:
                problem = Message(
                    "its {name} is on the host {host}, which sign_in: oidc: hosts does not name", name=name, host=host
                )
                raise SignOnFailed(problem=problem)
        return described

    def _fetched(self, address: str) -> dict[str, Any]:
        with self._asking(), self._client({}) as client:
            answer = client.request("GET", address, withhold_token=True)
            found = answer.json() if answer.status_code == 200 else None
        if not isinstance(found, dict):
            raise SignOnFailed(problem=_silent())
        return found

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """While the sign-on is asked: whatever befalls that is told as its failure."""
        import httpx2

        if not self._places.acquire(timeout=TIMEOUT):
            raise SignOnFailed(problem=Message("too many are signing in at once"))
        try:
            yield
        except (httpx2.HTTPError, ValueError, OSError) as error:
            raise SignOnFailed(problem=_silent()) from error
        finally:
            self._places.release()

    def _client(self, described: Mapping[str, Any]) -> OAuth2Client:
        """A client that asks nobody but the sign-on: no proxy of the environment, nowhere else where it is sent on."""
        from authlib.integrations.httpx_client import OAuth2Client

        offered = described.get("token_endpoint_auth_methods_supported") or list(_BY_SECRET[:1])
        method = next((one for one in _BY_SECRET if one in offered), _BY_SECRET[0]) if self._secret else "none"
        return OAuth2Client(
            self._rules.client_id, self._secret, token_endpoint_auth_method=method, scope=" ".join(self._rules.scopes),
            redirect_uri=self.redirect_uri, code_challenge_method="S256", timeout=TIMEOUT, trust_env=False, follow_redirects=False,
            verify=self._verify,
        )  # fmt: skip


def _silent() -> str:
    return Message("it does not answer as a sign-on does")


def declared_sign_on(home: Home) -> SignOn | None:
    """The sign-on of the configuration. Raises SettingInvalid (its secret)."""
    rules = home.configuration.sign_in
    if rules.oidc is None or rules.address is None:
        return None
    return SignOn(home, rules.oidc, rules.address)
