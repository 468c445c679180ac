"""The operational database: the one place that opens it (SQLite in the home, or a server by RISKWARN_DATABASE_URL).

It holds what must change together: the ledger of loads with the manifest of the lake, quarantine, snapshots and alerts.
Rooms declare their tables themselves; an opened database has all of them in their newest version. SQLite keeps its
rollback journal: its write-ahead log can be corrupted by two connections that checkpoint at once in versions before
3.51.3, and many Pythons link an older one.
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Dialect, Engine, ExceptionContext, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from riskwarn.errors import (
    DatabaseBusy,
    DatabaseFull,
    DatabaseNewer,
    DatabaseUnreachable,
    DatabaseUnusable,
    RiskwarnError,
    SettingInvalid,
)
from riskwarn.migrations import HEAD, VERSION_TABLE

#: How long one waits for a process that writes a SQLite database.
WAIT_SECONDS = 30

#: The same where somebody waits for an answer, who can ask again.
ANSWER_SECONDS = 2

#: How long this thread or request waits: a server sets it for what it reads.
PATIENCE: ContextVar[float] = ContextVar("PATIENCE", default=WAIT_SECONDS)

#: Refusals of PostgreSQL that are no fault of a statement: no right to a table, a server that takes no changes.
_REFUSALS = ("42501", "25006")


def open_file(path: Path) -> Engine:
    """Open the SQLite database of a home, which is made where it is missing. Raises DatabaseUnusable, DatabaseNewer, …"""
    return _opened(URL.create("sqlite", database=str(path)), str(path), DatabaseUnusable)


def open_database(url: str, *, upto: str = HEAD) -> Engine:
    """Open the database that RISKWARN_DATABASE_URL names. One that has no tables yet gets those of a version, usually the newest.

    Raises SettingInvalid where the URL leads nowhere, DatabaseUnreachable where nobody answers or lets us in,
    DatabaseNewer where a newer riskwarn has been at it.
    """
    # The URL may hold a password, and is not repeated.
    kind = url.split(":", 1)[0]
    try:
        address = make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        place = "/".join(filter(None, (_host(address), address.database)))
        return _opened(address, place, DatabaseUnreachable, upto)
    except (ArgumentError, NoSuchModuleError) as error:
        problem = "it is not the URL of a database (write postgresql://user:password@host/name)"
        raise SettingInvalid(name="RISKWARN_DATABASE_URL", value=f"{kind}:…", problem=problem) from error
    except ModuleNotFoundError as error:
        problem = f"its driver {error.name} is not installed (pip install 'riskwarn[postgres]')"
        raise SettingInvalid(name="RISKWARN_DATABASE_URL", value=f"{kind}:…", problem=problem) from error


def _host(address: URL) -> str | None:
    return f"{address.host}:{address.port}" if address.host and address.port else address.host


def _opened(address: URL, place: str, otherwise: type[RiskwarnError], upto: str = HEAD) -> Engine:
    sqlite = address.get_backend_name() == "sqlite"
    # Connections to a file cost little: who waits for one of a few would wait for those who wait for the file.
    options: dict[str, Any] = {"max_overflow": -1} if sqlite else {"pool_pre_ping": True}
    # An error of the database must not repeat the values that were being written.
    engine = create_engine(address, hide_parameters=True, **options)
    event.listen(engine, "handle_error", partial(_as_error_of_the_domain, place, otherwise))
    if sqlite:
        event.listen(engine, "do_connect", _connect_sqlite)
        event.listen(engine, "checkout", _be_patient)
    held = _version(engine)
    if held is not None and held > HEAD:
        raise DatabaseNewer(database=place, held=held, known=HEAD)
    if held is None or held < upto:
        # Alembic takes a fifth of a second to import, and is needed once in the life of a version.
        from riskwarn.migrations.run import upgrade

        upgrade(engine, upto)
    return engine


def _version(engine: Engine) -> str | None:
    """The version of the tables; None where they are not there, or are of a time before versions."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(VERSION_TABLE):
            return None
        found: str | None = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()
        return found


def _as_error_of_the_domain(place: str, otherwise: type[RiskwarnError], context: ExceptionContext) -> None:
    """What befalls the database itself is told with its name and a way out; a wrong statement stays what it is."""
    error, driver = context.original_exception, context.dialect.dbapi
    assert driver is not None
    refused = getattr(error, "sqlstate", None) in _REFUSALS
    # sqlite3 tells by a plain DatabaseError that a file is none of its own, or is damaged.
    if not (refused or isinstance(error, driver.OperationalError) or type(error) is driver.DatabaseError):
        return
    told = (str(error).strip() or type(error).__name__).splitlines()[0]
    if "disk is full" in told or getattr(error, "sqlstate", None) == "53100":
        raise DatabaseFull(database=place) from error
    if "database is locked" in told:
        raise DatabaseBusy(database=place) from error
    raise otherwise(database=place, problem=told) from error


def _connect_sqlite(dialect: Dialect, _record: object, given: list[Any], options: dict[str, Any]) -> Any:
    """A new connection, prepared. What it is prepared with waits for who holds the file, too: as long as who asks for it, and no longer;
    and each by itself, which a listener of `connect` would not before one has succeeded."""
    connection = dialect.connect(*given, **{**options, "timeout": PATIENCE.get()})
    try:
        for pragma in (
            "journal_mode = DELETE",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",  # what is deleted is overwritten, so that no free page keeps it
        ):
            connection.execute(f"PRAGMA {pragma}").close()
    except BaseException:
        connection.close()
        raise
    return connection


def _be_patient(connection: Any, _record: object, _proxy: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {round(1000 * PATIENCE.get())}")
    cursor.close()
