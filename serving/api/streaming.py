"""A stream of events (server-sent events): an answer without an end, which holds nothing for who reads it but a number.

It ends where the one who reads goes, reads too slowly, or may not be told any more, and where the server ends; who connects again says
what came last, and misses nothing. Only messages have an id: what is said beside them moves nobody's place. It begins once its place is
known: where the database does not answer then, there is no stream; where it stops answering later, the stream lives on and waits for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from serving.api.metrics import Metrics
from serving.api.problems import OF_DATABASE
from serving.delivery.feed import Feed, Told
from serving.delivery.view import View

#: Seconds: between two looks whether one may still be told, after which something is said in any case, for which a part may wait to be read,
#: and after which whoever reads connects again.
LOOK_EVERY, SILENT, UNREAD, LONGEST = 1.0, 15.0, 10.0, 3_600.0

#: Bytes that are sent at once.
PART_BYTES = 16_384

#: Streams that a process holds.
MOST = 256

MEDIA_TYPE = "text/event-stream"

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_BEGIN = b"retry: 2000\n: riskwarn\n\n"
_ALIVE = b": alive\n\n"
_EVICTED = b'event: evicted\ndata: {"detail": "The message of this id is not kept: all that is kept follows."}\n\n'


@dataclass(frozen=True)
class Listener:
    """Who listens: what he sees now, what he is told of a message (None where nothing), and whether he may be told still."""

    view: Callable[[], View]
    tells: Callable[[Told], bytes | None]
    allowed: Callable[[], bool]


class EventStream(Response):
    """The answer. `last` is the message behind which it goes on: none for what comes, and "" for all that is kept. `seconds` is how long
    it goes on; 0 until all that is kept was told."""

    media_type = MEDIA_TYPE

    def __init__(
        self, feed: Feed, metrics: Metrics, listener: Listener, last: str | None, seconds: float | None = None
    ) -> None:
        super().__init__()
        self._feed, self._metrics, self._listener, self._last = feed, metrics, listener, last
        self._seconds = LONGEST if seconds is None else seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell, until something ends it. Raises what befalls the database before anything was sent."""
        gone = asyncio.create_task(_gone(receive))
        try:
            async with self._feed.listening():
                place = await self._feed.place(self._last, self._listener.view())
                # It waits more than it works: it takes no place of those who poll.
                self._metrics.at_work -= 1
                try:
                    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                    if not scope.get("riskwarn.head"):
                        with suppress(TimeoutError):
                            await self._tell(scope, send, gone, place)
                            await _sent(send, b"", more=False)
                        return
                    await send({"type": "http.response.body", "body": b""})
                finally:
                    self._metrics.at_work += 1
        finally:
            gone.cancel()

    async def _tell(self, scope: Scope, send: Send, gone: asyncio.Task[None], place: int | None) -> None:
        # Whoever names no message misses none.
        await _sent(send, _BEGIN + _EVICTED if place is None and self._last else _BEGIN)
        place, begun = place or 0, time.monotonic()
        spoken = begun
        while not gone.done() and not getattr(scope.get("riskwarn.connection"), "ending", False):
            news = self._feed.news
            if not self._listener.allowed():
                return
            now, all_told = time.monotonic(), True
            try:
                found = await self._feed.after(place)
                for upto, part in self._parts(found):
                    if part:
                        await _sent(send, part)
                        spoken = now
                    place = upto
                if found:
                    continue
            except OF_DATABASE as error:
                self._feed.not_read(error)
                all_told = False
            left = begun + self._seconds - now
            # What is kept is told to the end, or not at all: who asked for that alone would take a part of it for all.
            if left <= 0 and (all_told or now - begun >= LONGEST):
                return
            if now - spoken >= SILENT:
                await _sent(send, _ALIVE)
                spoken = now
            with suppress(TimeoutError):
                async with asyncio.timeout(min(LOOK_EVERY, left) if left > 0 else LOOK_EVERY):
                    await news.wait()

    def _parts(self, found: list[Told]) -> Iterator[tuple[int, bytes]]:
        """What is told of some messages, in parts that are small, each with the number of its last: what waits to be read is held for each
        who reads, and whoever is not told all goes on behind what he was told."""
        part: list[bytes] = []
        for one in found:
            part.append(self._listener.tells(one) or b"")
            if one is found[-1] or sum(map(len, part)) >= PART_BYTES:
                yield one.sequence, b"".join(part)
                part = []


async def _sent(send: Send, part: bytes, more: bool = True) -> None:
    """Send a part; raise TimeoutError where nobody reads it."""
    async with asyncio.timeout(UNREAD):
        await send({"type": "http.response.body", "body": part, "more_body": more})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
