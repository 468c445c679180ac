"""The outermost layer: every request gets an id, is limited, measured and logged, and no error leaves as a trace."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api.metrics import Metrics
from serving.api.options import Options
from serving.api.problems import RETRY_AFTER, request_id, send_problem

_log = logging.getLogger(__name__)


class Observed:
    """The layer around a whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics, options: Options) -> None:
        self._app, self._metrics, self._options = app, metrics, options
        self._root = options.root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        metrics = self._metrics
        metrics.at_work += 1
        send = _noting(scope, send)
        try:
            # Nothing is done here for a repeated answer that can be left: this is on the way of every poll.
            over, body = self._over(scope)
            if over is None:
                if self._root:
                    _below(scope, self._root)
                await self._app(scope, _limited(receive, self._most(scope)) if body else receive, send)
            else:
                status, told, headers = over
                code = "too_busy" if status == 503 else "request_refused"
                await send_problem(scope, send, status, code, told, headers)
        except Exception as error:
            # The answer, a problem document, has been sent where the application could; an aborted one is closed by the server.
            _log.error("a request failed", exc_info=error, extra=_told(scope, 500, started))
            if "riskwarn.status" not in scope:
                await send_problem(scope, send, 500, "internal_error", WENT_WRONG)
            scope["riskwarn.status"] = 500  # what was cut has failed, whatever it began with
        finally:
            metrics.at_work -= 1
            # Who went away before anything was sent was answered nothing: that is no failure.
            answered: int | None = scope.get("riskwarn.status")
            if answered is not None:
                metrics.count(answered, time.perf_counter() - started)
                if "riskwarn.routed" in scope:
                    _log.info("answered", extra=_told(scope, answered, started))

    def _over(self, scope: Scope) -> tuple[tuple[int, str, list[tuple[bytes, bytes]]] | None, bool]:
        """(Which limit a request is over, as status, sentence and headers; whether it may have a body)."""
        options, length, body = self._options, 0, b""
        for name, value in scope["headers"]:
            length += len(name) + len(value)
            if name == b"content-length":
                body = value
            elif name == b"transfer-encoding":
                body = body or b"0"
        if self._metrics.at_work > options.concurrency:
            return (503, BUSY, [(b"retry-after", RETRY_AFTER.encode())]), False
        if len(scope["query_string"]) + len(scope["path"]) > options.header_bytes:
            return (414, ADDRESS_TOO_LONG, []), False
        if length > options.header_bytes:
            return (431, HEADERS_TOO_LONG, []), False
        if body and body.isdigit() and int(body) > self._most(scope):
            return (413, BODY_TOO_LONG, [(b"connection", b"close")]), False
        return None, bool(body)

    def _most(self, scope: Scope) -> int:
        """Bytes of a body: of a part of a file that is handed over more than of a question."""
        handed_over = scope["path"].removeprefix(self._root).startswith(PARTS)
        return self._options.part_bytes if handed_over else self._options.body_bytes


#: Where parts of files are handed over.
PARTS = "/console/uploads/"

BUSY = "The server is answering as many requests as it can: ask again in a second."
ADDRESS_TOO_LONG = "The address is too long."
HEADERS_TOO_LONG = "The headers are too long."
BODY_TOO_LONG = "The body is too long."
WENT_WRONG = "Something went wrong here that is not yours. It is in the log of the server under the request id."


def _noting(scope: Scope, send: Send) -> Send:
    """What sends an answer and notes its status, whoever answers; only what a connection writes whole says its own."""

    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            scope["riskwarn.status"] = message["status"]
        await send(message)

    return noting


def _limited(receive: Receive, most: int) -> Receive:
    """Of a body without a length no more than is allowed is read."""
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            return {"type": "http.disconnect"}
        return message

    return limited


def _below(scope: Scope, root: str) -> None:
    """Leave out the path of a gateway, where it has not been taken away already."""
    path = scope["path"]
    if path == root or path.startswith(root + "/"):
        sent = scope.get("raw_path") or path.encode()
        scope["path"], scope["raw_path"] = path[len(root) :] or "/", sent[len(root.encode()) :] or b"/"
        scope["riskwarn.bare"] = path == root


def _told(scope: Scope, status: int, started: float) -> dict[str, object]:
    """What is logged of a request: the template of its route, never what was put in."""
    route = scope.get("route")
    return {
        "request_id": request_id(scope),
        "method": scope["method"],
        "route": getattr(route, "path", "") or "",
        "status": status,
        "ms": round(1000 * (time.perf_counter() - started), 1),
    }
