"""Cursors: where a traversal goes on, bound to the snapshot and the query that it began with."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass

from riskwarn.errors import QueryInvalid
from serving.api.answers import RankingQuery


@dataclass(frozen=True)
class Cursor:
    """So many units of a query are behind it."""

    snapshot: str
    query: str  # digest of what was asked
    after: int

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(f"{self.snapshot}:{self.query}:{self.after}".encode()).decode()

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Read one. Raises QueryInvalid."""
        try:
            told = base64.b64decode(text.encode(), b"-_", validate=True).decode()
            snapshot, query, after = told.rsplit(":", 2)
            if not (after.isascii() and after.isdigit()) or int(after) < 1:
                raise ValueError(after)
        except ValueError as error:
            raise QueryInvalid(
                parameter="cursor", problem="it is not one that a ranking gave as `next`: start again without it"
            ) from error
        return cls(snapshot, query, int(after))


def digest_of(query: RankingQuery) -> str:
    """What a traversal must not change: all of a query but the length of an answer."""
    told = {name: value for name, value in asdict(query).items() if name != "limit"}
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
