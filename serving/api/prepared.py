"""Answers whose head is written out once: uvicorn looks at each header of each answer, which costs a poll as much as all else.

A connection of ours (:class:`serving.api.connection.Connection`) says in the scope how to answer so; where nothing is said the answer is
sent as any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

Header = tuple[bytes, bytes]

#: Writes a whole answer (status, its headers as lines, body); False where it has to be sent as any other.
Whole = Callable[[int, bytes, bytes], bool]

#: Where in a scope a connection says how.
WHOLE = "riskwarn.whole"

_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")


def written_out(headers: Iterable[Header]) -> bytes:
    """Headers as they are written out. Raises ValueError for what is no header."""
    found = []
    for name, value in headers:
        if _NAME.fullmatch(name) is None or _VALUE.fullmatch(value) is None:
            raise ValueError("this is no header")
        found += [name.lower(), b": ", value, b"\r\n"]
    return b"".join(found)


def write(cycle: RequestResponseCycle, status: int, told: bytes, body: bytes) -> bool:
    """Write a whole answer to the request of a cycle, as :data:`Whole` says."""
    # Whoever reads slowly, has gone, or is closed after this answer is uvicorn's to care for.
    if cycle.response_started or cycle.disconnected or cycle.flow.write_paused or not cycle.keep_alive:
        return False
    default = [b"%s: %s\r\n" % pair for pair in cycle.default_headers]
    cycle.transport.write(b"".join((STATUS_LINE[status], *default, told, b"\r\n")))
    if body:
        cycle.transport.write(body)
    cycle.waiting_for_100_continue = False
    cycle.response_started = cycle.response_complete = True
    cycle.message_event.set()
    cycle.on_response()
    return True
