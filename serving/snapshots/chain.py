"""Rows bound to each other: each bears the digest of its content, and one of that together with all rows before."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import Connection, Table, select


def digest_of(content: Any) -> str:
    """SHA-256 of what a row says, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def last(connection: Connection, table: Table) -> str | None:
    """The chain of the last row of a table; None where there is none."""
    chain: str | None = connection.scalar(select(table.c.chain).order_by(table.c.sequence.desc()).limit(1))
    return chain


def bound(before: str | None, digest: str) -> str:
    """The chain of a row whose predecessor's is `before`."""
    return hashlib.sha256(f"{before or ''}{digest}".encode()).hexdigest()
