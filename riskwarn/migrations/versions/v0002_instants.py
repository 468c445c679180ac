"""Instants become instants and dates dates; constraints get names; manifests of snapshots are what was published.

Until now an instant was a text with an offset (texts of different offsets do not sort), and an erasure wrote
``not_replayable`` into manifests of snapshots, which the ledger of loads tells as well.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)

INSTANTS = {
    "loads": ("loaded_at", "exported_at"),
    "erasures": ("erased_at",),
    "snapshots": ("published_at", "valid_until"),
    "alerts": ("raised_at",),
}


def upgrade(op: Operations) -> None:
    """Change the tables, keeping every row."""
    _restore_manifests(op.get_bind())
    if op.get_bind().dialect.name == "sqlite":
        _copy(op)
    else:
        _alter(op)


def _restore_manifests(connection: sa.Connection) -> None:
    """Take the mark of erasures out again."""
    snapshots = sa.table("snapshots", sa.column("sequence"), sa.column("manifest", sa.JSON))
    for row in connection.execute(sa.select(snapshots)).all():
        if "not_replayable" in row.manifest:
            manifest = {name: value for name, value in row.manifest.items() if name != "not_replayable"}
            changed = sa.update(snapshots).where(snapshots.c.sequence == row.sequence)
            connection.execute(changed.values(manifest=manifest))


def _alter(op: Operations) -> None:
    """PostgreSQL changes columns where they stand, and renames constraints."""
    # A text without an offset would be taken in the zone of the session.
    op.execute("SET LOCAL TIME ZONE 'UTC'")
    for changed, columns in INSTANTS.items():
        for name in columns:
            op.alter_column(changed, name, type_=INSTANT, postgresql_using=f"{name}::timestamptz")
    op.alter_column("snapshots", "as_of", type_=sa.Date(), postgresql_using="as_of::date")
    inspector = sa.inspect(op.get_bind())
    for table in _tables().sorted_tables:
        foreign = inspector.get_foreign_keys(table.name)
        unique = inspector.get_unique_constraints(table.name)
        for held in (inspector.get_pk_constraint(table.name), *foreign, *unique):
            wanted = _name_of(table, held)
            if held["name"] != wanted:
                op.execute(f'ALTER TABLE {table.name} RENAME CONSTRAINT "{held["name"]}" TO {wanted}')


def _name_of(table: sa.Table, held: Any) -> str:
    """The name of the constraint over the same columns."""
    for constraint in table.constraints:
        kind = isinstance(constraint, sa.ForeignKeyConstraint)
        columns = [column.name for column in constraint.columns]  # type: ignore[attr-defined]
        if kind == ("referred_table" in held) and columns == (
            held["constrained_columns"] if "constrained_columns" in held else held["column_names"]
        ):
            return str(constraint.name)
    raise LookupError(f"{table.name}: {held['name']}")


def _copy(op: Operations) -> None:
    """SQLite makes tables anew: under another name first, for others refer to them by their own."""
    connection = op.get_bind()
    driver: Any = connection.connection.driver_connection
    driver.create_function("instant_in_utc", 1, _in_utc, deterministic=True)
    tables = _tables().sorted_tables
    for table in tables:
        names = [column.name for column in table.columns]
        quoted = ", ".join(f'"{name}"' for name in names)
        values = ", ".join(
            f'instant_in_utc("{name}")' if name in INSTANTS.get(table.name, ()) else f'"{name}"' for name in names
        )
        made = str(sa.schema.CreateTable(table).compile(dialect=connection.dialect))
        op.execute(sa.text(made.replace(f"CREATE TABLE {table.name}", f"CREATE TABLE new_{table.name}", 1)))
        op.execute(sa.text(f"INSERT INTO new_{table.name} ({quoted}) SELECT {values} FROM {table.name}"))
    for table in reversed(tables):
        op.drop_table(table.name)
    for table in tables:
        op.rename_table(f"new_{table.name}", table.name)
        for index in table.indexes:
            index.create(connection)


def _in_utc(text: str) -> str:
    """A text with an offset as SQLAlchemy writes the instant in SQLite; one without an offset counts as UTC."""
    moment = datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def _tables() -> sa.MetaData:
    names = {
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(column_0_label)s",
    }
    tables = sa.MetaData(naming_convention=names)
    sa.Table(
        "loads",
        tables,
        sa.Column("load_id", sa.Integer, primary_key=True),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("file_name", sa.String(512), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.Column("exported_at", INSTANT, nullable=False),
        sa.Column("account", sa.JSON, nullable=False),
        sa.Column("leans_on", sa.JSON),
        sa.Column("undoes", sa.Integer),
        sa.Column("because", sa.String(512)),
        sa.Column("erases", sa.Integer),
    )
    sa.Table(
        "not_loaded",
        tables,
        sa.Column("load_id", sa.ForeignKey("loads.load_id"), primary_key=True),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("district", sa.String(64), primary_key=True),
        sa.Column("quarter", sa.String(6), primary_key=True),
        sa.Column("rows", sa.BigInteger, nullable=False),
    )
    sa.Table(
        "erasures",
        tables,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("load_id", sa.Integer, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("because", sa.String(512), nullable=False),
        sa.Column("erased_at", INSTANT, nullable=False),
        sa.Column("finished", sa.Boolean, nullable=False),
    )
    sa.Table(
        "lake_files",
        tables,
        sa.Column("path", sa.String(512), primary_key=True),
        sa.Column("load_id", sa.ForeignKey("loads.load_id"), nullable=False),
        sa.Column("source", sa.String(64), nullable=False, index=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
    )
    sa.Table(
        "quarantine",
        tables,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("load_id", sa.ForeignKey("loads.load_id"), nullable=False),
        sa.Column("source", sa.String(64), nullable=False, index=True),
        sa.Column("file_name", sa.String(512), nullable=False),
        sa.Column("row", sa.BigInteger, nullable=False),
        sa.Column("column", sa.String(256), nullable=False),
        sa.Column("value_class", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("record", sa.BigInteger),
        sa.Column("settled_by", sa.Integer),
        sa.Column("settlement", sa.String(16)),
    )
    sa.Table(
        "snapshots",
        tables,
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("valid_until", INSTANT, nullable=False),
        sa.Column("manifest", sa.JSON, nullable=False),
    )
    sa.Table(
        "alerts",
        tables,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("snapshot", sa.String(64), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("horizon", sa.Integer, nullable=False),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.UniqueConstraint("snapshot", "target", "horizon", "unit", "code"),
    )
    return tables
