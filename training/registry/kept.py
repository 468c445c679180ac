"""What a version said of each judged cell and what came there, as it lies with it: to be judged again where labels have changed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np

from training.evaluation.cells import Cells, sums_of
from training.evaluation.judged import over
from training.registry.communities import Losses

FILE = "judged.npz"

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Kept:
    """The judged cells of one forecaster: its origins and grids, and arrays of both."""

    forecaster: str
    origins: tuple[date, ...]
    grid_ids: tuple[str, ...]
    cells: Cells
    communities: tuple[str, ...] = ()  # the code of each grid's; none of an earlier riskwarn

    def digests(self) -> tuple[str, ...]:
        """By origin a digest of what it was judged by: in which grids any event came, and of which that is known."""
        grids = hashlib.sha256("\n".join(self.grid_ids).encode())
        found = []
        for row in self.cells.happened:
            own = grids.copy()
            own.update(row.tobytes())
            found.append(own.hexdigest()[:16])
        return tuple(found)

    def judged_by(self, other: Kept, origins: Sequence[date], grids: Sequence[str]) -> Losses:
        """The log losses of some origins and grids by what came, and in which communities, as another knows it."""
        own, their = _places(self.grid_ids, grids), _places(other.grid_ids, grids)
        cells = Cells(
            self.cells.probability[np.ix_(_places(self.origins, origins), own)],
            other.cells.happened[np.ix_(_places(other.origins, origins), their)],
        )
        told = np.array([other.communities[place] for place in their] if other.communities else [""] * len(grids))
        codes, community = np.unique(told, return_inverse=True)
        lost, judged = sums_of(cells, community, len(codes))
        means = dict(zip(origins, map(float, over(lost.sum(axis=1), judged.sum(axis=1))), strict=True))
        if not other.communities:
            return Losses(means)
        by_origin = (dict(zip(origins, rows, strict=True)) for rows in (lost, judged))
        return Losses(means, tuple(map(str, codes)), *by_origin)

    def save(self, folder: Path) -> Path:
        """Write `judged.npz`: plain arrays, read without any pickle."""
        file = folder / FILE
        np.savez_compressed(
            file, forecaster=np.array(self.forecaster), origins=np.array([one.isoformat() for one in self.origins]),
            grid_ids=np.array(self.grid_ids), probability=self.cells.probability, happened=self.cells.happened,
            communities=np.array(self.communities, dtype=str),
        )  # fmt: skip
        return file


def read_kept(file: Path) -> Kept:
    """Read `judged.npz`."""
    with np.load(file, allow_pickle=False) as held:
        origins = tuple(date.fromisoformat(str(one)) for one in held["origins"])
        grids = tuple(map(str, held["grid_ids"]))
        communities = tuple(map(str, held["communities"])) if "communities" in held else ()
        return Kept(str(held["forecaster"]), origins, grids, Cells(held["probability"], held["happened"]), communities)


def _places(every: Sequence[T], some: Sequence[T]) -> list[int]:
    place = {one: index for index, one in enumerate(every)}
    return [place[one] for one in some]
