"""A grid over the snapshots: of each only its own row is read."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.errors import SnapshotDamaged, UnknownUnit
from riskwarn.words import Unit
from serving.api.seen import Seen
from serving.columns.reasons import MILLION, REST
from serving.columns.scores import Block
from serving.snapshots.files import read_columns, read_reasons
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
        folder = seen.home.snapshots / row.id
        found = _row(folder, code, block)
        if found is not None and inside is not None:
            found = {**found, "rank": _rank_among(folder, code, block, inside.grids)}
        items.append(
            {
                "snapshot": row.id,
                "as_of": as_of.isoformat(),
                "model": row.manifest["models"].get(f"{block[0]}/{block[1]}"),
                **(found or dict.fromkeys(_SHOWN)),
                "reasons": _moved(seen, folder, code, block)
                if why and row.told_as_now and not seen.current.withholds(row.id, [("grid", code)])
                else [],
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
    try:
        found = read_reasons(folder, code, block)
    except SnapshotDamaged:
        return ()
    return tuple({**one, "effect": effect / MILLION} for one, effect in found)


@lru_cache(maxsize=20_000)
def _rank_among(folder: Path, code: str, block: Block, grids: frozenset[str]) -> int:
    """The rank of a grid among some of a snapshot."""
    table = read_columns(folder, [block], Unit.GRID, ("code", "rank"))[block]
    table = table.filter(pc.is_in(table["code"], pa.array(sorted(grids))))
    own = table["rank"][pc.index(table["code"], code).as_py()]
    return int(pc.sum(pc.less_equal(table["rank"], own)).as_py())


@lru_cache(maxsize=20_000)
def _row(folder: Path, code: str, block: Block) -> dict[str, Any] | None:
    """The numbers of a grid out of files that never change."""
    try:
        found = read_columns(folder, [block], Unit.GRID, ("code", *_SHOWN)).get(block)
    except SnapshotDamaged:
        return None
    if found is None or (row := pc.index(found["code"], code).as_py()) < 0:
        return None
    shown: dict[str, Any] = found.select(_SHOWN).slice(row, 1).to_pylist()[0]
    return shown
