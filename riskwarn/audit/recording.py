"""A change and its row of the chain, together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from riskwarn.audit.chain import append
from riskwarn.audit.entries import Entry, digest
from riskwarn.audit.heads import note_head, prepare_head
from riskwarn.errors import RiskwarnError
from riskwarn.home import Home


@dataclass
class Recording:
    """A transaction that is going on. Made by :func:`recorded`."""

    connection: Connection
    algorithm: str
    written: int = 0

    def append(self, *entries: Entry, at: datetime) -> None:
        """Write what is being changed; the last that the transaction does."""
        self.written += len(append(self.connection, *entries, at=at, algorithm=self.algorithm))


@contextmanager
def recorded(home: Home) -> Iterator[Recording]:
    """A transaction of the home's database whose rows of the chain are noted outside it once it has been committed.

    Raises AlgorithmMissing before anything is changed.
    """
    algorithm = home.configuration.audit.algorithm
    digest("", algorithm)
    prepare_head(home)
    with home.database.begin() as connection:
        recording = Recording(connection, algorithm)
        yield recording
    if recording.written:
        note_head(home)


def record(home: Home, *entries: Entry, at: datetime) -> None:
    """Write entries that belong to no other change of the database."""
    with recorded(home) as change:
        change.append(*entries, at=at)


@contextmanager
def announced(home: Home, entry: Entry, *, at: datetime) -> Iterator[None]:
    """For what is changed elsewhere than in the database: a row before (`begun`), and one after (`done` or `failed`).

    Whatever dies in between has said what it was about to do.
    """
    record(home, replace(entry, result="begun"), at=at)
    try:
        yield
    except BaseException:
        with suppress(RiskwarnError):
            record(home, replace(entry, result="failed"), at=at)
        raise
    record(home, replace(entry, result="done"), at=at)
