"""The tables of the audit: the rows of the chain, and where it ends."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table

from riskwarn.tables import METADATA, Instant

#: What was done. A row is never changed; its hash binds it to all rows before (`entries.py` says how).
AUDIT = Table(
    "audit",
    METADATA,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("at", Instant, nullable=False, index=True),
    Column("actor", String(64), nullable=False),  # the opaque id of an operator or key, local or system; never a name
    Column("origin", String(64), nullable=False),  # the address that it came from, or local
    Column("action", String(32), nullable=False),
    Column("object", String(256), nullable=False),  # an id of ours; empty where there is none
    Column("result", String(32), nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("note", String(512), nullable=False),  # why, as somebody wrote it
    Column("count", BigInteger, nullable=False),  # how many times, where a row stands for several
    Column("algorithm", String(16), nullable=False),
    Column("previous", String(64), nullable=False),  # the hash of the row before; empty in the first
    Column("hash", String(64), nullable=False),
)

#: One row: the last of the chain. Who appends changes it first, and so holds the lock until its transaction ends.
AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
