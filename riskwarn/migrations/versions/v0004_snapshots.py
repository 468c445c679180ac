"""Snapshots are bound to each other by a chain, may be withdrawn with a reason, and lose their files by retention.

Those that are there already have files of another form, which nothing reads any more: their rows stay, and say so.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0004"
down_revision = "0003"


def upgrade(op: Operations) -> None:
    """Add digest and chain to each snapshot, and the table of what became of them."""
    op.add_column("snapshots", sa.Column("digest", sa.String(64)))
    op.add_column("snapshots", sa.Column("chain", sa.String(64)))
    op.create_index("ix_snapshots_as_of", "snapshots", ["as_of"])
    op.create_table(
        "snapshot_fates",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("snapshot", sa.String(64), nullable=False),
        sa.Column("fate", sa.String(16), nullable=False),
        sa.Column("because", sa.String(512)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot_fates"),
    )
    op.create_index("ix_snapshot_fates_snapshot", "snapshot_fates", ["snapshot"])
    op.execute(
        "INSERT INTO snapshot_fates (snapshot, fate, because, at) "
        "SELECT id, 'swept', 'its files have the form of an earlier version', published_at FROM snapshots"
    )
