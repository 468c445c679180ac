"""The rows as people and programs read them: listed, and as a file. Row by row; nothing is summed up, of anybody."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import ColumnElement, select

from riskwarn.audit.actions import Action
from riskwarn.audit.entries import Row
from riskwarn.audit.tables import AUDIT
from riskwarn.audit.verifying import rows_of, stored
from riskwarn.audit.walking import told
from riskwarn.errors import UnknownAction
from riskwarn.files import atomic, uncomputed
from riskwarn.home import Home
from riskwarn.messages import Listed

ENDINGS = (".jsonl", ".csv")


@dataclass(frozen=True)
class Chosen:
    """Which rows are meant; what is None leaves them open."""

    since: datetime | None = None
    action: str | None = None  # an action, or the part before its stop: `key`, `read`
    object: str | None = None
    before: int | None = None  # the sequence before which they lie

    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """The same, for a question to the database; raise UnknownAction."""
        found: list[ColumnElement[bool]] = []
        if self.since is not None:
            found.append(AUDIT.c.at >= self.since)
        if self.action is not None:
            meant = [one.value for one in Action if self.action in (one.value, one.partition(".")[0])]
            if not meant:
                raise UnknownAction(name=self.action, known=Listed(one.value for one in Action))
            found.append(AUDIT.c.action.in_(meant))
        if self.object is not None:
            found.append(AUDIT.c.object == self.object)
        if self.before is not None:
            found.append(AUDIT.c.sequence < self.before)
        return tuple(found)


def newest(home: Home, chosen: Chosen = Chosen(), most: int | None = None) -> list[Row]:
    """The chosen rows, the newest first, at most so many."""
    asked = select(AUDIT).where(*chosen.conditions()).order_by(AUDIT.c.sequence.desc()).limit(most)
    with home.database.connect() as connection:
        return [told(row) for row in rows_of(connection, asked)]


def export(home: Home, path: Path) -> int:
    """Write every row to a file, the oldest first: JSON lines, or CSV by its ending; gives how many.

    A row of JSON has what its hash is made of, so that who has the file can walk the chain alone.
    """
    names = [one.name for one in fields(Row)]
    count = 0
    with (
        home.database.connect() as connection,
        atomic(path) as temporary,
        temporary.open("w", encoding="utf-8" if path.suffix.lower() != ".csv" else "utf-8-sig", newline="") as file,
    ):
        rows = (told(row).as_dict() for row in stored(connection))
        if path.suffix.lower() == ".csv":
            table = csv.writer(file)
            table.writerow(names)
            for row in rows:
                table.writerow([uncomputed(row[name]) for name in names])
                count += 1
        else:
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
    return count


def after(home: Home, sequence: int, most: int) -> Iterator[Row]:
    """The rows after one, rising, at most so many."""
    with home.database.connect() as connection:
        yield from map(told, islice(stored(connection, AUDIT.c.sequence > sequence), most))
