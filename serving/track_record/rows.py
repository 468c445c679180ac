"""The rows of the record: written once, read by anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from riskwarn.home import Home
from serving.snapshots import published
from serving.snapshots.chain import bound, digest_of, last
from serving.track_record.tables import TRACK_RECORD


@dataclass(frozen=True)
class Judged:
    """How one published forecast went, as its row has it."""

    sequence: int
    snapshot: str
    target: str
    horizon: int
    as_of: date
    judged_at: datetime
    content: dict[str, Any]
    digest: str
    chain: str

    def signed(self) -> dict[str, Any]:
        """All that the digest is made of."""
        return signed(self.snapshot, self.target, self.horizon, self.as_of, self.judged_at, self.content)


def signed(
    snapshot: str, target: str, horizon: int, as_of: date, judged_at: datetime, content: Mapping[str, Any]
) -> dict[str, Any]:
    """What identifies a row, and what it says."""
    return {
        "snapshot": snapshot,
        "target": target,
        "horizon": horizon,
        "as_of": as_of.isoformat(),
        "judged_at": judged_at.astimezone(UTC).isoformat(),
        "content": dict(content),
    }


def add(
    connection: Connection,
    snapshot: published.Row,
    target: str,
    horizon: int,
    content: Mapping[str, Any],
    at: datetime,
) -> str:
    """Write a row, bound to all rows before it, and give its chain; one that is there stays, and this one is an error of the database."""
    digest = digest_of(signed(snapshot.id, target, horizon, snapshot.as_of, at, content))
    chain = bound(head(connection), digest)
    connection.execute(
        insert(TRACK_RECORD).values(
            snapshot=snapshot.id,
            target=target,
            horizon=horizon,
            as_of=snapshot.as_of,
            judged_at=at,
            content=dict(content),
            digest=digest,
            chain=chain,
        )
    )
    return chain


def object_of(snapshot: str, target: str, horizon: int, chain: str) -> str:
    """A row as the audit names it: what it judges, and its chain, so that no other row can take its place."""
    return f"{snapshot}/{target}/{horizon}/{chain}"


def head(connection: Connection) -> str | None:
    """The chain of the last row; None where there is none."""
    return last(connection, TRACK_RECORD)


def rows(home: Home, target: str | None = None, horizon: int | None = None) -> list[Judged]:
    """All rows, in the order in which they were written; of one target or horizon where it is named."""
    asked = select(TRACK_RECORD).order_by(TRACK_RECORD.c.sequence)
    if target is not None:
        asked = asked.where(TRACK_RECORD.c.target == target)
    if horizon is not None:
        asked = asked.where(TRACK_RECORD.c.horizon == horizon)
    with home.database.connect() as connection:
        return [Judged(**row) for row in connection.execute(asked).mappings()]


def judged_blocks(home: Home) -> set[tuple[str, str, int]]:
    """(snapshot, target, horizon) of every row."""
    columns = TRACK_RECORD.c.snapshot, TRACK_RECORD.c.target, TRACK_RECORD.c.horizon
    with home.database.connect() as connection:
        return {(row[0], row[1], row[2]) for row in connection.execute(select(*columns))}


def unjudged(home: Home, among: Sequence[published.Row] | None = None) -> list[tuple[published.Row, str, int]]:
    """What was published and has no row yet, of targets and horizons that are still declared; the oldest publication first."""
    done, configuration = judged_blocks(home), home.configuration
    chosen = sorted(published.listed(home) if among is None else among, key=lambda row: row.sequence)
    return [
        (row, target, horizon)
        for row in chosen
        for target, horizon in row.models
        if target in configuration.targets
        and horizon in configuration.horizons
        and (row.id, target, horizon) not in done
    ]
