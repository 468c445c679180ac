"""A collector of logs on loopback, which takes messages apart as the standards say."""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HEADER = re.compile(
    r"<(?P<priority>\d+)>1 (?P<at>\S+) (?P<host>\S+) riskwarn (?P<process>\d+) (?P<action>\S+) "
    r"\[riskwarn@32473 (?P<data>[^\]]*)\] \ufeff(?P<text>.*)",
    re.DOTALL,
)


class Received:
    """What a collector got, message by message."""

    def __init__(self) -> None:
        self.bytes = b""
        self.port = 0

    @property
    def messages(self) -> list[re.Match[str]]:
        """Taken apart by the lengths before them."""
        found, left = [], self.bytes
        while left:
            length, _, left = left.partition(b" ")
            content, left = left[: int(length)], left[int(length) :]
            match = HEADER.fullmatch(content.decode("utf-8"))
            assert match is not None, content
            found.append(match)
        return found

    @property
    def rows(self) -> list[dict[str, object]]:
        return [json.loads(one["text"]) for one in self.messages]


@contextmanager
def collecting(port: int = 0, context: ssl.SSLContext | None = None) -> Iterator[Received]:
    """A collector on loopback, until the block ends."""
    received, listener = Received(), socket.create_server(("127.0.0.1", port))
    received.port = listener.getsockname()[1]

    def collect() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) if context else plain as connection:
                    while part := connection.recv(65536):
                        received.bytes += part
            except OSError:
                continue

    thread = threading.Thread(target=collect, daemon=True)
    thread.start()
    try:
        yield received
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
