"""The tables of delivery: what was said, who is told, what is on its way to whom, and who carries it."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table

from riskwarn.tables import METADATA, Instant

#: One row: the number of the newest message. Changing it takes the lock under which messages are numbered, so that no smaller number is
#: ever committed after a larger one.
OUTBOX_HEAD = Table(
    "outbox_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, nullable=False),
)

#: What was said about notices, in its order.
MESSAGES = Table(
    "messages",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("id", String(128), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("alert_id", String(64), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("team_id", String(64)),
    Column("target", String(64), nullable=False),
    Column("level", String(16), nullable=False),
    Column("units", JSON, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("cites", JSON, nullable=False),  # [[id, sent_at], …] of the messages that it replaces
    Column("body", JSON, nullable=False),
    Column("status", String(16), nullable=False),  # Actual, Exercise, Test
    Index("ix_messages_id", "id", unique=True),
)

#: Who is told. Secrets and addresses that open something are sealed elsewhere (`webhook.<id>`).
SUBSCRIPTIONS = Table(
    "subscriptions",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("channel", String(16), nullable=False),  # webhook, mail, or the name of a robot
    Column("address", String(512), nullable=False),  # of a webhook; of the others what may be told of it
    Column("language", String(2), nullable=False),
    Column("target", String(64)),
    Column("min_level", String(16)),
    Column("team_id", String(64)),
    Column("area", JSON, nullable=False),  # [[kind, code], …]
    Column("status", String(16), nullable=False),  # what it receives: Actual, Exercise or Test
    Column("owner", String(16), nullable=False, index=True),  # an operator, a key, or `local`
    Column("created_at", Instant, nullable=False),
    Column("before_until", Instant),  # until when the secret of before signs, too
    Column("stopped_at", Instant),
    Column("stopped", String(32)),  # why
)

#: A message on its way to a subscriber: `waiting`, then `delivered`, `expired` or `dead`.
DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("subscription", String(16), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("alert_id", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),  # not before
    Column("changed_at", Instant, nullable=False),
    Column("problem", String(64)),
    Index("ix_deliveries_state", "state", "subscription", "sequence"),
    Index("ix_deliveries_alert_id", "alert_id"),
)

#: One row: which process carries messages, and until when that is its alone.
DELIVERY_HOLDER = Table(
    "delivery_holder",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", String(32)),
    Column("until", Instant),
)

#: All of them, for a database that is made for a moment.
TABLES = (OUTBOX_HEAD, MESSAGES, SUBSCRIPTIONS, DELIVERIES, DELIVERY_HOLDER)
