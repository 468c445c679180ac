"""Log losses of a version and of what stood beside it, by origin and community: what lies in one community errs together, which a
later promotion counts as a training does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from training.intervals.counts import Reals

FILE = "communities.npz"


@dataclass(frozen=True, eq=False)
class Losses:
    """Mean log losses of one forecaster by origin; and their sums over each community and the cells that these are of, where told."""

    by_origin: Mapping[date, float]
    codes: tuple[str, ...] = ()  # of the communities
    lost: Mapping[date, Reals] = field(default_factory=dict)  # (communities,)
    cells: Mapping[date, Reals] = field(default_factory=dict)  # (communities,)

    def since(self, first: date) -> Losses:
        """Those of an origin and after it."""
        recent = {origin: loss for origin, loss in self.by_origin.items() if origin >= first}
        return Losses(recent, self.codes, self.lost, self.cells)

    def shares_communities(self, other: Losses) -> bool:
        """Whether both tell them, or neither does, and those of the origins that both know are of the same cells."""
        shared = self.by_origin.keys() & other.by_origin.keys()
        told = [set(shared) <= one.lost.keys() for one in (self, other)]
        if not all(told):
            return not any(told)
        return self.codes == other.codes and all(np.array_equal(self.cells[one], other.cells[one]) for one in shared)


@dataclass(frozen=True, eq=False)
class Communities:
    """Sums by origin and community; arrays (origins, communities)."""

    origins: tuple[date, ...]
    codes: tuple[str, ...]
    cells: Reals  # that were judged
    lost: Mapping[str, Reals]  # forecaster -> sums of its log losses

    def losses(self, forecaster: str, by_origin: Mapping[date, float]) -> Losses:
        """Those of one forecaster, of which the means are known."""
        if forecaster not in self.lost:
            return Losses(by_origin)
        own = dict(zip(self.origins, self.lost[forecaster], strict=True))
        return Losses(by_origin, self.codes, own, dict(zip(self.origins, self.cells, strict=True)))

    def save(self, folder: Path) -> Path:
        """Write `communities.npz`: plain arrays, read without any pickle."""
        file = folder / FILE
        names = list(self.lost)
        lost = np.stack([self.lost[name] for name in names]) if names else np.zeros((0, *self.cells.shape))
        np.savez_compressed(
            file, origins=np.array([one.isoformat() for one in self.origins]), codes=np.array(self.codes, dtype=str),
            cells=self.cells.astype(np.int32), forecasters=np.array(names, dtype=str), lost=lost,
        )  # fmt: skip
        return file


def read_communities(file: Path) -> Communities:
    """Read `communities.npz`."""
    with np.load(file, allow_pickle=False) as held:
        names, origins = map(str, held["forecasters"]), map(str, held["origins"])
        return Communities(
            tuple(map(date.fromisoformat, origins)),
            tuple(map(str, held["codes"])),
            held["cells"].astype(np.float64),
            dict(zip(names, held["lost"], strict=True)),
        )
