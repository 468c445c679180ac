"""Grants, and rows of the audit."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from serving.api.documents.fields import Document, field, model, operator, place, service


class Grant(Document):
    """An operator or a key that somebody granted."""

    id: str = operator("its id; it tells nothing of whose it is")
    kind: Literal["operator", "key"] = service("a person, or a key of a program or of an operator")
    role: str | None = operator("of the operator; null of a program's key")
    scopes: list[str] = service("what it may do")
    operator: str | None = field("operator", "whose own key it is; null of an operator and of a program's key")
    purpose: str | None = service("for what a key is used; null of an operator")
    networks: list[str] = service("from where a key opens; none is from anywhere")
    area: list[str] | None = place("the units that it sees, `kind:code`; null is the whole city")
    created_at: datetime = service("when it was granted")
    ends_at: datetime = service("from when on it opens nothing")
    granted_by: str = field("operator", "`local` for the owner of the home, or an id")
    confirmed_by: str | None = field("operator", "the same of who confirmed it; null where nobody has yet")
    state: Literal["waiting", "in_force"] = service("whether it waits for a second person, or is in force")


class Grants(Document):
    """What is granted."""

    items: list[Grant] = service("what waits first, then the newest")


class Confirmed(Document):
    """A grant that was confirmed."""

    id: str = operator("its id")
    granted_by: str = operator("`local` for the owner of the home, or an id")
    confirmed_by: str = operator("who confirmed it")


class Revoked(Document):
    """A grant that was revoked."""

    id: str = operator("its id")
    revoked_at: datetime = service("when")
    keys: list[str] = operator("ids of the keys that were revoked with an operator")


class Made(Document):
    """An operator or a key that was just granted. `key` is what opens: it is told in this answer and in no other."""

    id: str = operator("its id; it tells nothing of whose it is")
    key: str | None = operator("what opens, told this once; null of an operator")
    role: str | None = operator("of an operator; null of a key")
    scopes: list[str] = service("what it may do")
    area: list[str] | None = place("the units that it sees, `kind:code`; null is the whole city")
    purpose: str | None = service("for what a key is used; null of an operator")
    ends_at: datetime = service("from when on it opens nothing")
    confirmed: bool = service("whether it counts; otherwise it waits for a second person")
    replaces: str | None = operator("id of the key in whose place it is")
    replaced_ends_at: datetime | None = service("until when that one opens, too")


class Suspension(Document):
    """How a target stands."""

    target: str = model("what is forecast")
    zh: str = model("its Chinese name")
    en: str = model("its English name")
    suspended: bool = service("whether nothing of it is published and served")
    at: datetime | None = service("since when; null where it is served")
    because: str | None = operator("why; null where it is served")


class Suspensions(Document):
    """How all targets stand."""

    items: list[Suspension] = service("as they are declared")


class Suspended(Document):
    """A target that was suspended or resumed."""

    target: str = model("what is forecast")
    suspended: bool = service("how it stands now")
    because: str = operator("why")
    alerts: int = service("live notices that were withdrawn")


class AuditRow(Document):
    """A row of the audit: who did what; docs/security.md says how its hash is made."""

    sequence: int = service("its number; from 1, without gaps")
    at: datetime = service("when")
    actor: str = operator("the opaque id of an operator or a key, `local`, `system` or `nobody`")
    origin: str = operator("the address that it came from, or `local`")
    action: str = service("what was done")
    title: str = service("the same in words, in the language of the request")
    object: str = service("an id of what it was done to; empty where there is none")
    result: str = service("how it went")
    outcome: str = service("the same in words, in the language of the request")
    purpose: str = service("the declared purpose of who did it")
    note: str = operator("why, as somebody wrote it")
    count: int = service("how many times, where a row stands for several")
    algorithm: str = service("of the hash")
    previous: str = service("the hash of the row before")
    hash: str = service("of this one")


class AuditRows(Document):
    """A page of the audit."""

    items: list[AuditRow] = service("the newest first")
    next: int | None = service("`cursor` of the answer that follows; null at the end")
