"""Who grants: the owner of the home, or a security administrator by a key. What one grants another confirms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, update

from riskwarn.audit import Action, Entry, recorded
from riskwarn.audit import Caller as AuditCaller
from riskwarn.errors import (
    ConfirmationRefused,
    ConfirmedBefore,
    GrantOver,
    GrantRefused,
    GrantWaits,
    TermInvalid,
    UnknownGrant,
    UnknownKey,
    UnknownOperator,
)
from riskwarn.home import Home
from riskwarn.messages import Message
from serving.access import rows, sessions
from serving.access.areas import WHOLE_CITY, Area, area_of, named_within
from serving.access.caller import LOCAL as LOCAL_CALLER
from serving.access.caller import Caller
from serving.access.rows import Key, Operator
from serving.access.scopes import Role, Scope
from serving.access.states import State, state_of, state_of_key
from serving.access.tables import KEYS, OPERATORS
from serving.access.tokens import Digest, id_of

Row = TypeVar("Row", Operator, Key)

#: The owner of the home, at its command line.
LOCAL = "local"

#: Days for which anything is granted at most.
MOST_DAYS = 366


def term(now: datetime, days: int) -> datetime:
    """The end of a term. Raises TermInvalid."""
    if not 1 <= days <= MOST_DAYS:
        raise TermInvalid(days=days, most=MOST_DAYS)
    return now + timedelta(days=days)


@dataclass(frozen=True)
class Remote:
    """A security administrator who asks over HTTP, as the gate let that one in; `covers` says of which areas grants are shown there."""

    caller: Caller
    origin: str
    covers: Callable[[Area], bool]

    @property
    def id(self) -> str:
        """The person, else the program, else `local`."""
        return self.caller.operator or self.caller.id


@dataclass(frozen=True)
class Token:
    """The token of a key at the command line, None of the owner; `within` says whether an area (the first) holds all of another by the
    tree of today."""

    secret: str | None
    within: Callable[[Area, Area], bool]


#: By what somebody grants: the owner by nothing, at the command line by the token of a key, and over HTTP.
Shown = str | Token | Remote | None


@dataclass
class Change:
    """A change of access that is going on: who makes it, and what is written down of it."""

    home: Home
    connection: Connection
    by: str
    covers: Callable[[Area], bool]
    within: Callable[[Area, Area], bool] = named_within
    remote: Remote | None = None
    entries: list[Entry] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """From where it is made."""
        return LOCAL if self.remote is None else self.remote.origin

    def note(self, action: Action, what: str, because: str = "", result: str = "done") -> None:
        """Write down what was done to which id; nobody's name stands in it."""
        actor = AuditCaller(self.by, self.origin, purpose="operation")
        self.entries.append(Entry(action, what, actor, result, because))

    def operator(self, identity: str) -> Operator:
        """The operator of an id. Raises UnknownOperator, GrantRefused (beyond the area); over HTTP UnknownGrant, also where it is not covered."""
        return self._covered(rows.operator_named, identity)

    def key(self, identity: str) -> Key:
        """The key of an id. Raises UnknownKey, GrantRefused (beyond the area); over HTTP UnknownGrant, also where it is not covered."""
        return self._covered(rows.key_named, identity)

    def check_reach(self, area: Area) -> None:
        """Raise GrantRefused where an area reaches beyond that of whoever grants."""
        if not self.covers(area):
            raise GrantRefused(problem=Message("that reaches beyond its area"))

    def _covered(self, named: Callable[[Connection, str], Row], identity: str) -> Row:
        if self.remote is None:
            found = named(self.connection, identity)
            self.check_reach(area_of(found.area))
            return found
        try:
            found = named(self.connection, identity if _ID.fullmatch(identity) else "")
        except (UnknownOperator, UnknownKey) as error:
            raise UnknownGrant(id=identity) from error
        if not self.covers(area_of(found.area)):
            raise UnknownGrant(id=identity)
        return found


_ID = re.compile("[a-z0-9]{1,16}")


def is_operator(identity: str) -> bool:
    """Whether an id is that of an operator, and not of a key."""
    return identity.startswith("op")


@contextmanager
def change(home: Home, shown: Shown, now: datetime) -> Iterator[Change]:
    """A transaction that changes operators or keys, with its rows of the audit; servers look again for it. Raises GrantRefused."""
    with recorded(home) as recording:
        rows.changed(recording.connection)
        connection = recording.connection
        if isinstance(shown, Remote):
            made = Change(home, connection, _asking(home, connection, shown, now), shown.covers, remote=shown)
        else:
            token, within = (shown.secret, shown.within) if isinstance(shown, Token) else (shown, named_within)
            by = granter(home, connection, token, now)
            own = WHOLE_CITY if token is None else area_of(rows.key_named(connection, id_of(token) or "").area)
            made = Change(home, connection, by, lambda area: own.whole or within(own, area), within)
        yield made
        recording.append(*made.entries, at=now)


