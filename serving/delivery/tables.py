"""The table of the outbox."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, String, Table

from riskwarn.tables import METADATA, Instant

#: Messages that are to be sent.
OUTBOX = Table(
    "outbox",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("message", JSON, nullable=False),
    Column("sent_at", Instant, nullable=False),
)
