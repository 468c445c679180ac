"""The kept state as it lies on disk: written source by source, read as memory-mapped files, brought up to what the store tells.

A state is used only if code, configuration, geography and phase are those that made it and the store has only grown since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue.version import encoding_version
from features.city import City
from features.encoding.clock import Clock
from features.encoding.encoded_city import AHEAD, clock_of, encode_source
from features.encoding.records import Records
from features.incremental.files import Ids, RecordFile, VersionFiles
from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.errors import NothingKnown
from riskwarn.files import write_text
from riskwarn.geography import Geography
from riskwarn.home import Home
from riskwarn.progress import Progress
from riskwarn.store import Store
from riskwarn.store.beliefs import beliefs, empty_beliefs
from riskwarn.store.lake import versions_of
from riskwarn.store.writing import LOCK
from riskwarn.words import Unit

_STATE = "state.json"

#: Records that became known so lately are often told again: closed, answered, put right.
_YOUNG = np.timedelta64(182, "D")

#: Tables on which every record's place depends.
_PLACES = ("grids", "grid_lineage", "service_areas")

#: Name -> (records that have a grid, those located only above it).
Sources = dict[str, tuple[Records, Records]]


@dataclass(frozen=True)
class Grown:
    """The kept records with those of the new loads in their place, and how many those are."""

    sources: Sources
    touched: int


@dataclass(frozen=True)
class State:
    """A state as it lies on disk."""

    folder: Path
    manifest: Mapping[str, Any]

    @staticmethod
    def read(home: Home) -> State | None:
        """The state of a home, if it has a whole one."""
        folder = folder_of(home)
        try:
            manifest = json.loads((folder / _STATE).read_text(encoding="utf-8"))
            held = all((folder / name).stat().st_size == size for name, size in manifest["sizes"].items())
        except (FileNotFoundError, json.JSONDecodeError, KeyError):
            return None
        return State(folder, manifest) if held else None

    @property
    def as_of(self) -> date:
        """The as-of for which it was made."""
        return date.fromisoformat(self.manifest["as_of"])

    @property
    def first_known(self) -> date:
        """Local date of the first known event."""
        return date.fromisoformat(self.manifest["first_known"])

    def serves(self, city: City, store: Store) -> bool:
        """Whether what is kept is a part of what would be built for this city now."""
        between = city.calendar.periods_between(self.as_of, city.as_of)
        return bool(
            self.manifest["made_by"] == _made_by(city.configuration)
            and self.manifest["places"] == _places(city, store)
            and city.calendar.shift(self.as_of, between) == city.as_of
            and between < AHEAD // 2
            and city.first_known < city.as_of
            and all(store.files(name)[: len(paths)] == paths for name, paths in self.manifest["files"].items())
        )

    def grown(self, city: City, store: Store, clock: Clock) -> Grown | None:
        """The state with what the new loads tell, None where that does not fit in: a source, or a time before all others."""
        sources: Sources = {}
        number = 0
        for name in events_of(city.configuration):
            paths = store.files(name)
            if not paths:
                continue
            if name not in self.manifest["files"]:
                return None
            new = paths[len(self.manifest["files"][name]) :]
            touched, renewed = self._believed_anew(name, new, city, store)
            if len(renewed) and renewed["known_at"].min() < pd.Timestamp(clock.edges[0]):
                return None
            for part, fresh in encode_source(city, name, renewed, clock):
                rows, high = (RecordFile.of(self.folder, file) for file in self.manifest["records"][part])
                sources[part] = (rows.changed(touched, fresh[0]), high.changed(touched, fresh[1]))
            number += len(touched)
        return Grown(sources, number)

    def _believed_anew(self, name: str, new: list[str], city: City, store: Store) -> tuple[Ids, pd.DataFrame]:
        """The ids that new files touch, rising, and the beliefs of these records from all their versions."""
        if not new:
            return np.empty(0, dtype=np.int64), empty_beliefs()
        fresh = store.table(name, new)
        touched = np.unique(fresh["record_id"].to_numpy())
        held = VersionFiles(*(self.folder / file for file in self.manifest["versions"][name]))
        known = held.known(touched)
        parts = [held.of_young(known)]
        old = np.setdiff1d(known, parts[0]["record_id"].to_numpy()) if len(known) else known
        if len(old):
            # Rare: a record that was quiet for long. Its versions lie among all others.
            parts.append(store.table(name, self.manifest["files"][name], None, old))
        versions = versions_of(*parts, fresh)
        return touched, beliefs(versions, city.geography, city.configuration.sources[name].mapping)


def folder_of(home: Home) -> Path:
    """Where a home keeps its state."""
    return home.features / "state"


def events_of(configuration: Configuration) -> list[str]:
    """The event sources that are declared."""
    return [name for name in configuration.sources if contract(name, configuration).events]


def built(city: City, store: Store, progress: Progress, keep: Callable[[str, Records, Records], None]) -> date:
    """Encode the store source by source, hand each part on to be kept, and tell the local date of the first known event.

    No more than one source is held at a time. `city` is one without its events. Raises NothingKnown.
    """
    names = [name for name in events_of(city.configuration) if store.files(name)]
    first = store.oldest_known_at()
    instant = city.calendar.instant(city.as_of)
    if first is None or first >= instant:
        raise NothingKnown(as_of=city.as_of)
    # A version that nobody believed may be the oldest of all: then the periods begin later, and all is encoded again.
    begins = city.calendar.local_date(first)
    while True:
        begun = replace(city, first_known=begins)
        clock, firsts = clock_of(begun), []
        for done, name in enumerate(names):
            progress(f"encoding {name}", done, len(names))
            frame = beliefs(store.versions(name), city.geography, city.configuration.sources[name].mapping)
            if (frame["known_at"] < instant).any():
                firsts.append(frame["known_at"].min())
            for part, (rows, high) in encode_source(begun, name, frame, clock):
                keep(part, rows.in_order(), high.in_order())
            del frame
        if not firsts:
            raise NothingKnown(as_of=city.as_of)
        found = city.calendar.local_date(min(firsts).to_datetime64())
        if city.calendar.periods_between(found, city.as_of) == city.calendar.periods_between(begins, city.as_of):
            return found
        begins = found


def write(home: Home, city: City, store: Store, records: Mapping[str, list[RecordFile]]) -> State:
    """Name the files of records in a new state, with the versions that are needed beside them; then let go of others."""
    folder = folder_of(home)
    events = [name for name in events_of(city.configuration) if name in records]
    versions = {name: _versions(folder, store, name, city) for name in events}
    files = [file.path.name for pair in records.values() for file in pair]
    files += [name for pair in versions.values() for name in pair]
    manifest = {
        "made_by": _made_by(city.configuration),
        "store_version": city.store_version,
        "as_of": city.as_of.isoformat(),
        "first_known": city.first_known.isoformat(),
        "places": _places(city, store),
        "files": {name: store.files(name) for name in events},
        "records": {name: [file.as_dict() for file in pair] for name, pair in records.items()},
        "versions": versions,
        "sizes": {name: (folder / name).stat().st_size for name in files},
    }
    write_text(folder / _STATE, json.dumps(manifest, indent=1))
    for old in folder.iterdir():
        if old.name not in {_STATE, LOCK, *files}:
            old.unlink(missing_ok=True)
    return State(folder, manifest)


def _made_by(configuration: Configuration) -> str:
    """What the kept numbers depend on beside the records: the code and words that encode them, and the declarations."""
    return encoding_version(configuration) + configuration.fingerprint()


def _places(city: City, store: Store) -> str:
    """A name for the places in force: another grid, unit or re-drawing gives another."""
    places: Geography = city.geography
    digest = hashlib.sha256(json.dumps([store.files(name) for name in _PLACES]).encode())
    digest.update("\0".join(places.grid_ids).encode())
    for unit in (Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT):
        digest.update(places.units[unit].of_grid.tobytes())
    digest.update(str(list(places.above.names)).encode())
    passed = store.versions("grid_lineage", ["effective_at"])["effective_at"]
    digest.update(str(int((pd.to_datetime(passed) <= pd.Timestamp(city.as_of)).sum())).encode())
    return digest.hexdigest()


def _versions(folder: Path, store: Store, name: str, city: City) -> list[str]:
    """Keep every id of a source and the versions of its young records; the names of their files."""
    paths = store.files(name)
    listed = store.table(name, paths, ["record_id", "known_at"])
    ids = listed["record_id"].to_numpy()
    known = listed["known_at"].cast("timestamp[us]").to_numpy()
    young = ids[known >= city.calendar.instant(city.as_of) - _YOUNG]
    held = VersionFiles.write(folder, np.sort(ids), store.table(name, paths, None, young))
    return [held.ids.name, held.young.name]
