"""Of which tree a snapshot was made, and an outcome was counted; and which rows a file had when it was asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0016"
down_revision = "0015"


def upgrade(op: Operations) -> None:
    """What was kept before names no tree: nobody knows any more what its units held."""
    op.create_table(
        "snapshot_trees",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("tree", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_snapshot_trees"),
    )
    op.add_column("alert_outcomes", sa.Column("snapshot", sa.String(64)))
    op.add_column("export_approvals", sa.Column("inside", sa.String(64)))
