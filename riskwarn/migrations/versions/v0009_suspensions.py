"""Targets that are suspended, and files that a second person has to approve."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0009"
down_revision = "0008"


def upgrade(op: Operations) -> None:
    """Add both tables."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "suspensions",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("change", sa.String(16), nullable=False),
        sa.Column("because", sa.String(512), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_suspensions"),
    )
    op.create_table(
        "export_approvals",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("asked_by", sa.String(16), nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("area", sa.JSON, nullable=False),
        sa.Column("snapshot", sa.String(64), nullable=False),
        sa.Column("query", sa.JSON, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(512), nullable=False),
        sa.Column("ends_at", instant, nullable=False),
        sa.Column("decision", sa.String(16)),
        sa.Column("decided_by", sa.String(16)),
        sa.Column("decided_at", instant),
        sa.Column("used_at", instant),
        sa.PrimaryKeyConstraint("id", name="pk_export_approvals"),
    )
    op.create_index("ix_export_approvals_asked_at", "export_approvals", ["asked_at"])
