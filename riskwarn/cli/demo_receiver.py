"""The other side of a webhook, on one port of this machine: what a receiver of the city does with a message, and no more."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: A message whose moment lies further from one's own clock is refused.
TOLERANCE = timedelta(minutes=5)


class Receiver:
    """Takes messages from when it is entered until it is left.

    `clock` tells the time of the demonstration, whose weeks pass in seconds; `told` is called with each message that is new.
    """

    def __init__(self, clock: Callable[[], datetime], told: Callable[[Mapping[str, Any]], None]) -> None:
        self._clock, self._told = clock, told
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._lock = threading.Lock()
        self.secret = ""
        self.seen: dict[str, str] = {}  # id of a message -> its type
        self.again = self.refused = 0

    @property
    def port(self) -> int:
        """The port of this machine that it listens on."""
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """Where it is told."""
        return f"http://127.0.0.1:{self.port}/notices"

    def __enter__(self) -> Receiver:
        """Begin to listen."""
        threading.Thread(target=self._server.serve_forever, name="receiver", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """The status with which a message is answered; one that comes again is taken and left out."""
        if not verified(headers, body, self.secret, self._clock()):
            self.refused += 1
            return 401
        identity, event = headers["webhook-id"], json.loads(body)
        with self._lock:
            if identity in self.seen:
                self.again += 1
                return 204
            self.seen[identity] = event["type"]
        self._told(event)
        return 204

    def _handler(receiver) -> type[BaseHTTPRequestHandler]:  # noqa: N805 (`self` is the handler's)
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                self.send_response(receiver.take({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def verified(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """Whether a message was signed with the secret, a short while ago by the clock that is given.

    A library of Standard Webhooks does this in one call, by the clock of the machine.
    """
    from standardwebhooks import Webhook

    try:
        moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        signature = Webhook(secret).sign(headers["webhook-id"], moment, body.decode())
        given = headers["webhook-signature"].split(" ")
    except (KeyError, ValueError, OverflowError):
        return False
    return abs(now - moment) <= TOLERANCE and any(hmac.compare_digest(signature, one) for one in given)
