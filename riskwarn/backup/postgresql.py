"""The tables of a server as files, and back: its own COPY in one transaction that sees one instant.

Not by pg_dump, which has to be installed, at least as new as the server, and told the password; and which would bring along whatever else
lies in that database, such as the tables of MLflow. What is large lies in the lake, not here.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, inspect

from riskwarn.backup.copying import CHUNK, onto, private
from riskwarn.backup.manifest import File
from riskwarn.database import open_database, open_file
from riskwarn.errors import RestoreRefused
from riskwarn.files import sha256
from riskwarn.messages import Message
from riskwarn.migrations import VERSION_TABLE
from riskwarn.progress import Progress

FOLDER = "database"

#: Stands in the database while a restored home is not in its place, with the path of that home: what a killed restore left.
RESTORING = "riskwarn_restoring"

#: Where one of these has rows, somebody works with the database.
_WORKED_WITH = ("loads", "audit", "snapshots")


@dataclass(frozen=True)
class Written:
    """The files of the tables, and the columns of each in the order of its file."""

    files: tuple[File, ...]
    columns: dict[str, list[str]]


def write_tables(engine: Engine, folder: Path, progress: Progress) -> Written:
    """Write every table of ours as of one instant."""
    files, columns = [], {}
    (folder / FOLDER).mkdir(mode=0o700, exist_ok=True)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        known = {name for name in inspect(connection).get_table_names() if name in _ours()}
        for count, name in enumerate(sorted(known)):
            progress("copying the database", count, len(known))
            columns[name] = [str(column["name"]) for column in inspect(connection).get_columns(name)]
            path = f"{FOLDER}/{name}.copy"
            with (
                _cursor(connection) as cursor,
                cursor.copy(f"COPY {_listed(connection, name, columns[name])} TO STDOUT") as rows,
                onto(folder),
                open(folder / path, "wb", opener=private) as file,
            ):
                for part in rows:
                    file.write(part)
                file.flush()
                os.fsync(file.fileno())
            found = (folder / path).stat()
            files.append(File(path, found.st_size, sha256(folder / path), found.st_mtime_ns))
    return Written(tuple(files), columns)


def read_tables(
    url: str, folder: Path, home: Path, version: str, columns: Mapping[str, Sequence[str]], progress: Progress
) -> None:
    """Fill a database with what was written of another; until `settled` it is marked as being restored for `home`.

    Raises RestoreRefused where somebody works with the database.
    """
    engine = open_database(url)
    with engine.begin() as connection:
        _claim(connection, home)
    engine.dispose()
    # Everything of before is gone: these are the tables of the backup's version.
    engine = open_database(url, upto=version)
    with engine.begin() as connection:
        held = MetaData()
        held.reflect(connection, only=list(columns))
        ordered = [table.name for table in held.sorted_tables]
        named = ", ".join(_quoted(connection, name) for name in ordered)
        connection.exec_driver_sql(f"TRUNCATE {named}")  # the rows that the scripts put in
        for count, name in enumerate(ordered):
            progress("restoring the database", count, len(ordered))
            with (
                _cursor(connection) as cursor,
                cursor.copy(f"COPY {_listed(connection, name, columns[name])} FROM STDIN") as rows,
                (folder / FOLDER / f"{name}.copy").open("rb") as file,
            ):
                while part := file.read(CHUNK):
                    rows.write(part)
            for column in columns[name]:
                _go_on_counting(connection, name, column)
    engine.dispose()


def settled(engine: Engine) -> None:
    """The home is in its place."""
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {RESTORING}")


def _claim(connection: Connection, home: Path) -> None:
    """Empty the database for a home, if nobody works with it."""
    problem: str
    there = set(inspect(connection).get_table_names())
    if RESTORING in there:
        place = connection.exec_driver_sql(f"SELECT home FROM {RESTORING}").scalar()
        if place != str(home):
            problem = Message("the database that RISKWARN_DATABASE_URL names is being restored for {home}", home=place)
            raise RestoreRefused(home=home, problem=problem)
    elif any(connection.exec_driver_sql(f"SELECT 1 FROM {name} LIMIT 1").first() for name in _WORKED_WITH):
        problem = "the database that RISKWARN_DATABASE_URL names holds a home already; name an empty one"
        raise RestoreRefused(home=home, problem=problem)
    for name in sorted(there & {*_ours(), VERSION_TABLE, RESTORING}):
        connection.exec_driver_sql(f"DROP TABLE {_quoted(connection, name)} CASCADE")
    connection.exec_driver_sql(f"CREATE TABLE {RESTORING} (home text NOT NULL)")
    connection.exec_driver_sql(f"INSERT INTO {RESTORING} VALUES (%s)", (str(home),))


def _ours() -> set[str]:
    """The names of the tables that the scripts of migration make."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_file(Path(folder) / "names.db")
        names = set(inspect(engine).get_table_names())
        engine.dispose()
    return names - {VERSION_TABLE}


def _go_on_counting(connection: Connection, table: str, column: str) -> None:
    """Let the numbers that a column draws by itself go on after those that are there."""
    named, counted = _quoted(connection, table), _quoted(connection, column)
    counter = connection.exec_driver_sql("SELECT pg_get_serial_sequence(%s, %s)", (named, column)).scalar()
    if counter is not None:
        asked = f"SELECT setval(%s, COALESCE(MAX({counted}), 1), MAX({counted}) IS NOT NULL) FROM {named}"
        connection.exec_driver_sql(asked, (counter,))


def _listed(connection: Connection, table: str, columns: Sequence[str]) -> str:
    return f"{_quoted(connection, table)} ({', '.join(_quoted(connection, column) for column in columns)})"


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


def _cursor(connection: Connection) -> Any:
    driver: Any = connection.connection.driver_connection
    return driver.cursor()
