"""The units that a city has today: those of the current snapshot; before there is any, those of the grids that were loaded."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pyarrow.parquet as pq

from riskwarn.home import Home
from riskwarn.words import Unit
from serving.access.areas import Area, named_within
from serving.columns.places import Places
from serving.snapshots import published
from serving.snapshots.cut import inside_of
from serving.snapshots.files import PLACES


def units_today(home: Home) -> dict[Unit, Collection[str]]:
    """Kind -> the codes of its units; empty where nothing is published or loaded yet."""
    places = places_today(home)
    if places is not None:
        return {unit: places[unit].rows.keys() for unit in Unit}
    from riskwarn.store import Store

    kinds = {Unit.GRID: "grid_id", Unit.COMMUNITY: "community", Unit.TOWN: "town", Unit.DISTRICT: "district"}
    grids = Store(home).versions("grids", list(kinds.values()))
    return {unit: set(grids[column].dropna().astype(str)) for unit, column in kinds.items()}


def within_today(home: Home) -> Callable[[Area, Area], bool]:
    """Whether an area holds all of another, by the tree of the current snapshot; before there is any, by the names of units alone."""

    def within(outer: Area, inner: Area) -> bool:
        if named_within(outer, inner):
            return True
        places = None if inner.whole else places_today(home)
        if places is None:
            return False
        grids = inside_of(places, inner.units).grids
        return bool(grids) and grids <= inside_of(places, outer.units).grids

    return within


def places_today(home: Home) -> Places | None:
    """The tree of the current snapshot; None where there is none, or its files are not kept."""
    newest = published.newest(home)
    file = home.snapshots / newest.id / PLACES if newest is not None else None
    if file is None or not file.is_file():
        return None
    return Places.from_arrow(pq.read_table(file, memory_map=False, use_threads=False))
