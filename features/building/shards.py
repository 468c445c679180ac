"""A city divided into pieces, each with its own records: what one worker needs, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from features.engine.sums import Reals
from features.families.declaration import Declared
from features.panel.panel import Encoded, Panel
from features.panel.partition import Indices, Piece
from riskwarn.configuration import Configuration
from riskwarn.words import Unit

Totals = dict[tuple[str, Unit], Reals]


@dataclass(frozen=True)
class Shard:
    """What one worker needs: its piece with records and totals, and the names of what to compute. It can be sent."""

    configuration: Configuration
    version: str  # of the catalogue: a worker with other code must not answer
    panel: Panel
    shown: tuple[int, ...]  # columns that are asked for, counted from the panel's first
    rows: Indices  # features that are asked for, by their place in the catalogue


def divided(city: Encoded, parts: Sequence[Piece]) -> Iterator[tuple[Encoded, Piece]]:
    """Each piece with the records of its core and halo, in its local cells; one piece is the city itself.

    A piece's records are chosen when their columns are read and are let go with it, so that memory holds one piece more
    than the city.
    """
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


def wide_bases(rows: Sequence[Declared]) -> list[Declared]:
    """The features whose district and city totals others read, each once."""
    return list({row.total.feature.name: row.total for row in rows if row.total is not None}.values())


def totals_of_piece(bases: Sequence[Declared], panel: Panel) -> dict[str, Reals]:
    """(columns, districts) sums of each base over the core of one piece."""
    return {base.feature.name: panel.summed(Unit.DISTRICT, base.compute).astype(np.float64) for base in bases}


def added(parts: Iterable[dict[str, Reals]]) -> Totals:
    """The totals of districts and city out of those of the pieces. Whole numbers in float64: the order does not matter."""
    sums: dict[str, Reals] = {}
    for part in parts:
        for name, values in part.items():
            sums[name] = sums[name] + values if name in sums else values
    districts = {(name, Unit.DISTRICT): values for name, values in sums.items()}
    return {**districts, **{(name, Unit.CITY): values.sum(axis=1, keepdims=True) for name, values in sums.items()}}
