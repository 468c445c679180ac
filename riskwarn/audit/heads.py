"""The end of the chain, noted in a file of the home too: who cuts rows off the database has to change two places.

The file is written after the commit. A process that dies between the two leaves a chain that is longer than the file says, and
whose row of that number is still the same: that is no tampering. A chain that is shorter, or another at that row, is; then
the file is left as it is, so that it goes on to say so.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict

from sqlalchemy import Connection, select, table

from riskwarn.audit.chain import Head, head_of
from riskwarn.audit.tables import AUDIT
from riskwarn.files import write_text
from riskwarn.home import Home

NAME = "audit.head"
_LOCK, _TRIMMING = ".audit.lock", ".audit.trim.lock"


#: What nobody gets without a row of the chain (the tables of access belong to who serves).
_LEAVING_ROWS = ("operators", "keys", "loads")


def noted_head(home: Home) -> Head | None:
    """What the file says; None where it is missing, or says nothing that can be read."""
    try:
        told = json.loads((home.path / NAME).read_text(encoding="utf-8"))
        return Head(int(told["sequence"]), str(told["hash"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def prepare_head(home: Home) -> None:
    """Write the file of a chain that has no rows yet; one that is lost later is not made anew unseen."""
    if (home.path / NAME).exists():
        return
    with _alone(home), home.database.connect() as connection:
        if head_of(connection) == Head() and not acted(connection) and not (home.path / NAME).exists():
            _write(home, Head())


def acted(connection: Connection) -> bool:
    """Whether something was done that is in the chain, as other tables say: then the file was written, too."""
    return any(connection.execute(select(1).select_from(table(one)).limit(1)).first() for one in _LEAVING_ROWS)


def note_head(home: Home) -> None:
    """Bring the file up to the database, where the chain has only grown since."""
    # What is told here has been committed: that the file could not be written is no reason to call it a failure.
    with suppress(OSError), _alone(home):
        noted = noted_head(home)
        if noted is None:
            return
        with home.database.connect() as connection:
            head = head_of(connection)
            there = connection.scalar(select(AUDIT.c.hash).where(AUDIT.c.sequence == noted.sequence))
        if head.sequence > noted.sequence and (there or "") == noted.hash:
            _write(home, head)


def write_anew(home: Home) -> Head:
    """Write the file whatever it says now."""
    with _alone(home):
        with home.database.connect() as connection:
            head = head_of(connection)
        _write(home, head)
    return head


def _write(home: Home, head: Head) -> None:
    write_text(home.path / NAME, json.dumps(asdict(head)) + "\n")
    (home.path / NAME).chmod(0o600)


def no_trimming(home: Home, *, alone: bool = False) -> AbstractContextManager[None]:
    """Held by who walks the chain, so that no row is trimmed meanwhile, and `alone` by who trims."""
    return _locked(home, _TRIMMING, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)


def _alone(home: Home) -> AbstractContextManager[None]:
    """One at a time, so that the file never goes back."""
    return _locked(home, _LOCK, fcntl.LOCK_EX)


@contextmanager
def _locked(home: Home, name: str, how: int) -> Iterator[None]:
    with open(home.path / name, "a", opener=_private) as handle:
        fcntl.flock(handle, how)
        yield


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
