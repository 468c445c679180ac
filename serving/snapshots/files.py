"""The files of a snapshot: written once, durable at once, verified whenever they are read."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from riskwarn.errors import SnapshotDamaged
from riskwarn.files import sha256, sync
from riskwarn.words import Unit
from serving.columns import reasons as reasons_table
from serving.columns import scores as scores_table
from serving.columns.places import Places
from serving.columns.reasons import AllReasons, Reasons
from serving.columns.scores import AllScores, Block, Scores
from serving.columns.texts import TextColumns

PLACES, SCORES, REASONS, TEXTS, HEALTH = (
    "places.parquet",
    "scores.parquet",
    "reasons.parquet",
    "texts.parquet",
    "health.json",
)
FILES = (PLACES, SCORES, REASONS, TEXTS, HEALTH)

#: Not memory-mapped: what is served must not change with its file.
_PLAINLY: dict[str, Any] = {"memory_map": False, "use_threads": False}


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
    _write(temporary / PLACES, [content.places.as_arrow()])
    _write(temporary / SCORES, scores_table.as_arrow(content.places, content.scores), scores_table.SCHEMA)
    _write(temporary / REASONS, content.reasons.as_arrow(), reasons_table.SCHEMA)
    _write(temporary / TEXTS, [content.reasons.texts_as_arrow()])
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
    places, scores = read_scores(folder, sums)
    with _readable(folder):
        reasons: dict[Block, Reasons] = {}
        above: dict[tuple[Block, Unit], Reasons] = {}
        for block, unit, part in _parts(folder / REASONS, reasons_table.READ):
            own = reasons_table.from_arrow(part, len(places[unit]))
            if unit is Unit.GRID:
                reasons[block] = own
            else:
                above[block, unit] = own
        texts = TextColumns(pq.read_table(folder / TEXTS, **_PLAINLY))
        health: Sequence[dict[str, Any]] = json.loads((folder / HEALTH).read_text(encoding="utf-8"))
    return Content(places, scores, AllReasons(texts, reasons, above), tuple(health))


def read_scores(
    folder: Path, sums: Mapping[str, str], blocks: Collection[Block] | None = None
) -> tuple[Places, AllScores]:
    """The places and scores alone, where some are named of these targets and horizons; every file is verified. Raises SnapshotDamaged."""
    verify(folder, sums)
    with _readable(folder):
        places = Places.from_arrow(pq.read_table(folder / PLACES, **_PLAINLY))
        scores: dict[Block, dict[Unit, Scores]] = {}
        for block, unit, part in _parts(folder / SCORES, scores_table.READ, blocks):
            scores.setdefault(block, {})[unit] = scores_table.from_arrow(part)
    return places, scores


def read_columns(
    folder: Path, blocks: Collection[Block], unit: Unit, columns: Sequence[str], file: str = SCORES
) -> dict[Block, pa.Table]:
    """Some columns of the scores (or reasons) of one level, of the targets and horizons that are there, without a look at anything else.

    Nothing is verified: it is for what compares, and publishes nothing of it. Raises SnapshotDamaged where they cannot be read.
    """
    with _readable(folder):
        return {block: part for block, _, part in _parts(folder / file, columns, blocks, unit)}


def read_places(folder: Path) -> Places:
    """The places alone. Nothing is verified. Raises SnapshotDamaged where they cannot be read."""
    with _readable(folder):
        return Places.from_arrow(pq.read_table(folder / PLACES, **_PLAINLY))


def read_reasons(folder: Path, code: str, block: Block) -> list[tuple[dict[str, Any], int]]:
    """(theme and source, millionths) of each reason of a grid; none where its details are withheld, or it is not there.

    Nothing is verified. Raises SnapshotDamaged where they cannot be read.
    """
    own = read_columns(folder, [block], Unit.GRID, reasons_table.READ, REASONS).get(block)
    with _readable(folder):
        places = pq.read_table(folder / PLACES, columns=["unit", "code", "suppressed"], **_PLAINLY)
        grids = places.filter(pc.equal(places["unit"], Unit.GRID.value))
        row = pc.index(grids["code"], code).as_py()
        if own is None or row < 0 or grids["suppressed"][row].as_py():
            return []
        # The rows of a part ascend: those of a place lie side by side.
        first, end = np.searchsorted(own["row"].to_numpy(), [row, row + 1]).tolist()
        told = own.slice(first, end - first)
        texts = pq.read_table(folder / TEXTS, columns=["theme", "source"], **_PLAINLY).take(told["text"])
        return list(zip(texts.to_pylist(), told["effect"].to_pylist(), strict=True))


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise SnapshotDamaged(
            snapshot=folder.name, problem=f"its tables cannot be read ({type(error).__name__})"
        ) from error


def verify(folder: Path, sums: Mapping[str, str]) -> None:
    """Raise SnapshotDamaged where a file of a snapshot is missing or other than it was written."""
    for name, wanted in sums.items():
        try:
            held = sha256(folder / name)
        except OSError as error:
            raise SnapshotDamaged(snapshot=folder.name, problem=f"its file {name} cannot be read") from error
        if held != wanted:
            raise SnapshotDamaged(snapshot=folder.name, problem=f"its file {name} is not as it was written")


def _write(file: Path, parts: Iterable[pa.Table], schema: pa.Schema | None = None) -> None:
    """Write a table, each part a row group of its own: a reader takes one after the other, and its words from the statistics."""
    parts = list(parts)
    words = [field.name for field in (schema or parts[0].schema) if pa.types.is_string(field.type)]
    # Fixed order of columns, no metadata, one compression: the same numbers give the same bytes.
    with pq.ParquetWriter(file, schema or parts[0].schema, compression="zstd", use_dictionary=words) as writer:
        for part in parts:
            writer.write_table(part, row_group_size=max(part.num_rows, 1))


def _parts(
    file: Path, columns: Sequence[str], blocks: Collection[Block] | None = None, level: Unit | None = None
) -> Iterator[tuple[Block, Unit, pa.Table]]:
    """(target and horizon, level, the columns) of each part; where some are named, of these alone."""
    with pq.ParquetFile(file, memory_map=False) as parts:
        names = parts.schema_arrow.names
        for number in range(parts.num_row_groups):
            group = parts.metadata.row_group(number)
            target, horizon, unit = (
                group.column(names.index(name)).statistics.min for name in ("target", "horizon", "unit")
            )
            if (blocks is not None and (target, horizon) not in blocks) or (
                level is not None and Unit(unit) is not level
            ):
                continue
            yield (target, horizon), Unit(unit), parts.read_row_group(number, columns=list(columns), use_threads=False)
