"""The plain numbers of the places of a level, as they are shown, and what is usual there.

Of a grid's own count is told what it is at least and at most. What is told of a unit is a sum of what its grids are told as, and so no
more than about right: an exact sum would tell what a part has. So is what is told of a grid's community and of the grids next door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from features import City, FeatureMatrix
from features.families.plain import LEAST, MOST
from features.windows import SHORT_AND_LONG
from riskwarn.arrays import Flags, Reals
from riskwarn.disclosure import banded, bounds, summands
from riskwarn.words import Unit
from serving.scoring.peers import Peers, peers_of
from serving.scoring.places import Placed
from serving.scoring.shown import (
    AGES,
    AGO,
    NEXT_DOOR,
    OF_COMMUNITY,
    Codes,
    around,
    between,
    between_shown,
    coded,
    shown,
)

#: Numbers that are no sum over places: the oldest is the oldest anywhere, the last the last anywhere.
_OLDEST, _LATEST = ("_oldest",), ("_last",)

#: What is seen from a grid beyond itself means nothing for a unit.
_AROUND = ("_near", "_community")

_SUMMED = (*NEXT_DOOR, *OF_COMMUNITY)

#: With whom places are compared, as the sentences name it.
KINDS = ("kind", "town", "city", "past", "community", "town_unit", "district")


@dataclass(frozen=True)
class Usual:
    """Codes between which a number usually lies; -2 where nothing is usual."""

    low: Codes
    high: Codes
    kind: npt.NDArray[np.int8]  # with whom is compared, among the kinds

    @property
    def ends(self) -> tuple[Codes, Codes]:
        """(places,) between which it is told to lie: one and two are told together."""
        return np.where(self.low == 2, 1, self.low), np.where(self.high == 1, 2, self.high)


@dataclass(frozen=True)
class Numbers:
    """Of the places of one level, in their order."""

    values: Mapping[str, Reals]  # by the name of the plain number; a count of records as what it counts for in sums
    peers: Peers
    size: Reals  # (places,) number of grids
    past: float  # by how much the longer window is longer than the shorter
    ends: Mapping[str, tuple[Reals, Reals]] = field(
        default_factory=dict
    )  # of single grids: what counts are at least and at most
    _codes: dict[str, Codes] = field(default_factory=dict, repr=False)
    _told: dict[str, Codes] = field(default_factory=dict, repr=False)
    _usual: dict[tuple[str, bool], Usual] = field(default_factory=dict, repr=False)

    def codes(self, name: str, number: str) -> Codes:
        """(places,) a number as it is compared."""
        if name not in self._codes:
            self._codes[name] = coded(number, self.values[name])
        return self._codes[name]

    def told(self, name: str, number: str) -> Codes:
        """(places,) a number as it is shown."""
        if name in self.ends:
            if name not in self._told:
                self._told[name] = between(*self.ends[name])
            return self._told[name]
        if number in _SUMMED:
            if name not in self._told:
                self._told[name] = around(self.values[name])
            return self._told[name]
        return self.codes(name, number)

    def reads(self, name: str, number: str) -> npt.NDArray[np.int8]:
        """(places,) whether a number that is told as a range reads as more than what is usual, 1, or as less, -1."""
        usual, told = self.usual(name, number), self._range(name, number)
        if told is None:
            return np.zeros(len(usual.low), dtype=np.int8)
        (least, most), (low, high) = told, usual.ends
        more, less = (least >= low) & (most > high), (least < low) & (most <= high)
        return np.where(usual.low != -2, more.astype(np.int8) - less, 0).astype(np.int8)

    def overlaps(self, name: str, number: str, usual: Usual) -> Flags:
        """(places,) whether a number that is told as a range, and is not nothing, may as well be what is usual."""
        told = self._range(name, number)
        if told is None:
            return np.zeros(len(usual.low), dtype=bool)
        (least, most), (low, high) = told, usual.ends
        return np.asarray((usual.low != -2) & (most > 0) & (least <= high) & (most >= low))

    def _range(self, name: str, number: str) -> tuple[Reals, Reals] | None:
        """(places,) the least and the most that is told of a number; None of one that is told as no range."""
        if name in self.ends:
            return self.ends[name]
        if number in _SUMMED:
            least, most = (end.astype(np.float64) for end in bounds(banded(np.nan_to_num(self.values[name]))))
            return least, most
        return None

    def words(self, name: str, number: str, code: int, language: str) -> str:
        """A number that is shown by this code."""
        return (between_shown if name in self.ends or number in _SUMMED else shown)(number, code, language)

    def usual(self, name: str, number: str) -> Usual:
        """What it usually is."""
        if (name, False) not in self._usual:
            time = number in (*AGES, *AGO)
            shares = (0.5, 0.5) if time else (0.25, 0.75)
            scale = 1.0 if time else self.size
            per_grid = self.values[name] / scale
            low, high = (
                np.where(np.isnan(one), -2, coded(number, one))
                for one in (share[self.peers.group] * scale for share in self.peers.shares(per_grid, *shares))
            )
            kind = np.array([KINDS.index(kind) for kind in self.peers.kinds], dtype=np.int8)[self.peers.group]
            self._usual[name, False] = Usual(low, high, kind)
        return self._usual[name, False]

    def before(self, long: str, number: str) -> Usual:
        """What it was before, by the longer window."""
        if (long, True) not in self._usual:
            # From what is told of it, not from what it is: else the mean would tell more.
            told = self.codes(long, number).astype(np.float64)
            low, high = self.ends.get(long, (told, told))
            kind = np.full(len(told), KINDS.index("past"), dtype=np.int8)
            ends = (np.floor(low / self.past), np.ceil(high / self.past))
            self._usual[long, True] = Usual(coded(number, ends[0]), coded(number, ends[1]), kind)
        return self._usual[long, True]


_UNIT_KINDS = {Unit.COMMUNITY: "community", Unit.TOWN: "town_unit", Unit.DISTRICT: "district"}


def numbers_of_levels(city: City, matrix: FeatureMatrix, names: Sequence[str], where: Placed) -> dict[Unit, Numbers]:
    """The plain numbers of each level below the city."""
    place = {name: index for index, name in enumerate(matrix.names)}
    plain = {name: np.asarray(matrix.values[place[name]])[-1].astype(np.float64) for name in names}
    short, long = SHORT_AND_LONG[city.calendar.period]
    community = city.geography.units[Unit.COMMUNITY]
    order = where.order[Unit.GRID]
    counts = [name for name in plain if f"{name}_{MOST}" in plain]
    parts = {name: values for name, values in plain.items() if not name.endswith((f"_{LEAST}", f"_{MOST}", *_AROUND))}
    ends = {name: (plain[f"{name}_{LEAST}"], plain[f"{name}_{MOST}"]) for name in counts}
    parts |= {name: summands(plain[name], *ends[name]) for name in counts}
    own = {name: values[order] for name, values in parts.items()}
    for around_it, number in OF_COMMUNITY.items():
        for name in [name for name in counts if name.endswith(f"_{number}")]:
            summed = np.bincount(community.of_grid, parts[name], len(community.codes)).astype(np.float64)
            # What is withheld of a community is told by none of its grids, lest it be what is left of its town.
            summed[where.order[Unit.COMMUNITY][where.places[Unit.COMMUNITY].suppressed]] = np.nan
            own[name.removesuffix(number) + around_it] = summed[community.of_grid][order]
    for around_it, number in NEXT_DOOR.items():
        for name in [name for name in counts if name.endswith(f"_{number}")]:
            if (near := name.removesuffix(number) + around_it) in plain:
                own[near] = _next_door(city, where, plain[name], parts[name], plain[near])[order]
    peers = peers_of(city)
    alike, shown_ends = (
        Peers(peers.group[order], peers.kinds),
        {name: (a[order], b[order]) for name, (a, b) in ends.items()},
    )
    found = {Unit.GRID: Numbers(own, alike, np.ones(len(order)), long / short, shown_ends)}
    for unit, kind in _UNIT_KINDS.items():
        units, place_of = city.geography.units[unit], where.order[unit]
        size = np.bincount(units.of_grid, minlength=len(units.codes)).astype(np.float64)[place_of]
        values = {
            name: _over_grids(name, one, units.of_grid, len(units.codes))[place_of] for name, one in parts.items()
        }
        alike = Peers(np.zeros(len(place_of), dtype=np.int64), (kind,))
        found[unit] = Numbers(values, alike, np.maximum(size, 1), long / short)
    return found


def _next_door(city: City, where: Placed, values: Reals, parts: Reals, told: Reals) -> Reals:
    """(grids,) what the grids next door count for; a number that somebody supposes stands as it is.

    Those of which nothing is told count for the mean of the others, lest one of them be what is left beside the others.
    """
    beside = city.geography.neighbours
    shown = np.ones(len(values))
    shown[where.order[Unit.GRID][where.places[Unit.GRID].suppressed]] = 0
    every, open_to_all = (np.asarray(beside @ one, dtype=np.float64) for one in (np.ones(len(values)), shown))
    usual = float(parts[shown > 0].mean()) if shown.any() else 0.0
    summed = np.asarray(beside @ (shown * parts), dtype=np.float64)
    mean = np.divide(summed, open_to_all, out=np.full(len(values), usual), where=open_to_all > 0)
    return np.where(told == beside @ np.nan_to_num(values), mean * every, told)


def _over_grids(name: str, values: Reals, unit: npt.NDArray[np.integer], units: int) -> Reals:
    """(units,) of all grids of each; NaN where it is not known of one of them."""
    if not name.endswith((*_OLDEST, *_LATEST)):
        return np.bincount(unit, values, units).astype(np.float64)
    found = np.full(units, np.nan)
    (np.fmax if name.endswith(_OLDEST) else np.fmin).at(found, unit, values)
    return found
