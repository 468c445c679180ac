"""The server itself: how it stands, and why there is no answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from serving.api.documents.fields import Document, field, service


class Wrong(Document):
    """One parameter that is wrong."""

    parameter: str = service("its name")
    problem: str = service("what is wrong with it, in the language of Accept-Language (en, zh)")


class Problem(Document):
    """RFC 9457: why there is no answer."""

    type: str = service("urn:riskwarn:CODE; the codes stand in docs/errors.md")
    title: str = service("what the status says, in words")
    status: int = service("the status of HTTP")
    detail: str = service("one sentence: what, where and the way out")
    instance: str = service("the path that was asked")
    request_id: str = service("under which the server's log knows it")
    errors: list[Wrong] | None = field("service", "each parameter that is wrong", None)


class Alive(Document):
    """The process answers."""

    status: Literal["ok"] = service("always")


class Ready(Document):
    """How the server stands."""

    status: Literal["ok", "stale", "degraded", "unavailable"] = service(
        "ok; stale: its snapshot has passed its end; degraded: the newest is not served; unavailable: none is"
    )
    snapshot: str | None = service("what is served")
    newest: str | None = service("what should be served")
    as_of: date | None = service("of what is served")
    published_at: datetime | None = service("of what is served")
    valid_until: datetime | None = service("of what is served")
    stale: bool = service("whether it has passed its end, or none is served")
    suspended: list[str] = service("targets that are suspended: nothing of them is served")
    age_seconds: int | None = service("since it was published")
    problem: str | None = service("code of what stands against serving the newest")
    detail: str | None = service("the same in one sentence")
