"""What the routes share: the home, the snapshot, the clock, and how an answer is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from fastapi import Request, Response

from riskwarn.errors import NoSnapshot, QueryInvalid
from riskwarn.home import Home
from serving.api.cursors import Cursor
from serving.api.metrics import Metrics
from serving.api.options import Options
from serving.api.repeats import hold
from serving.snapshots.current import Current
from serving.snapshots.snapshot import Snapshot

#: What stands on every answer of the API.
HEADERS = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}


@dataclass(frozen=True)
class Context:
    """What a route may use. `clock` says whether a snapshot is stale."""

    home: Home
    current: Current
    clock: Callable[[], datetime]
    options: Options = field(default_factory=Options)
    metrics: Metrics = field(default_factory=Metrics)

    def snapshot(self, as_of: date | None, cursor: Cursor | None = None) -> Snapshot:
        """The snapshot that a query is of: the current one, that of an as-of, or the one that a traversal began with."""
        if cursor is None:
            return self.current(as_of)
        try:
            snapshot = self.current.named(cursor.snapshot)
        except NoSnapshot as error:
            raise QueryInvalid(parameter="cursor", problem="it is not one that a ranking gave as `next`") from error
        if as_of is not None and snapshot.as_of != as_of:
            raise QueryInvalid(parameter="cursor", problem="it belongs to another query; start again without it")
        return snapshot

    def answer(self, request: Request, content: Mapping[str, Any], snapshot: Snapshot, now: datetime) -> Response:
        """An answer out of a snapshot, which holds until that becomes stale or something is published."""
        hold(request.scope, snapshot.valid_until if now < snapshot.valid_until else None)
        return written(content)


def written(content: Mapping[str, Any]) -> Response:
    """A JSON answer, made once: what is documented of it is tested, and not computed for each answer."""
    body = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return Response(body, media_type="application/json", headers=HEADERS)
