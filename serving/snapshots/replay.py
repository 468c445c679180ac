"""Replay, the fourth law: a snapshot is rebuilt from what it names, byte for byte.

It names its as-of, the version of the store (with the loads that were undone since), configuration, catalogue, models and
the snapshot before. What was erased by law is gone, and so are the snapshots that were made with it: the ledger tells
which they are, and no manifest is changed. It reads the store as it was then, and never the kept state, from which scoring reads.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from features import read_city
from features.panel.panel import encoded
from riskwarn.errors import NotReplayable, SnapshotDamaged
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from riskwarn.store.ledger import losses
from riskwarn.words import Unit
from serving.scoring.city import Before
from serving.scoring.score import catalogue_of, score
from serving.snapshots import published
from serving.snapshots.content import content_of
from serving.snapshots.files import read_files, write_files
from serving.snapshots.lost import lost
from training import Champion, load_champion


def rebuild(home: Home, snapshot: str, folder: Path, progress: Progress = silent) -> dict[str, str]:
    """Rebuild a snapshot into ``folder/snapshot``; gives the SHA-256 of each file, to be compared with its manifest's.

    Raises NoSnapshot, NotReplayable (the configuration or the code of its features changed since, or something was erased),
    ModelDamaged, and what :func:`training.load_champion` raises of a model that was made for something else.
    """
    row = published.named(home, snapshot)
    manifest = row.manifest
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
    made = score(home, city, encoded(city), loaded, _compared_with(home, row), progress)
    return write_files(folder, snapshot, content_of(made))


def _compared_with(home: Home, row: published.Row) -> Before:
    """What a snapshot was compared with: it keeps these numbers itself. Where its files are damaged, the snapshot before has them."""
    try:
        own = read_files(home.snapshots / row.id, row.manifest["files"])
        scores = {
            block: {Unit.GRID: replace(by_unit[Unit.GRID], score=by_unit[Unit.GRID].before)}
            for block, by_unit in own.scores.items()
        }
        return Before(own.places, scores)
    except SnapshotDamaged:
        if not row.manifest["previous"]:
            return Before()
    previous = published.named(home, row.manifest["previous"])
    content = read_files(home.snapshots / previous.id, previous.manifest["files"])
    return Before(content.places, content.scores)
