"""What is kept between two as-ofs, so that the newest period costs the reading of what is new.

The state holds the encoded records of every event source, and of young records all versions. When the store has grown, the
records that the new loads touch are believed anew from all their versions and take the place of what was kept; the rest is
read from memory-mapped files. Once much has changed, what is in force is kept as the next state. A state is used only if
code, configuration, geography and phase are those that made it and the store has only grown since; else all is built
again, and the answer says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.building.build import build_features
from features.building.executors import Executor, one_by_one
from features.catalogue.version import encoding_version
from features.city import City, city_around, read_city
from features.encoding.clock import Clock
from features.encoding.encoded_city import AHEAD, clock_of, encode_events, with_tables
from features.encoding.records import Records
from features.encoding.target_events import encode_target_events
from features.incremental.files import Ids, RecordFile, VersionFiles
from features.matrix import FeatureMatrix
from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.files import write_text
from riskwarn.geography import Geography
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from riskwarn.store import Store
from riskwarn.store.beliefs import beliefs, empty_beliefs
from riskwarn.store.lake import versions_of
from riskwarn.words import Unit

_STATE = "state.json"

#: Records that became known so lately are often told again: closed, answered, put right.
_YOUNG = np.timedelta64(182, "D")

#: Share of the records that may be told anew before what is in force becomes the state.
_RENEWED = 0.02

#: Tables on which every record's place depends.
_PLACES = ("grids", "grid_lineage", "service_areas")


@dataclass(frozen=True)
class Newest:
    """The features as of one date, and whether the kept state could be used."""

    matrix: FeatureMatrix
    store_version: int
    from_state: bool
    new_records: int


def newest_features(
    home: Home,
    as_of: date | None = None,
    *,
    now: datetime | None = None,
    progress: Progress = silent,
    executor: Executor = one_by_one,
    names: Sequence[str] | None = None,
) -> Newest:
    """The features as of a date (default: the midnight after the newest record), from the kept state where it holds.

    All of the catalogue, or those of these names, as :func:`features.building.build.build_features` gives them.

    Equal to `build_features`: counts in every bit, sums of real weights but for the order in which they are added.
    """
    # One version for all that is read: a load that ends meanwhile is not half seen.
    version = Store(home).version()
    store, state = Store(home, version), _State.read(home)
    grown = None
    if state is not None:
        city = city_around(home, as_of, now=now, version=version, first_known=state.first_known)
        if state.serves(city, store):
            progress("reading what is new")
            clock = clock_of(city)
            grown = state.grown(city, store, clock)
    if grown is None:
        progress("building the state")
        city = read_city(home, as_of, now=now, version=version)
        clock = clock_of(city)
        sources = {
            name: found
            for source, frame in city.beliefs.items()
            for name, found in _encoded(city, source, frame, clock)
        }
    else:
        sources = grown.sources
    plain = {name: rows for name, (rows, _) in sources.items()}
    numbers = with_tables(city, clock, plain, {name: high for name, (_, high) in sources.items() if len(high)})
    matrix = build_features(city, [city.as_of], progress, executor=executor, numbers=numbers, names=names)
    if grown is None or grown.touched > _RENEWED * sum(len(rows) for rows in plain.values()):
        progress("keeping the state")
        _write(home, city, store, {name: (rows.by_grid(), high) for name, (rows, high) in sources.items()})
    return Newest(matrix, city.store_version, grown is not None, 0 if grown is None else grown.touched)


Sources = dict[str, tuple[Records, Records]]


@dataclass(frozen=True)
class _Grown:
    """The kept records with those of the new loads in their place, and how many those are."""

    sources: Sources
    touched: int


@dataclass(frozen=True)
class _State:
    """A state as it lies on disk."""

    folder: Path
    manifest: dict[str, Any]

    @staticmethod
    def read(home: Home) -> _State | None:
        """The state of a home, if it has a whole one."""
        folder = home.features / "state"
        try:
            manifest = json.loads((folder / _STATE).read_text(encoding="utf-8"))
            held = all((folder / name).stat().st_size == size for name, size in manifest["sizes"].items())
        except (FileNotFoundError, json.JSONDecodeError, KeyError):
            return None
        return _State(folder, manifest) if held else None

    @property
    def first_known(self) -> date:
        """Local date of the first known event."""
        return date.fromisoformat(self.manifest["first_known"])

    def serves(self, city: City, store: Store) -> bool:
        """Whether what is kept is a part of what would be built for this city now."""
        then = date.fromisoformat(self.manifest["as_of"])
        between = city.calendar.periods_between(then, city.as_of)
        return bool(
            self.manifest["made_by"] == _made_by(city.configuration)
            and self.manifest["places"] == _places(city, store)
            and city.calendar.shift(then, between) == city.as_of
            and between < AHEAD // 2
            and all(store.files(name)[: len(paths)] == paths for name, paths in self.manifest["files"].items())
        )

    def grown(self, city: City, store: Store, clock: Clock) -> _Grown | None:
        """The state with what the new loads tell, None where that does not fit in: a source, or a time before all others."""
        sources: Sources = {}
        number = 0
        for name in _events(city.configuration):
            paths = store.files(name)
            if not paths:
                continue
            if name not in self.manifest["files"]:
                return None
            new = paths[len(self.manifest["files"][name]) :]
            touched, renewed = self._believed_anew(name, new, city, store)
            if len(renewed) and renewed["known_at"].min() < pd.Timestamp(clock.edges[0]):
                return None
            for part, fresh in _encoded(city, name, renewed, clock):
                rows, high = (RecordFile.of(self.folder, file) for file in self.manifest["records"][part])
                sources[part] = (rows.changed(touched, fresh[0]), high.changed(touched, fresh[1]))
            number += len(touched)
        return _Grown(sources, number)

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


def _encoded(
    city: City, source: str, frame: pd.DataFrame, clock: Clock
) -> Iterator[tuple[str, tuple[Records, Records]]]:
    """The records of a source, and what is made of them, under their names."""
    yield source, encode_events(frame, clock, city.contracts[source].categories)
    yield from encode_target_events(source, frame, city.configuration, clock).items()


def _events(configuration: Configuration) -> list[str]:
    return [name for name in configuration.sources if contract(name, configuration).events]


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


def _write(home: Home, city: City, store: Store, sources: Sources) -> None:
    """Write the records and versions under the hash of their content, then the state that names them; then let go of others."""
    folder = home.features / "state"
    records = {
        name: [RecordFile.write(folder, part).as_dict() for part in (rows, high)]
        for name, (rows, high) in sources.items()
    }
    events = [name for name in _events(city.configuration) if name in sources]
    versions = {name: _versions(folder, store, name, city) for name in events}
    names = [part["file"] for pair in records.values() for part in pair] + [
        name for pair in versions.values() for name in pair
    ]
    manifest = {
        "made_by": _made_by(city.configuration),
        "store_version": city.store_version,
        "as_of": city.as_of.isoformat(),
        "first_known": city.first_known.isoformat(),
        "places": _places(city, store),
        "files": {name: store.files(name) for name in events},
        "records": records,
        "versions": versions,
        "sizes": {name: (folder / name).stat().st_size for name in names},
    }
    write_text(folder / _STATE, json.dumps(manifest, indent=1))
    for old in folder.iterdir():
        if old.name not in {_STATE, *names}:
            old.unlink(missing_ok=True)


def _versions(folder: Path, store: Store, name: str, city: City) -> list[str]:
    """Keep every id of a source and the versions of its young records; the names of their files."""
    paths = store.files(name)
    listed = store.table(name, paths, ["record_id", "known_at"])
    ids = listed["record_id"].to_numpy()
    known = listed["known_at"].cast("timestamp[us]").to_numpy()
    young = ids[known >= city.calendar.instant(city.as_of) - _YOUNG]
    held = VersionFiles.write(folder, np.sort(ids), store.table(name, paths, None, young))
    return [held.ids.name, held.young.name]
