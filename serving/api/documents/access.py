"""Grants, and rows of the audit."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from serving.api.documents.fields import Document, field, operator, place, service


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
