"""Replay, the fourth law: a snapshot is rebuilt from what it names, byte for byte.

It names its as-of, the version of the store (with the loads that were undone since), configuration, catalogue, models and
the snapshot before. What was erased by law is gone, and so are the snapshots that were made with it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import select

from features import catalogue_version, read_city
from riskwarn.database import SNAPSHOTS
from riskwarn.errors import NoSnapshot, NotReplayable
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from serving.publishing import read_table, score, scores_before, write_tables
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
    if manifest.get("not_replayable"):
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
