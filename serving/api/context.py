"""What the routes share: the home, the snapshot, the clock, and how an answer is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import Request, Response

from riskwarn.home import Home
from serving.access.caller import NOBODY
from serving.api.metrics import Metrics
from serving.api.options import Options
from serving.api.repeats import hold
from serving.api.seen import Seen
from serving.snapshots.current import Current
from serving.snapshots.cut import Cuts
from serving.snapshots.snapshot import Snapshot

#: What stands on every answer of the API.
HEADERS = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}


@dataclass(frozen=True)
class Context:
    """What a route may use; what it tells of a city it asks of `seen`. `clock` says whether a snapshot is stale."""

    home: Home
    current: Current
    clock: Callable[[], datetime]
    options: Options = field(default_factory=Options)
    metrics: Metrics = field(default_factory=Metrics)
    cuts: Cuts = field(default_factory=Cuts)

    def seen(self, request: Request) -> Seen:
        """What the caller of a request sees."""
        return Seen(request.scope.get("riskwarn.caller", NOBODY), self.home, self.current, self.cuts)

    def answer(self, request: Request, content: Mapping[str, Any], snapshot: Snapshot, now: datetime) -> Response:
        """An answer out of a snapshot, which holds until that becomes stale or something is published."""
        hold(request.scope, snapshot.valid_until if now < snapshot.valid_until else None)
        return written(content)


def written(content: Mapping[str, Any]) -> Response:
    """A JSON answer, made once: what is documented of it is tested, and not computed for each answer."""
    body = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return Response(body, media_type="application/json", headers=HEADERS)


def uncached(content: Mapping[str, Any]) -> Response:
    """The same of what nobody keeps: what changed something, or tells of who asks alone."""
    answer = written(content)
    answer.headers["Cache-Control"] = "no-store"
    return answer
