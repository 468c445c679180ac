"""The tables of snapshots: what was published, what became of it, and which targets are suspended."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, Integer, String, Table

from riskwarn.tables import METADATA, Instant

#: Published snapshots. A row is never changed; `chain` binds it to all rows before.
SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("as_of", Date, nullable=False, index=True),
    Column("published_at", Instant, nullable=False),
    Column("valid_until", Instant, nullable=False),
    Column("manifest", JSON, nullable=False),
    Column("digest", String(64)),  # SHA-256 of the manifest, which names the SHA-256 of each file
    Column("chain", String(64)),  # SHA-256 of the chain of the row before and this digest
)

#: What the units of the city held when snapshots were published: `{city: {district: {town: {community: [grids]}}}}`. The manifest of a
#: snapshot names its tree.
TREES = Table(
    "snapshot_trees",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("tree", JSON, nullable=False),
)

#: What became of a snapshot: `withdrawn` by somebody with a reason, or its files `swept` by retention.
FATES = Table(
    "snapshot_fates",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("snapshot", String(64), nullable=False, index=True),
    Column("fate", String(16), nullable=False),
    Column("because", String(512)),
    Column("at", Instant, nullable=False),
)

#: What was decided about targets, one row a decision; the last of a target holds.
SUSPENSIONS = Table(
    "suspensions",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("target", String(64), nullable=False),
    Column("change", String(16), nullable=False),  # `suspended` or `resumed`
    Column("because", String(512), nullable=False),
    Column("at", Instant, nullable=False),
)
