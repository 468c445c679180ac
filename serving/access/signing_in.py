"""Signing in: somebody shows a key, or is shown by the sign-on or the gateway, and a session is opened or not. All of it is in the audit.

Wrong keys are counted for the operator whose key is named, else for the address. Who has typed too many is not looked at for a while.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from riskwarn.audit import Action, Entry, record, recorded
from riskwarn.audit import Caller as Actor
from riskwarn.audit.chain import hold
from riskwarn.errors import RiskwarnError, SignInLocked, SignInRefused, SubjectUnknown, UnknownKey
from riskwarn.home import Home
from riskwarn.messages import Message
from serving.access import rows
from serving.access.networks import allowed, neighbourhood
from serving.access.rows import Key, Operator
from serving.access.sessions import Method, Opened, open_session
from serving.access.states import State, state_of, state_of_key
from serving.access.subjects import digest_of_subject, is_subject, operator_of
from serving.access.tables import SIGN_IN_FAILURES
from serving.access.tokens import Digest, digest_of, id_of, new_token

#: Who is nobody yet.
NOBODY = "nobody"

#: With what a token is compared that names no key: it takes as long.
_NO_DIGEST = digest_of(new_token()[1])


def by_key(home: Home, token: str, origin: str, *, now: datetime, confirm: bool, held: str | None = None) -> Opened:
    """Open a session for the operator whose own key was typed. Raises SignInRefused, SignInLocked.

    One after another, in every worker: however many are tried at once, no more than are allowed are looked at.
    """
    with recorded(home) as change:
        hold(change.connection)
        outcome, entries = _by_key(home, change.connection, token, origin, now, confirm, held)
        change.append(*entries, at=now)
    if isinstance(outcome, RiskwarnError):
        raise outcome
    return outcome


def _by_key(
    home: Home, connection: Connection, token: str, origin: str, now: datetime, confirm: bool, held: str | None
) -> tuple[Opened | RiskwarnError, list[Entry]]:
    key, operator = _named(connection, token)
    fits = (Digest(key.algorithm, key.digest) if key is not None else _NO_DIGEST).fits(token)
    who = operator.id if operator is not None else _address(origin)
    actor = Actor(operator.id if operator is not None else NOBODY, origin)
    minutes = max(_locked(home, connection, one, now) for one in {who, _address(origin)})
    if minutes:
        return SignInLocked(minutes=minutes), [Entry(Action.SESSION_REFUSED, Method.KEY, actor, "locked")]
    if key is None or not fits:
        refused = Entry(Action.SESSION_REFUSED, Method.KEY, actor, "refused")
        locked = _failed(home, connection, who, now)
        entries = [refused, Entry(Action.SESSION_LOCKED, "", actor)] if locked else [refused]
        return SignInRefused(problem=_no_key()), entries
    problem = _problem(home, key, operator, origin, now, confirm)
    if problem is not None or operator is None:
        # What is right and does not open any more is no guess.
        refused = Entry(Action.SESSION_REFUSED, Method.KEY, actor, "refused")
        return SignInRefused(problem=problem or _no_key()), [refused]
    return open_session(home, connection, operator, Method.KEY, origin, now=now, key=key.id, held=held)


def _named(connection: Connection, token: str) -> tuple[Key | None, Operator | None]:
    try:
        key = rows.key_named(connection, id_of(token) or "")
    except UnknownKey:
        return None, None
    return key, rows.operator_named(connection, key.operator) if key.operator is not None else None


def _problem(home: Home, key: Key, operator: Operator | None, origin: str, now: datetime, confirm: bool) -> str | None:
    if operator is None:
        return Message("this is the key of a program, and people sign in with their own")
    idle = timedelta(days=home.configuration.access.idle_days)
    state = state_of_key(key, operator, now, confirm, idle)
    if state is not State.IN_FORCE:
        return Message(state.value)
    return None if allowed(tuple(key.networks), origin) else Message("the key may not be used from this address")


def _no_key() -> str:
    return Message("there is no such key")


def as_subject(
    home: Home, subject: object, method: Method, origin: str, *, now: datetime, confirm: bool, held: str | None = None
) -> Opened:
    """Open a session for the operator with a subject, which the sign-on or the gateway said. Raises SubjectUnknown."""
    with recorded(home) as change:
        connection = change.connection
        hold(connection)
        found = None
        if isinstance(subject, str) and is_subject(subject):
            found = operator_of(rows.operators(connection), digest_of_subject(home, subject))
        if found is not None and state_of(found, now, confirm) is State.IN_FORCE:
            opened, entries = open_session(home, connection, found, method, origin, now=now, held=held)
        else:
            actor = Actor(found.id if found is not None else NOBODY, origin)
            opened, entries = None, [Entry(Action.SESSION_REFUSED, method, actor, "unknown")]
        change.append(*entries, at=now)
    if opened is None:
        raise SubjectUnknown()
    return opened


def refuse(home: Home, method: Method, origin: str, why: str, *, now: datetime) -> None:
    """Write down that somebody was not signed in: `why` is a word."""
    record(home, Entry(Action.SESSION_REFUSED, method, Actor(NOBODY, origin), why), at=now)


def _address(origin: str) -> str:
    return f"at {neighbourhood(origin)}"[:64]


def _locked(home: Home, connection: Connection, who: str, now: datetime) -> int:
    """Minutes for which somebody may not type a key; 0 where he may."""
    rules = home.configuration.sign_in
    span = timedelta(minutes=rules.locked_minutes)
    recent = select(SIGN_IN_FAILURES.c.at).where(SIGN_IN_FAILURES.c.who == who, SIGN_IN_FAILURES.c.at > now - 2 * span)
    moments = sorted(connection.scalars(recent))
    # As many as are allowed, none of them longer after the first than the lock holds; it holds from the last of them on.
    for last in range(len(moments) - 1, rules.failures - 2, -1):
        if moments[last] - moments[last - rules.failures + 1] < span and moments[last] + span > now:
            left: timedelta = moments[last] + span - now
            return max(1, math.ceil(left / timedelta(minutes=1)))
    return 0


def _failed(home: Home, connection: Connection, who: str, now: datetime) -> bool:
    """Count a wrong key; whether it was the one too many. Addresses are forgotten as soon as they do not count any more."""
    old, ended = (
        now - timedelta(days=home.configuration.access.idle_days),
        now - 2 * timedelta(minutes=home.configuration.sign_in.locked_minutes),
    )
    gone = (SIGN_IN_FAILURES.c.at < old) | (SIGN_IN_FAILURES.c.who.startswith("at ") & (SIGN_IN_FAILURES.c.at < ended))
    connection.execute(delete(SIGN_IN_FAILURES).where(gone))
    connection.execute(insert(SIGN_IN_FAILURES).values(who=who, at=now))
    return bool(_locked(home, connection, who, now))
