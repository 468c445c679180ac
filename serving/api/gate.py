"""The gate: who asks is found out here, and nowhere else; what comes to nobody's mind is refused.

While no key and no operator exists, whoever asks from this machine is the local operator; a page elsewhere may have re-bound its name,
and a gateway forgotten what it stands before, so that any other Host and anything that was forwarded is refused. From then on a key
is needed, wherever one asks from.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from riskwarn.errors import KeyRefused, NetworkRefused, RiskwarnError, TooManyRequests
from serving.access.caller import LOCAL, NOBODY, Caller
from serving.access.limits import Limits
from serving.access.networks import neighbourhood
from serving.access.registry import Registry
from serving.api.problems import challenge, send_error, send_problem

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")

Header = tuple[bytes, bytes]

_BEARER = b"bearer "


@dataclass(frozen=True)
class Asked:
    """What the headers of a request say of who asks."""

    hosts: tuple[bytes, ...]
    forwarded: bool
    origins: tuple[bytes, ...]
    authorizations: tuple[bytes, ...]

    @property
    def token(self) -> str | None:
        """The token of the only Authorization that there is; None where it is none."""
        if len(self.authorizations) != 1 or self.authorizations[0][: len(_BEARER)].lower() != _BEARER:
            return None
        return self.authorizations[0][len(_BEARER) :].decode("latin-1").strip()


class Gate:
    """Sets `riskwarn.caller`, or refuses. `token` is that of this start, which the local operator needs to change anything."""

    def __init__(self, app: ASGIApp, registry: Registry, limits: Limits, token: str = "") -> None:
        self._app, self._registry, self._limits, self._token = app, registry, limits, token
        self._policy = (b"ratelimit-policy", b'"key";q=%d;w=60' % limits.requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            # Nothing here speaks anything else, and what nobody thought of is refused.
            await send({"type": "websocket.close", "code": 1008})
            return
        asked = read(scope["headers"])
        changes = scope["method"] not in ("GET", "HEAD")
        if changes and not all(is_own(origin, asked.hosts) for origin in asked.origins):
            await send_problem(scope, send, 403, "request_refused", FOREIGN_ORIGIN)
        elif self._registry.open:
            problem = refusal(asked, scope["http_version"])
            if problem is None and changes and not self._is_of_this_start(asked):
                problem = TOKEN_NEEDED
            if problem is not None:
                await send_problem(scope, send, 403, "request_refused", problem)
                return
            scope["riskwarn.caller"] = LOCAL
            await self._app(scope, receive, send)
        else:
            await self._keyed(asked, scope, receive, send)

    def _is_of_this_start(self, asked: Asked) -> bool:
        return bool(self._token) and hmac.compare_digest(self._token, asked.token or "")

    async def _keyed(self, asked: Asked, scope: Scope, receive: Receive, send: Send) -> None:
        address = (scope.get("client") or ("",))[0]
        if not asked.authorizations:
            await self._unknown(address, scope, receive, send)
            return
        try:
            token = asked.token
            caller = self._registry.caller(token if token is not None else "", address)
        except (KeyRefused, NetworkRefused) as error:
            await self._refuse(error, address, scope, send)
            return
        await self._known(caller, scope, receive, send)

    async def _known(self, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer somebody, as often as the key may ask."""
        taken = self._limits.take(caller.id)
        told = [self._policy, (b"ratelimit", b'"key";r=%d;t=%d' % (taken.remaining, taken.seconds))]
        if not taken.within:
            await self._wait(taken.seconds, scope, send, told)
            return
        if not self._limits.begin(caller.id):
            await self._wait(1, scope, send, told)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *told]}
            await send(message)

        scope["riskwarn.caller"] = caller
        try:
            await self._app(scope, receive, sending)
        finally:
            self._limits.end(caller.id)

    async def _unknown(self, address: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer nobody, who is told of what is open to all; what is refused counts against the address."""
        seconds = self._limits.must_wait(neighbourhood(address))
        if seconds:
            await self._wait(seconds, scope, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401:
                self._limits.refused(neighbourhood(address))
            await send(message)

        scope["riskwarn.caller"] = NOBODY
        await self._app(scope, receive, sending)

    async def _refuse(self, error: RiskwarnError, address: str, scope: Scope, send: Send) -> None:
        one = neighbourhood(address)
        seconds = self._limits.must_wait(one)
        if seconds:
            await self._wait(seconds, scope, send)
            return
        self._limits.refused(one)
        await send_error(scope, send, error, [challenge(error)])

    async def _wait(self, seconds: int, scope: Scope, send: Send, told: list[Header] | None = None) -> None:
        headers = [*(told or []), (b"retry-after", str(seconds).encode())]
        await send_error(scope, send, TooManyRequests(seconds=seconds), headers)


FOREIGN_HOST = "While no key exists, only localhost, 127.0.0.1 or [::1] is answered as Host."
FORWARDED = "While no key exists, forwarded requests are refused."
FOREIGN_ORIGIN = "A page of another origin may change nothing here."
TOKEN_NEEDED = (
    "While no key exists, what changes anything needs the token of this start: Authorization: Bearer with the content of serve.token "
    "in the home."
)

#: What a gateway adds by itself; one that adds nothing asks in HTTP/1.0, as nginx does where nobody told it otherwise.
_OF_GATEWAYS = frozenset((b"forwarded", b"via", b"x-real-ip"))


def read(headers: list[Header]) -> Asked:
    """What headers say of who asks (their names in small letters, as ASGI has them)."""
    forwarded, hosts, origins, authorizations = False, [], [], []
    for name, value in headers:
        if name == b"host":
            hosts.append(value)
        elif name == b"authorization":
            authorizations.append(value)
        elif name == b"origin":
            origins.append(value)
        elif name in _OF_GATEWAYS or name.startswith(b"x-forwarded-"):
            forwarded = True
    return Asked(tuple(hosts), forwarded, tuple(origins), tuple(authorizations))


def refusal(asked: Asked, http_version: str = "1.1") -> str | None:
    """Why the local operator is not believed; None where he is."""
    if len(asked.hosts) != 1 or not _is_local(asked.hosts[0]):
        return FOREIGN_HOST
    return FORWARDED if asked.forwarded or http_version == "1.0" else None


def is_own(origin: bytes, hosts: tuple[bytes, ...]) -> bool:
    """Whether a page comes from here: its origin is the host that it asks."""
    scheme, separator, rest = origin.partition(b"://")
    return len(hosts) == 1 and separator != b"" and scheme in (b"http", b"https") and rest.lower() == hosts[0].lower()


@lru_cache(maxsize=256)
def _is_local(host: bytes) -> bool:
    return _without_port(host.decode("latin-1")).lower() in LOCAL_HOSTS


def _without_port(host: str) -> str:
    name, separator, port = host.rpartition(":")
    return name if separator and port.isdigit() and not name.endswith(":") else host
