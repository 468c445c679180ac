"""Which targets are suspended, and a snapshot without them. This is the one place that leaves a suspended target out of what is served.

What is left is a snapshot like any other, which knows what it lacks: no route can forget to leave a figure out, and none can put
another target in the place of one that is not there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from riskwarn.home import Home
from serving.columns.reasons import AllReasons
from serving.snapshots.snapshot import OF_MODELS, Snapshot
from serving.snapshots.tables import SUSPENSIONS

SUSPENDED, RESUMED = "suspended", "resumed"


@dataclass(frozen=True)
class Suspension:
    """Since when a target is suspended, and why."""

    target: str
    at: datetime
    because: str


def number(connection: Connection) -> int:
    """What changes with every suspension and resumption, and is quickly asked; 0 where there never was one."""
    return connection.execute(select(func.max(SUSPENSIONS.c.id))).scalar_one() or 0


def suspended(connection: Connection) -> dict[str, Suspension]:
    """The targets that are suspended, the first first."""
    last = select(func.max(SUSPENSIONS.c.id)).group_by(SUSPENSIONS.c.target)
    rows = select(SUSPENSIONS).where(SUSPENSIONS.c.id.in_(last), SUSPENSIONS.c.change == SUSPENDED)
    return {
        row.target: Suspension(row.target, row.at, row.because)
        for row in connection.execute(rows.order_by(SUSPENSIONS.c.id))
    }


def suspensions_of(home: Home) -> dict[str, Suspension]:
    """The targets of a home that are suspended."""
    with home.database.connect() as connection:
        return suspended(connection)


def touched_since(connection: Connection, number: int) -> frozenset[str]:
    """The targets that were suspended or resumed after the change of a number."""
    return frozenset(connection.execute(select(SUSPENSIONS.c.target).where(SUSPENSIONS.c.id > number)).scalars())


def note(connection: Connection, target: str, change: str, because: str, at: datetime) -> None:
    """Write that a target is suspended or resumed."""
    connection.execute(insert(SUSPENSIONS).values(target=target, change=change, because=because, at=at))


def without(snapshot: Snapshot, targets: frozenset[str]) -> Snapshot:
    """A snapshot without anything that some targets were scored with or as."""
    if targets <= snapshot.suspended:
        return snapshot
    reasons = snapshot.reasons
    return replace(
        snapshot,
        manifest={
            **snapshot.manifest,
            **{name: models_without(snapshot.manifest.get(name, {}), targets) for name in OF_MODELS},
        },
        scores={block: by_unit for block, by_unit in snapshot.scores.items() if block[0] not in targets},
        reasons=AllReasons(
            reasons.texts,
            {block: one for block, one in reasons.blocks.items() if block[0] not in targets},
            {(block, unit): one for (block, unit), one in reasons.above.items() if block[0] not in targets},
        ),
        suspended=snapshot.suspended | targets,
    )


def models_without(told: Mapping[str, Any], targets: Collection[str]) -> dict[str, Any]:
    """What is told by `target/horizon`, without some targets."""
    return {key: value for key, value in told.items() if key.rpartition("/")[0] not in targets}
