"""Sign-ins that were sent to the city's sign-on: what the browser that comes back has to know, and what it is then held against. Each once."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from riskwarn.errors import SignOnFailed
from riskwarn.home import Home
from riskwarn.messages import Message
from serving.access.sessions import digest, new_secret
from serving.access.tables import SIGN_INS_BEGUN

#: For so long somebody may take at the sign-on, and so many may be there at once.
MINUTES, MOST = 10, 5_000

#: What of the page may be shown afterwards: a part of its own, never another place.
_BACK = re.compile(r"#[A-Za-z0-9_.~%&=+:,@!$'()*;/?-]{0,500}")


@dataclass(frozen=True)
class Begun:
    """One sign-in under way: `state` and `nonce` come back with it, `verifier` proves that it is the same (RFC 7636)."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    back: str


def place_back(asked: object) -> str:
    """What of the page is shown after signing in; nothing where what is asked for is anything but a part of this page."""
    return asked if isinstance(asked, str) and _BACK.fullmatch(asked) else ""


def begin(home: Home, back: str, *, now: datetime) -> tuple[Begun, str]:
    """Begin a sign-in; gives it, and what the browser is to hold meanwhile. Raises SignOnFailed (too many at once)."""
    made = Begun(new_secret(), new_secret(), secrets.token_urlsafe(64), place_back(back))
    token = new_secret()
    with home.database.begin() as connection:
        connection.execute(delete(SIGN_INS_BEGUN).where(SIGN_INS_BEGUN.c.begun_at <= now - timedelta(minutes=MINUTES)))
        if connection.execute(select(func.count()).select_from(SIGN_INS_BEGUN)).scalar_one() >= MOST:
            raise SignOnFailed(problem=Message("too many are signing in at once"))
        connection.execute(insert(SIGN_INS_BEGUN).values(digest=digest(home, token), begun_at=now, **vars(made)))
    return made, token


def come_back(home: Home, token: str, *, now: datetime) -> Begun | None:
    """Take what was begun in this browser, so that it comes back once; None where nothing was, or too long ago."""
    table = SIGN_INS_BEGUN
    with home.database.begin() as connection:
        # Who deletes the row has it: of two who come back at once one finds none.
        chosen = table.c.digest == digest(home, token)
        row = connection.execute(
            delete(table)
            .where(chosen)
            .returning(table.c.state, table.c.nonce, table.c.verifier, table.c.back, table.c.begun_at)
        ).first()
    if row is None or row.begun_at <= now - timedelta(minutes=MINUTES):
        return None
    return Begun(row.state, row.nonce, row.verifier, row.back)
