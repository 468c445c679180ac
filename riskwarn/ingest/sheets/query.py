"""The rows of a database query, through SQLAlchemy: PostgreSQL, MySQL, SQLite and what else has a driver installed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, CursorResult, Engine, Row, create_engine, text
from sqlalchemy.exc import ArgumentError, DataError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from riskwarn.errors import FileEmpty, FileUnreadable, SettingInvalid
from riskwarn.ingest.sheets.rows import BATCH, Rows, Sheet, cell_text, no_rows

#: The setting that names the database of the department; its URL may hold a password, and is never repeated.
SETTING = "RISKWARN_SOURCE_URL"

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


class QuerySheet(Sheet):
    """A query, as one statement in a file; its headings are the names of its columns."""

    def __init__(self, path: Path, database: str | None) -> None:
        self._name = path.name
        try:
            self._query = path.read_text(encoding="utf-8-sig").strip().removesuffix(";")
        except UnicodeDecodeError as error:
            raise FileUnreadable(file=path.name, problem="its characters are not UTF-8; save it again") from error
        self._engine = _engine(database)
        with self._asked() as connection:
            self.headings: Sequence[str] = list(self._run(connection).keys())

    def batches(self, positions: Sequence[int]) -> Iterator[Rows]:
        """Read the columns at these positions; rows are numbered from 1, in the order of the query."""
        number = 1
        with self._asked() as connection:
            result = self._run(connection)
            while rows := self._some(result):
                cells = {place: pa.array([cell_text(row[place]) for row in rows], pa.string()) for place in positions}
                yield Rows(cells, np.arange(number, number + len(rows), dtype=np.int64), no_rows())
                number += len(rows)
        if number == 1:
            raise FileEmpty(file=self._name)

    def _some(self, result: CursorResult[tuple[object, ...]]) -> Sequence[Row[tuple[object, ...]]]:
        try:
            return result.fetchmany(BATCH)
        except SQLAlchemyError as error:
            raise FileUnreadable(file=self._name, problem=f"the database broke off ({_said(error)})") from error

    def _asked(self) -> Connection:
        try:
            return self._engine.connect().execution_options(stream_results=True)
        except SQLAlchemyError as error:
            raise SettingInvalid(name=SETTING, value=_kind(str(self._engine.url)), problem=_said(error)) from error

    def _run(self, connection: Connection) -> CursorResult[tuple[object, ...]]:
        try:
            result = connection.execute(text(self._query))
        except SQLAlchemyError as error:
            raise FileUnreadable(file=self._name, problem=f"the database refuses the query ({_said(error)})") from error
        if not result.returns_rows:
            # What it changed is rolled back with the connection.
            raise FileUnreadable(file=self._name, problem="it is no query: write one SELECT, which gives rows")
        return result


def _engine(database: str | None) -> Engine:
    if not database:
        problem = "a query needs the database it is asked of (postgresql://user:password@host/name)"
        raise SettingInvalid(name=SETTING, value=database or "", problem=problem)
    if database.startswith("postgresql://"):
        database = database.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        return create_engine(database)
    except (ArgumentError, NoSuchModuleError) as error:
        problem = "it is not the URL of a database (write postgresql://user:password@host/name)"
        raise SettingInvalid(name=SETTING, value=_kind(database), problem=problem) from error
    except ModuleNotFoundError as error:
        problem = f"its driver {error.name} is not installed (pip install {error.name})"
        raise SettingInvalid(name=SETTING, value=_kind(database), problem=problem) from error


def _kind(url: str) -> str:
    return f"{url.split(':', 1)[0]}:…"


def _said(error: SQLAlchemyError) -> str:
    """What the database said, in one line."""
    told = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    # An error about data quotes the cell that it met.
    return _QUOTED.sub("…", told) if isinstance(error, (DataError, IntegrityError)) else told
