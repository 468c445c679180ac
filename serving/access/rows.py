"""The rows of operators and keys, and the number that grows with every change of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from riskwarn.errors import UnknownKey, UnknownOperator
from riskwarn.home import Home
from serving.access.areas import area_of
from serving.access.scopes import Role, Scope
from serving.access.tables import ACCESS_CHANGES, KEYS, OPERATORS


@dataclass(frozen=True)
class Operator:
    """A person, as the row has it."""

    id: str
    name: str
    role: str
    area: list[list[str]]
    created_at: datetime
    ends_at: datetime
    granted_by: str
    confirmed_by: str | None
    revoked_at: datetime | None
    subject: str | None = None
    signed_in_at: datetime | None = None


@dataclass(frozen=True)
class Key:
    """A key, as the row has it; its secret is nowhere."""

    id: str
    name: str
    operator: str | None
    scopes: list[str]
    area: list[list[str]]
    purpose: str
    networks: list[str]
    algorithm: str
    digest: str
    created_at: datetime
    ends_at: datetime
    granted_by: str
    confirmed_by: str | None
    revoked_at: datetime | None
    rotated_from: str | None
    last_used_at: datetime | None


def scopes_of(key: Key, operator: Operator | None) -> frozenset[Scope]:
    """What a key may do: an operator's key what the operator may."""
    if operator is not None:
        return Role(operator.role).scopes
    return frozenset(Scope(one) for one in key.scopes)


def operators(connection: Connection) -> list[Operator]:
    """All operators, the newest first."""
    rows = select(OPERATORS).order_by(OPERATORS.c.created_at.desc(), OPERATORS.c.id)
    return [Operator(**row) for row in connection.execute(rows).mappings()]


def keys(connection: Connection) -> list[Key]:
    """All keys, the newest first."""
    rows = select(KEYS).order_by(KEYS.c.created_at.desc(), KEYS.c.id)
    return [Key(**row) for row in connection.execute(rows).mappings()]


def operator_named(connection: Connection, identity: str) -> Operator:
    """An operator by the id. Raises UnknownOperator."""
    row = connection.execute(select(OPERATORS).where(OPERATORS.c.id == identity)).mappings().first()
    if row is None:
        raise UnknownOperator(id=identity)
    return Operator(**row)


def key_named(connection: Connection, identity: str) -> Key:
    """A key by the id. Raises UnknownKey."""
    row = connection.execute(select(KEYS).where(KEYS.c.id == identity)).mappings().first()
    if row is None:
        raise UnknownKey(id=identity)
    return Key(**row)


def holder(connection: Connection, identity: str) -> str:
    """Who holds an id: of an operator's key the operator, of a program's rotated key the first of them; another is its own holder.

    A key and what it was rotated to are in the same hands, so that they are never two persons.
    """
    rotations: dict[str, tuple[str | None, str | None]] = {
        one.id: (one.rotated_from, one.operator)
        for one in connection.execute(select(KEYS.c.id, KEYS.c.rotated_from, KEYS.c.operator))
    }
    before, operator = rotations.get(identity, (None, None))
    while before is not None and operator is None:
        identity = before
        before, operator = rotations.get(identity, (None, None))
    return operator or identity


def changed(connection: Connection) -> None:
    """Say, in the transaction of a change, that there was one. Taken first, it also keeps those who grant apart."""
    connection.execute(update(ACCESS_CHANGES).values(number=ACCESS_CHANGES.c.number + 1))


def number_of_changes(home: Home) -> int:
    """How many changes there were."""
    with home.database.connect() as connection:
        return int(connection.execute(select(ACCESS_CHANGES.c.number)).scalar_one())


def anybody(home: Home) -> bool:
    """Whether any key or operator exists, in force or not: from then on nobody is let in without a key."""
    with home.database.connect() as connection:
        return any(connection.execute(select(func.count()).select_from(one)).scalar_one() for one in (KEYS, OPERATORS))


def used(connection: Connection, moments: Sequence[tuple[str, datetime]]) -> None:
    """Write when keys were last used; an earlier moment changes nothing."""
    for identity, moment in moments:
        later = (KEYS.c.last_used_at.is_(None)) | (KEYS.c.last_used_at < moment)
        connection.execute(update(KEYS).where(KEYS.c.id == identity, later).values(last_used_at=moment))


def told(row: Operator | Key) -> dict[str, Any]:
    """What of a row is told by both lists."""
    return {
        "area": area_of(row.area).codes(),
        "created_at": row.created_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "granted_by": row.granted_by,
        "confirmed_by": row.confirmed_by,
    }
