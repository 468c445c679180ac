"""Who grants: the owner of the home, or a security administrator by a key. What one grants another confirms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, update

from riskwarn.audit import Action, Entry, recorded
from riskwarn.audit import Caller as AuditCaller
from riskwarn.errors import ConfirmationRefused, ConfirmedBefore, GrantOver, GrantRefused, TermInvalid, UnknownKey
from riskwarn.home import Home
from serving.access import rows
from serving.access.scopes import Role, Scope
from serving.access.states import State, state_of, state_of_key
from serving.access.tables import KEYS, OPERATORS
from serving.access.tokens import Digest, id_of

#: The owner of the home, at its command line.
LOCAL = "local"

#: Days for which anything is granted at most.
MOST_DAYS = 366


def term(now: datetime, days: int) -> datetime:
    """The end of a term. Raises TermInvalid."""
    if not 1 <= days <= MOST_DAYS:
        raise TermInvalid(days=days, most=MOST_DAYS)
    return now + timedelta(days=days)


@dataclass
class Change:
    """A change of access that is going on: who makes it, and what is written down of it."""

    connection: Connection
    by: str
    entries: list[Entry] = field(default_factory=list)

    def note(self, action: Action, what: str, because: str = "", result: str = "done") -> None:
        """Write down what was done to which id; nobody's name stands in it."""
        actor = AuditCaller(self.by, purpose="operation")
        self.entries.append(Entry(action, what, actor, result, because))


@contextmanager
def change(home: Home, token: str | None, now: datetime) -> Iterator[Change]:
    """A transaction that changes operators or keys, with its rows of the audit; servers look again for it. Raises GrantRefused."""
    with recorded(home) as recording:
        rows.changed(recording.connection)
        made = Change(recording.connection, granter(home, recording.connection, token, now))
        yield made
        recording.append(*made.entries, at=now)


def granter(home: Home, connection: Connection, token: str | None, now: datetime) -> str:
    """Who grants: `local`, or the operator or the key whose token is given. Raises GrantRefused."""
    if token is None:
        return LOCAL
    try:
        key = rows.key_named(connection, id_of(token) or "")
    except UnknownKey as error:
        raise GrantRefused(problem="there is no such key") from error
    if not Digest(key.algorithm, key.digest).fits(token):
        raise GrantRefused(problem="there is no such key")
    operator = rows.operator_named(connection, key.operator) if key.operator is not None else None
    idle = timedelta(days=home.configuration.access.idle_days)
    state = state_of_key(key, operator, now, home.configuration.access.confirm is not False, idle)
    if state is not State.IN_FORCE:
        raise GrantRefused(problem=state.value)
    if Scope.SECURITY not in rows.scopes_of(key, operator):
        raise GrantRefused(problem="it has not that scope")
    return key.operator or key.id


def second(connection: Connection, by: str, now: datetime) -> str | None:
    """Who confirms a grant at once: the owner of the home his own, as long as there is no security administrator who could.

    One who can: a program's key of that scope, or an operator with a key or known to the sign-on.
    """
    if by != LOCAL:
        return None
    live = [one for one in rows.keys(connection) if one.revoked_at is None and one.ends_at > now]
    able = {one.operator for one in live if one.operator is not None}
    able |= {one.id for one in rows.operators(connection) if one.subject is not None}
    holds = any(Scope.SECURITY.value in one.scopes and one.operator is None for one in live) or any(
        one.id in able and one.role == Role.SECURITY and state_of(one, now, confirm=True) is State.IN_FORCE
        for one in rows.operators(connection)
    )
    return None if holds else LOCAL


def confirm(home: Home, identity: str, *, now: datetime, token: str | None = None) -> dict[str, str]:
    """Confirm what another granted: an operator or a key.

    Raises UnknownKey, GrantOver, ConfirmedBefore, ConfirmationRefused (who confirms is who granted, or who gets it), GrantRefused.
    """
    with change(home, token, now) as granting:
        connection, by = granting.connection, granting.by
        kind = "operator" if identity.startswith("op") else "key"
        found = (
            rows.operator_named(connection, identity) if kind == "operator" else rows.key_named(connection, identity)
        )
        if found.revoked_at is not None or found.ends_at <= now:
            raise GrantOver(id=identity, state=(State.REVOKED if found.revoked_at is not None else State.ENDED).value)
        if found.confirmed_by is not None:
            raise ConfirmedBefore(id=identity)
        if by in (found.granted_by, identity, getattr(found, "operator", None)):
            raise ConfirmationRefused(id=identity, by=found.granted_by)
        table = OPERATORS if kind == "operator" else KEYS
        connection.execute(update(table).where(table.c.id == identity).values(confirmed_by=by))
        granting.note(Action.GRANT_CONFIRMED, identity)
    return {"id": identity, "granted_by": found.granted_by, "confirmed_by": by}
