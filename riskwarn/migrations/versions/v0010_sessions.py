"""Sessions of people who signed in, sign-ins that were begun or failed, and by what an operator is known to the sign-on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0010"
down_revision = "0009"


def upgrade(op: Operations) -> None:
    """Add the tables of sessions, and two columns of operators."""
    instant = sa.DateTime(timezone=True)
    op.add_column("operators", sa.Column("subject", sa.String(64)))
    op.add_column("operators", sa.Column("signed_in_at", instant))
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("operator", sa.String(16), nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("key", sa.String(16)),
        sa.Column("opened_at", instant, nullable=False),
        sa.Column("used_at", instant, nullable=False),
        sa.Column("ends_at", instant, nullable=False),
        sa.Column("before_at", instant),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_digest", "sessions", ["digest"], unique=True)
    op.create_table(
        "sign_ins_begun",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("back", sa.String(512), nullable=False),
        sa.Column("begun_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_ins_begun"),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_failures"),
    )
    op.create_index("ix_sign_in_failures_who", "sign_in_failures", ["who"])
