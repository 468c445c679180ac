"""What is kept between two as-ofs, so that the newest period costs the reading of what is new, and training no reading at all.

The state holds the encoded records of every event source, and of young records all versions. When the store has grown, the
records that the new loads touch are believed anew from all their versions and take the place of what was kept; the rest is
read from memory-mapped files. Once much has changed, what is in force is kept as the next state. A state is used only if
code, configuration, geography and phase are those that made it and the store has only grown since; else all is built
again, source by source, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import numpy as np
import pandas as pd

from features.building.build import build_features
from features.building.executors import Executor, one_by_one
from features.building.shards import unread
from features.city import City, arrivals_of_targets, city_around
from features.encoding.encoded_city import Encoded, clock_of, with_tables
from features.encoding.records import Records
from features.incremental.files import RecordFile
from features.incremental.state import Sources, State, built, folder_of, write
from features.matrix import FeatureMatrix
from riskwarn.home import Home
from riskwarn.progress import Progress, silent
from riskwarn.store import Store
from riskwarn.store.beliefs import beliefs
from riskwarn.store.writing import one_at_a_time

#: Share of the records that may be told anew before what is in force becomes the state.
_RENEWED = 0.02

#: Columns by which records are put in order.
_ORDERING = ("grid", "known", "start", "stop", "record")

_WAITING = "waiting for another run to keep its state"


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
    found = _in_force(home, as_of, now, progress)
    city, sources = found.city, found.sources
    matrix = build_features(
        city, [city.as_of], progress, executor=executor, numbers=_numbers(city, sources), names=names
    )
    if found.renewed:
        _keep(home, city, sources, progress)
    return Newest(matrix, city.store_version, found.touched is not None, found.touched or 0)


def known_city(
    home: Home,
    as_of: date | None = None,
    *,
    now: datetime | None = None,
    progress: Progress = silent,
    begun: Callable[[City], None] = lambda city: None,
) -> tuple[City, Encoded]:
    """A city and its numbers, from the kept state where it holds; else one is built first, and kept unless it is older.

    Equal in every bit to those of :func:`features.city.read_city`. The beliefs of a source are read when they are asked for.
    `begun` is called with the city without its events as soon as that is known: what looks at nothing else can begin.

    Raises GridsMissing, NothingKnown, AsOfInvalid.
    """
    found = _in_force(home, as_of, now, progress, begun)
    city, sources = found.city, found.sources
    if found.touched:

        def put_in_order(name: str) -> None:
            # In its place, so that what was out of order is let go of source by source.
            plain, high = sources[name]
            sources[name] = ordered_when_read(plain), ordered_when_read(high)

        with ThreadPoolExecutor(home.settings.threads) as pool:
            list(pool.map(put_in_order, list(sources)))
    if found.renewed:
        _keep(home, city, sources, progress)
    store = Store(home, city.store_version)
    city = replace(city, beliefs=_Beliefs(city, store), arrivals=arrivals_of_targets(home, store))
    return city, _numbers(city, sources)


@dataclass(frozen=True)
class _Found:
    """A city without its events, and these as they are kept or were built."""

    city: City
    sources: Sources
    touched: int | None  # records that were told anew since they were kept; None where all was built

    @property
    def renewed(self) -> bool:
        """Whether so much is new that it should be kept."""
        return (self.touched or 0) > _RENEWED * sum(len(rows) for rows, _ in self.sources.values())


def _in_force(
    home: Home,
    as_of: date | None,
    now: datetime | None,
    progress: Progress,
    begun: Callable[[City], None] = lambda city: None,
) -> _Found:
    """What is in force: from the state where that holds, else built. A state of a later as-of stays as it is."""
    # One version for all that is read: a load that ends meanwhile is not half seen.
    version = Store(home).version()
    store, state = Store(home, version), State.read(home)
    first = None if state is None else state.first_known
    city = city_around(home, as_of, now=now, version=version, first_known=first)
    begun(city)
    if state is not None and state.serves(city, store):
        progress("reading what is new")
        grown = state.grown(city, store, clock_of(city))
        if grown is not None:
            return _Found(city, grown.sources, grown.touched)
    progress("building the state")
    if state is not None and state.as_of > city.as_of:
        sources: Sources = {}
        first = built(city, store, progress, lambda name, *rows: sources.update({name: rows}))
        return _Found(replace(city, first_known=first), sources, None)
    with one_at_a_time(folder_of(home), progress, _WAITING):
        files: dict[str, list[RecordFile]] = {}
        first = built(city, store, progress, lambda name, *rows: files.update({name: _written(home, rows)}))
        city = replace(city, first_known=first)
        progress("keeping the state")
        fresh = write(home, city, store, files).grown(city, store, clock_of(city))
    assert fresh is not None, "what was just built is a part of the store"
    return _Found(city, fresh.sources, None)


def _keep(home: Home, city: City, sources: Sources, progress: Progress) -> None:
    """What is in force becomes the state."""
    progress("keeping the state")
    store = Store(home, city.store_version)
    with one_at_a_time(folder_of(home), progress, _WAITING):
        write(
            home,
            city,
            store,
            {
                name: _written(home, [ordered_when_read(part.only(part.names)) for part in pair])
                for name, pair in sources.items()
            },
        )


def ordered_when_read(rows: Records) -> Records:
    """The same as :meth:`Records.in_order`, of which a column is put in order when somebody reads it: most that is kept of a city lies
    in files, and is not copied for what is new."""
    told = {name: rows[name] for name in _ORDERING if name in rows}
    place = Records({**told, "place": np.arange(len(rows))}).in_order()["place"]
    return rows if len(place) == len(rows) and (np.diff(place) == 1).all() else rows.choose(place)


def _written(home: Home, parts: Sequence[Records]) -> list[RecordFile]:
    return [RecordFile.write(folder_of(home), part) for part in parts]


def _numbers(city: City, sources: Sources) -> Encoded:
    plain = {name: rows for name, (rows, _) in sources.items()}
    made = with_tables(city, clock_of(city), plain, {name: high for name, (_, high) in sources.items() if len(high)})
    return unread(made)


@dataclass(frozen=True)
class _Beliefs(Mapping[str, pd.DataFrame]):
    """The beliefs of each event source, read when they are asked for; the last alone are held, for they may be gigabytes."""

    city: City
    store: Store
    _read: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in set(self):
            raise KeyError(name)
        if name not in self._read:
            self._read.clear()
            mapping = self.city.configuration.sources[name].mapping
            self._read[name] = beliefs(self.store.versions(name), self.city.geography, mapping)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        held = self.store.sources()
        return (name for name, one in self.city.contracts.items() if one.events and held.get(name))

    def __len__(self) -> int:
        return len(list(iter(self)))
