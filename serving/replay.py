"""Replay, the fourth law: a snapshot is rebuilt from what it names, byte for byte.

It names its as-of, the version of the store (with the loads that were undone since), configuration, catalogue, models and
the snapshot before. What was erased by law is gone, and so are the snapshots that were made with it: the ledger tells
which they are, and no manifest is changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from features import catalogue_version, read_city
from riskwarn.errors import NoSnapshot, NotReplayable
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from riskwarn.store.ledger import Loss, losses
from serving.publishing import read_table, score, scores_before, write_tables
from serving.tables import SNAPSHOTS
from training import Champion


def rebuild(home: Home, snapshot: str, folder: Path, progress: Progress = silent) -> dict[str, str]:
    """Rebuild a snapshot into ``folder/snapshot``; gives the SHA-256 of each file, to be compared with its manifest's.

    Raises NoSnapshot, NotReplayable (configuration or catalogue changed since, or something was erased), ModelDamaged.
    """
    with home.database.connect() as connection:
        manifest = connection.scalar(select(SNAPSHOTS.c.manifest).where(SNAPSHOTS.c.id == snapshot))
    if manifest is None:
        raise NoSnapshot(which=f" as {snapshot}")
    inputs = manifest["inputs"]
    if lost(manifest, losses(home)):
        raise NotReplayable(snapshot=snapshot, problem="a load or record that it was made with was erased")
    for name, now in (
        ("configuration", home.configuration.fingerprint()),
        ("catalogue", catalogue_version(home.configuration)),
    ):
        if inputs[name] != now:
            raise NotReplayable(snapshot=snapshot, problem=f"the {name} has changed since it was made")
    chosen = []
    for served, version in manifest["models"].items():
        target, _, horizon = served.rpartition("/")
        chosen.append(Champion(target, int(horizon), version, inputs["models"][version], manifest["interval_level"]))
    city = read_city(home, date.fromisoformat(inputs["as_of"]), version=inputs["store_version"])
    before, _ = scores_before(read_table(home, manifest["previous"]) if manifest["previous"] else None)
    scored, health, _ = score(home, city, chosen, before, progress)
    return write_tables(folder, snapshot, scored, health)


def lost(manifest: Mapping[str, Any], erased: Sequence[Loss]) -> bool:
    """Whether something that a snapshot was made with was erased since."""
    version = int(manifest["inputs"]["store_version"])
    return any(loss.touches(version) for loss in erased)


def not_replayable(home: Home, erased: Loss) -> list[str]:
    """The snapshots that an erasure takes the ground from, oldest first; also one that has not happened yet."""
    rows = select(SNAPSHOTS.c.id, SNAPSHOTS.c.manifest).order_by(SNAPSHOTS.c.sequence)
    with home.database.connect() as connection:
        found = connection.execute(rows).all()
    return [str(row.id) for row in found if lost(row.manifest, [erased])]
