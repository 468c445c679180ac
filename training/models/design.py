"""Features as the columns that a model is fitted on: heavy tails drawn in, nothing missing, read in blocks.

A column is the signed logarithm of 1 + |x|. What never happened counts as long ago, anything else that is unknown as nothing.
Nothing here is fitted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from features import Feature, FeatureMatrix
from riskwarn.contracts import declared

Narrow = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

#: Days for which something that was never seen is taken to lie back: ten years.
LONG_AGO_DAYS = 3650

#: Rows of one block: enough for a matrix product, few enough to stay near a core.
ROWS = 16_384


@dataclass(frozen=True)
class Block:
    """Some rows of a design: whole origins, by their places among those that were asked for."""

    origins: slice
    columns: Narrow  # (columns, rows), rows by origin and then grid


@dataclass(frozen=True)
class Design:
    """The columns of some origins. `values` is (columns, origins, grids) float32 without NaN."""

    features: tuple[Feature, ...]
    origins: tuple[date, ...]
    values: Narrow

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(feature.name for feature in self.features)

    @property
    def grids(self) -> int:
        """Number of grids."""
        return int(self.values.shape[2])

    def blocks(self, origins: Sequence[date]) -> Iterator[Block]:
        """The rows of these origins, in their order."""
        place = {origin: index for index, origin in enumerate(self.origins)}
        chosen = np.array([place[origin] for origin in origins], dtype=np.int64)
        step = max(1, ROWS // self.grids)
        for begin in range(0, len(chosen), step):
            some = chosen[begin : begin + step]
            run = int(some[-1] - some[0]) + 1 == len(some)
            part = self.values[:, some[0] : some[-1] + 1] if run else self.values[:, some]
            yield Block(slice(begin, begin + len(some)), part.reshape(len(self.features), -1))

    def rows(self, origins: Sequence[date]) -> Narrow:
        """(rows, columns) of these origins, column by column in memory as a learner takes them."""
        place = {origin: index for index, origin in enumerate(self.origins)}
        chosen = [place[origin] for origin in origins]
        return self.values[:, chosen].reshape(len(self.features), -1).T

    def select(self, chosen: Flags) -> Design:
        """Some of the columns."""
        if chosen.all():
            return self
        kept = tuple(feature for feature, one in zip(self.features, chosen, strict=True) if one)
        return Design(kept, self.origins, self.values[chosen])


def design(matrix: FeatureMatrix, origins: Sequence[date] | None = None) -> Design:
    """The design of a matrix, of all its origins or of some."""
    origins = matrix.origins if origins is None else tuple(origins)
    place = {origin: index for index, origin in enumerate(matrix.origins)}
    chosen = [place[origin] for origin in origins]
    whole = chosen == list(range(len(matrix.origins)))
    values = np.empty((len(matrix.features), len(origins), len(matrix.grid_ids)), dtype=np.float32)
    for index, feature in enumerate(matrix.features):
        column = matrix.values[index] if whole else matrix.values[index][chosen]
        drawn_in(column, unknown(feature), out=values[index])
    return Design(matrix.features, origins, values)


def drawn_in(column: Narrow, missing: float, out: Narrow) -> None:
    """The signed logarithm of 1 + |x|, and of `missing` where nothing is known."""
    np.abs(column, out=out)
    np.log1p(out, out=out)
    np.copysign(out, column, out=out)
    np.copyto(out, np.float32(np.log1p(missing)), where=np.isnan(column))


def unknown(feature: Feature) -> float:
    """What stands where a feature has no value."""
    return float(LONG_AGO_DAYS) if feature.transform == "days since" else 0.0


def varying(columns: Design, origins: Sequence[date]) -> Flags:
    """(columns,) which are not the same everywhere: a source that was never loaded teaches nothing."""
    least = np.full(len(columns.features), np.inf)
    most = -least
    for block in columns.blocks(origins):
        least = np.minimum(least, block.columns.min(axis=1))
        most = np.maximum(most, block.columns.max(axis=1))
    return np.asarray(most > least)


def rising(features: Sequence[Feature]) -> Flags:
    """(features,) which may only raise a forecast: what a petition leaves unanswered is never held against anybody."""
    return np.array([declared(feature.source).demand_only for feature in features], dtype=bool)
