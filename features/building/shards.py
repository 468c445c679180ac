"""A city divided into partitions, each with its own records: what one worker needs, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from features.engine.sums import Reals
from features.families.declaration import Declared
from features.panel.panel import Encoded, Panel
from features.panel.partition import Indices, Partition
from features.transforms.transform import Transform
from riskwarn.configuration import Configuration
from riskwarn.words import Unit

Totals = dict[tuple[Transform, Unit], Reals]


@dataclass(frozen=True)
class Shard:
    """What one worker needs: its partition with records and totals, and the names of what to compute. It can be sent."""

    configuration: Configuration
    version: str  # of the catalogue: a worker with other code must not answer
    panel: Panel
    shown: tuple[int, ...]  # columns that are asked for, counted from the panel's first
    rows: Indices  # features that are asked for, by their place among the names
    names: tuple[str, ...] | None = None  # None: the whole catalogue
    known: tuple[Declared, ...] | None = None  # the features of these names, in the process that made the shard

    def __getstate__(self) -> dict[str, object]:
        """Another process makes the catalogue itself, so that what it computes is what its code says."""
        return {**self.__dict__, "known": None}


def divided(city: Encoded, parts: Sequence[Partition]) -> Iterator[tuple[Encoded, Partition]]:
    """Each partition with the records of its core and halo, in its local cells; one partition is the city itself.

    A partition's records are chosen when their columns are read and are let go with it, so that memory holds one partition more
    than the city.
    """
    city = replace(city, events={})  # of labels alone
    if len(parts) == 1:
        yield city, parts[0]
        return
    grids = sum(len(part.core) for part in parts)
    ordered = {name: rows.by_grid() for name, rows in city.sources.items()}
    begins = {name: np.searchsorted(rows["grid"], np.arange(grids + 1)) for name, rows in ordered.items()}
    local = np.full(grids, -1, dtype=np.int64)
    for part in parts:
        here = np.concatenate([part.core, part.halo])
        local[here] = np.arange(len(here))
        sources = {}
        for name, rows in ordered.items():
            begin = begins[name]
            length = begin[here + 1] - begin[here]
            chosen = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length - begin[here], length)
            sources[name] = rows.choose(chosen, np.repeat(np.arange(len(here)), length).astype(np.int32))
        yield replace(city, sources=sources), part


def unread(city: Encoded) -> Encoded:
    """The same records, of which no column is chosen yet: what is chosen of them is let go with them."""
    return replace(city, sources={name: rows.only(rows.names) for name, rows in city.sources.items()})


def wide_bases(rows: Sequence[Declared]) -> list[Transform]:
    """The transforms whose district and city totals others read, each once."""
    return list(dict.fromkeys(total for row in rows for total in row.totals))


def totals_of_partition(bases: Sequence[Transform], panel: Panel) -> dict[Transform, Reals]:
    """(columns, districts) sums of each base over the core of one partition."""
    return {base: panel.summed(Unit.DISTRICT, base.compute).astype(np.float64) for base in bases}


def added(parts: Iterable[dict[Transform, Reals]]) -> Totals:
    """The totals of districts and city out of those of the partitions. Whole numbers in float64: the order does not matter."""
    sums: dict[Transform, Reals] = {}
    for part in parts:
        for base, values in part.items():
            sums[base] = sums[base] + values if base in sums else values
    districts = {(base, Unit.DISTRICT): values for base, values in sums.items()}
    return {**districts, **{(base, Unit.CITY): values.sum(axis=1, keepdims=True) for base, values in sums.items()}}
