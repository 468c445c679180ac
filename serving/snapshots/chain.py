"""Rows bound to each other: each bears the digest of its content, and one of that together with all rows before."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def digest_of(content: Any) -> str:
    """SHA-256 of what a row says, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def bound(before: str | None, digest: str) -> str:
    """The chain of a row whose predecessor's is `before`."""
    return hashlib.sha256(f"{before or ''}{digest}".encode()).hexdigest()
