"""An entry before it is written, a row after it, and how a row's hash is made of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from riskwarn.audit.actions import Action
from riskwarn.contracts.because import check_because
from riskwarn.errors import AlgorithmMissing

#: The first word of what is hashed: another form would bear another.
FORM = "riskwarn-audit-1"
ALGORITHMS = ("sha256", "sm3")

#: Characters of an object.
LONGEST_OBJECT = 256

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OPAQUE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_WORD = re.compile(r"[a-z0-9_]{0,32}")


@dataclass(frozen=True)
class Caller:
    """Who acts: the opaque id of an operator or a key, never a name; from which address; for which declared purpose."""

    actor: str = "local"
    origin: str = "local"
    purpose: str = ""

    def __post_init__(self) -> None:
        if not _OPAQUE.fullmatch(self.actor) or not _WORD.fullmatch(self.purpose):
            raise ValueError("an actor is an opaque id, a purpose a word of the list")


#: The owner of the home at the command line.
LOCAL = Caller()
#: riskwarn itself, by a rule.
SYSTEM = Caller("system", "local")


def acting_for(told: str | None) -> tuple[Caller, str]:
    """For whom a command acts that a server has started, and by which upload (`Settings.acts_for`); else its owner, by none."""
    if told is None:
        return LOCAL, ""
    who, address, purpose, upload = told.split(" ")
    return Caller(who, address, purpose.replace("-", "")), upload


@dataclass(frozen=True)
class Entry:
    """What is to be written: made before anything happens, for a note that may not be kept is refused as it is made.

    Parameters
    ----------
    object : an id of ours (of a load, a snapshot, a place, an alert); never a text that a caller sent.
    note : why, as somebody wrote it.
    count : how many times, where one row stands for several.

    Raises RefusedWord, PersonalText or ReasonTooLong (`note`).
    """

    action: Action
    object: str = ""
    caller: Caller = LOCAL
    result: str = "done"
    note: str = ""
    count: int = 1

    def __post_init__(self) -> None:
        if not _WORD.fullmatch(self.result) or self.count < 1:
            raise ValueError("a result is a word, a count at least one")
        if self.note:
            check_because(self.note, "note")


@dataclass(frozen=True)
class Row:
    """A row of the chain, as it lies in the table."""

    sequence: int
    at: datetime
    actor: str
    origin: str
    action: str
    object: str
    result: str
    purpose: str
    note: str
    count: int
    algorithm: str
    previous: str
    hash: str

    def as_dict(self) -> dict[str, Any]:
        """The shape that is listed and exported."""
        return {name: value if name != "at" else self.at.isoformat() for name, value in vars(self).items()}


def made_of(entry: Entry, sequence: int, at: datetime, algorithm: str, previous: str) -> Row:
    """The row of an entry at its place in the chain; raise AlgorithmMissing."""
    fields: dict[str, Any] = {
        "sequence": sequence,
        "at": at,
        "actor": entry.caller.actor,
        "origin": plain(entry.caller.origin)[:64],
        "action": entry.action.value,
        "object": plain(entry.object)[:LONGEST_OBJECT],
        "result": entry.result,
        "purpose": entry.caller.purpose,
        "note": plain(entry.note),
        "count": entry.count,
        "algorithm": algorithm,
        "previous": previous,
    }
    return Row(**fields, hash=hash_of(Row(**fields, hash="")))


def hash_of(row: Row, sequence: int | None = None) -> str:
    """The hash of a row, as if it stood at another place where `sequence` says so.

    It is that of a JSON array in UTF-8, without blanks: the form, then every column in the order of the table, without
    the hash itself; the instant in whole microseconds since 1970.

    >>> entry = Entry(Action.DATA_UNDONE, "7", note="a mistaken delivery")
    >>> row = made_of(entry, 1, datetime(2026, 11, 1, tzinfo=UTC), "sha256", "")
    >>> print(canonical(row))
    ["riskwarn-audit-1",1,1793491200000000,"local","local","data.undone","7","done","","a mistaken delivery",1,"sha256",""]
    >>> row.hash == hashlib.sha256(canonical(row).encode()).hexdigest()
    True
    """
    return digest(canonical(row, sequence), row.algorithm)


def canonical(row: Row, sequence: int | None = None) -> str:
    """What a row's hash is made of."""
    return written(
        [
            FORM,
            row.sequence if sequence is None else sequence,
            microseconds(row.at),
            row.actor,
            row.origin,
            row.action,
            row.object,
            row.result,
            row.purpose,
            row.note,
            row.count,
            row.algorithm,
            row.previous,
        ]
    )


def written(values: Sequence[Any]) -> str:
    """A JSON array without blanks."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def digest(text: str, algorithm: str) -> str:
    """The hash of a text in hexadecimal; raise AlgorithmMissing where this Python cannot make it."""
    try:
        made = hashlib.new(algorithm, usedforsecurity=True)
    except ValueError as error:
        raise AlgorithmMissing(setting="audit.algorithm", algorithm=algorithm, other="sha256") from error
    # What somebody put into the table by hand may be no text that UTF-8 can write.
    made.update(text.encode("utf-8", "surrogatepass"))
    return made.hexdigest()


def microseconds(at: datetime) -> int:
    """Whole microseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def plain(text: str) -> str:
    """A text without characters that no line shows: they could hide something, and databases refuse some."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
