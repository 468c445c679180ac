"""The rows of what was published: which snapshot is current, which stood before, and what became of each.

Current is the snapshot of the greatest as-of, then the newest, that nobody withdrew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from riskwarn.disclosure import RULE
from riskwarn.errors import SnapshotUnknown
from riskwarn.home import Home
from riskwarn.store.tables import ERASURES
from serving.snapshots.chain import bound, digest_of, last
from serving.snapshots.tables import FATES, SNAPSHOTS

WITHDRAWN, SWEPT = "withdrawn", "swept"


@dataclass(frozen=True)
class Row:
    """One published snapshot, as its row has it."""

    sequence: int
    id: str
    as_of: date
    published_at: datetime
    valid_until: datetime
    manifest: dict[str, Any]
    digest: str | None = None
    chain: str | None = None

    @property
    def models(self) -> dict[tuple[str, int], str]:
        """The version that scored each target and horizon."""
        served = ((key.rpartition("/"), version) for key, version in self.manifest["models"].items())
        return {(target, int(horizon)): version for (target, _, horizon), version in served}

    @property
    def told_as_now(self) -> bool:
        """Whether it was made under the rules of disclosure of now."""
        return bool(self.manifest["inputs"].get("disclosure") == RULE)


def _rows(*, withdrawn: bool = False) -> Select[Any]:
    """The rows, the one that is or would be current first."""
    rows = select(SNAPSHOTS).order_by(SNAPSHOTS.c.as_of.desc(), SNAPSHOTS.c.sequence.desc())
    if withdrawn:
        return rows
    return rows.where(SNAPSHOTS.c.id.not_in(select(FATES.c.snapshot)))


def _found(home: Home, rows: Select[Any]) -> list[Row]:
    with home.database.connect() as connection:
        return [Row(**row) for row in connection.execute(rows).mappings()]


def newest(home: Home, as_of: date | None = None) -> Row | None:
    """The current snapshot, or the newest of an as-of."""
    rows = _rows().limit(1)
    if as_of is not None:
        rows = rows.where(SNAPSHOTS.c.as_of == as_of)
    return next(iter(_found(home, rows)), None)


def current_in(connection: Connection) -> str | None:
    """The id of the current snapshot, in a transaction that is open."""
    found: str | None = connection.execute(_rows().with_only_columns(SNAPSHOTS.c.id).limit(1)).scalar()
    return found


def before(home: Home, as_of: date, passed: int = 0) -> Row | None:
    """The current snapshot of the greatest as-of before one, or the one that would be after so many were passed over."""
    return next(iter(_found(home, _rows().where(SNAPSHOTS.c.as_of < as_of).limit(1).offset(passed))), None)


def of_same_inputs(home: Home, as_of: date, inputs: Mapping[str, Any]) -> Row | None:
    """A snapshot that was made from just this, current or not, kept or not."""
    rows = _found(home, _rows(withdrawn=True).where(SNAPSHOTS.c.as_of == as_of))
    return next((row for row in rows if row.manifest["inputs"] == inputs), None)


def named(home: Home, snapshot: str) -> Row:
    """The row of a snapshot by its id. Raises SnapshotUnknown."""
    found = _found(home, _rows(withdrawn=True).where(SNAPSHOTS.c.id == snapshot))
    if not found:
        raise SnapshotUnknown(snapshot=snapshot[:64])
    return found[0]


def listed(home: Home, limit: int | None = None) -> list[Row]:
    """All that was published, the latest publication first."""
    return _found(home, select(SNAPSHOTS).order_by(SNAPSHOTS.c.sequence.desc()).limit(limit))


def state(home: Home) -> tuple[int, int, int]:
    """What changes with every publication, withdrawal, sweep and erasure, and is quickly asked."""
    counts = select(
        select(func.max(SNAPSHOTS.c.sequence)).scalar_subquery(),
        select(func.max(FATES.c.id)).scalar_subquery(),
        select(func.count()).select_from(ERASURES).scalar_subquery(),
    )
    with home.database.connect() as connection:
        published, fated, erased = connection.execute(counts).one()
    return published or 0, fated or 0, erased


def fates(home: Home, snapshots: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
    """What became of snapshots, by id: `fate`, `because`, `at`; a withdrawal counts before a sweep."""
    rows = select(FATES).order_by(FATES.c.fate)
    if snapshots is not None:
        rows = rows.where(FATES.c.snapshot.in_(snapshots))
    with home.database.connect() as connection:
        return {row["snapshot"]: dict(row) for row in connection.execute(rows).mappings()}


def of_fate(home: Home, fate: str) -> dict[str, dict[str, Any]]:
    """The snapshots that met a fate, by id: `because` and `at`."""
    rows = select(FATES).where(FATES.c.fate == fate)
    with home.database.connect() as connection:
        return {row["snapshot"]: dict(row) for row in connection.execute(rows).mappings()}


def add(connection: Connection, row: Mapping[str, Any]) -> None:
    """Write the row of a snapshot, bound to all rows before it."""
    digest = digest_of(row["manifest"])
    connection.execute(insert(SNAPSHOTS).values(**row, digest=digest, chain=bound(last(connection, SNAPSHOTS), digest)))


def mark(connection: Connection, snapshot: str, fate: str, because: str | None, at: datetime) -> None:
    """Write what became of a snapshot."""
    connection.execute(insert(FATES).values(snapshot=snapshot, fate=fate, because=because, at=at))
