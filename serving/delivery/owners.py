"""Whose a subscription is: it lasts no longer than what its owner may do, as every answer does."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from riskwarn.home import Home
from serving.access import rows
from serving.access.approvals import person
from serving.access.caller import LOCAL, Caller
from serving.access.grants import is_operator
from serving.access.states import State, state_of, state_of_key


def owner_of(caller: Caller) -> str:
    """As whose a subscription is kept: the operator, or the key of a program, or the owner of the home."""
    return person(caller)


def in_force(home: Home, connection: Connection, owners: set[str], now: datetime) -> set[str]:
    """Of some owners those who may be told still. A key that was rotated lives on in the one that took its place."""
    found = {LOCAL.id} & owners
    if owners == found:
        return found
    access = home.configuration.access
    confirm, idle = bool(access.confirm), timedelta(days=access.idle_days)
    people = {one.id: one for one in rows.operators(connection)}
    keys = rows.keys(connection)
    followed = {one.rotated_from: one.id for one in keys if one.rotated_from is not None}
    # A program that is told, and asks nothing, does not use its key: that is no idleness.
    open_keys = {
        one.id
        for one in keys
        if state_of_key(one, people.get(one.operator or ""), now, confirm, idle, now) is State.IN_FORCE
    }
    for owner in owners:
        if is_operator(owner):
            one = people.get(owner)
            if one is not None and state_of(one, now, confirm) is State.IN_FORCE:
                found.add(owner)
            continue
        key: str | None = owner
        while key is not None and key not in open_keys:
            key = followed.get(key)
        if key is not None:
            found.add(owner)
    return found
