"""What is written down of every change of access, in its own transaction: one place, so that all of it is audited alike."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import Connection

_log = logging.getLogger(__name__)


def note(connection: Connection, *, by: str, action: str, what: str, details: dict[str, Any]) -> None:
    """Note a change: who made it (an id, or `local`), what was done to which id. Nobody's name stands in it."""
    _log.info("access changed", extra={"by": by, "action": action, "object": what, "details": details})
