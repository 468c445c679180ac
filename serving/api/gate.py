"""The gate: deny by default, at one place. While no key exists only the local operator passes."""

from __future__ import annotations

from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from serving.api.problems import send_problem

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class Gate:
    """Refuses any Host but the local ones (a page elsewhere may have re-bound its name) and anything that was forwarded."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer 403."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            # Nothing here speaks anything else, and what nobody thought of is refused.
            await send({"type": "websocket.close", "code": 1008})
            return
        problem = refusal(scope["headers"], scope["http_version"])
        if problem is None:
            await self._app(scope, receive, send)
            return
        await send_problem(scope, send, 403, "request_refused", problem)


FOREIGN_HOST = "While no key exists, only localhost, 127.0.0.1 or [::1] is answered as Host."
FORWARDED = "While no key exists, forwarded requests are refused."

#: What a gateway adds by itself; one that adds nothing asks in HTTP/1.0, as nginx does where nobody told it otherwise.
_OF_GATEWAYS = frozenset((b"forwarded", b"via", b"x-real-ip"))


def refusal(headers: list[tuple[bytes, bytes]], http_version: str = "1.1") -> str | None:
    """Why a request with these headers (their names in small letters, as ASGI has them) is refused; None where it passes."""
    forwarded, hosts = http_version == "1.0", []
    for name, value in headers:
        if name == b"host":
            hosts.append(value)
        elif name in _OF_GATEWAYS or name.startswith(b"x-forwarded-"):
            forwarded = True
    if len(hosts) != 1 or not _is_local(hosts[0]):
        return FOREIGN_HOST
    return FORWARDED if forwarded else None


@lru_cache(maxsize=256)
def _is_local(host: bytes) -> bool:
    return _without_port(host.decode("latin-1")).lower() in LOCAL_HOSTS


def _without_port(host: str) -> str:
    name, separator, port = host.rpartition(":")
    return name if separator and port.isdigit() and not name.endswith(":") else host
