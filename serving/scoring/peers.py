"""With which places each is compared, and what is usual among them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from features import City
from riskwarn.arrays import Reals
from riskwarn.words import Unit
from serving.scoring.shown import Codes

#: Places of which something is usual, at least.
LEAST = 8


@dataclass(frozen=True)
class Peers:
    """With which places each is compared: `kinds` say what those of a group have in common."""

    group: Codes  # (places,)
    kinds: tuple[str, ...]  # of each group

    def shares(self, values: Reals, *shares: float) -> list[Reals]:
        """(groups,) for each share the number of a place below which so many of its group lie; NaN where nothing is known."""
        known = ~np.isnan(values)
        group, value = self.group[known], values[known]
        order = np.lexsort((value, group))
        starts = np.searchsorted(group[order], np.arange(len(self.kinds) + 1))
        size = np.diff(starts)
        held = np.append(value[order], np.nan)
        found = []
        for share in shares:
            place = starts[:-1] + np.floor(share * np.maximum(size - 1, 0) + 0.5).astype(np.int64)
            found.append(np.where(size >= LEAST, held[np.minimum(place, len(held) - 1)], np.nan))
        return found


def peers_of(city: City) -> Peers:
    """The grids of a grid's kind; where nobody knows that, those of its town; where these are few, all."""
    geography = city.geography
    number = Counter(geography.kinds)
    kinds = [kind for kind in number if kind is not None and number[kind] >= LEAST]
    numbers = {kind: place for place, kind in enumerate(kinds)}
    group = np.array([numbers.get(kind, -1) if kind else -1 for kind in geography.kinds], dtype=np.int64)
    towns = geography.units[Unit.TOWN]
    large = np.bincount(towns.of_grid, minlength=len(towns.codes)) >= LEAST
    of_town = np.where(large[towns.of_grid], len(kinds) + towns.of_grid, len(kinds) + len(towns.codes))
    return Peers(np.where(group >= 0, group, of_town), (*["kind"] * len(kinds), *["town"] * len(towns.codes), "city"))
