"""The operational database: one place that opens it and declares its tables (SQLite or PostgreSQL).

It holds what must change together: the ledger of loads with the manifest of the lake, quarantine, snapshots and
alerts. SQLite keeps its rollback journal: its write-ahead log can be corrupted by two connections that checkpoint at
once in versions before 3.51.3, and many Pythons link an older one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Engine,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from riskwarn.errors import SettingInvalid

METADATA = MetaData()

#: Loads, in the order of their commitment; the largest id is the version of the store.
LOADS = Table(
    "loads",
    METADATA,
    Column("load_id", Integer, primary_key=True, autoincrement=True),
    Column("source", String(64), nullable=False),
    Column("file_name", String(512), nullable=False),
    Column("file_sha256", String(64), nullable=False),
    Column("loaded_at", String(40), nullable=False),  # RFC 3339
    Column("exported_at", String(40), nullable=False),  # RFC 3339
    Column("account", JSON, nullable=False),
    Column("leans_on", JSON),  # earlier loads of the source that hold versions of this load's records; null: not noted
    Column("undoes", Integer),  # the load that this row takes back; null for a load
    Column("because", String(512)),  # why it was taken back
    Column("erases", Integer),  # the erasure that this row stands for; null for a load or an undoing
)

#: Rows that by rule are not loaded: how many, by district and quarter, and nothing else of them. A load whose file was
#: loaded before notes nothing. Exports overlap and nothing tells the rows apart, so that loads are not added up.
NOT_LOADED = Table(
    "not_loaded",
    METADATA,
    Column("load_id", ForeignKey("loads.load_id"), primary_key=True),
    Column("source", String(64), nullable=False),
    Column("district", String(64), primary_key=True),  # empty where the place is not known
    Column("quarter", String(6), primary_key=True),  # 2026Q1; empty where the date is not known
    Column("rows", BigInteger, nullable=False),
)

#: Erasures: when, why, of what kind and how much; never of whom.
ERASURES = Table(
    "erasures",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),  # load, record
    Column("source", String(64), nullable=False),
    Column("load_id", Integer, nullable=False),  # the load, or the first that held the record
    Column("rows", BigInteger, nullable=False),
    Column("because", String(512), nullable=False),
    Column("erased_at", String(40), nullable=False),  # RFC 3339
    Column("finished", Boolean, nullable=False),  # whether files and freed pages are gone too
)

#: The files of the lake. A file that is not listed here does not exist for any reader.
LAKE_FILES = Table(
    "lake_files",
    METADATA,
    Column("path", String(512), primary_key=True),
    Column("load_id", ForeignKey("loads.load_id"), nullable=False),
    Column("source", String(64), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("columns", JSON, nullable=False),
)

#: Rows that were refused, after the privacy gate: where, why and the class of the value, never its content.
QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("load_id", ForeignKey("loads.load_id"), nullable=False),
    Column("source", String(64), nullable=False, index=True),
    Column("file_name", String(512), nullable=False),
    Column("row", BigInteger, nullable=False),
    Column("column", String(256), nullable=False),
    Column("value_class", String(64), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("record", BigInteger),  # keyed digest of the record's id; null where it has none or by rule is not loaded
    Column("settled_by", Integer),  # the load whose file held the same row again; null while it is open
    Column("settlement", String(16)),  # repaired, or refused_again (then a newer row of this table stands for it)
)

#: Published snapshots; the newest published one is current.
SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("as_of", String(10), nullable=False),
    Column("published_at", String(40), nullable=False),
    Column("valid_until", String(40), nullable=False),
    Column("manifest", JSON, nullable=False),
)

#: Notices about one unit and target, with a life.
ALERTS = Table(
    "alerts",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("snapshot", String(64), nullable=False),
    Column("target", String(64), nullable=False),
    Column("horizon", Integer, nullable=False),
    Column("unit", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    Column("level", String(16), nullable=False),
    Column("score", Float, nullable=False),
    Column("status", String(16), nullable=False),
    Column("raised_at", String(40), nullable=False),
    Column("reasons", JSON, nullable=False),
    UniqueConstraint("snapshot", "target", "horizon", "unit", "code"),
)


def open_database(url: str) -> Engine:
    """Open the database and make the tables that are missing; raise SettingInvalid where the URL leads nowhere."""
    options: dict[str, Any] = {"connect_args": {"timeout": 30}} if url.startswith("sqlite") else {"pool_pre_ping": True}
    # An error of the database must not repeat the values that were being written.
    options["hide_parameters"] = True
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    # The URL may hold a password, and is not repeated.
    kind = url.split(":", 1)[0]
    try:
        engine = create_engine(url, **options)
    except (ArgumentError, NoSuchModuleError) as error:
        problem = "it is not the URL of a database (write postgresql://user:password@host/name)"
        raise SettingInvalid(name="RISKWARN_DATABASE_URL", value=f"{kind}:…", problem=problem) from error
    except ModuleNotFoundError as error:
        problem = f"its driver {error.name} is not installed (pip install 'riskwarn[postgres]')"
        raise SettingInvalid(name="RISKWARN_DATABASE_URL", value=f"{kind}:…", problem=problem) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    METADATA.create_all(engine)
    _complete(engine)
    return engine


def _complete(engine: Engine) -> None:
    """Add the columns that a home of an earlier version does not have; they are all nullable."""
    held = inspect(engine)
    missing = [
        (table, column)
        for table in METADATA.sorted_tables
        for known in [{column["name"] for column in held.get_columns(table.name)}]
        for column in table.columns
        if column.name not in known
    ]
    if not missing:
        return
    quoted = engine.dialect.identifier_preparer.quote
    with engine.begin() as connection:
        for table, column in missing:
            kind = column.type.compile(engine.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {quoted(table.name)} ADD COLUMN {quoted(column.name)} {kind}")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = DELETE", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 30000"):
        cursor.execute(f"PRAGMA {pragma}")
    # What is deleted is overwritten, so that no free page keeps it.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()
