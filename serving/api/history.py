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
from riskwarn.words import Unit
from serving.api.seen import Seen
from serving.columns.reasons import MILLION, REST
from serving.columns.scores import Block
from serving.snapshots.files import PLACES, REASONS, SCORES, TEXTS
from serving.snapshots.snapshot import Snapshot

_SHOWN = ("score", "expected_count", "rank", "level")


def of_grid(
    seen: Seen, snapshot: Snapshot, now: datetime, code: str, block: Block, limit: int, why: bool = False
) -> dict[str, Any]:
    """How a grid stood in the snapshots that stood for their as-ofs, the newest first; none where it was not in it, or cannot be read.

    `why` tells what each reason added there, too; nothing of a snapshot that an earlier rule of disclosure told. Raises UnknownUnit where
    what is seen of the current snapshot does not hold the grid.
    """
    own = snapshot.places.row(Unit.GRID, code)
    if own is None:
        raise UnknownUnit(unit="grid", code=code)
    why = why and not bool(snapshot.places[Unit.GRID].suppressed[own])
    items, inside = [], seen.inside
    for as_of, row in list(seen.publications.by_as_of.items())[:limit]:
        file = seen.home.snapshots / row.id / SCORES
        found = _row(file, code, block)
        if found is not None and inside is not None:
            found = {**found, "rank": _rank_among(file, code, block, inside.grids)}
        items.append(
            {
                "snapshot": row.id,
                "as_of": as_of.isoformat(),
                "model": row.manifest["models"].get(f"{block[0]}/{block[1]}"),
                **(found or dict.fromkeys(_SHOWN)),
                "reasons": _moved(seen, seen.home.snapshots / row.id, code, block) if why and row.told_as_now else [],
            }
        )
    return {
        "snapshot": snapshot.head(now, *block),
        "grid_id": code,
        "target": block[0],
        "horizon": block[1],
        "items": items,
    }


def _moved(seen: Seen, folder: Path, code: str, block: Block) -> list[dict[str, Any]]:
    """What each reason added, without what is not told apart; of a part of the city without the last, with which they add up."""
    found = _reasons(folder, code, block)
    return [one for one in (found if seen.whole else found[:-1]) if one["theme"] != REST]


@lru_cache(maxsize=20_000)
def _reasons(folder: Path, code: str, block: Block) -> tuple[dict[str, Any], ...]:
    """The reasons of a grid out of files that never change; none where it has too few residents, or they cannot be read."""
    of_grids = pc.field("unit") == Unit.GRID.value
    try:
        grids = pq.read_table(folder / PLACES, columns=["code", "suppressed"], filters=of_grids, use_threads=False)
        row = pc.index(grids["code"], code).as_py()
        if row < 0 or grids["suppressed"][row].as_py():
            return ()
        own = of_grids & (pc.field("target") == block[0]) & (pc.field("horizon") == block[1]) & (pc.field("row") == row)
        reasons = pq.read_table(folder / REASONS, columns=["text", "effect"], filters=own, use_threads=False)
        texts = pq.read_table(folder / TEXTS, columns=["theme", "source"], use_threads=False)
        told = texts.take(reasons["text"]).to_pylist()
    except (OSError, ValueError, pa.ArrowException):
        return ()
    return tuple(
        {**one, "effect": effect / MILLION} for one, effect in zip(told, reasons["effect"].to_pylist(), strict=True)
    )


@lru_cache(maxsize=20_000)
def _rank_among(file: Path, code: str, block: Block, grids: frozenset[str]) -> int:
    """The rank of a grid among some of a file."""
    chosen = (
        (pc.field("target") == block[0]) & (pc.field("horizon") == block[1]) & (pc.field("unit") == Unit.GRID.value)
    )
    table = pq.read_table(file, columns=["code", "rank"], filters=chosen, use_threads=False)
    table = table.filter(pc.is_in(table["code"], pa.array(sorted(grids))))
    own = table.filter(pc.equal(table["code"], code))["rank"][0]
    return int(pc.sum(pc.less_equal(table["rank"], own)).as_py())


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
