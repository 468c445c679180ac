"""What is granted, as a security administrator is shown it and grants it from elsewhere; nobody's name is in what is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from riskwarn.errors import GrantRefused
from riskwarn.home import Home
from riskwarn.messages import Message
from serving.access import keys, operators, rows
from serving.access.areas import Area, area_of
from serving.access.grants import Remote, is_operator
from serving.access.keys import Asked
from serving.access.rows import Key, Operator
from serving.access.scopes import Role, in_order
from serving.access.states import State, state_of, state_of_key


class Standing(StrEnum):
    """How a grant stands, of those that are shown."""

    WAITING = "waiting"
    IN_FORCE = "in_force"


_SHOWN = {State.WAITING: Standing.WAITING, State.IN_FORCE: Standing.IN_FORCE}


def granted(
    home: Home, covers: Callable[[Area], bool], *, now: datetime, standing: Standing | None = None, limit: int
) -> list[dict[str, Any]]:
    """Operators and keys whose area is covered, those that wait first, then the newest."""
    access = home.configuration.access
    confirm, idle = access.confirm is not False, timedelta(days=access.idle_days)
    with home.database.connect() as connection:
        people = {one.id: one for one in rows.operators(connection)}
        own = rows.keys(connection)
    found: list[tuple[State, Operator | Key, dict[str, Any]]] = [
        (state_of(one, now, confirm), one, _person(one)) for one in people.values()
    ]
    for key in own:
        operator = people.get(key.operator or "")
        found.append((state_of_key(key, operator, now, confirm, idle), key, _key(key, operator)))
    shown = [(_SHOWN[state], row, told) for state, row, told in found if state in _SHOWN]
    shown = [one for one in shown if standing in (None, one[0])]
    shown.sort(key=lambda one: (one[0] is not Standing.WAITING, -one[1].created_at.timestamp(), one[1].id))
    seen: dict[Area, bool] = {}
    items: list[dict[str, Any]] = []
    for state, row, told in shown:
        area = area_of(row.area)
        if area not in seen:
            seen[area] = covers(area)
        if seen[area]:
            items.append({"id": row.id, **told, **rows.told(row), "state": state.value})
        if len(items) == limit:
            break
    return items


def _person(one: Operator) -> dict[str, Any]:
    scopes = in_order(Role(one.role).scopes)
    return {"kind": "operator", "role": one.role, "scopes": scopes, "operator": None, "purpose": None, "networks": []}


def _key(one: Key, operator: Operator | None) -> dict[str, Any]:
    role = None if operator is None else operator.role
    scopes = in_order(rows.scopes_of(one, operator))
    return {"kind": "key", "role": role, "scopes": scopes, "operator": one.operator, "purpose": one.purpose, "networks": one.networks}  # fmt: skip


def revoke(home: Home, identity: str, reason: str, *, now: datetime, by: Remote) -> dict[str, Any]:
    """Revoke an operator, with every key of theirs, or a key. Raises UnknownGrant, GrantOver, GrantRefused, and what a reason may not hold."""
    undo = operators.revoke_operator if is_operator(identity) else keys.revoke_key
    done = undo(home, identity, reason, now=now, token=by, where="reason")
    return {"id": identity, "revoked_at": done["revoked_at"], "keys": done.get("keys", [])}


def operator_made(
    home: Home, name: str, role: Role, area: Area, *, days: int | None, subject: str | None, now: datetime, by: Remote
) -> dict[str, Any]:
    """Create an operator: `Made`'s shape, without a key. Raises what :func:`operators.create_operator` does."""
    if subject is not None and not by.caller.area.whole:
        # Whether somebody has it already would tell of operators of elsewhere.
        raise GrantRefused(problem=Message("a subject is said by who was granted the whole city"))
    done = operators.create_operator(
        home, name, role, now=now, area=area, days=days, subject=subject, token=by, where="name"
    )
    return _made(done)


def key_made(home: Home, asked: Asked, *, now: datetime, by: Remote) -> dict[str, Any]:
    """Create a key: the same with its secret, which is told this once. Raises what :func:`keys.create_key` does."""
    return _made(keys.create_key(home, asked, now=now, token=by, where="name"))


def rotated(
    home: Home, identity: str, *, days: int | None, overlap_days: int, now: datetime, by: Remote
) -> dict[str, Any]:
    """Another term for an operator, or another key in the place of one: the same. Raises UnknownGrant, GrantOver, GrantWaits, TermInvalid,
    GrantRefused."""
    if is_operator(identity):
        return _made(operators.rotate_operator(home, identity, now=now, days=days, token=by))
    return _made(keys.rotate_key(home, identity, now=now, overlap_days=overlap_days, days=days, token=by))


def _made(done: dict[str, Any]) -> dict[str, Any]:
    """What was granted, of an operator and of a key in one shape."""
    role = done.get("role")
    scopes = in_order(Role(role).scopes) if role is not None else done["scopes"]
    nothing = {"key": None, "role": None, "purpose": None, "replaces": None, "replaced_ends_at": None}
    return {"id": done["id"], **nothing, **done, "scopes": scopes}
