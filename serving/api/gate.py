"""The gate: deny by default, at one place. While no key exists only the local operator passes."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class Gate:
    """Refuses any Host but the local ones (a page elsewhere may have re-bound its name) and anything that was forwarded."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer 403."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        problem = refusal(scope["headers"])
        if problem is None:
            await self._app(scope, receive, send)
            return
        body = json.dumps(problem_document(403, "request_refused", problem)).encode()
        headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def refusal(headers: list[tuple[bytes, bytes]]) -> str | None:
    """Why a request with these headers is refused; None where it passes."""
    hosts = [value.decode("latin-1") for name, value in headers if name.lower() == b"host"]
    if len(hosts) != 1 or _without_port(hosts[0]).lower() not in LOCAL_HOSTS:
        return "While no key exists, only localhost, 127.0.0.1 or [::1] is answered as Host."
    if any(name.lower() == b"forwarded" or name.lower().startswith(b"x-forwarded-") for name, _ in headers):
        return "While no key exists, forwarded requests are refused."
    return None


def problem_document(status: int, code: str, detail: str) -> dict[str, Any]:
    """A problem document (RFC 9457)."""
    return {"type": f"urn:riskwarn:{code}", "title": code.replace("_", " "), "status": status, "detail": detail}


def _without_port(host: str) -> str:
    name, separator, port = host.rpartition(":")
    return name if separator and port.isdigit() and not name.endswith(":") else host
