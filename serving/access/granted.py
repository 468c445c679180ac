"""What is granted: what waits for a second person and what is in force, as a security administrator is shown it; nobody's name is in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from riskwarn.home import Home
from serving.access import keys, operators, rows
from serving.access.areas import Area, area_of
from serving.access.grants import Remote, is_operator
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
