"""Whether the chain of a home is as it was written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.exc import DBAPIError

from riskwarn.audit.chain import Head, head_of
from riskwarn.audit.entries import Row
from riskwarn.audit.heads import NAME, acted, no_trimming, noted_head
from riskwarn.audit.tables import AUDIT, AUDIT_HEAD
from riskwarn.audit.walking import KINDS, PROBLEMS, Broken, Kind, walk
from riskwarn.errors import AuditBroken, DatabaseUnusable
from riskwarn.home import Home
from riskwarn.messages import Message

#: What a database or its driver says of a cell that is none of its column: SQLite keeps whatever somebody writes into one.
_UNREADABLE = (DatabaseUnusable, DBAPIError, ValueError, TypeError, OverflowError)

#: Rows that are read at once.
AT_ONCE = 5_000


@dataclass(frozen=True)
class Verified:
    """How many rows there are, where they end, and the first that is not as it was written."""

    rows: int
    head: Head
    broken: Broken | None

    @property
    def error(self) -> AuditBroken | None:
        """What is wrong, as an error; None where nothing is."""
        if self.broken is None:
            return None
        return AuditBroken(row=self.broken.row, kind=KINDS[self.broken.kind], problem=self.broken.problem)

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn audit verify --json`` prints."""
        told: dict[str, Any] = {"rows": self.rows, "last": self.head.sequence, "hash": self.head.hash, "broken": None}
        if self.broken is not None:
            told["broken"] = {
                "row": self.broken.row,
                "kind": self.broken.kind.value,
                "problem": self.broken.problem,
            }
        return told


def verify(home: Home, anchors: Iterable[tuple[str, Head]] = ()) -> Verified:
    """Walk the chain, and hold it against what was noted of it outside the database.

    Parameters
    ----------
    anchors : ends of the chain that were noted elsewhere at some time, each with who noted it.
    """
    # Before the rows are read: who appends meanwhile makes the chain longer, never shorter.
    noted = noted_head(home)
    places = defaultdict[int, list[tuple[str, str]]](list)
    for noted_by, one in (*anchors, *([(NAME, noted)] if noted is not None else [])):
        if one.sequence:
            places[one.sequence].append((noted_by, one.hash))
    with no_trimming(home), home.database.connect() as connection:
        try:
            head = head_of(connection)
        except AuditBroken as error:
            kind = next(kind for kind, name in KINDS.items() if str(name) == str(error.fields["kind"]))
            return Verified(0, Head(), Broken(1, kind, Message(str(error.fields["problem"]))))
        walked = walk(lambda: stored(connection, upto=head.sequence), head, places)
        lost = bool(head.sequence) or acted(connection)
        # In one statement, so that what is appended just now is none of it.
        over = connection.scalar(
            select(func.min(AUDIT.c.sequence)).where(AUDIT.c.sequence > select(AUDIT_HEAD.c.sequence).scalar_subquery())
        )
    if walked.broken is None and over is not None:
        return Verified(walked.rows, walked.head, Broken(over, Kind.INSERTED, PROBLEMS[Kind.INSERTED]))
    if walked.broken is None and noted is None and lost:
        problem = Message(
            "{file}, which tells outside the database where the chain ends, is missing or cannot be read; put it back from a "
            "backup, or note the end anew with riskwarn audit anchor --because",
            file=home.path / NAME,
        )
        return Verified(walked.rows, walked.head, Broken(head.sequence, Kind.REMOVED_AT_THE_END, problem))
    return Verified(walked.rows, walked.head, walked.broken)


def stored(connection: Connection, *chosen: ColumnElement[bool], upto: int | None = None) -> Iterator[Row]:
    """Rows of the table, rising, some thousand at a time: nobody who writes waits until all are read."""
    last: int | None = None
    while True:
        asked = select(AUDIT).where(*chosen).order_by(AUDIT.c.sequence).limit(AT_ONCE)
        if upto is not None:
            asked = asked.where(AUDIT.c.sequence <= upto)
        if last is not None:
            asked = asked.where(AUDIT.c.sequence > last)
        found = rows_of(connection, asked)
        yield from found
        if len(found) < AT_ONCE:
            return
        last = found[-1].sequence


def rows_of(connection: Connection, asked: Select[Any]) -> list[Row]:
    """The rows that a question to the table is answered with. Of one that cannot be read, whatever somebody wrote into its cells, there is
    its number alone: it is none that was written."""
    try:
        return [Row(**row) for row in connection.execute(asked).mappings()]
    except _UNREADABLE:
        pass
    numbers = connection.execute(asked.with_only_columns(AUDIT.c.sequence)).scalars().all()
    return [_row(connection, number) for number in numbers]


def _row(connection: Connection, number: int) -> Row:
    try:
        return Row(**connection.execute(select(AUDIT).where(AUDIT.c.sequence == number)).mappings().one())
    except _UNREADABLE:
        # Of a database that is gone nobody may say that a row of it was changed.
        connection.execute(select(AUDIT.c.sequence).where(AUDIT.c.sequence == number))
        cells: dict[str, Any] = {**dict.fromkeys(AUDIT.c.keys()), "sequence": number}
        return Row(**cells)
