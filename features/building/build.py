"""From a city to the block of its features: partition by partition, here or on many machines, by the same functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from features.building.executors import Executor, one_by_one
from features.building.shards import Shard, Totals, added, divided, totals_of_partition, unread, wide_bases
from features.catalogue.version import Catalogue, provenance
from features.city import City
from features.families.declaration import Declared
from features.matrix import Block, FeatureMatrix
from features.panel.panel import Encoded, Panel, encoded
from features.panel.partition import Indices, Partition, partitions
from features.scratch import LARGE, Scratch
from features.transforms.transform import Transform, sources_of
from riskwarn.errors import AsOfInvalid, UnknownTarget, WorkerDiffers
from riskwarn.progress import Progress, silent

#: Cells (columns times grids) of one partition: its sums stay near a core, and are long enough for threads not to wait for the
#: interpreter.
CELLS = 2**19


def build_features(
    city: City,
    origins: Sequence[date],
    progress: Progress = silent,
    *,
    cells: int = CELLS,
    executor: Executor = one_by_one,
    numbers: Encoded | None = None,
    names: Sequence[str] | None = None,
    scratch: Path | None = None,
    catalogue: Catalogue | None = None,
) -> FeatureMatrix:
    """The features as of each origin: all of the catalogue, or those of these names, in the order in which they are given.

    Origins rise and lie whole periods before the city's as-of, or are the as-of itself; raises AsOfInvalid for any
    other, and UnknownTarget for a name that the catalogue does not have. What an origin's rows hold was known strictly before it. `cells` (columns times grids) bounds a partition; `executor`
    says where partitions are computed (see :mod:`features.building.executors`) and changes no number; `numbers` is the encoded city where
    it is at hand; a large block lies in a file in the folder `scratch` where one is given (see :mod:`features.scratch`); `catalogue` is
    what is declared, where that is at hand.
    """
    numbers = encoded(city) if numbers is None else numbers
    chosen = columns_of(city, len(numbers.edges), origins)
    catalogue = Catalogue.of(city.configuration) if catalogue is None else catalogue
    rows = chosen_rows(catalogue, names)
    begin, columns = int(chosen[0]), int(chosen[-1] - chosen[0]) + 1
    parts = list(partitions(city.geography, max(1, cells // columns)))
    shape = (len(rows), len(origins), len(city.geography))
    on_disk = scratch is not None and 4 * int(np.prod(shape)) >= LARGE
    values: Block = Scratch.within(scratch, shape) if on_disk and scratch else np.empty(shape, dtype=np.float32)
    shown = tuple(int(one) for one in chosen - begin)
    totals = None
    if len(parts) > 1 and wide_bases(rows):
        totals = added(
            executor(totals_of_shard, Shards(city, catalogue, numbers, parts, begin, columns, shown, names=names))
        )
    # One partition is shared out by source, for features of one source share much and those of two little.
    shared = executor.together > 1 and len(parts) == 1
    groups = by_source(rows)
    if not shared:
        groups = [np.arange(len(rows)) if names is None else np.concatenate([np.arange(0), *groups])]
    shards = Shards(city, catalogue, numbers, parts, begin, columns, shown, totals, groups, names)
    work = partial(features_of_shard, into=values) if shared else features_of_shard
    for done, (place, block) in enumerate(executor(work, shards), start=1):
        if isinstance(values, Scratch):
            if not shared:
                values.put_grids(place, block)
        elif len(parts) == 1:
            values = block
        else:
            values[:, :, place] = block
        progress("building features", done, len(shards))
    return FeatureMatrix(
        tuple(row.feature for row in rows), tuple(origins), city.geography.grid_ids, values, provenance(city, catalogue)
    )


def chosen_rows(catalogue: Catalogue, names: Sequence[str] | None) -> tuple[Declared, ...]:
    """The catalogue, or its features and the plain numbers of these names in their order; raise UnknownTarget for a name that none has."""
    if names is None:
        return catalogue.rows
    known = {row.feature.name: row for row in (*catalogue.plain, *catalogue.rows)}
    for name in names:
        if name not in known:
            raise UnknownTarget(name=name, what="feature", known="those of `riskwarn features list`")
    return tuple(known[name] for name in dict.fromkeys(names))


def by_source(rows: Sequence[Declared]) -> list[Indices]:
    """The places of the features of each source, the sources with most of them first."""
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(row.feature.source, []).append(place)
    return [np.array(group, dtype=np.int64) for group in sorted(places.values(), key=len, reverse=True)]


def columns_of(city: City, columns: int, origins: Sequence[date]) -> npt.NDArray[np.int64]:
    """The panel's column of each origin; raise AsOfInvalid for a date that is none."""
    place = {city.calendar.shift(city.as_of, index - columns + 1): index for index in range(columns)}
    for origin in origins:
        if origin not in place:
            nearest = min(place, key=lambda day: abs((day - origin).days))
            raise AsOfInvalid(
                value=origin,
                problem=f"origins lie whole periods before {city.as_of}, after the first record",
                nearest=nearest,
            )
    return np.array([place[origin] for origin in origins], dtype=np.int64)


