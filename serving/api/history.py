"""A grid over the snapshots: of each only its own row is read."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from riskwarn.errors import UnknownUnit
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.columns.scores import Block
from serving.snapshots.files import SCORES
from serving.snapshots.publications import Publications
from serving.snapshots.snapshot import Snapshot

_SHOWN = ("score", "expected_count", "rank", "level")


def of_grid(
    home: Home, publications: Publications, snapshot: Snapshot, now: datetime, code: str, block: Block, limit: int
) -> dict[str, Any]:
    """How a grid stood in the snapshots that stood for their as-ofs, the newest first; none where it was not in it, or cannot be read.

    Raises UnknownUnit where the current snapshot does not hold the grid.
    """
    if snapshot.places.row(Unit.GRID, code) is None:
        raise UnknownUnit(unit="grid", code=code)
    items = []
    for as_of, row in list(publications.by_as_of.items())[:limit]:
        found = _row(home.snapshots / row.id / SCORES, code, block)
        items.append(
            {
                "snapshot": row.id,
                "as_of": as_of.isoformat(),
                "model": row.manifest["models"].get(f"{block[0]}/{block[1]}"),
                **(found or dict.fromkeys(_SHOWN)),
            }
        )
    return {
        "snapshot": snapshot.head(now, *block),
        "grid_id": code,
        "target": block[0],
        "horizon": block[1],
        "items": items,
    }


@lru_cache(maxsize=20_000)
def _row(file: Path, code: str, block: Block) -> dict[str, Any] | None:
    """The numbers of a grid out of a file that never changes."""
    chosen = (
        (pc.field("target") == block[0])
        & (pc.field("horizon") == block[1])
        & (pc.field("unit") == Unit.GRID.value)
        & (pc.field("code") == code)
    )
    try:
        found = pq.read_table(file, columns=list(_SHOWN), filters=chosen, use_threads=False).to_pylist()
    except (OSError, ValueError, pa.ArrowException):
        return None
    return found[0] if found else None
