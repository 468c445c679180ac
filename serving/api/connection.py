"""A connection: uvicorn's, with the limits of time and of bytes that uvicorn does not set.

Who sends nothing, sends a request slowly or does not read an answer holds a connection no longer than is allowed, and of the head of a
request no more is collected than a limit. What is wrong before there is a request is told as a problem document, too.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from functools import partial
from typing import Any, cast

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from serving.api.observed import HEADERS_TOO_LONG
from serving.api.options import Options
from serving.api.prepared import WHOLE, write
from serving.api.problems import RETRY_AFTER, problem_body, problem_headers, send_problem

#: Above the limit of headers, which is answered with their request, so many times more is collected of a head that does not end.
_HEADS = 8

#: Seconds between two looks at a connection.
_LOOK_EVERY = 1.0

MALFORMED = "This is no request in HTTP/1.1."
TOO_SLOW = "The request was not sent in time."
TOO_MANY = "The server holds as many connections as it can: ask again in a second."


class Connection(HttpToolsProtocol):
    """One connection of a server with these options; uvicorn gives the rest."""

    def __init__(self, options: Options, **told: Any) -> None:
        super().__init__(**told)
        self._options = options
        self._look_every = min(_LOOK_EVERY, options.request_seconds / 4, options.unread_seconds / 4)
        self._timer: asyncio.TimerHandle | None = None
        self._since: float | None = None  # when the request that is being read began
        self._unread: float | None = None  # since when nothing more can be written
        self._in_head, self._head_bytes = False, 0
        self._certificate: str | None = None
        self.ending = False  # whether the server ends

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; beyond the limit whatever is asked is answered with 503, and beyond that a connection is closed at once."""
        super().connection_made(transport)
        held, most = len(self.connections), self._options.connections
        if held > most + most // 4:
            transport.abort()
            return
        if held > most:
            self.app = _too_many
        self._since = self.loop.time()
        self._timer = self.loop.call_later(self._look_every, self._look)
        secured = transport.get_extra_info("ssl_object")
        shown = None if secured is None else secured.getpeercert(binary_form=True)
        self._certificate = None if shown is None else hashlib.sha256(shown).hexdigest()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; no more than the limit of a head that does not end."""
        if self._since is None:
            self._since = self.loop.time()
        elif self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > _HEADS * self._options.header_bytes:
                self._refuse(431, HEADERS_TOO_LONG)
        if not self.transport.is_closing():
            super().data_received(data)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        # Who holds the connection: a declared proxy's word changes `client`, and nothing changes these.
        told: dict[str, Any] = {
            "riskwarn.peer": self.client,
            "riskwarn.certificate": self._certificate,
            "riskwarn.connection": self,
        }
        cast(dict[str, Any], self.scope).update(told)
        self._in_head, self._head_bytes = True, 0
        if self._since is None:
            self._since = self.loop.time()

    def on_headers_complete(self) -> None:
        """Its head has been read."""
        self._in_head = False
        if not self.url.startswith(b"/"):
            _host_of_target(self.url, self.headers)
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """uvicorn begins to answer: what is prepared may be written as a whole."""
        cast(dict[str, Any], cycle.scope)[WHOLE] = partial(write, cycle)
        super()._start_asgi_task(cycle, app)

    def on_message_complete(self) -> None:
        """All of it has been read."""
        self._since = None
        super().on_message_complete()

    def shutdown(self) -> None:
        """The server ends: an answer that has no end by itself is told so."""
        super().shutdown()
        self.ending = True

    def pause_writing(self) -> None:
        """Who asked does not read as fast as is written."""
        super().pause_writing()
        self._unread = self.loop.time()

    def resume_writing(self) -> None:
        """Enough has been read."""
        super().resume_writing()
        self._unread = None

    def send_400_response(self, msg: str) -> None:
        """What cannot be read as a request; uvicorn calls it."""
        self._refuse(400, MALFORMED)

    def _look(self) -> None:
        """Close a connection that has taken too long, or look again."""
        now = self.loop.time()
        if self.transport.is_closing() and self._unread is None:
            self._unread = now  # what was answered last is still to be read
        if self._unread is not None and now - self._unread > self._options.unread_seconds:
            self.transport.abort()
            return
        if self._since is not None and now - self._since > self._options.request_seconds and not self._answering():
            self._since = None
            if self._in_head:
                self._refuse(408, TOO_SLOW)
            else:
                self.transport.close()
        self._timer = self.loop.call_later(self._look_every, self._look)

    def _answering(self) -> bool:
        """Whether a request has been read, and its answer is under way."""
        return self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body

    def _refuse(self, status: int, detail: str) -> None:
        """Answer where there is no request, and close."""
        if self.transport.is_closing():
            return
        waiting = self.cycle is not None and not self.cycle.response_complete
        if self.pipeline or (waiting and self.cycle.response_started):
            self.transport.close()  # an answer is under way, and nobody could tell this one from it
            return
        if waiting:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        body = problem_body(dict(self.scope or {}), status, "request_refused", detail)
        headers = [*self.server_state.default_headers, *problem_headers(body), (b"connection", b"close")]
        self.transport.write(
            b"".join([STATUS_LINE[status], *(b"%s: %s\r\n" % pair for pair in headers), b"\r\n", body])
        )
        self.transport.close()


def _host_of_target(url: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    """Where a target names a host, that is the host that is asked, whatever the header says (RFC 9112, 3.2.2)."""
    _, separator, rest = url.partition(b"://")
    places = [place for place, (name, _) in enumerate(headers) if name == b"host"]
    if separator and len(places) == 1:
        headers[places[0]] = b"host", re.split(rb"[/?#]", rest, maxsplit=1)[0].rpartition(b"@")[2]


async def _too_many(scope: Scope, _receive: Receive, send: Send) -> None:
    await send_problem(
        scope, send, 503, "too_busy", TOO_MANY, [(b"retry-after", RETRY_AFTER.encode()), (b"connection", b"close")]
    )
