"""The gate: who asks is found out here, and nowhere else; what comes to nobody's mind is refused.

While no key and no operator exists, whoever asks from this machine is the local operator; a page elsewhere may have re-bound its name,
or ask from a browser here, and a gateway forgotten what it stands before, so that any other Host or Origin and anything that was
forwarded is refused. From then on a key is needed, or a session of somebody who signed in, wherever one asks from.
"""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from anyio import to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

from riskwarn.errors import GatewayRefused, KeyRefused, NetworkRefused, RiskwarnError, TooManyRequests
from serving.access.caller import LOCAL, NOBODY, Caller
from serving.access.gateway import Gateway
from serving.access.limits import Allowance, Counted, Limits
from serving.access.networks import allowed, neighbourhood
from serving.access.registry import Registry
from serving.access.signed_in import SignedIn
from serving.api.browser import Browsers
from serving.api.loopback import refusal
from serving.api.noted import Noted, origin
from serving.api.options import Options
from serving.api.problems import PAGE_OF_ALERT, challenge, send_error, send_problem

Header = tuple[bytes, bytes]

_BEARER = b"bearer "

#: Keys that are known at once.
_MOST_KNOWN = 10_000


@dataclass(slots=True)
class _Known:
    """A key or a session that was let in: until when, from where, and what it may ask yet."""

    caller: Caller
    until: float
    address: str
    generation: int
    allowance: Allowance
    signed_in: SignedIn | None = None


