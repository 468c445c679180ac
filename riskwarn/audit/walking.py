"""Walking the chain: is every row as it was written, and follows on the one before? Pure: rows come in, a verdict goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from riskwarn.audit.actions import Action
from riskwarn.audit.chain import Head
from riskwarn.audit.entries import ALGORITHMS, SYSTEM, Row, digest, hash_of, microseconds, written
from riskwarn.errors import AuditBroken
from riskwarn.messages import Message

#: The number of a row has fewer digits.
_DIGITS = 20


class Kind(StrEnum):
    """What was done to the chain."""

    CHANGED = "changed"
    REMOVED = "removed"
    REMOVED_AT_THE_END = "removed_at_the_end"
    INSERTED = "inserted"
    REORDERED = "reordered"


KINDS = {
    Kind.CHANGED: Message("changed"),
    Kind.REMOVED: Message("removed"),
    Kind.REMOVED_AT_THE_END: Message("removed at the end"),
    Kind.INSERTED: Message("inserted"),
    Kind.REORDERED: Message("reordered"),
}

PROBLEMS = {
    Kind.CHANGED: Message("it is not what was written"),
    Kind.REMOVED: Message("it is gone, and rows after it are there"),
    Kind.REMOVED_AT_THE_END: Message("it and all after it are gone"),
    Kind.INSERTED: Message("it was put in later"),
    Kind.REORDERED: Message("another row stands in its place"),
}


@dataclass(frozen=True)
class Broken:
    """The first row that is not as it was written, and what was done to it."""

    row: int
    kind: Kind
    problem: Message


@dataclass(frozen=True)
class Walked:
    """How many rows were walked and where they end."""

    rows: int
    head: Head
    broken: Broken | None = None


def walk(rows: Callable[[], Iterable[Row]], head: Head, anchors: Mapping[int, Sequence[tuple[str, str]]]) -> Walked:
    """Walk all rows, rising.

    Parameters
    ----------
    head : where the database says that the chain ends.
    anchors : number of a row -> (who noted it elsewhere, its hash), of several.
    """
    last, count, stubs, trimmed = Head(), 0, list[Row](), None
    for row in rows():
        if first_of(row) != last.sequence + 1 or row.previous != last.hash or not intact(row):
            return Walked(count, last, _found(diagnosed(list(rows()), count, head)))
        for noted_by, noted in anchors.get(row.sequence, ()):
            if noted != row.hash:
                problem = Message("it, or a row before it, is not the one that {noted_by} names", noted_by=noted_by)
                return Walked(count, last, Broken(row.sequence, Kind.CHANGED, problem))
        if row.action == Action.AUDIT_REMOVED:
            stubs.append(row)
        elif row.action == Action.AUDIT_TRIMMED:
            trimmed = row
        last, count = Head(row.sequence, row.hash), count + 1
    for end in (*anchors, head.sequence):
        if end > last.sequence:
            return Walked(count, last, _found((last.sequence + 1, Kind.REMOVED_AT_THE_END)))
    if head.sequence < last.sequence:
        return Walked(count, last, _found((head.sequence + 1, Kind.INSERTED)))
    if head.hash != last.hash:
        return Walked(count, last, _found((last.sequence, Kind.CHANGED)))
    if stubs and (trimmed is None or trimmed.object != digest_of_stubs(stubs, trimmed.algorithm)):
        return Walked(count, last, _found((first_of(stubs[0]), Kind.REMOVED)))
    return Walked(count, last)


def first_of(row: Row) -> int:
    """The number of the first row that a row stands for: its own, but where it stands for rows past their time."""
    if row.action != Action.AUDIT_REMOVED:
        return row.sequence
    first = str(row.object).partition("-")[0]
    return int(first) if first.isascii() and first.isdigit() and len(first) < _DIGITS else 0


def told(row: Row) -> Row:
    """A row that may be shown. Raises AuditBroken where a cell of it is none that a row could hold."""
    kinds = {"sequence": int, "count": int, "at": datetime}
    if all(isinstance(value, kinds.get(name, str)) for name, value in vars(row).items()):
        return row
    raise AuditBroken(row=row.sequence, kind=KINDS[Kind.CHANGED], problem=PROBLEMS[Kind.CHANGED])


def stub_of(first: Row, last: Row) -> Row:
    """The row that stands for all from `first` to `last`: it carries the hash before them and that of the last."""
    return Row(
        last.sequence,
        last.at,
        SYSTEM.actor,
        SYSTEM.origin,
        Action.AUDIT_REMOVED.value,
        f"{first_of(first)}-{last.sequence}",
        "done",
        "",
        "",
        last.sequence - first_of(first) + 1,
        last.algorithm,
        first.previous,
        last.hash,
    )


def digest_of_stubs(stubs: Iterable[Row], algorithm: str) -> str:
    """One hash of all rows that stand for others; the newest row of a trimming bears it."""
    told = [[first_of(row), row.sequence, microseconds(row.at), row.previous, row.hash] for row in stubs]
    return digest(written(told), algorithm)


def intact(row: Row, place: int | None = None) -> bool:
    """Whether a row is as it was written, at its own number or as if it had another."""
    if row.action == Action.AUDIT_REMOVED:
        own = replace(row, sequence=first_of(row)) if first_of(row) else row
        return isinstance(row.at, datetime) and place in (None, first_of(row)) and row == stub_of(own, row)
    if row.algorithm not in ALGORITHMS:
        return False
    try:
        return hash_of(row, place) == row.hash
    except (TypeError, ValueError):  # SQLite keeps whatever somebody writes into a column
        return False


def diagnosed(rows: Sequence[Row], place: int, head: Head) -> tuple[int, Kind]:
    """The first row that was tampered with, and how, where `rows[place]` does not follow on the one before."""
    row = rows[place]
    last = Head(rows[place - 1].sequence, rows[place - 1].hash) if place else Head()
    expected = last.sequence + 1
    if row.sequence < expected:
        return row.sequence, Kind.INSERTED
    follower = next((one for one in rows[place:] if one.previous == last.hash and intact(one, expected)), None)
    if first_of(row) > expected:
        return expected, Kind.REMOVED if follower is None else Kind.REORDERED
    copied = sum(one.hash == row.hash for one in rows) > 1
    if follower is not None:
        # Something stands before the row that belongs here: a row from elsewhere, or one that is none.
        moved = not copied and _written_as(row, rows, head) is not None
        return expected, Kind.REORDERED if moved else Kind.INSERTED
    earlier_ends = [Head(), *(Head(one.sequence, one.hash) for one in rows[:place])][:-1]
    for earlier in reversed(earlier_ends):
        if not copied and earlier.hash == row.previous and intact(row, earlier.sequence + 1):
            # It follows on an earlier row: what stands between them was bound to that one too, but later.
            return earlier.sequence + 1, Kind.INSERTED
    if expected > head.sequence:
        return expected, Kind.INSERTED
    if intact(row, expected):
        # It is itself, but follows on another row than the one before it now: who has the later rows on his side?
        following = rows[place + 1].previous if place + 1 < len(rows) else head.hash
        return (last.sequence if following == row.hash and place else expected), Kind.CHANGED
    written_as = _written_as(row, rows, head)
    return expected, Kind.REMOVED if written_as is not None and written_as > expected else Kind.CHANGED


def _written_as(row: Row, rows: Sequence[Row], head: Head) -> int | None:
    """The number that a row bore when it was written; None where it was changed in more than that."""
    last = max(head.sequence, rows[-1].sequence) + len(rows)
    return next((number for number in range(1, last + 1) if intact(row, number)), None)


def _found(what: tuple[int, Kind]) -> Broken:
    return Broken(*what, PROBLEMS[what[1]])
