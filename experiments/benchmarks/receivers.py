"""A receiver of webhooks on a free port of loopback, in a thread of its own, which answers as it is told."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

#: The status and the headers of an answer; None closes the connection without one.
Answer = tuple[int, dict[str, str]] | None


@dataclass(frozen=True)
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The id of the message."""
        return self.headers.get("webhook-id", "")

    @property
    def told(self) -> Any:
        """What was told."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """What came, and how it is answered."""

    port: int = 0
    got: list[Got] = field(default_factory=list)
    answer: Callable[[Got], Answer] = lambda _got: (204, {})
    body: bytes = b""
    delay: Callable[[Got], float] = lambda _got: 0.0
    keep: bool = True
    connections: int = 0
    asked_for: list[str] = field(default_factory=list)  # names in the greeting of TLS

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def ids(self, path: str) -> list[str]:
        """The ids of what came to a path, in its order."""
        return [one.id for one in self.got if one.path == path]

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in head[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                one = Got(head[0].split(" ")[1], headers, body)
                if self.keep:
                    self.got.append(one)
                if (seconds := self.delay(one)) > 0:
                    await asyncio.sleep(seconds)
                answer = self.answer(one)
                if answer is None:
                    break
                status, told = answer
                own = "".join(f"{name}: {value}\r\n" for name, value in told.items())
                length = "" if status == 204 else f"Content-Length: {len(self.body)}\r\n"
                writer.write(
                    f"HTTP/1.1 {status} X\r\n{own}{length}\r\n".encode() + (self.body if status != 204 else b"")
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@contextmanager
def receiving(host: str = "127.0.0.1", port: int = 0, tls: tuple[str, str] | None = None) -> Iterator[Receiver]:
    """A receiver, for as long as it is needed; over TLS with a certificate and its key."""
    receiver, begun = Receiver(), threading.Event()
    loop = asyncio.new_event_loop()

    context = None
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        context.sni_callback = lambda _socket, name, _context: receiver.asked_for.append(name)

    async def serve() -> asyncio.Server:
        return await asyncio.start_server(receiver._served, host, port, backlog=1_000, ssl=context)

    def run() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(serve())
        receiver.port = server.sockets[0].getsockname()[1]
        begun.set()
        loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    begun.wait(5)
    try:
        yield receiver
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