def _asking(home: Home, connection: Connection, shown: Remote, now: datetime) -> str:
    """Who asks over HTTP, looked at again in the transaction: as at the command line what nobody confirmed confirms nothing, though a
    server on loopback lets it in. Raises GrantRefused."""
    caller = shown.caller
    if caller is LOCAL_CALLER:
        return LOCAL
    key, session = caller.id, None
    if caller.session:
        session = next((one for one in sessions.every(connection) if one.id == caller.id), None)
        if session is None:
            raise GrantRefused(problem=Message("the session is over"))
        key = session.key or ""
    if key:
        return _may_grant(home, connection, rows.key_named(connection, key), now)
    operator = rows.operator_named(connection, shown.id)
    _check(state_of(operator, now, home.configuration.access.confirm is not False), Role(operator.role).scopes)
    return operator.id


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
    return _may_grant(home, connection, key, now)


def _may_grant(home: Home, connection: Connection, key: Key, now: datetime) -> str:
    """The operator or the program whose key it is. Raises GrantRefused."""
    operator = rows.operator_named(connection, key.operator) if key.operator is not None else None
    access = home.configuration.access
    state = state_of_key(key, operator, now, access.confirm is not False, timedelta(days=access.idle_days))
    _check(state, rows.scopes_of(key, operator))
    return key.operator or key.id


def _check(state: State, scopes: frozenset[Scope]) -> None:
    """Raise GrantRefused where somebody may not grant."""
    if state is not State.IN_FORCE:
        raise GrantRefused(problem=Message(state.value))
    if Scope.SECURITY not in scopes:
        raise GrantRefused(problem=Message("it has not that scope"))


def second(granting: Change, area: Area, now: datetime) -> str | None:
    """Who confirms a grant of an area at once: the owner of the home his own, as long as there is no security administrator who could."""
    if granting.by != LOCAL:
        return None
    return None if any(granting.within(own, area) for own in _administered(granting, now)) else LOCAL


def _administered(granting: Change, now: datetime) -> Iterator[Area]:
    """The areas of those who can confirm now: by a key of that scope that is in force, or by a sign-in as an operator who is."""
    access = granting.home.configuration.access
    confirm, idle = access.confirm is not False, timedelta(days=access.idle_days)
    people = {one.id: one for one in rows.operators(granting.connection)}
    for key in rows.keys(granting.connection):
        operator = people.get(key.operator or "")
        state = state_of_key(key, operator, now, confirm, idle)
        if state is State.IN_FORCE and Scope.SECURITY in rows.scopes_of(key, operator):
            yield area_of((operator or key).area)
    for one in people.values():
        known = one.role == Role.SECURITY and one.subject is not None
        if known and state_of(one, now, confirm) is State.IN_FORCE:
            yield area_of(one.area)


def check_none_waits(granting: Change, found: Operator) -> None:
    """Raise GrantWaits where a change of an operator waits that somebody else made: who made it would be forgotten by the next, and could
    confirm it."""
    connection = granting.connection
    if found.confirmed_by is None and rows.holder(connection, found.granted_by) != rows.holder(connection, granting.by):
        raise GrantWaits(id=found.id, by=found.granted_by)


def confirm(home: Home, identity: str, *, now: datetime, token: Shown = None) -> dict[str, str]:
    """Confirm what another granted: an operator or a key.

    Raises UnknownKey, UnknownOperator, UnknownGrant, GrantOver, ConfirmedBefore, ConfirmationRefused (who confirms is who granted, or who
    gets it), GrantRefused.
    """
    with change(home, token, now) as granting:
        connection, by = granting.connection, granting.by
        found = granting.operator(identity) if is_operator(identity) else granting.key(identity)
        if found.revoked_at is not None or found.ends_at <= now:
            raise GrantOver(id=identity, state=(State.REVOKED if found.revoked_at is not None else State.ENDED).value)
        if found.confirmed_by is not None:
            raise ConfirmedBefore(id=identity)
        if rows.holder(connection, by) in {rows.holder(connection, one) for one in (found.granted_by, identity)}:
            raise ConfirmationRefused(id=identity, by=found.granted_by)
        table = OPERATORS if is_operator(identity) else KEYS
        connection.execute(update(table).where(table.c.id == identity).values(confirmed_by=by))
        granting.note(Action.GRANT_CONFIRMED, identity)
    return {"id": identity, "granted_by": found.granted_by, "confirmed_by": by}