class Shards:
    """The work of a city, a shard a partition, made when it is asked for; may be gone through several times."""

    def __init__(
        self,
        city: City,
        catalogue: Catalogue,
        numbers: Encoded,
        parts: Sequence[Partition],
        begin: int,
        columns: int,
        shown: tuple[int, ...],
        totals: Totals | None = None,
        groups: Sequence[Indices] = (np.arange(0),),
        names: Sequence[str] | None = None,
    ) -> None:
        self._configuration, self._version = city.configuration, catalogue.version
        self._known, self._names = chosen_rows(catalogue, names), None if names is None else tuple(names)
        self._numbers, self._parts = numbers, parts
        self._begin, self._columns, self._shown = begin, columns, shown
        self._totals, self._groups = totals, groups

    def __len__(self) -> int:
        return len(self._parts) * len(self._groups)

    def __iter__(self) -> Iterator[Shard]:
        for numbers, part in divided(self._numbers, self._parts):
            for group in self._groups:
                panel = Panel(unread(numbers), part, self._begin, self._columns, totals=self._totals)
                yield Shard(self._configuration, self._version, panel, self._shown, group, self._names, self._known)


def totals_of_shard(shard: Shard) -> dict[Transform, npt.NDArray[np.float64]]:
    """The sums of one partition over its part of the districts."""
    return totals_of_partition(wide_bases(_rows(shard)), shard.panel)


def features_of_shard(shard: Shard, into: Block | None = None) -> tuple[Indices | slice, Block]:
    """(place of the core grids, block (features, origins, core grids) float32) of one partition.

    The rows are written into the block of all features where such is given, which takes shared memory.
    """
    known, panel = _rows(shard), shard.panel
    rows = [known[place] for place in shard.rows]
    block = np.empty((len(known), len(shard.shown), panel.grids), dtype=np.float32) if into is None else into
    every = len(shard.shown) == panel.columns
    shown = slice(None) if every else np.array(shard.shown, dtype=np.int64)
    for place, found in zip(shard.rows, computed(rows, panel), strict=True):
        block[place] = found[shown]
    return panel.partition.place, block


def computed(rows: Sequence[Declared], panel: Panel) -> Iterator[npt.NDArray[np.generic]]:
    """What each row gives on a panel: (columns, grids), or (columns, 1) where all grids are alike."""
    source = None
    for row in rows:
        if row.feature.source != source and len(sources_of(row.transform)) < 2:
            # Features of one source share much, those of different ones little: memory holds one source's.
            panel.forget()
            source = row.feature.source
        yield row.compute(panel)


def fill(rows: Sequence[Declared], panel: Panel, block: Block) -> Block:
    """Write the features of a panel into a block (features, columns, grids) that may be used again for the next."""
    for index, found in enumerate(computed(rows, panel)):
        np.copyto(block[index], found, casting="unsafe")
    return block


def _rows(shard: Shard) -> tuple[Declared, ...]:
    """What is asked for of the catalogue as this process knows it; raise WorkerDiffers where that is not the caller's."""
    if shard.known is not None:
        return shard.known
    here = Catalogue.of(shard.configuration)
    if here.version != shard.version:
        raise WorkerDiffers(worker=here.version[:8], caller=shard.version[:8])
    return chosen_rows(here, shard.names)
