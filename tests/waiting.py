"""Waiting for what happens elsewhere: in another thread, in another process, on the other side of a connection."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

#: Seconds; long, since nothing here says how soon a thing must come: five or ten pass where the disk or the other core is busy.
PATIENCE = 60.0


def until(holds: Callable[[], object], what: object = "", seconds: float = PATIENCE, every: float = 0.02) -> None:
    """Wait until something holds; AssertionError, with `what`, where it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what or "it did not happen in time"
        time.sleep(every)


def answered_when_free(ask: Callable[[], Any]) -> Any:
    """What a server answers, asked again as its programs do where its database was held: by itself, while the disk was busy."""
    deadline = time.monotonic() + PATIENCE
    while b"urn:riskwarn:database_busy" in (answer := ask()).content and time.monotonic() < deadline:
        time.sleep(0.2)
    return answer
