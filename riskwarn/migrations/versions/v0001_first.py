"""The tables as they were before they had versions.

A home of that time is recognised by having some of them: what it lacks of them, tables or columns, is added.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0001"
down_revision = None

#: Columns that came later than their table. All may be null, so that older rows need none.
LATER = {
    "loads": (
        ("leans_on", sa.JSON()),
        ("undoes", sa.Integer()),
        ("because", sa.String(512)),
        ("erases", sa.Integer()),
    ),
    "quarantine": (
        ("record", sa.BigInteger()),
        ("settled_by", sa.Integer()),
        ("settlement", sa.String(16)),
    ),
}


def upgrade(op: Operations) -> None:
    """Make what is missing."""
    inspector = sa.inspect(op.get_bind())
    held = set(inspector.get_table_names())
    for table in _tables().sorted_tables:
        if table.name not in held:
            table.create(op.get_bind())
            continue
        columns = {column["name"] for column in inspector.get_columns(table.name)}
        for name, kind in LATER.get(table.name, ()):
            if name not in columns:
                op.add_column(table.name, sa.Column(name, kind))


def _tables() -> sa.MetaData:
    tables = sa.MetaData()
    sa.Table(
        "loads",
        tables,
        sa.Column("load_id", sa.Integer, primary_key=True),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("file_name", sa.String(512), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("loaded_at", sa.String(40), nullable=False),
        sa.Column("exported_at", sa.String(40), nullable=False),
        sa.Column("account", sa.JSON, nullable=False),
        *(sa.Column(name, kind) for name, kind in LATER["loads"]),
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
        sa.Column("erased_at", sa.String(40), nullable=False),
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
        *(sa.Column(name, kind) for name, kind in LATER["quarantine"]),
    )
    sa.Table(
        "snapshots",
        tables,
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("as_of", sa.String(10), nullable=False),
        sa.Column("published_at", sa.String(40), nullable=False),
        sa.Column("valid_until", sa.String(40), nullable=False),
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
        sa.Column("raised_at", sa.String(40), nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.UniqueConstraint("snapshot", "target", "horizon", "unit", "code"),
    )
    return tables
