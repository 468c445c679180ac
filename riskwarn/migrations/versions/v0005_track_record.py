"""How each published forecast went, one row a snapshot, target and horizon, bound to each other by a chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0005"
down_revision = "0004"


def upgrade(op: Operations) -> None:
    """Add the table of the track record."""
    op.create_table(
        "track_record",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("snapshot", sa.String(64), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("horizon", sa.Integer, nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("chain", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_track_record"),
        sa.UniqueConstraint("snapshot", "target", "horizon", name="uq_track_record_snapshot_target_horizon"),
    )
