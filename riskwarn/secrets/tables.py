"""The table of secrets: what is sealed, and by which key; never a value."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from riskwarn.tables import METADATA, Instant

SECRETS = Table(
    "secrets",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("key", String(16), nullable=False),  # the id of the key, in the file of keys
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
