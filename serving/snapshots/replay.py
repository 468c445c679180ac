"""Replay, the fourth law: a snapshot is rebuilt from what it names, byte for byte.

It names its as-of, the version of the store (with the loads that were undone since), configuration, catalogue, models and
the snapshot before. What was erased by law is gone, and so are the snapshots that were made with it: the ledger tells
which they are, and no manifest is changed. It reads the store as it was then, and never the kept state, from which scoring reads.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from features import Catalogue, read_city
from features.panel.panel import encoded
from riskwarn.errors import NotReplayable, SnapshotDamaged, SnapshotSwept
from riskwarn.files import atomic
from riskwarn.home import Home
from riskwarn.messages import Listed, Message
from riskwarn.progress import Progress, silent
from riskwarn.store.ledger import losses
from serving.scoring.city import Before
from serving.scoring.score import catalogue_of, score
from serving.snapshots import published
from serving.snapshots.content import content_of, published_before
from serving.snapshots.differences import damaged, differences
from serving.snapshots.files import read_files, write_files
from serving.snapshots.lost import lost
from serving.snapshots.marked import unmark
from training import Champion, load_champion


@dataclass(frozen=True)
class Replay:
    """A snapshot beside what it is rebuilt to."""

    snapshot: str
    equal: bool  # whether the rebuilt files are those that were published
    differs: tuple[dict[str, Any], ...]  # of each file that is not: its columns and how many cells of each
    damaged: tuple[str, ...]  # files that are missing, or not as they were written
    repaired: tuple[str, ...]  # those of them that were put back

    def as_dict(self) -> dict[str, Any]:
        """The shape that ``riskwarn snapshots replay --json`` prints."""
        return asdict(self)


def replay(home: Home, snapshot: str, *, repair: bool = False, progress: Progress = silent) -> Replay:
    """Rebuild a snapshot and compare it with what was published, by the digests of its manifest.

    With `repair` what is damaged or gone is put back, file by file, where what was rebuilt is what the manifest names. Where the
    published file itself is lost, a difference can only be told for the file as a whole. Raises what :func:`rebuild` raises, and
    SnapshotSwept (repair of what retention removed).
    """
    row = published.named(home, snapshot)
    sums, own = row.manifest["files"], home.snapshots / snapshot
    swept = snapshot in published.of_fate(home, published.SWEPT)
    if repair and swept:
        raise SnapshotSwept(snapshot=snapshot)
    with tempfile.TemporaryDirectory(prefix=".replay-", dir=home.snapshots) as folder:
        made = rebuild(home, snapshot, Path(folder), progress)
        rebuilt = Path(folder) / snapshot
        broken = [] if swept else damaged(own, sums)
        other = [name for name in dict.fromkeys([*sums, *made]) if sums.get(name) != made.get(name)]
        told = [
            differences(own, rebuilt, name)
            if name in sums and name in made and name not in broken and not swept
            else {"file": name, "rows": None, "columns": {}}
            for name in other
        ]
        mended = [name for name in broken if name not in other] if repair else []
        for name in mended:
            _put_back(rebuilt / name, own)
        if repair and not damaged(own, sums):
            unmark(home, snapshot)
    return Replay(snapshot, not other, tuple(told), tuple(broken), tuple(mended))


def _put_back(file: Path, folder: Path) -> None:
    """Replace a file of a snapshot whole: who reads it meets the one or the other."""
    with atomic(folder / file.name) as beside:
        shutil.copy(file, beside)


def rebuild(home: Home, snapshot: str, folder: Path, progress: Progress = silent) -> dict[str, str]:
    """Rebuild a snapshot into ``folder/snapshot``; gives the SHA-256 of each file, to be compared with its manifest's.

    Raises NoSnapshot, NotReplayable (the configuration, or code or words of its features changed since, or something was erased),
    ModelDamaged, and what :func:`training.load_champion` raises of a model that was made for something else.
    """
    row = published.named(home, snapshot)
    manifest = row.manifest
    inputs = manifest["inputs"]
    if lost(manifest, losses(home)):
        raise NotReplayable(snapshot=snapshot, problem="a load or record that it was made with was erased")
    if inputs["configuration"] != home.configuration.fingerprint():
        raise NotReplayable(snapshot=snapshot, problem="the configuration has changed since it was made")
    catalogue, loaded = Catalogue.of(home.configuration), []
    for (target, horizon), version in row.models.items():
        champion = Champion(target, horizon, version, inputs["models"][version], manifest["interval_level"])
        loaded.append((champion, load_champion(home, champion, catalogue)))
    looked_at = catalogue_of(catalogue, loaded)
    if inputs["catalogue"] != looked_at.whole:
        raise NotReplayable(snapshot=snapshot, problem=_changed(manifest, looked_at.parts))
    city = read_city(home, date.fromisoformat(inputs["as_of"]), version=inputs["store_version"])
    made = score(home, catalogue, city, encoded(city), loaded, _compared_with(home, row), progress)
    return write_files(folder, snapshot, content_of(made))


#: What a snapshot keeps a version of, and as what it is told.
_PARTS = {
    "engine": Message("the engine under its features"),
    "code": Message("the code or declaration of its features, or of the numbers that its reasons tell"),
    "words": Message("words that its features, or these numbers, read"),
    "sentences": Message("the sentences of its reasons"),
}


def _changed(manifest: Mapping[str, Any], now: Mapping[str, str]) -> Message:
    """Which part of the catalogue is another than that with which a snapshot was made."""
    then = manifest.get("catalogue")
    if then is None:
        said = "what has changed since it was made: {parts} (one or several: a snapshot of before they were kept apart does not tell which)"
        return Message(said, parts=Listed(_PARTS.values()))
    return Message(
        "what has changed since it was made: {parts}",
        parts=Listed(_PARTS[name] for name in _PARTS if then[name] != now[name]),
    )


def _compared_with(home: Home, row: published.Row) -> Before:
    """What a snapshot was compared with: it keeps these numbers itself. Where its files are damaged, the snapshot before has them."""
    try:
        own = read_files(home.snapshots / row.id, row.manifest["files"])
        scores = {
            block: {
                # What stands there is the score of a grid, and the expected count of a unit above.
                unit: replace(one, score=one.before, expected_count=one.before, rank=one.previous_rank)
                for unit, one in by_unit.items()
            }
            for block, by_unit in own.scores.items()
        }
        return Before(own.places, scores)
    except SnapshotDamaged:
        if not row.manifest["previous"]:
            return Before()
    previous = published.named(home, row.manifest["previous"])
    if previous.id in published.of_fate(home, published.SWEPT):
        raise NotReplayable(
            snapshot=row.id, problem="its files are lost, and those of the snapshot before are no longer kept"
        )
    return published_before(home, previous)