class Gate:
    """Sets `riskwarn.caller`, or refuses. `token` is that of this start, which the local operator needs to change anything.

    A key that was let in is known by the digest of what it shows, until anything changes: so that a poll costs a look into a
    dictionary. `clock` gives the time as a timestamp.
    """

    def __init__(
        self,
        app: ASGIApp,
        registry: Registry,
        limits: Limits,
        noted: Noted,
        clock: Callable[[], float] = time.time,
        token: str = "",
        browsers: Browsers | None = None,
        gateway: Gateway | None = None,
    ) -> None:
        self._app, self._registry, self._limits, self._noted = app, registry, limits, noted
        self._clock, self._token = clock, token
        self._browsers, self._gateway = browsers or Browsers(None, Options()), gateway
        self._known: OrderedDict[bytes, _Known] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            # Nothing here speaks anything else, and what nobody thought of is refused.
            await send({"type": "websocket.close", "code": 1008})
            return
        if sum(name == b"host" for name, _ in scope["headers"]) > 1:
            await send_problem(scope, send, 400, "request_refused", TWO_HOSTS)
            return
        changes, local = scope["method"] not in ("GET", "HEAD"), await self._nothing_is_granted(scope)
        foreign = (changes or local) and not self._browsers.of_own_origin(scope)
        if changes and foreign:
            await send_problem(scope, send, 403, "request_refused", FOREIGN_ORIGIN)
        elif local:
            problem = refusal(scope["headers"], scope["http_version"])
            if problem is None and foreign:
                problem = FOREIGN_PAGE
            elif problem is None and changes and not self._is_of_this_start(scope["headers"]):
                problem = TOKEN_NEEDED
            if problem is None:
                scope["riskwarn.caller"] = LOCAL
                await self._app(scope, receive, send)
            else:
                await send_problem(scope, send, 403, "request_refused", problem)
        else:
            await self._with_key(scope, receive, send)

    async def _nothing_is_granted(self, scope: Scope) -> bool:
        """Whether nobody needs a key. Who shows one was granted it, maybe since the last look: then it is looked first."""
        if self._registry.open and self._shows_something(scope):
            await to_thread.run_sync(self._registry.look)
        return self._registry.open

    def _shows_something(self, scope: Scope) -> bool:
        shown = authorization(scope["headers"]) is not None and not self._is_of_this_start(scope["headers"])
        return shown or self._browsers.held(scope) is not None

    def _is_of_this_start(self, headers: list[Header]) -> bool:
        return bool(self._token) and hmac.compare_digest(self._token.encode(), token_of(authorization(headers) or b""))

    async def _with_key(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = origin(scope)
        if self._gateway is not None:
            try:
                scope["riskwarn.gateway"] = self._gateway.subject(scope["headers"], *connected(scope))
            except GatewayRefused as error:
                self._limits.count(neighbourhood(address))
                self._noted.refused(scope, "gateway")
                await send_error(scope, send, error)
                return
        shown = authorization(scope["headers"])
        if shown is None:
            await self._with_session(address, scope, receive, send)
            return
        now, digest = self._clock(), sha256(shown).digest()
        known = self._known.get(digest)
        if (
            known is None
            or known.generation != self._registry.generation
            or now >= known.until
            or address != known.address
        ):
            try:
                known = self._admit(shown, digest, address)
            except (KeyRefused, NetworkRefused) as error:
                await self._refuse(error, shown, address, scope, receive, send)
                return
        self._registry.note(known.allowance.key, now)
        await self._let_in(known, scope, receive, send)

    async def _let_in(self, known: _Known, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a caller ask who is known, as often as is allowed."""
        own = known.allowance
        within = self._limits.take(own)
        if not within or own.at_work >= self._limits.at_once:
            await self._wait(1 if within else max(1, self._limits.seconds(own)), scope, receive, send, own.told.headers)
            return
        scope["riskwarn.told"] = own.told
        scope["riskwarn.caller"] = known.caller
        own.at_work += 1
        try:
            await self._app(scope, receive, send)
        finally:
            own.at_work -= 1

    async def _with_session(self, address: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a browser: whose session is over, or was never there, is nobody."""
        held = self._browsers.held(scope)
        known = None if held is None else await self._recalled(held, address)
        if known is None or known.signed_in is None or not self._holds_here(known.signed_in, address, scope):
            await self._unknown(address, scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD") and not self._browsers.of_own_page(scope):
            scope["riskwarn.caller"] = known.caller
            self._noted.refused(scope, "origin")
            await send_problem(scope, send, 403, "request_refused", NO_PAGE)
            return
        now = self._clock()
        known.until = min(known.signed_in.ends, now + self._registry.sessions.idle)
        self._registry.sessions.uses.note(known.signed_in.session.id, now)
        await self._let_in(known, scope, receive, send)

    async def _recalled(self, held: str, address: str) -> _Known | None:
        """The session that a browser holds, where it is not over; the database is asked aside, and only where memory does not tell."""
        registry, digest = self._registry, sha256(b"session " + held.encode()).digest()
        known, now = self._known.get(digest), self._clock()
        if known is not None and known.generation == registry.generation and now < known.until:
            return known
        found = registry.sessions.find(held)
        lost = found is None or registry.sessions.until(found) <= now < found.ends
        if lost and not self._limits.must_wait(neighbourhood(address)):
            # It may have been opened, or used, in another worker.
            await to_thread.run_sync(registry.look, found is not None)
            found = registry.sessions.find(held)
        if found is None or now >= registry.sessions.until(found):
            self._known.pop(digest, None)
            return None
        until = registry.sessions.until(found)
        made = _Known(found.caller, until, address, registry.generation, self._limits.of(found.operator.id), found)
        self._keep(digest, made)
        return made

    def _holds_here(self, one: SignedIn, address: str, scope: Scope) -> bool:
        """Whether a session is one for this request: where its key opens, and as the gateway says."""
        if not allowed(one.networks, address):
            self._noted.refused(scope, "network", one.session.key or "")
            return False
        return self._says_so(one, scope)

    def _says_so(self, one: SignedIn, scope: Scope) -> bool:
        """Whether a gateway by which somebody signed in still says that it is the same."""
        if not one.by_gateway:
            return True
        subject = scope.get("riskwarn.gateway")
        return subject is not None and one.operator.subject == self._registry.digest_of_subject(subject)

    def _admit(self, shown: bytes, digest: bytes, address: str) -> _Known:
        """Ask the registry for a key, and remember that it was let in. Raises KeyRefused, NetworkRefused."""
        generation = self._registry.generation
        entry = self._registry.admitted(token_of(shown).decode("latin-1"), address)
        known = _Known(entry.caller, entry.until, address, generation, self._limits.of(entry.key.id))
        self._keep(digest, known)
        return known

    def _keep(self, digest: bytes, known: _Known) -> None:
        self._known[digest] = known
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)

    async def _unknown(self, address: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer nobody, who is told of what is open to all; what is refused counts against the address, pages and sign-ins apart."""
        one, counted = neighbourhood(address), _counted(scope["path"])
        if seconds := self._limits.must_wait(one, counted):
            await self._wait(seconds, scope, receive, send)
            return
        scope["riskwarn.caller"] = NOBODY
        await self._app(scope, receive, send)
        if counted is Counted.PAGES or scope.get("riskwarn.status") == 401 or scope.get("riskwarn.refused"):
            self._limits.count(one, counted)

    async def _refuse(
        self, error: RiskwarnError, shown: bytes, address: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        one, known = neighbourhood(address), self._registry.known(token_of(shown).decode("latin-1"))
        if seconds := self._limits.must_wait(one):
            await self._wait(seconds, scope, receive, send)
            return
        self._limits.count(one)
        self._noted.refused(scope, "network" if isinstance(error, NetworkRefused) else "key", known or "")
        await send_error(scope, send, error, [challenge(error)])

    async def _wait(
        self, seconds: int, scope: Scope, receive: Receive, send: Send, told: Sequence[Header] = ()
    ) -> None:
        """Refuse for a while; whether the process lives is told all the while, or whoever watches it would end it for what others ask."""
        if scope["path"] == ALIVE:
            scope["riskwarn.caller"] = NOBODY
            await self._app(scope, receive, send)
            return
        headers = [*told, (b"retry-after", str(seconds).encode())]
        await send_error(scope, send, TooManyRequests(seconds=seconds), headers)


#: Where it is asked whether the process lives.
ALIVE = "/healthz"


def _counted(path: str) -> Counted:
    """As what a request of nobody is counted."""
    if path in ("/", "/sign-in", "/sign-in/state") or path.startswith(("/pages/", "/assets/", PAGE_OF_ALERT)):
        return Counted.PAGES
    return Counted.SIGN_IN if path.startswith("/sign-in/") else Counted.REFUSED


TWO_HOSTS = "The request names more than one Host: send one."
FOREIGN_ORIGIN = "A page of another origin may change nothing here."
FOREIGN_PAGE = "While no key exists, a page of another origin is answered nothing."
NO_PAGE = "Who has signed in with a browser changes something by a page of ours alone."
TOKEN_NEEDED = (
    "While no key exists, what changes anything needs the token of this start: Authorization: Bearer with the content of serve.token "
    "in the home."
)


def authorization(headers: list[Header]) -> bytes | None:
    """What is shown to get in (names in small letters, as ASGI has them); empty where several are, None where nothing is."""
    found: bytes | None = None
    for name, value in headers:
        if name == b"authorization":
            found = value if found is None else b""
    return found


def token_of(shown: bytes) -> bytes:
    """The token in an Authorization; empty where it is of another kind."""
    return shown[len(_BEARER) :].strip() if shown[: len(_BEARER)].lower() == _BEARER else b""


def connected(scope: Scope) -> tuple[str, str | None]:
    """(Who holds the connection, whatever was forwarded, and the SHA-256 of the certificate that was shown.)"""
    peer = scope["riskwarn.peer"] if "riskwarn.peer" in scope else scope.get("client")
    return (peer or ("",))[0], scope.get("riskwarn.certificate")
