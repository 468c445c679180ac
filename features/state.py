"""What is kept between two as-ofs, so that the newest period costs the reading of what is new.

The state holds the encoded records of every event source with the ids of their records. When the store has grown, the
records that the new loads touch are believed anew from all their versions and take the place of what was kept; the rest is
read from memory-mapped files. A state is used only if code, configuration, geography and phase are those that made it and
the store has only grown since; else all is built again, and the answer says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from features.building import build_features
from features.city import City, city_around, read_city
from features.encoding import AHEAD, Encoded, clock_of, encode_events, with_tables
from features.matrix import FeatureMatrix
from features.provenance import engine_version
from features.records import Clock, Records
from features.running import Run, one_by_one
from riskwarn.configuration import Configuration
from riskwarn.contracts import contract
from riskwarn.files import named_by_content, write_text
from riskwarn.geography import Geography
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from riskwarn.store import Store
from riskwarn.store.beliefs import beliefs
from riskwarn.words import Unit

_STATE = "state.json"

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
    run: Run = one_by_one,
) -> Newest:
    """The features as of a date (default: the midnight after the newest record), from the kept state where it holds.

    The state is brought up to the store and kept for the next time. Equal to `build_features`, in every bit.
    """
    # One version for all that is read: a load that ends meanwhile is not half seen.
    version = Store(home).version()
    store = Store(home, version)
    kept = _read(home)
    touched = 0
    city = (
        city_around(home, as_of, now=now, version=version, first_known=kept.first_known) if kept is not None else None
    )
    if kept is not None and city is not None and kept.serves(city, home, store):
        clock = clock_of(city)
        progress("reading what is new")
        sources, touched, fits = _grown(kept, city, store, clock)
    if kept is None or city is None or not kept.serves(city, home, store) or not fits:
        progress("building the state")
        city = read_city(home, as_of, now=now, version=version)
        clock, touched = clock_of(city), -1
        sources = {
            name: encode_events(frame, clock, city.contracts[name].categories) for name, frame in city.beliefs.items()
        }
    numbers = _numbers(city, clock, sources)
    if touched != 0:
        _write(home, city, store, {name: (numbers.sources[name], high) for name, (_, high) in sources.items()})
    matrix = build_features(city, [city.as_of], progress, run=run, numbers=numbers)
    return Newest(matrix, city.store_version, touched >= 0, max(touched, 0))


@dataclass(frozen=True)
class _Kept:
    """A state as it lies on disk."""

    folder: Path
    told: dict[str, object]

    @property
    def first_known(self) -> date:
        return date.fromisoformat(str(self.told["first_known"]))

    def serves(self, city: City, home: Home, store: Store) -> bool:
        """Whether what is kept is a part of what would be built for this city now."""
        then = date.fromisoformat(str(self.told["as_of"]))
        between = city.calendar.periods_between(then, city.as_of)
        files: Mapping[str, list[str]] = self.told["files"]  # type: ignore[assignment]
        return (
            self.told["made_by"] == _made_by(city.configuration)
            and self.told["places"] == _places(city, store)
            and city.calendar.shift(then, between) == city.as_of
            and between < AHEAD // 2
            and all(store.files(name)[: len(paths)] == paths for name, paths in files.items())
        )

    def records(self, name: str) -> Records:
        """The kept records of a source, memory-mapped."""
        tables: Mapping[str, str] = self.told["tables"]  # type: ignore[assignment]
        with pa.memory_map(str(self.folder / tables[name])) as source:
            table = pa.ipc.open_file(source).read_all()
        return Records({column: table[column].to_numpy() for column in table.column_names})


Sources = dict[str, tuple[Records, Records]]


def _grown(kept: _Kept, city: City, store: Store, clock: Clock) -> tuple[Sources, int, bool]:
    """The kept records with those of the new loads in their place; how many those are; whether they fit in at all."""
    found: Sources = {}
    number = 0
    files: Mapping[str, list[str]] = kept.told["files"]  # type: ignore[assignment]
    for name in _events(city.configuration):
        paths = store.files(name)
        if not paths:
            continue
        if name not in files:
            return {}, 0, False
        rows, high = kept.records(name), kept.records(f"{name} above")
        new = paths[len(files[name]) :]
        if new:
            touched = np.unique(store.read(name, new, ["record_id"])["record_id"].to_numpy())
            versions = store.read(name, _holding(store, name, files[name], rows, high, touched) + new, None, touched)
            told = beliefs(versions, city.geography, city.configuration.sources[name].mapping)
            if len(told) and told["known_at"].min() < pd.Timestamp(clock.edges[0]):
                return {}, 0, False
            fresh, fresh_high = encode_events(told, clock, city.contracts[name].categories)
            rows, high = _replaced(rows, fresh, touched), _replaced(high, fresh_high, touched)
            number += len(touched)
        found[name] = (rows, high)
    return found, number, True


def _holding(
    store: Store, name: str, paths: Sequence[str], rows: Records, high: Records, touched: np.ndarray
) -> list[str]:
    """The older files that may hold versions of the touched records: none where all of them are new to the state."""
    known = np.isin(touched, rows["record"]).any() or np.isin(touched, high["record"]).any()
    # A record that was withdrawn at once is in no belief, and yet has a version: the ids of the files are asked then.
    return [
        path for path in paths if known or np.isin(touched, store.read(name, [path], ["record_id"])["record_id"]).any()
    ]


def _replaced(rows: Records, fresh: Records, touched: np.ndarray) -> Records:
    """The rows without those of the touched records, and the fresh ones after them."""
    stay = np.flatnonzero(~np.isin(rows["record"], touched))
    columns = rows.choose(stay).solid() if len(stay) < len(rows) else {name: rows[name] for name in rows.names}
    return Records({name: np.concatenate([columns[name], fresh[name]]) for name in rows.names})


def _numbers(city: City, clock: Clock, sources: Sources) -> Encoded:
    plain = {name: rows for name, (rows, _) in sources.items()}
    return with_tables(city, clock, plain, {name: high for name, (_, high) in sources.items() if len(high)})


def _events(configuration: Configuration) -> list[str]:
    return [name for name in configuration.sources if contract(name, configuration).events]


def _made_by(configuration: Configuration) -> str:
    """What the kept numbers depend on beside the records: the code that encodes them, and the declarations."""
    return engine_version() + configuration.fingerprint()


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


def _read(home: Home) -> _Kept | None:
    folder = home.features / "state"
    try:
        told = json.loads((folder / _STATE).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    held = all((folder / str(table)).is_file() for table in told["tables"].values())
    return _Kept(folder, told) if held else None


def _write(home: Home, city: City, store: Store, sources: Sources) -> None:
    """Write the records under the hash of their content, then the state that names them; then let go of older files."""
    folder = home.features / "state"
    tables = {}
    for name, (rows, high) in sources.items():
        for what, part in ((name, rows), (f"{name} above", high)):
            with named_by_content(folder, ".arrow") as unnamed:
                table = pa.table(part.solid())
                with pa.OSFile(str(unnamed.path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                    writer.write_table(table.combine_chunks())
            tables[what] = f"{unnamed.digest}.arrow"
    told = {
        "made_by": _made_by(city.configuration),
        "store_version": city.store_version,
        "as_of": city.as_of.isoformat(),
        "first_known": city.first_known.isoformat(),
        "places": _places(city, store),
        "files": {name: store.files(name) for name in sources},
        "tables": tables,
    }
    write_text(folder / _STATE, json.dumps(told, indent=1))
    for old in folder.glob("*.arrow"):
        if old.name not in tables.values():
            old.unlink(missing_ok=True)
