"""The places of a home as loads ask for them: read once for many loads, as long as these leave them as they are."""

from __future__ import annotations

from riskwarn.ingest.places.coordinates import System
from riskwarn.ingest.places.ladder import Ladder, ladder
from riskwarn.store import Store

#: What the ladder is made of.
_TABLES = ("grids", "places", "service_areas", "grid_lineage")
#: Names of the units of grids.
UNIT_NAMES = ("community_name", "town_name", "district_name")


class HomePlaces:
    """The units and the ladder of a store; made anew where a table of places was loaded, or taken back, since."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._files: tuple[tuple[str, ...], ...] = ()
        self._units: frozenset[str] | None = None
        self._ladders: dict[System, Ladder] = {}

    def units(self) -> frozenset[str]:
        """Names of units: a file that is named by one names no person."""
        self._look()
        if self._units is None:
            grids = self._store.versions("grids", UNIT_NAMES)
            self._units = frozenset(word for name in UNIT_NAMES for word in grids[name].dropna().unique())
        return self._units

    def ladder(self, coordinates: System) -> Ladder:
        """The ladder of the places for records whose coordinates are of a system."""
        self._look()
        if coordinates not in self._ladders:
            self._ladders[coordinates] = ladder(self._store, coordinates)
        return self._ladders[coordinates]

    def _look(self) -> None:
        """Forget what was read where the files are others: one is named by its content, and never written again."""
        files = tuple(tuple(self._store.files(table)) for table in _TABLES)
        if files != self._files:
            self._files, self._units = files, None
            self._ladders.clear()
