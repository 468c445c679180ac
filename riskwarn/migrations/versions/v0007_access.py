"""Operators and keys, and the number by which servers know that they changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0007"
down_revision = "0006"


def upgrade(op: Operations) -> None:
    """Add the tables of access."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "operators",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("area", sa.JSON, nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("ends_at", instant, nullable=False),
        sa.Column("granted_by", sa.String(16), nullable=False),
        sa.Column("confirmed_by", sa.String(16)),
        sa.Column("revoked_at", instant),
        sa.PrimaryKeyConstraint("id", name="pk_operators"),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("operator", sa.String(16)),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("area", sa.JSON, nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("networks", sa.JSON, nullable=False),
        sa.Column("algorithm", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("ends_at", instant, nullable=False),
        sa.Column("granted_by", sa.String(16), nullable=False),
        sa.Column("confirmed_by", sa.String(16)),
        sa.Column("revoked_at", instant),
        sa.Column("rotated_from", sa.String(16)),
        sa.Column("last_used_at", instant),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
    )
    op.create_index("ix_keys_operator", "keys", ["operator"])
    changes = op.create_table(
        "access_changes",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_changes"),
    )
    op.bulk_insert(changes, [{"id": 1, "number": 0}])
