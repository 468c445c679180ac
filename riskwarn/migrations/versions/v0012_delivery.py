"""Messages about notices, who is told of them, and what is on its way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0012"
down_revision = "0011"


def upgrade(op: Operations) -> None:
    """Add the tables of delivery."""
    instant = sa.DateTime(timezone=True)
    head = op.create_table(
        "outbox_head",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_head"),
    )
    op.bulk_insert(head, [{"id": 1, "sequence": 0}])
    op.create_table(
        "messages",
        sa.Column("sequence", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("id", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("alert_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("team_id", sa.String(64)),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("units", sa.JSON, nullable=False),
        sa.Column("sent_at", instant, nullable=False),
        sa.Column("expires_at", instant),
        sa.Column("cites", sa.JSON, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_messages"),
    )
    op.create_index("ix_messages_id", "messages", ["id"], unique=True)
    op.create_index("ix_messages_alert_id", "messages", ["alert_id"])
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("address", sa.String(512), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("target", sa.String(64)),
        sa.Column("min_level", sa.String(16)),
        sa.Column("team_id", sa.String(64)),
        sa.Column("area", sa.JSON, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("owner", sa.String(16), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("before_until", instant),
        sa.Column("stopped_at", instant),
        sa.Column("stopped", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_owner", "subscriptions", ["owner"])
    op.create_table(
        "deliveries",
        sa.Column("subscription", sa.String(16), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("alert_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("queued_at", instant, nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("changed_at", instant, nullable=False),
        sa.Column("problem", sa.String(64)),
        sa.PrimaryKeyConstraint("subscription", "sequence", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_state", "deliveries", ["state", "subscription", "sequence"])
    op.create_index("ix_deliveries_alert_id", "deliveries", ["alert_id"])
    holder = op.create_table(
        "delivery_holder",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("holder", sa.String(32)),
        sa.Column("until", instant),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_holder"),
    )
    op.bulk_insert(holder, [{"id": 1, "holder": None, "until": None}])
