"""Features as the columns that a model is fitted on: heavy tails drawn in, nothing missing, read in blocks.

A column is the signed logarithm of 1 + |x|; what is a logarithm already stays as it is. What never happened counts as long ago,
anything else that is unknown as nothing. Nothing here is fitted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from features import Feature, FeatureMatrix
from features.scratch import Scratch
from riskwarn.contracts import declared
from training.models.drawing import signed_log1p

Narrow = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

#: Days for which something that was never seen is taken to lie back: ten years.
LONG_AGO_DAYS = 3650

#: How records become a feature that is a logarithm: drawn in once more, rates that differ tenfold would hardly differ.
LOGARITHMS = ("log", "log rate", "log ratio", "logit")

#: Bytes that a design of a matrix in a file takes in memory at most: 6,600 grids and five years of 100 columns.
MOST_HELD = 3 * 2**28

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
        chosen = self.places_of(origins)
        step = max(1, ROWS // self.grids)
        for begin in range(0, len(chosen), step):
            some = chosen[begin : begin + step]
            run = int(some[-1] - some[0]) + 1 == len(some)
            part = self.values[:, some[0] : some[-1] + 1] if run else self.values[:, some]
            yield Block(slice(begin, begin + len(some)), part.reshape(len(self.features), -1))

    def rows(self, origins: Sequence[date]) -> Narrow:
        """(rows, columns) of these origins, column by column in memory as a learner takes them."""
        chosen = self.places_of(origins)
        return self.values[:, chosen].reshape(len(self.features), -1).T

    def picked(self, origins: Sequence[date], kept: npt.NDArray[np.int64]) -> Narrow:
        """(rows, columns) of these rows alone, which rise, by their places among the origins times the grids."""
        if len(kept) == len(origins) * self.grids:
            return self.rows(origins)
        found = np.empty((len(self.features), len(kept)), dtype=np.float32)
        for block in self.blocks(origins):
            first, last = block.origins.start * self.grids, block.origins.stop * self.grids
            begin, end = np.searchsorted(kept, (first, last))
            np.take(block.columns, kept[begin:end] - first, axis=1, out=found[:, begin:end])
        return found.T

    def only(self, origins: Sequence[date]) -> Design:
        """Some of the origins, in memory."""
        return self

    def some_grids(self, every: int) -> Design:
        """Every so many-th grid, in memory."""
        return self if every == 1 else Design(self.features, self.origins, self.values[:, :, ::every])

    def places_of(self, origins: Sequence[date]) -> npt.NDArray[np.int64]:
        """The places of some origins."""
        place = {origin: index for index, origin in enumerate(self.origins)}
        return np.array([place[origin] for origin in origins], dtype=np.int64)

    def select(self, chosen: Flags) -> Design:
        """Some of the columns."""
        if chosen.all():
            return self
        kept = tuple(feature for feature, one in zip(self.features, chosen, strict=True) if one)
        return Design(kept, self.origins, self.values[chosen])


@dataclass(frozen=True)
class StoredDesign(Design):
    """The same of a block that lies in a file: a block of rows is read, and drawn in, when it is asked for.

    `values` is that block as it is; `places` are its features that are the columns. The columns of a block hold only until the
    next is asked for.
    """

    values: Scratch
    places: tuple[int, ...] = ()
    chosen: tuple[int, ...] = ()  # the place of each origin

    def blocks(self, origins: Sequence[date]) -> Iterator[Block]:
        """The rows of these origins, in their order."""
        inside = np.array(self.chosen, dtype=np.int64)[self.places_of(origins)]
        step = max(1, ROWS // self.grids)
        raw = np.empty((step, self.grids), dtype=np.float32)
        room = np.empty((len(self.features), step * self.grids), dtype=np.float32)
        for begin in range(0, len(inside), step):
            some = inside[begin : begin + step]
            columns = room[:, : len(some) * self.grids]
            for index in range(len(self.features)):
                self._read(index, some, raw[: len(some)])
                drawn_in(raw[: len(some)].reshape(-1), scale_of(self.features[index]), out=columns[index])
            yield Block(slice(begin, begin + len(some)), columns)

    def picked(self, origins: Sequence[date], kept: npt.NDArray[np.int64]) -> Narrow:
        """(rows, columns) of these rows alone: one column after the other is read, and only what is kept of it drawn in."""
        inside = np.array(self.chosen, dtype=np.int64)[self.places_of(origins)]
        found = np.empty((len(self.features), len(kept)), dtype=np.float32)
        raw = np.empty((max(1, 8 * ROWS // self.grids), self.grids), dtype=np.float32)
        for index, feature in enumerate(self.features):
            for begin in range(0, len(inside), len(raw)):
                some = inside[begin : begin + len(raw)]
                self._read(index, some, raw[: len(some)])
                first, last = np.searchsorted(kept, (begin * self.grids, (begin + len(some)) * self.grids))
                column = raw.reshape(-1)[kept[first:last] - begin * self.grids]
                drawn_in(column, scale_of(feature), out=found[index, first:last])
        return found.T

    def rows(self, origins: Sequence[date]) -> Narrow:
        """(rows, columns) of these origins."""
        return self.only(origins).values.reshape(len(self.features), -1).T

    def only(self, origins: Sequence[date]) -> Design:
        """Some of the origins, in memory."""
        inside = np.array(self.chosen, dtype=np.int64)[self.places_of(origins)]
        return Design(self.features, tuple(origins), self._held(inside, 1))

    def some_grids(self, every: int) -> Design:
        """Every so many-th grid, in memory."""
        return Design(self.features, self.origins, self._held(np.array(self.chosen, dtype=np.int64), every))

    def select(self, chosen: Flags) -> Design:
        """Some of the columns."""
        kept = np.flatnonzero(chosen)
        features = tuple(self.features[index] for index in kept)
        return replace(self, features=features, places=tuple(self.places[index] for index in kept))

    def _held(self, inside: npt.NDArray[np.int64], every: int) -> Narrow:
        """(columns, origins, some grids)."""
        grids = len(range(0, self.grids, every))
        found = np.empty((len(self.features), len(inside), grids), dtype=np.float32)
        raw = np.empty((max(1, ROWS // self.grids), self.grids), dtype=np.float32)
        for index, feature in enumerate(self.features):
            for begin in range(0, len(inside), len(raw)):
                some = inside[begin : begin + len(raw)]
                self._read(index, some, raw[: len(some)])
                drawn_in(raw[: len(some), ::every], scale_of(feature), out=found[index, begin : begin + len(some)])
        return found

    def _read(self, index: int, some: npt.NDArray[np.int64], out: Narrow) -> None:
        """One column of some origins, a run of them at once."""
        runs = np.flatnonzero(np.diff(some, prepend=-2) != 1)
        for begin, end in pairwise([*runs.tolist(), len(some)]):
            self.values.read_into(self.places[index], int(some[begin]), out[begin:end])


def design(matrix: FeatureMatrix, origins: Sequence[date] | None = None, names: Sequence[str] | None = None) -> Design:
    """The design of a matrix, of all its origins and features or of some: in memory, or, where that would be large, read from
    the file in which the matrix lies."""
    origins = matrix.origins if origins is None else tuple(origins)
    place = {origin: index for index, origin in enumerate(matrix.origins)}
    chosen = [place[origin] for origin in origins]
    columns = range(len(matrix.features)) if names is None else matrix.places_of(names)
    features = tuple(matrix.features[index] for index in columns)
    if isinstance(matrix.values, Scratch):
        made = StoredDesign(features, origins, matrix.values, tuple(columns), tuple(chosen))
        small = 4 * len(features) * len(origins) * made.grids <= MOST_HELD
        return made.some_grids(1) if small else made
    whole = chosen == list(range(len(matrix.origins)))
    values = np.empty((len(features), len(origins), len(matrix.grid_ids)), dtype=np.float32)
    for index, (column, feature) in enumerate(zip(columns, features, strict=True)):
        one = matrix.values[column] if whole else matrix.values[column][chosen]
        drawn_in(one, scale_of(feature), out=values[index])
    return Design(features, origins, values)


@dataclass(frozen=True)
class Scale:
    """How the numbers of a feature become a column."""

    missing: float = 0.0  # what stands where nothing is known
    logarithm: bool = False  # they are logarithms


def scale_of(feature: Feature) -> Scale:
    """By how records became the feature."""
    missing = float(LONG_AGO_DAYS) if feature.transform == "days since" else 0.0
    return Scale(missing, feature.transform in LOGARITHMS)


def drawn_in(column: Narrow, scale: Scale, out: Narrow) -> None:
    """The signed logarithm of 1 + |x|, or x itself where it is one, and the same of what is missing."""
    if scale.logarithm:
        np.copyto(out, column)
        np.copyto(out, np.float32(scale.missing), where=np.isnan(column))
        return
    flat = np.ascontiguousarray(column, dtype=np.float32).reshape(-1)
    signed_log1p(np.asarray(flat), np.float32(np.log1p(scale.missing)), out.reshape(-1))


def varying(columns: Design, origins: Sequence[date]) -> Flags:
    """(columns,) which are not the same everywhere: a source that was never loaded teaches nothing."""
    if isinstance(columns, StoredDesign) and len(origins) > 10:
        # Nearly all columns are seen to vary in a few origins: the others alone are looked at everywhere.
        found = _everywhere(columns, origins[:: len(origins) // 10])
        if not found.all():
            found[~found] = _everywhere(columns.select(~found), origins)
        return found
    return _everywhere(columns, origins)


def _everywhere(columns: Design, origins: Sequence[date]) -> Flags:
    least = np.full(len(columns.features), np.inf)
    most = -least
    for block in columns.blocks(origins):
        least = np.minimum(least, block.columns.min(axis=1))
        most = np.maximum(most, block.columns.max(axis=1))
    return np.asarray(most > least)


def rising(features: Sequence[Feature]) -> Flags:
    """(features,) which may only raise a forecast: what a petition leaves unanswered is never held against anybody."""
    return np.array([declared(feature.source).demand_only for feature in features], dtype=bool)
