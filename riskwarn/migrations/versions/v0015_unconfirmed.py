"""By which snapshot a notice still stood is not written down any more: the snapshots that remain say so where one is withdrawn."""

from __future__ import annotations

from alembic.operations import Operations

revision = "0015"
down_revision = "0014"


def upgrade(op: Operations) -> None:
    """Drop what nothing reads."""
    op.drop_column("alerts", "confirmed")
