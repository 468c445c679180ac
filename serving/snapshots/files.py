"""The files of a snapshot: written once, durable at once, verified whenever they are read."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from riskwarn.errors import SnapshotDamaged
from riskwarn.files import sha256, sync
from riskwarn.words import Unit
from serving.columns import scores as scores_table
from serving.columns.places import Places
from serving.columns.reasons import AllReasons
from serving.columns.scores import AllScores

PLACES, SCORES, REASONS, TEXTS, HEALTH = (
    "places.parquet",
    "scores.parquet",
    "reasons.parquet",
    "texts.parquet",
    "health.json",
)
FILES = (PLACES, SCORES, REASONS, TEXTS, HEALTH)

#: Columns that a server needs not: it knows the places.
_NOT_SERVED = ("unit", "code")


@dataclass(frozen=True)
class Content:
    """What the files of a snapshot hold."""

    places: Places
    scores: AllScores
    reasons: AllReasons
    health: tuple[dict[str, Any], ...]  # the sources, as they were examined for it


def write_files(folder: Path, snapshot: str, content: Content) -> dict[str, str]:
    """Write a snapshot into a folder of its own under `folder`; gives the SHA-256 of each file."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    reasons, texts = content.reasons.as_arrow()
    tables = {
        PLACES: content.places.as_arrow(),
        SCORES: scores_table.as_arrow(content.places, content.scores),
        REASONS: reasons,
        TEXTS: texts,
    }
    for name, table in tables.items():
        # Fixed order of columns, no metadata, one compression: the same numbers give the same bytes.
        pq.write_table(table.replace_schema_metadata(None), temporary / name, compression="zstd")
    (temporary / HEALTH).write_text(json.dumps(content.health, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    sums = {}
    for name in FILES:
        sync(temporary / name)
        sums[name] = sha256(temporary / name)
    final = folder / snapshot
    if final.exists():
        # A publication that died before its row was written; nobody has read it.
        shutil.rmtree(final)
    temporary.chmod(0o755)
    temporary.rename(final)
    sync(folder)
    return sums


def read_files(folder: Path, sums: Mapping[str, str]) -> Content:
    """Read the files of a snapshot, each verified first. Raises SnapshotDamaged where one is missing or other than it was written."""
    verify(folder, sums)
    try:
        places = Places.from_arrow(_table(folder / PLACES))
        scores = scores_table.from_arrow(places, _table(folder / SCORES, without=_NOT_SERVED))
        reasons = AllReasons.from_arrow(_table(folder / REASONS), _table(folder / TEXTS), len(places[Unit.GRID]))
        health: Sequence[dict[str, Any]] = json.loads((folder / HEALTH).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise SnapshotDamaged(
            snapshot=folder.name, problem=f"its tables cannot be read ({type(error).__name__})"
        ) from error
    return Content(places, scores, reasons, tuple(health))


def verify(folder: Path, sums: Mapping[str, str]) -> None:
    """Raise SnapshotDamaged where a file of a snapshot is missing or other than it was written."""
    for name, wanted in sums.items():
        try:
            held = sha256(folder / name)
        except OSError as error:
            raise SnapshotDamaged(snapshot=folder.name, problem=f"its file {name} cannot be read") from error
        if held != wanted:
            raise SnapshotDamaged(snapshot=folder.name, problem=f"its file {name} is not as it was written")


def _table(file: Path, without: Sequence[str] = ()) -> pa.Table:
    names = [name for name in pq.read_schema(file).names if name not in without]
    # Not memory-mapped: what is served must not change with its file.
    return pq.read_table(file, columns=names, memory_map=False, use_threads=False)
