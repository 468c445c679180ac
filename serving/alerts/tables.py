"""The table of notices."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Integer, String, Table, UniqueConstraint

from riskwarn.tables import METADATA, Instant

#: Notices about one unit and target, with a life.
ALERTS = Table(
    "alerts",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("snapshot", String(64), nullable=False),
    Column("target", String(64), nullable=False),
    Column("horizon", Integer, nullable=False),
    Column("unit", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    Column("level", String(16), nullable=False),
    Column("score", Float, nullable=False),
    Column("status", String(16), nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("reasons", JSON, nullable=False),
    UniqueConstraint("snapshot", "target", "horizon", "unit", "code"),
)
