"""Refused rows may be dismissed with a reason: totals, signatures, what nobody will repair."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0003"
down_revision = "0002"


def upgrade(op: Operations) -> None:
    """Add the table of dismissals, and to each refused row by which it is dismissed."""
    op.create_table(
        "dismissals",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("source", sa.String(64)),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("because", sa.String(512), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dismissals"),
    )
    op.add_column("quarantine", sa.Column("dismissed_by", sa.Integer))
