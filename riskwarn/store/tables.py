"""The tables of the store: the ledger of loads, the manifest of the lake, erasures, refused rows."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Integer, String, Table

from riskwarn.tables import METADATA, Instant

#: Loads, in the order of their commitment; the largest id is the version of the store.
LOADS = Table(
    "loads",
    METADATA,
    Column("load_id", Integer, primary_key=True, autoincrement=True),
    Column("source", String(64), nullable=False),
    Column("file_name", String(512), nullable=False),
    Column("file_sha256", String(64), nullable=False),
    Column("loaded_at", Instant, nullable=False),
    Column("exported_at", Instant, nullable=False),
    Column("account", JSON, nullable=False),
    Column("leans_on", JSON),  # earlier loads of the source that hold versions of this load's records; null: not noted
    Column("undoes", Integer),  # the load that this row takes back; null for a load
    Column("because", String(512)),  # why it was taken back
    Column("erases", Integer),  # the erasure that this row stands for; null for a load or an undoing
)

#: Rows that by rule are not loaded: how many, by district and quarter, and nothing else of them. A load whose file was
#: loaded before notes nothing. Exports overlap and nothing tells the rows apart, so that loads are not added up.
NOT_LOADED = Table(
    "not_loaded",
    METADATA,
    Column("load_id", ForeignKey("loads.load_id"), primary_key=True),
    Column("source", String(64), nullable=False),
    Column("district", String(64), primary_key=True),  # empty where the place is not known
    Column("quarter", String(6), primary_key=True),  # 2026Q1; empty where the date is not known
    Column("rows", BigInteger, nullable=False),
)

#: Erasures: when, why, of what kind and how much; never of whom.
ERASURES = Table(
    "erasures",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),  # load, record
    Column("source", String(64), nullable=False),
    Column("load_id", Integer, nullable=False),  # the load, or the first that held the record
    Column("rows", BigInteger, nullable=False),
    Column("because", String(512), nullable=False),
    Column("erased_at", Instant, nullable=False),
    Column("finished", Boolean, nullable=False),  # whether files and freed pages are gone too
)

#: The files of the lake. A file that is not listed here does not exist for any reader.
LAKE_FILES = Table(
    "lake_files",
    METADATA,
    Column("path", String(512), primary_key=True),
    Column("load_id", ForeignKey("loads.load_id"), nullable=False),
    Column("source", String(64), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("columns", JSON, nullable=False),
)

#: Rows that were refused, after the privacy gate: where, why and the class of the value, never its content.
QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("load_id", ForeignKey("loads.load_id"), nullable=False),
    Column("source", String(64), nullable=False, index=True),
    Column("file_name", String(512), nullable=False),
    Column("row", BigInteger, nullable=False),
    Column("column", String(256), nullable=False),
    Column("value_class", String(64), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("record", BigInteger),  # keyed digest of the record's id; null where it has none or by rule is not loaded
    Column("settled_by", Integer),  # the load whose file held the same row again; null while it is open
    Column("settlement", String(16)),  # repaired, or refused_again (then a newer row of this table stands for it)
    Column("dismissed_by", Integer),  # the dismissal that took it off the list; null while it is on it
)

#: Refused rows that nobody will repair were taken off the list: how many, when and why.
DISMISSALS = Table(
    "dismissals",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", String(64)),  # null: of all sources
    Column("rows", BigInteger, nullable=False),
    Column("because", String(512), nullable=False),
    Column("dismissed_at", Instant, nullable=False),
)
