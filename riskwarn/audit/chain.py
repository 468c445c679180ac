"""Writing rows: one after another under one lock, each bound to the one before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from riskwarn.audit.entries import Entry, Row, made_of
from riskwarn.audit.tables import AUDIT, AUDIT_HEAD
from riskwarn.errors import AuditBroken
from riskwarn.messages import Message


@dataclass(frozen=True)
class Head:
    """Where the chain ends: the number of its last row (so many were ever written), and that row's hash."""

    sequence: int = 0
    hash: str = ""


def append(connection: Connection, *entries: Entry, at: datetime, algorithm: str = "sha256") -> tuple[Row, ...]:
    """Write entries in the transaction of the change that they tell of: they are in the chain exactly if it happens.

    Call it last in the transaction: from here to its end nobody else can append. Whoever commits calls
    :func:`riskwarn.audit.heads.note_head` afterwards; `recorded` does both. Raises AlgorithmMissing, AuditBroken.
    """
    if not entries:
        return ()
    head = hold(connection)
    rows: list[Row] = []
    for entry in entries:
        row = made_of(entry, head.sequence + 1, at, algorithm, head.hash)
        head = Head(row.sequence, row.hash)
        rows.append(row)
    connection.execute(insert(AUDIT), [asdict(row) for row in rows])
    connection.execute(update(AUDIT_HEAD).values(sequence=head.sequence, hash=head.hash))
    return tuple(rows)


def hold(connection: Connection) -> Head:
    """Take the lock of the chain until the transaction ends; gives where the chain ends."""
    # Changing the row takes the lock of writers on SQLite and that of the row on a server; reading it would not.
    connection.execute(update(AUDIT_HEAD).values(sequence=AUDIT_HEAD.c.sequence))
    return head_of(connection)


def head_of(connection: Connection) -> Head:
    """Where the chain ends, as the database says; raise AuditBroken where it does not say so."""
    found = connection.execute(select(AUDIT_HEAD.c.sequence, AUDIT_HEAD.c.hash)).all()
    if len(found) != 1:
        raise AuditBroken(row=1, kind=Message("removed"), problem="the row that tells where the chain ends is gone")
    sequence, last = found[0]
    if not (isinstance(sequence, int) and isinstance(last, str)):
        raise AuditBroken(
            row=1, kind=Message("changed"), problem="the row that tells where the chain ends cannot be read"
        )
    return Head(sequence, last)
