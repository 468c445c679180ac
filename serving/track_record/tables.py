"""The table of the track record."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, Integer, String, Table, UniqueConstraint

from riskwarn.tables import METADATA, Instant

#: How each published forecast went. A row is never changed; `chain` binds it to all rows before.
TRACK_RECORD = Table(
    "track_record",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("snapshot", String(64), nullable=False),
    Column("target", String(64), nullable=False),
    Column("horizon", Integer, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("judged_at", Instant, nullable=False),
    Column("content", JSON, nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of what identifies the row and of its content
    Column("chain", String(64), nullable=False),  # SHA-256 of the chain of the row before and this digest
    UniqueConstraint("snapshot", "target", "horizon"),
)
