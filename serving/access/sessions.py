"""Sessions: opened for an operator who showed who it is, found by what a browser holds, and ended. What is kept is a digest."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, func, insert, select, update

from riskwarn.audit import Action, Entry, recorded
from riskwarn.audit import Caller as Actor
from riskwarn.audit.chain import hold
from riskwarn.home import Home
from serving.access import rows
from serving.access.rows import Operator
from serving.access.tables import OPERATORS, SESSIONS, SIGN_IN_FAILURES
from serving.access.tokens import digest_of, new_id

_SECRET_BYTES = 32


class Method(StrEnum):
    """How an operator showed who it is."""

    OIDC = "oidc"  # the city's sign-on said it
    GATEWAY = "gateway"  # a declared gateway said it
    KEY = "key"  # by typing a key


@dataclass(frozen=True)
class Session:
    """A session, as the row has it; what opens it is nowhere."""

    id: str
    digest: str
    operator: str
    method: str
    key: str | None
    opened_at: datetime
    used_at: datetime
    ends_at: datetime
    before_at: datetime | None
    failures: int


@dataclass(frozen=True)
class Opened:
    """What is told of a new session once, to the browser that holds it from then on."""

    session: Session
    token: str = field(repr=False)


def digest(home: Home, token: str) -> str:
    """What is kept of what a browser holds."""
    return digest_of(token, home.configuration.access.key_digest).value


def new_secret() -> str:
    """256 random bits that stand in a cookie."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def every(connection: Connection) -> list[Session]:
    """All sessions, the oldest first."""
    found = select(SESSIONS).order_by(SESSIONS.c.opened_at, SESSIONS.c.id)
    return [Session(**row) for row in connection.execute(found).mappings()]


def used(connection: Connection, moments: Sequence[tuple[str, datetime]]) -> None:
    """Write when sessions were last used; an earlier moment changes nothing."""
    for identity, moment in moments:
        connection.execute(
            update(SESSIONS).where(SESSIONS.c.id == identity, SESSIONS.c.used_at < moment).values(used_at=moment)
        )


def end(
    connection: Connection, which: Callable[[Session], bool], actor: Actor, result: str, because: str = ""
) -> list[Entry]:
    """End some sessions in a transaction; gives what is to be written of it."""
    gone = [one for one in every(connection) if which(one)]
    if gone:
        rows.changed(connection)
        connection.execute(delete(SESSIONS).where(SESSIONS.c.id.in_([one.id for one in gone])))
    return [Entry(Action.SESSION_CLOSED, one.id, actor, result, because) for one in gone]


def open_session(
    home: Home,
    connection: Connection,
    operator: Operator,
    method: Method,
    origin: str,
    *,
    now: datetime,
    key: str | None = None,
    held: str | None = None,
) -> tuple[Opened, list[Entry]]:
    """Open a session in a transaction; gives it, and what is to be written. `held` is what the browser held before, which ends.

    Sessions whose time is over are cleared away; of an operator who has as many as are allowed the oldest ends.
    """
    rules, actor = home.configuration.sign_in, Actor(operator.id, origin)
    idle = timedelta(minutes=rules.idle_minutes)
    entries = end(connection, lambda one: one.ends_at <= now, Actor("system"), "ended")
    entries += end(connection, lambda one: one.used_at + idle <= now, Actor("system"), "idle")
    if held is not None:
        before = digest(home, held)
        entries += end(connection, lambda one: one.digest == before, actor, "replaced")
    own = [one for one in every(connection) if one.operator == operator.id]
    over = {one.id for one in own[: max(0, len(own) + 1 - rules.at_once)]}
    entries += end(connection, lambda one: one.id in over, actor, "replaced")
    failed = SIGN_IN_FAILURES.c.who == operator.id
    failures = connection.execute(select(func.count()).select_from(SIGN_IN_FAILURES).where(failed)).scalar_one()
    connection.execute(delete(SIGN_IN_FAILURES).where(failed))
    token = new_secret()
    session = Session(
        id=new_id("se"), digest=digest(home, token), operator=operator.id, method=method.value, key=key, opened_at=now, used_at=now,
        ends_at=min(now + timedelta(hours=rules.hours), operator.ends_at), before_at=operator.signed_in_at, failures=failures,
    )  # fmt: skip
    connection.execute(insert(SESSIONS).values(**vars(session)))
    connection.execute(update(OPERATORS).where(OPERATORS.c.id == operator.id).values(signed_in_at=now))
    rows.changed(connection)
    return Opened(session, token), [*entries, Entry(Action.SESSION_OPENED, session.id, actor, "done")]


def sign_out(home: Home, session: str, operator: str, origin: str, *, now: datetime, everywhere: bool = False) -> int:
    """End a session, or all of its operator; gives how many. Every worker knows it within a second."""
    with recorded(home) as change:
        hold(change.connection)

        def meant(one: Session) -> bool:
            return one.operator == operator if everywhere else one.id == session

        entries = end(change.connection, meant, Actor(operator, origin), "everywhere" if everywhere else "done")
        change.append(*entries, at=now)
    return len(entries)
