"""By what an operator is known to the city's sign-on or gateway: kept as a keyed digest, beside the operator and nowhere else."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import Connection, update

from riskwarn.audit import Action
from riskwarn.audit import Caller as Actor
from riskwarn.errors import GrantOver, SubjectInvalid, SubjectTaken
from riskwarn.home import Home
from serving.access import rows
from serving.access.areas import area_of
from serving.access.grants import Shown, change, check_none_waits, second
from serving.access.rows import Operator
from serving.access.sessions import end
from serving.access.states import State
from serving.access.tables import OPERATORS

#: Characters of a subject (OpenID Connect Core 1.0, section 2).
MOST_CHARACTERS = 255


def digest_of_subject(home: Home, subject: str) -> str:
    """What is kept of a subject. It is compared as it stands: no case is folded, no width unified."""
    return hmac.new(home.id_key, b"subject\0" + subject.encode("utf-8"), hashlib.sha256).hexdigest()


def is_subject(subject: object) -> bool:
    """Whether something may be a subject at all."""
    return isinstance(subject, str) and 1 <= len(subject) <= MOST_CHARACTERS and subject.isprintable() and subject.strip() == subject  # fmt: skip


def taken(home: Home, connection: Connection, subject: str, by: str = "") -> str:
    """The digest of a subject that nobody else has. Raises SubjectInvalid, SubjectTaken."""
    if not is_subject(subject):
        raise SubjectInvalid(most=MOST_CHARACTERS)
    made = digest_of_subject(home, subject)
    other = operator_of(rows.operators(connection), made)
    if other is not None and other.id != by:
        raise SubjectTaken(id=other.id)
    return made


def operator_of(operators: list[Operator], digest: str) -> Operator | None:
    """The operator with a subject, of those who are not revoked."""
    return next((one for one in operators if one.subject == digest and one.revoked_at is None), None)


def bind_subject(
    home: Home, identity: str, subject: str, *, now: datetime, token: Shown = None
) -> dict[str, str | bool]:
    """Say by which subject an operator is known: `{id, confirmed}`. Who may sign in as whom is granted, so that another confirms it again.

    Raises UnknownOperator, GrantOver, GrantWaits, SubjectInvalid, SubjectTaken, GrantRefused.
    """
    with change(home, token, now) as granting:
        connection, by = granting.connection, granting.by
        found = granting.operator(identity)
        if found.revoked_at is not None:
            raise GrantOver(id=identity, state=State.REVOKED.value)
        check_none_waits(granting, found)
        made, confirmed = taken(home, connection, subject, identity), second(granting, area_of(found.area), now)
        bound = {"subject": made, "granted_by": by, "confirmed_by": confirmed}
        connection.execute(update(OPERATORS).where(OPERATORS.c.id == identity).values(**bound))
        granting.note(Action.OPERATOR_CHANGED, identity, result="waits" if confirmed is None else "done")
        granting.entries += end(connection, lambda one: one.operator == identity, Actor(by), "changed")
    return {"id": identity, "confirmed": confirmed is not None}
