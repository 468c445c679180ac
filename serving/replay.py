"""Replay, the fourth law: a snapshot is rebuilt from what it names, byte for byte.

It names its as-of, the version of the store (with the loads that were undone since), configuration, catalogue, models and
the snapshot before. What was erased by law is gone, and so are the snapshots that were made with it: the ledger tells
which they are, and no manifest is changed. It reads the store as it was then, and never the kept state, from which scoring reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from features import read_city
from features.panel.panel import encoded
from riskwarn.errors import NoSnapshot, NotReplayable
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from riskwarn.store.ledger import Loss, losses
from serving.publishing import catalogue_of, read_table, score, scores_before, write_tables
from serving.tables import SNAPSHOTS
from training import Champion, load_champion


def rebuild(home: Home, snapshot: str, folder: Path, progress: Progress = silent) -> dict[str, str]:
    """Rebuild a snapshot into ``folder/snapshot``; gives the SHA-256 of each file, to be compared with its manifest's.

    Raises NoSnapshot, NotReplayable (the configuration or the code of its features changed since, or something was erased),
    ModelDamaged, and what :func:`training.load_champion` raises of a model that was made for something else.
    """
    with home.database.connect() as connection:
        manifest = connection.scalar(select(SNAPSHOTS.c.manifest).where(SNAPSHOTS.c.id == snapshot))
    if manifest is None:
        raise NoSnapshot(which=f" as {snapshot}")
    inputs = manifest["inputs"]
    if lost(manifest, losses(home)):
        raise NotReplayable(snapshot=snapshot, problem="a load or record that it was made with was erased")
    if inputs["configuration"] != home.configuration.fingerprint():
        raise NotReplayable(snapshot=snapshot, problem="the configuration has changed since it was made")
    loaded = []
    for served, version in manifest["models"].items():
        target, _, horizon = served.rpartition("/")
        champion = Champion(target, int(horizon), version, inputs["models"][version], manifest["interval_level"])
        loaded.append((champion, load_champion(home, champion)))
    if inputs["catalogue"] != catalogue_of(home.configuration, loaded):
        raise NotReplayable(snapshot=snapshot, problem="the code of its features has changed since it was made")
    city = read_city(home, date.fromisoformat(inputs["as_of"]), version=inputs["store_version"])
    before, _ = scores_before(read_table(home, manifest["previous"]) if manifest["previous"] else None)
    scored, health, _ = score(home, city, encoded(city), loaded, before, progress)
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
