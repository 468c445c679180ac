"""What was answered before is answered again from memory, ahead of the router; ETags, 304, gzip and HEAD at one place.

Callers who see and may do the same are given the same answers; what one of another view was told is told to nobody else.

A route says how long its answer holds by :func:`hold`; whatever else it answers passes as it is, with an ETag. A held answer goes
with the snapshot it was made of, and with the moment at which that becomes stale.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.access.caller import Caller
from serving.access.limits import Told
from serving.api.noted import Noted, Read
from serving.api.prepared import WHOLE, Whole, written_out
from serving.api.problems import OWN_ORIGIN, request_id
from serving.snapshots.current import Current

#: Bytes of bodies that are held.
MOST_BYTES = 48_000_000

#: Bodies below are not packed.
_PACKED_FROM = 1_000

#: Bodies above are packed apart from the loop that answers the others.
_APART_FROM = 65_536

Header = tuple[bytes, bytes]

#: View of the caller, path, query, and whether it is packed.
Key = tuple[str, bytes, bytes, bool]


@dataclass(frozen=True)
class Held:
    """One answer in one encoding."""

    headers: list[Header]
    unchanged: list[Header]  # of a 304
    body: bytes
    tags: tuple[bytes, ...]  # any of them is this answer, in whatever encoding
    until: float  # as a timestamp
    generation: int
    lines: bytes | None  # the headers written out; None where they cannot be
    unchanged_lines: bytes | None  # that of a 304
    read: Read | None = None  # what is written down of whoever is told it


def hold(scope: Scope, until: datetime | None) -> None:
    """Say, inside a route, that its answer holds as long as its snapshot is current, but until a moment at most."""
    scope["riskwarn.hold"] = float("inf") if until is None else until.timestamp()


class Repeats:
    """The layer. `clock` gives the time as a timestamp."""

    def __init__(
        self,
        app: ASGIApp,
        current: Current,
        clock: Callable[[], float],
        most_bytes: int = MOST_BYTES,
        noted: Noted | None = None,
    ) -> None:
        self._app, self._current, self._clock, self._most, self._noted = app, current, clock, most_bytes, noted
        self._held: OrderedDict[Key, Held] = OrderedDict()
        self._bytes = 0
        self._generation = current.generation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer again, or ask the router and hold what it says."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            if scope["type"] == "http":
                scope["riskwarn.routed"] = True
                request_id(scope)
            await self._app(scope, receive, _with_own(scope, send))
            return
        packed, asked = False, b""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                packed = b"gzip" in value and not _declined(value)
            elif name == b"if-none-match":
                asked = value
        view = scope["riskwarn.caller"].view if "riskwarn.caller" in scope else ""
        key = (view, scope.get("raw_path") or scope["path"].encode(), scope["query_string"], packed)
        generation = self._current.generation
        if generation != self._generation:
            # Something was published, withdrawn, suspended or resumed: of what was told before nothing is kept.
            self._held.clear()
            self._bytes, self._generation = 0, generation
        held = self._held.get(key)
        if held is None or held.generation != generation or self._clock() >= held.until:
            held = await self._ask(key, scope, receive, send)
            if held is None:
                return
        if held.read is not None and self._noted is not None:
            self._noted.read(scope, held.read)
        await _tell(scope, send, held, asked)

    async def _ask(self, key: Key, scope: Scope, receive: Receive, send: Send) -> Held | None:
        """Ask the router; what is no plain 200 is sent on as it comes, and None is given."""
        generation = self._current.generation
        scope["riskwarn.routed"] = True
        request_id(scope)
        head = scope["method"] == "HEAD"
        asked = {**scope, "method": "GET", "riskwarn.head": True} if head else scope
        answer = _Answer(_with_own(scope, send), head)
        try:
            await self._app(asked, receive, answer.take)
        finally:
            scope["route"] = asked.get("route")
        read = asked.get("riskwarn.read")
        if answer.start is None:
            if read is not None and self._noted is not None and scope.get("riskwarn.status") == 200:
                self._noted.read(scope, read)
            return None
        body, until = b"".join(answer.parts), asked.get("riskwarn.hold")
        area = _area(scope)
        if key[3] and len(body) > _APART_FROM:
            held = await to_thread.run_sync(_made, answer.start, body, True, until, generation, area, read)
        else:
            held = _made(answer.start, body, key[3], until, generation, area, read)
        if "riskwarn.hold" in asked:
            self._keep(key, held)
        return held

    def _keep(self, key: Key, held: Held) -> None:
        if held.generation != self._generation:
            return  # something changed while it was made
        before = self._held.pop(key, None)
        self._held[key] = held
        self._bytes += _size(key, held) - (0 if before is None else _size(key, before))
        while self._bytes > self._most and self._held:
            old, gone = self._held.popitem(last=False)
            self._bytes -= _size(old, gone)


async def _tell(scope: Scope, send: Send, held: Held, asked: bytes) -> None:
    """Send a held answer, or that it is unchanged."""
    own: Told | None = scope.get("riskwarn.told")  # of this request alone
    body = b"" if scope["method"] == "HEAD" else held.body
    status, lines, headers = 200, held.lines, held.headers
    if asked and _matches(asked, held.tags):
        status, lines, headers, body = 304, held.unchanged_lines, held.unchanged, b""
    scope["riskwarn.status"] = status  # what is written whole passes no layer above
    whole: Whole | None = scope.get(WHOLE)
    if lines is not None and whole is not None:
        # What is left is told; the policy, which is always the same, came with the answer that is unchanged.
        more = b"" if own is None else own.left if status == 304 else own.lines
        if whole(status, lines + more, body):
            return
    if own is not None:
        headers = [*headers, *(own.headers[-1:] if status == 304 else own.headers)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _with_own(scope: Scope, send: Send) -> Send:
    """What sends an answer with the headers of this request alone."""
    own: Told | None = scope.get("riskwarn.told")
    if own is None:
        return send

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *own.headers]}
        await send(message)

    return sending


def _size(key: Key, held: Held) -> int:
    return len(held.body) + len(key[0]) + len(key[1]) + len(key[2]) + 1_000


def _area(scope: Scope) -> bytes:
    """What keeps the tags of one area apart from those of any other; nothing where the whole city is seen."""
    caller: Caller | None = scope.get("riskwarn.caller")
    return b"" if caller is None or caller.area.whole else str(caller.area).encode()


class _Answer:
    """Collects a 200; anything else, and a stream, goes straight to the caller."""

    def __init__(self, send: Send, head: bool) -> None:
        self._send, self._head, self._through = send, head, False
        self.start: Message | None = None
        self.parts: list[bytes] = []

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] == 200 and _header(message, b"content-length") is not None:
                self.start = message
                return
            self._through = True
        elif not self._through:
            self.parts.append(message.get("body", b""))
            return
        elif self._head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


def _made(
    start: Message, body: bytes, packed: bool, until: float | None, generation: int, area: bytes, read: Read | None
) -> Held:
    # With the tag of another area nobody finds out whether the same is told there.
    made = hashlib.sha256(body)
    made.update(area)
    digest = made.hexdigest()[:32].encode()
    tags = (b'"' + digest + b'"', b'"' + digest + b'-gz"')
    kept = [pair for pair in start["headers"] if pair[0].lower() not in (b"content-length", b"etag")]
    if not any(name.lower() == b"cache-control" for name, _ in kept):
        kept.append((b"cache-control", b"private, no-cache"))
    if not any(name.lower() == b"x-content-type-options" for name, _ in kept):
        kept.append((b"x-content-type-options", b"nosniff"))
    if not any(name.lower() == OWN_ORIGIN[0] for name, _ in kept):
        kept.append(OWN_ORIGIN)
    packed = packed and len(body) >= _PACKED_FROM
    own = [(b"etag", tags[packed]), (b"vary", b"accept-encoding")]
    if packed:
        body = gzip.compress(body, 6, mtime=0)
        kept.append((b"content-encoding", b"gzip"))
    unchanged = [pair for pair in kept if pair[0].lower() == b"cache-control"] + own
    headers = [*kept, *own, (b"content-length", str(len(body)).encode())]
    end = float("inf") if until is None else until
    return Held(headers, unchanged, body, tags, end, generation, _written(headers), _written(unchanged), read)


def _written(headers: list[Header]) -> bytes | None:
    try:
        return written_out(headers)
    except ValueError:
        return None


def _matches(asked: bytes, tags: tuple[bytes, ...]) -> bool:
    if asked in tags:
        return True
    held = [part.strip().removeprefix(b"W/") for part in asked.split(b",")]
    return b"*" in held or any(tag in held for tag in tags)


def _declined(accepted: bytes) -> bool:
    """Whether gzip is named to say that it is not wanted."""
    for one in accepted.split(b","):
        name, _, weight = one.partition(b";")
        if name.strip() == b"gzip":
            return weight.replace(b" ", b"").rstrip(b"0").rstrip(b".") in (b"q=",)
    return False


def _header(message: Message, name: bytes) -> bytes | None:
    return next((value for key, value in message["headers"] if key.lower() == name), None)
