"""The borders of a snapshot as they are served: the files that were made with it, or of a part of the city what is cut out of them.

Each is named by what it holds, so that whoever has it never asks again. In a snapshot without borders places are points.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskwarn.errors import SnapshotDamaged
from riskwarn.home import Home
from riskwarn.words import Unit
from serving.boundaries.topology import OUTLINED, Topology, cut, name_of, of_points, packed, topology_of
from serving.columns.places import Places

#: What is kept in mind: cities, and parts of them.
_MOST = 8

#: Levels that a map shows.
SHOWN = (Unit.GRID, *OUTLINED)


@dataclass(frozen=True)
class Borders:
    """All that a map of one snapshot, or of a part of it, is drawn from. What is named lies in a file or is held here."""

    towns: str  # with the districts: what one sees first
    communities: str
    grids: tuple[
        tuple[str | None, str], ...
    ]  # (code of a district, name of the file of its grids); None holds those of all
    places: dict[Unit, str]  # the names of the lists of codes and names
    contents: dict[str, bytes | Path]


class Boundaries:
    """The borders that are asked for, each made once. `snapshot` and `seen` say of which snapshot and of what part of it."""

    def __init__(self, home: Home) -> None:
        self._folder = home.boundaries
        self._kept: OrderedDict[tuple[str, str], Borders] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, snapshot: str, seen: str, places: Places, made: dict[str, Any] | None) -> Borders:
        """Those of the places that somebody sees; `made` is what the manifest of the snapshot names. Raises SnapshotDamaged."""
        with self._lock:
            found = self._kept.get((snapshot, seen))
            if found is None:
                found = self._kept[snapshot, seen] = self._borders(snapshot, places, made, whole=not seen)
                while len(self._kept) > _MOST:
                    self._kept.popitem(last=False)
            self._kept.move_to_end((snapshot, seen))
            return found

    def _borders(self, snapshot: str, places: Places, made: dict[str, Any] | None, whole: bool) -> Borders:
        contents: dict[str, bytes | Path] = {}
        lists = {unit: _held(contents, _listed(places, unit)) for unit in SHOWN}
        if made is None:
            drawn = {unit.value: of_points(places[unit].points, places[unit].codes) for unit in SHOWN}
            grids = _held(contents, topology_of({"grid": drawn.pop("grid")}))
            communities = _held(contents, topology_of({"community": drawn.pop("community")}))
            return Borders(_held(contents, topology_of(drawn)), communities, ((None, grids),), lists, contents)
        kept = {unit.value: places[unit].rows for unit in SHOWN}
        outlines, files = [made["towns"], made["communities"]], []
        if whole:
            contents.update({name: self._file(name) for name in outlines})
        else:
            outlines = [_held(contents, cut(self._read(snapshot, name), kept)) for name in outlines]
        for code in _districts(places):
            name = made["districts"].get(code)
            if name is None:
                continue
            if code in places[Unit.DISTRICT].rows:
                contents[name] = self._file(name)
            else:
                name = _held(contents, cut(self._read(snapshot, name), kept))
            files.append((code, name))
        return Borders(outlines[0], outlines[1], tuple(files), lists, contents)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _read(self, snapshot: str, name: str) -> Topology:
        told: Topology = json.loads(content(snapshot, self._file(name)))
        return told


def content(snapshot: str, held: bytes | Path) -> bytes:
    """What is served under a name. Raises SnapshotDamaged where its file is missing or other than it was written."""
    if isinstance(held, bytes):
        return held
    try:
        body = held.read_bytes()
    except OSError as error:
        raise SnapshotDamaged(snapshot=snapshot, problem=f"its file {held.name} cannot be read") from error
    if name_of(body) != held.stem:
        raise SnapshotDamaged(snapshot=snapshot, problem=f"its file {held.name} is not as it was written")
    return body


def _districts(places: Places) -> Iterator[str]:
    """The districts that are here, and those of which a part is."""
    yield from places[Unit.DISTRICT].codes
    partly = {code for above in places.outside.values() for unit, code, _ in above if unit is Unit.DISTRICT}
    yield from sorted(partly - places[Unit.DISTRICT].rows.keys())


def _listed(places: Places, unit: Unit) -> dict[str, Any]:
    return {"unit": unit.value, "codes": places[unit].codes, "names": places[unit].names}


def _held(contents: dict[str, bytes | Path], told: dict[str, Any]) -> str:
    name, contents[name] = packed(told)
    return name
