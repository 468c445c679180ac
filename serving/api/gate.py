"""The gate: deny by default, at one place. While no key exists only the local operator passes."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from serving.api.problems import problem_body

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
        problem = refusal(scope["headers"])
        if problem is None:
            await self._app(scope, receive, send)
            return
        body = problem_body(scope, 403, "request_refused", problem)
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


def _without_port(host: str) -> str:
    name, separator, port = host.rpartition(":")
    return name if separator and port.isdigit() and not name.endswith(":") else host
