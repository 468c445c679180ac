"""What features are, and the block of numbers that carries them to training and scoring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from riskwarn.words import Quantity

Block = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Feature:
    """One column: its name and what people read when it is a reason."""

    name: str
    family: str
    source: str
    zh: str
    en: str
    quantity: Quantity
    observer: bool = False  # says how much is looked at, not how life is; can be left out for audit
    theme: str = ""  # features of one source and theme say nearly the same, and are told together as one reason
    window: int | None = None  # periods looked back, where there is a fixed number of them
    transform: str = ""  # how records become the number: sum, mean, share, log ratio, …
    unit: str = ""  # what the number counts: records, days, …
    sensitive: tuple[str, ...] = ()  # the kinds of sensitive matters that it alone tells of


@dataclass(frozen=True)
class Provenance:
    """What a matrix was made from: equal provenance means equal numbers."""

    catalogue: str  # SHA-256 of the declarations and of the code that computes them
    store_version: int
    as_of: date
    configuration: str  # fingerprint


@dataclass(frozen=True)
class FeatureMatrix:
    """Features as of several origins. NaN means unknown, or that it never happened."""

    features: tuple[Feature, ...]
    origins: tuple[date, ...]  # rising, whole periods apart
    grid_ids: tuple[str, ...]
    values: Block  # (features, origins, grids) float32, C order; of a large city a features.scratch.Scratch
    provenance: Provenance | None = None

    @classmethod
    def bare(cls, origins: Sequence[date], grid_ids: Sequence[str]) -> FeatureMatrix:
        """A matrix without any feature: for what is known of a target before its features are built."""
        values = np.empty((0, len(origins), len(grid_ids)), dtype=np.float32)
        return cls((), tuple(origins), tuple(grid_ids), values)

    @cached_property
    def names(self) -> list[str]:
        """The names of the features, in the order of `values`."""
        return [feature.name for feature in self.features]

    def rows(self, origins: Sequence[date]) -> Block:
        """Rows for a learner: (len(origins) * grids, features) float32 in Fortran order, by origin and then grid."""
        place = {origin: index for index, origin in enumerate(self.origins)}
        chosen = np.array([place[origin] for origin in origins], dtype=np.int64)
        start = int(chosen[0]) if len(chosen) else 0
        # A run of origins is a view and needs no copy: the rows of one feature lie side by side already.
        if np.array_equal(chosen, np.arange(start, start + len(chosen))) and len(chosen) == len(self.origins):
            return self.values.reshape(len(self.features), -1).T
        return self.values[:, chosen].reshape(len(self.features), -1).T

    def places_of(self, names: Sequence[str]) -> list[int]:
        """The places of the features of these names, in this order."""
        place = {name: index for index, name in enumerate(self.names)}
        return [place[name] for name in names]

    def select_features(self, names: Sequence[str]) -> tuple[Feature, ...]:
        """The features of these names, in this order."""
        return tuple(self.features[index] for index in self.places_of(names))

    def select(self, names: Sequence[str]) -> FeatureMatrix:
        """The same rows with these features only, in this order."""
        chosen = self.places_of(names)
        if chosen == list(range(len(self.features))):
            return self
        return FeatureMatrix(
            tuple(self.features[index] for index in chosen),
            self.origins,
            self.grid_ids,
            self.values[chosen],
            self.provenance,
        )
