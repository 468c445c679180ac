"""From a city to the block of its features."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from features.catalogue import declared
from features.city import City
from features.declaration import Declared
from features.matrix import Block, FeatureMatrix
from features.panel import Encoded, Panel, encoded
from features.pieces import Piece, pieces
from features.provenance import provenance
from features.shards import added, divided, totals_of_piece, wide_bases
from riskwarn.errors import AsOfInvalid
from riskwarn.progress import Progress, silent

#: Cells (columns times grids) of one piece: its sums stay in the cache of a core.
CELLS = 2**18


def build_features(
    city: City, origins: Sequence[date], progress: Progress = silent, *, cells: int = CELLS
) -> FeatureMatrix:
    """The features as of each origin.

    Origins rise and lie whole periods before the city's as-of, or are the as-of itself; raises AsOfInvalid for any
    other. What an origin's rows hold was known strictly before it. `cells` (columns times grids) bounds a piece.
    """
    numbers = encoded(city)
    chosen = columns_of(city, len(numbers.edges), origins)
    rows = declared(city.configuration)
    begin, columns = int(chosen[0]), int(chosen[-1] - chosen[0]) + 1
    shown = slice(None) if len(chosen) == columns else chosen - begin
    parts = list(pieces(city.geography, max(1, cells // columns)))
    values = np.empty((len(rows), len(origins), len(city.geography)), dtype=np.float32)
    steps = len(parts) * len(rows)
    for done, panel in enumerate(panels(numbers, rows, parts, begin, columns)):
        grids = panel.piece.core if len(parts) > 1 else slice(None)
        for index, found in enumerate(computed(rows, panel)):
            values[index][:, grids] = found[shown]
            progress("building features", done * len(rows) + index + 1, steps)
    return FeatureMatrix(
        tuple(row.feature for row in rows), tuple(origins), city.geography.grid_ids, values, provenance(city)
    )


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


def panels(
    numbers: Encoded, rows: Sequence[Declared], parts: Sequence[Piece], begin: int, columns: int
) -> Iterator[Panel]:
    """A panel for each piece, one at a time, with the totals of districts and city where there are several."""
    totals = None
    if len(parts) > 1 and (bases := wide_bases(rows)):
        every = (Panel(shard, part, begin, columns) for shard, part in divided(numbers, parts))
        totals = added(totals_of_piece(bases, panel) for panel in every)
    for shard, part in divided(numbers, parts):
        yield Panel(shard, part, begin, columns, totals=totals)


def computed(rows: Sequence[Declared], panel: Panel) -> Iterator[npt.NDArray[np.generic]]:
    """What each row gives on a panel: (columns, grids), or (columns, 1) where all grids are alike."""
    source = None
    for row in rows:
        if row.feature.source != source and row.feature.family != "crossing":
            # Features of one source share much, those of different ones little: memory holds one source's.
            panel.forget()
            source = row.feature.source
        yield row.compute(panel)


def fill(rows: Sequence[Declared], panel: Panel, block: Block) -> Block:
    """Write the features of a panel into a block (features, columns, grids) that may be used again for the next."""
    for index, found in enumerate(computed(rows, panel)):
        np.copyto(block[index], found, casting="unsafe")
    return block
