"""Keys: created, listed, revoked, rotated. The secret is given once, to who asked for it, and kept as a digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, update

from riskwarn.audit import Action
from riskwarn.contracts.because import check_because
from riskwarn.errors import GrantOver, ReasonTooLong, TermInvalid
from riskwarn.home import Home
from serving.access import rows
from serving.access.areas import WHOLE_CITY, Area, area_of
from serving.access.grants import Change, Shown, change, second, term
from serving.access.networks import networks_named
from serving.access.rows import Key
from serving.access.scopes import ADMINISTRATORS, Purpose, Role, Scope, check_scopes, in_order
from serving.access.states import State, state_of, state_of_key
from serving.access.tables import KEYS
from serving.access.tokens import digest_of, new_token

#: Characters of the name of a program.
MOST_CHARACTERS = 64

#: Days for which a rotated key opens beside its successor, where nobody says otherwise.
OVERLAP_DAYS = 7


@dataclass(frozen=True)
class Asked:
    """What a key is to be."""

    name: str
    scopes: frozenset[Scope] = frozenset((Scope.READ,))
    area: Area = WHOLE_CITY
    purpose: Purpose | None = None  # `operation` of administrators, else `ranking`
    networks: Sequence[str] = ()
    days: int | None = None  # that of the configuration
    operator: str | None = None  # an operator's own key has the operator's scopes and area


def create_key(home: Home, asked: Asked, *, now: datetime, token: Shown = None, where: str = "NAME") -> dict[str, Any]:
    """`{id, key, scopes, area, purpose, ends_at, confirmed}`; `key` is nowhere else, and cannot be told again.

    Raises ScopesExclude, NetworkInvalid, TermInvalid, UnknownOperator, UnknownGrant, GrantOver (the operator), GrantRefused, and RefusedWord or
    PersonalText where the name may not be kept.
    """
    check_name(asked.name, where)
    check_scopes(asked.scopes)
    access = home.configuration.access
    ends_at = term(now, access.days if asked.days is None else asked.days)
    networks = networks_named(asked.networks)
    with change(home, token, now) as granting:
        by, scopes, area = granting.by, asked.scopes, asked.area
        if asked.operator is not None:
            operator = granting.operator(asked.operator)
            state = state_of(operator, now, confirm=False)
            if state is not State.IN_FORCE:
                raise GrantOver(id=operator.id, state=state.value)
            scopes, area, ends_at = Role(operator.role).scopes, area_of(operator.area), min(ends_at, operator.ends_at)
        granting.check_reach(area)
        purpose = asked.purpose or (Purpose.OPERATION if scopes & ADMINISTRATORS else Purpose.RANKING)
        return _add(
            granting,
            {
                "name": asked.name,
                "operator": asked.operator,
                "scopes": in_order(scopes),
                "area": area.as_list(),
                "purpose": purpose.value,
                "networks": list(networks),
                "created_at": now,
                "ends_at": ends_at,
                "granted_by": by,
                "confirmed_by": second(granting, area, now),
                "rotated_from": None,
            },
            access.key_digest,
        )


def check_name(name: str, where: str = "NAME") -> None:
    """Raise RefusedWord, PersonalText or ReasonTooLong where the name of a program may not be kept: it names nobody."""
    check_because(name, where)
    check_length(name, where)


def check_length(name: str, where: str) -> None:
    """Raise ReasonTooLong where a name is longer than what is kept."""
    if not 1 <= len(name.strip()) <= MOST_CHARACTERS:
        raise ReasonTooLong(where=where, most=MOST_CHARACTERS)


def _add(granting: Change, row: dict[str, Any], algorithm: str) -> dict[str, Any]:
    """Write a key with a new secret; gives what is told of it, once."""
    identity, secret = new_token()
    granting.connection.execute(
        insert(KEYS).values(id=identity, algorithm=algorithm, digest=digest_of(secret, algorithm).value, **row)
    )
    area = area_of(row["area"]).codes()
    told = {"scopes": row["scopes"], "area": area, "purpose": row["purpose"], "ends_at": row["ends_at"].isoformat()}
    action = Action.KEY_CREATED if row["rotated_from"] is None else Action.KEY_ROTATED
    granting.note(action, identity, result="waits" if row["confirmed_by"] is None else "done")
    return {"id": identity, "key": secret, **told, "confirmed": row["confirmed_by"] is not None}


def rotate_key(
    home: Home,
    identity: str,
    *,
    now: datetime,
    overlap_days: int = OVERLAP_DAYS,
    days: int | None = None,
    token: Shown = None,
) -> dict[str, Any]:
    """A key like another, which ends after the overlap; the shape of `create_key`, and `replaces`, `replaced_ends_at`.

    It is a new secret in the hands of whoever asks, so another confirms it as any grant: an administrator who rotated alone would
    hold what others were granted. The old one opens meanwhile. Raises UnknownKey, GrantOver, TermInvalid, GrantRefused.
    """
    access = home.configuration.access
    ends_at = term(now, access.days if days is None else days)
    if overlap_days < 0:
        raise TermInvalid(days=overlap_days, most=access.days)
    with change(home, token, now) as granting:
        connection, by = granting.connection, granting.by
        key = granting.key(identity)
        operator = rows.operator_named(connection, key.operator) if key.operator is not None else None
        state = state_of_key(key, operator, now, confirm=False, idle=timedelta(days=access.idle_days))
        if state is not State.IN_FORCE:
            raise GrantOver(id=identity, state=state.value)
        if operator is not None:
            ends_at = min(ends_at, operator.ends_at)
        area = area_of((operator or key).area)
        over = min(key.ends_at, now + timedelta(days=overlap_days))
        connection.execute(update(KEYS).where(KEYS.c.id == identity).values(ends_at=over))
        kept = {name: getattr(key, name) for name in ("name", "operator", "scopes", "area", "purpose", "networks")}
        made = {
            **kept, "created_at": now, "ends_at": ends_at, "granted_by": by, "confirmed_by": second(granting, area, now),
            "rotated_from": identity,
        }  # fmt: skip
        return {
            **_add(granting, made, access.key_digest),
            "replaces": identity,
            "replaced_ends_at": over.isoformat(),
        }


def revoke_key(
    home: Home, identity: str, because: str, *, now: datetime, token: Shown = None, where: str = "--because"
) -> dict[str, Any]:
    """Revoke a key; it opens nothing any more within a second, in every worker. Raises UnknownKey, UnknownGrant, GrantOver, GrantRefused."""
    check_because(because, where)
    with change(home, token, now) as granting:
        revoke(granting, granting.key(identity), because, now)
    return {"id": identity, "revoked_at": now.isoformat()}


def revoke(granting: Change, key: Key, because: str, now: datetime) -> None:
    """Revoke a key inside a change. Raises GrantOver."""
    if key.revoked_at is not None:
        raise GrantOver(id=key.id, state=State.REVOKED.value)
    granting.connection.execute(update(KEYS).where(KEYS.c.id == key.id).values(revoked_at=now))
    granting.note(Action.KEY_REVOKED, key.id, because)


def listed_keys(home: Home, *, now: datetime) -> list[dict[str, Any]]:
    """The keys, the newest first, without anything that opens."""
    access = home.configuration.access
    idle = timedelta(days=access.idle_days)
    with home.database.connect() as connection:
        people = {one.id: one for one in rows.operators(connection)}
        return [
            {
                "id": one.id,
                "name": one.name,
                "operator": one.operator,
                "scopes": in_order(rows.scopes_of(one, people.get(one.operator or ""))),
                **rows.told(one),
                "purpose": one.purpose,
                "networks": one.networks,
                "last_used_at": one.last_used_at.isoformat() if one.last_used_at is not None else None,
                "rotated_from": one.rotated_from,
                "state": state_of_key(
                    one, people.get(one.operator or ""), now, access.confirm is not False, idle
                ).value,
            }
            for one in rows.keys(connection)
        ]
