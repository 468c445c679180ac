"""Whose a subscription is: it lasts no longer than what its owner may do, as every answer does."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from riskwarn.home import Home
from serving.access import rows
from serving.access.approvals import person as asking
from serving.access.areas import Area, area_of
from serving.access.caller import LOCAL, Caller
from serving.access.grants import is_operator
from serving.access.rows import Key
from serving.access.scopes import Role, Scope
from serving.access.states import State, state_of, state_of_key


def owner_of(caller: Caller) -> str:
    """As whose a subscription is kept: the operator, or the key of a program, or the owner of the home."""
    return asking(caller)


def areas_in_force(home: Home, connection: Connection, owners: set[str], now: datetime) -> dict[str, Area]:
    """Of some owners those who may be told still, and what they see today. A key that was rotated lives on in the one that took its place.

    What nobody confirmed counts only where that is set: whoever carries messages does not know whether the server is asked from beyond
    this machine.
    """
    found = {LOCAL.id: LOCAL.area} if LOCAL.id in owners else {}
    if owners == {*found}:
        return found
    access = home.configuration.access
    confirm, idle = access.confirm is not False, timedelta(days=access.idle_days)
    people = {one.id: one for one in rows.operators(connection)}
    keys = {one.id: one for one in rows.keys(connection)}
    followed = {one.rotated_from: one for one in keys.values() if one.rotated_from is not None}

    def holds(one: Key) -> bool:
        # A program that is told, and asks nothing, does not use its key: that is no idleness.
        return state_of_key(one, people.get(one.operator or ""), now, confirm, idle, now) is State.IN_FORCE

    for owner in owners - {*found}:
        if is_operator(owner):
            person = people.get(owner)
            if person is not None and state_of(person, now, confirm) is State.IN_FORCE:
                found |= _reading(owner, Role(person.role).scopes, person.area)
            continue
        key = keys.get(owner)
        while key is not None and not holds(key):
            key = followed.get(key.id)
        if key is not None:
            found |= _reading(owner, rows.scopes_of(key, None), key.area)
    return found


def _reading(owner: str, scopes: frozenset[Scope], area: list[list[str]]) -> dict[str, Area]:
    """Nobody is told what he may not read."""
    return {owner: area_of(area)} if Scope.READ in scopes else {}
