"""The plain numbers of the places of a level, as they are shown, and what is usual there.

What is told of a unit is a sum of what its parts are told as, and so no more than about right: an exact sum would tell which of one
and two a part has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from features import City, FeatureMatrix
from features.catalogue.plain import plain_numbers
from features.windows import SHORT_AND_LONG
from riskwarn.arrays import Reals
from riskwarn.contracts import declared
from riskwarn.disclosure import is_sensitive, shifts_of, summands
from riskwarn.words import Unit
from serving.scoring.peers import Peers, peers_of
from serving.scoring.places import Placed, at_first_grids
from serving.scoring.shown import AGES, AGO, PEOPLE, Codes, coded

#: Numbers that are no sum over places: the oldest is the oldest anywhere, the last the last anywhere.
_OLDEST, _LATEST = ("_oldest",), ("_last",)

#: What is no count of cases, or is told in hundreds.
_NO_SUMS = (*_OLDEST, *_LATEST, *(f"_{number}" for number in PEOPLE))

#: What is seen from a grid beyond itself means nothing for a unit.
_AROUND = ("_near", "_community")


#: With whom places are compared, as the sentences name it.
KINDS = ("kind", "town", "city", "past", "community", "town_unit", "district")


@dataclass(frozen=True)
class Usual:
    """Codes between which a number usually lies; -2 where nothing is usual."""

    low: Codes
    high: Codes
    kind: npt.NDArray[np.int8]  # with whom is compared, among the kinds


@dataclass(frozen=True)
class Numbers:
    """Of the places of one level, in their order."""

    values: Mapping[str, Reals]  # by the name of the plain number
    peers: Peers
    size: Reals  # (places,) number of grids
    past: float  # by how much the longer window is longer than the shorter
    about: bool = False  # whether sums are told as what they are about
    _codes: dict[str, Codes] = field(default_factory=dict, repr=False)
    _usual: dict[tuple[str, bool], Usual] = field(default_factory=dict, repr=False)

    def codes(self, name: str, number: str) -> Codes:
        """(places,) a number as it is shown."""
        if name not in self._codes:
            self._codes[name] = coded(number, self.values[name])
        return self._codes[name]

    def usual(self, name: str, number: str) -> Usual:
        """What it usually is."""
        if (name, False) not in self._usual:
            time = number in (*AGES, *AGO)
            shares = (0.5, 0.5) if time else (0.25, 0.75)
            scale = 1.0 if time else self.size
            per_grid = self.values[name] / scale
            low, high = (_known(number, one[self.peers.group] * scale) for one in self.peers.shares(per_grid, *shares))
            kind = np.array([KINDS.index(kind) for kind in self.peers.kinds], dtype=np.int8)[self.peers.group]
            self._usual[name, False] = Usual(low, high, kind)
        return self._usual[name, False]

    def before(self, long: str, number: str) -> Usual:
        """What it was before, by the longer window."""
        if (long, True) not in self._usual:
            mean = self.values[long] / self.past
            kind = np.full(len(mean), KINDS.index("past"), dtype=np.int8)
            self._usual[long, True] = Usual(coded(number, np.floor(mean)), coded(number, np.ceil(mean)), kind)
        return self._usual[long, True]


def _known(number: str, values: Reals) -> Codes:
    """The codes of what is usual; -2 where that is not known."""
    return np.where(np.isnan(values), -2, coded(number, values))


_UNIT_KINDS = {Unit.COMMUNITY: "community", Unit.TOWN: "town_unit", Unit.DISTRICT: "district"}


def numbers_of_levels(city: City, matrix: FeatureMatrix, names: Sequence[str], where: Placed) -> dict[Unit, Numbers]:
    """The plain numbers of each level below the city."""
    place = {name: index for index, name in enumerate(matrix.names)}
    plain = {name: np.asarray(matrix.values[place[name]])[-1].astype(np.float64) for name in names}
    short, long = SHORT_AND_LONG[city.calendar.period]
    community = city.geography.units[Unit.COMMUNITY]
    order = where.order[Unit.GRID]
    own = {name: values[order] for name, values in plain.items()}
    parts = _parts(city, where, plain)
    for name in plain:
        if name.endswith(("_open", "_recent")):
            summed = np.bincount(community.of_grid, parts[name], len(community.codes)).astype(np.float64)
            own[f"{name}_community"] = summed[community.of_grid][order]
    peers = peers_of(city)
    found = {Unit.GRID: Numbers(own, Peers(peers.group[order], peers.kinds), np.ones(len(order)), long / short)}
    for unit, kind in _UNIT_KINDS.items():
        units, place_of = city.geography.units[unit], where.order[unit]
        size = np.bincount(units.of_grid, minlength=len(units.codes)).astype(np.float64)[place_of]
        values = {
            name: _over_grids(name, one, units.of_grid, len(units.codes))[place_of]
            for name, one in parts.items()
            if not name.endswith(_AROUND)
        }
        alike = Peers(np.zeros(len(place_of), dtype=np.int64), (kind,))
        found[unit] = Numbers(values, alike, np.maximum(size, 1), long / short, about=True)
    return found


def _parts(city: City, where: Placed, plain: Mapping[str, Reals]) -> dict[str, Reals]:
    """What each grid counts for in the sums above it, by the name of the plain number.

    Of what is told from the community up only, the communities are the parts: each stands at the first of its grids.
    """
    community = city.geography.units[Unit.COMMUNITY]
    hidden, shifts = {}, {}
    for unit, codes in ((Unit.GRID, city.geography.grid_ids), (Unit.COMMUNITY, community.codes)):
        hidden[unit] = np.zeros(len(codes), dtype=bool)
        hidden[unit][where.order[unit]] = where.places[unit].suppressed
        shifts[unit] = shifts_of(codes)
    above = {
        row.feature.name
        for row in plain_numbers(city.configuration)
        if is_sensitive(row.feature.name, demand_only=declared(row.feature.source).demand_only)
    }
    found = {}
    for name, values in plain.items():
        if name.endswith((*_NO_SUMS, *_AROUND)):
            found[name] = values
        elif name in above:
            of_community = np.bincount(community.of_grid, np.nan_to_num(values), len(community.codes)).astype(
                np.float64
            )
            told = summands(of_community, hidden[Unit.COMMUNITY], shifts[Unit.COMMUNITY])
            found[name] = at_first_grids(told, community.of_grid)
        else:
            found[name] = summands(values, hidden[Unit.GRID], shifts[Unit.GRID])
    return found


def _over_grids(name: str, values: Reals, unit: npt.NDArray[np.integer], units: int) -> Reals:
    """(units,) of all grids of each."""
    if not name.endswith((*_OLDEST, *_LATEST)):
        return np.bincount(unit, np.nan_to_num(values), units).astype(np.float64)
    found = np.full(units, np.nan)
    (np.fmax if name.endswith(_OLDEST) else np.fmin).at(found, unit, values)
    return found
