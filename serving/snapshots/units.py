"""The units that a city has today: those of the current snapshot; before there is any, those of the grids that were loaded."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow.parquet as pq

from riskwarn.home import Home
from riskwarn.words import Unit
from serving.columns.places import Places
from serving.snapshots import published
from serving.snapshots.files import PLACES


def units_today(home: Home) -> dict[Unit, Collection[str]]:
    """Kind -> the codes of its units; empty where nothing is published or loaded yet."""
    newest = published.newest(home)
    file = home.snapshots / newest.id / PLACES if newest is not None else None
    if file is not None and file.is_file():
        places = Places.from_arrow(pq.read_table(file, memory_map=False, use_threads=False))
        return {unit: places[unit].rows.keys() for unit in Unit}
    from riskwarn.store import Store

    kinds = {Unit.GRID: "grid_id", Unit.COMMUNITY: "community", Unit.TOWN: "town", Unit.DISTRICT: "district"}
    grids = Store(home).versions("grids", list(kinds.values()))
    return {unit: set(grids[column].dropna().astype(str)) for unit, column in kinds.items()}
