"""The tables of access: operators, keys, the number by which servers know that something changed, and approvals of files."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, String, Table

from riskwarn.tables import METADATA, Instant

#: People. Their names stand here and nowhere else.
OPERATORS = Table(
    "operators",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("name", String(64), nullable=False),  # or a staff number
    Column("role", String(16), nullable=False),
    Column("area", JSON, nullable=False),  # [[kind, code], …]
    Column("created_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("granted_by", String(16), nullable=False),  # `local`, or an id
    Column("confirmed_by", String(16)),
    Column("revoked_at", Instant),
)

#: Keys of programs, and of operators for themselves.
KEYS = Table(
    "keys",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("name", String(64), nullable=False),  # of the program
    Column("operator", String(16), index=True),  # whose it is; scopes and area are the operator's then
    Column("scopes", JSON, nullable=False),
    Column("area", JSON, nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("networks", JSON, nullable=False),
    Column("algorithm", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("granted_by", String(16), nullable=False),
    Column("confirmed_by", String(16)),
    Column("revoked_at", Instant),
    Column("rotated_from", String(16)),
    Column("last_used_at", Instant),
)

#: One row, whose number grows with every change of the two tables above (but not with `last_used_at`).
ACCESS_CHANGES = Table(
    "access_changes",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
)

#: Large files that somebody asked for with a reason, and what a second person decided.
EXPORT_APPROVALS = Table(
    "export_approvals",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("asked_by", String(16), nullable=False),  # id of an operator, or of the key of a program
    Column("asked_at", Instant, nullable=False, index=True),
    Column("area", JSON, nullable=False),  # what whoever asked saw then
    Column("snapshot", String(64), nullable=False),
    Column("query", JSON, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("reason", String(512), nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("decision", String(16)),  # `approved` or `refused`; none yet
    Column("decided_by", String(16)),  # id of an operator
    Column("decided_at", Instant),
    Column("used_at", Instant),
)
