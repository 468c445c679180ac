"""Operators: the people who sign in. Their names stand in one table, and are told by its list alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, update

from riskwarn.audit import Action
from riskwarn.audit import Caller as Actor
from riskwarn.contracts.because import check_because
from riskwarn.contracts.written import personal_written
from riskwarn.errors import GrantOver, PersonalText
from riskwarn.home import Home
from riskwarn.refused import refuse_words
from serving.access import keys, rows
from serving.access.areas import WHOLE_CITY, Area, area_of
from serving.access.grants import Shown, change, check_none_waits, second, term
from serving.access.scopes import Role
from serving.access.sessions import end
from serving.access.states import State, state_of
from serving.access.subjects import taken
from serving.access.tables import OPERATORS
from serving.access.tokens import new_id


def create_operator(
    home: Home,
    name: str,
    role: Role,
    *,
    now: datetime,
    area: Area = WHOLE_CITY,
    days: int | None = None,
    subject: str | None = None,
    token: Shown = None,
    where: str = "NAME",
) -> dict[str, Any]:
    """`{id, role, area, ends_at, confirmed}`; `name` is a person's name or staff number, and no other number of a person.

    `subject` is what the city's sign-on or gateway calls this person. Raises RefusedWord, PersonalText, ReasonTooLong, TermInvalid,
    SubjectInvalid, SubjectTaken, GrantRefused.
    """
    check_person(name, where)
    ends_at = term(now, home.configuration.access.days if days is None else days)
    identity = new_id("op")
    with change(home, token, now) as granting:
        connection, by = granting.connection, granting.by
        granting.check_reach(area)
        confirmed = second(granting, area, now)
        connection.execute(
            insert(OPERATORS).values(
                id=identity, name=name.strip(), role=role.value, area=area.as_list(), created_at=now, ends_at=ends_at,
                granted_by=by, confirmed_by=confirmed, subject=None if subject is None else taken(home, connection, subject),
            )
        )  # fmt: skip
        told = {"role": role.value, "area": area.codes(), "ends_at": ends_at.isoformat()}
        granting.note(Action.OPERATOR_CREATED, identity, result="waits" if confirmed is None else "done")
    return {"id": identity, **told, "confirmed": confirmed is not None}


def check_person(name: str, where: str = "NAME") -> None:
    """Raise PersonalText, RefusedWord or ReasonTooLong where a text is more of a person than a name or a staff number."""
    keys.check_length(name, where)
    refuse_words(name, where)
    if found := personal_written(name):
        raise PersonalText(where=where, what=found)


def revoke_operator(
    home: Home, identity: str, because: str, *, now: datetime, token: Shown = None, where: str = "--because"
) -> dict[str, Any]:
    """End an operator at once, with every key of theirs. Raises UnknownOperator, UnknownGrant, GrantOver, GrantRefused."""
    check_because(because, where)
    with change(home, token, now) as granting:
        connection = granting.connection
        if granting.operator(identity).revoked_at is not None:
            raise GrantOver(id=identity, state=State.REVOKED.value)
        connection.execute(update(OPERATORS).where(OPERATORS.c.id == identity).values(revoked_at=now))
        granting.note(Action.OPERATOR_REVOKED, identity, because)
        granting.entries += end(
            connection, lambda one: one.operator == identity, Actor(granting.by, granting.origin), "revoked"
        )
        own = [one for one in rows.keys(connection) if one.operator == identity and one.revoked_at is None]
        for key in own:
            keys.revoke(granting, key, because, now)
    return {"id": identity, "revoked_at": now.isoformat(), "keys": [one.id for one in own]}


def sign_operator_out(home: Home, identity: str, because: str, *, now: datetime, token: Shown = None) -> dict[str, Any]:
    """End every session of an operator, who may sign in again: `{id, sessions}`. Raises UnknownOperator, GrantRefused."""
    check_because(because)
    with change(home, token, now) as granting:
        granting.operator(identity)
        ended = end(
            granting.connection, lambda one: one.operator == identity, Actor(granting.by), "everywhere", because
        )
        granting.entries += ended
    return {"id": identity, "sessions": len(ended)}


def rotate_operator(
    home: Home, identity: str, *, now: datetime, days: int | None = None, token: Shown = None
) -> dict[str, Any]:
    """Another term for an operator, in the same role and area: `create_operator`'s shape. A longer one is granted, so that another
    confirms it again; until then the operator waits. Raises UnknownOperator, GrantOver, GrantWaits, TermInvalid, GrantRefused."""
    ends_at = term(now, home.configuration.access.days if days is None else days)
    with change(home, token, now) as granting:
        connection = granting.connection
        found = granting.operator(identity)
        if found.revoked_at is not None:
            raise GrantOver(id=identity, state=State.REVOKED.value)
        granted = {"granted_by": found.granted_by, "confirmed_by": found.confirmed_by}
        if ends_at > found.ends_at:
            check_none_waits(granting, found)
            granted = {"granted_by": granting.by, "confirmed_by": second(granting, area_of(found.area), now)}
        connection.execute(update(OPERATORS).where(OPERATORS.c.id == identity).values(ends_at=ends_at, **granted))
        told = {"role": found.role, "area": area_of(found.area).codes(), "ends_at": ends_at.isoformat()}
        confirmed = granted["confirmed_by"] is not None
        granting.note(Action.OPERATOR_CHANGED, identity, result="done" if confirmed else "waits")
    return {"id": identity, **told, "confirmed": confirmed}


def listed_operators(home: Home, *, now: datetime) -> list[dict[str, Any]]:
    """The operators, the newest first."""
    confirm = home.configuration.access.confirm is not False
    with home.database.connect() as connection:
        found = rows.operators(connection)
        own = rows.keys(connection)
    return [
        {
            "id": one.id,
            "name": one.name,
            "role": one.role,
            **rows.told(one),
            "subject": one.subject is not None,
            "signed_in_at": one.signed_in_at.isoformat() if one.signed_in_at is not None else None,
            "keys": [key.id for key in own if key.operator == one.id and key.revoked_at is None],
            "state": state_of(one, now, confirm).value,
        }
        for one in found
    ]
