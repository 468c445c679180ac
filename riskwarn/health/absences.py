"""Districts of which a feed says nothing for weeks while it tells of others: it began later there, paused, ended, or never came.

What is told is what training leaves out (:func:`riskwarn.health.silence.alive_by_district`), where chance cannot have made it: given how
many records a district has and when those of the others came, its own fall into the silence like the others' (conditional test of two
Poisson rates; Przyborowski & Wilenski 1940, Biometrika 31), its number divided by their dispersion (quasi-likelihood; McCullagh & Nelder
1989, chapter 9), at a level that is shared among the districts (Bonferroni). A district that has too few for that is told only where even
a tenth of the city's usual number a grid would have made the silence as rare.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
import pandas as pd

from riskwarn.arrays import Flags
from riskwarn.geography import in_force, lineage
from riskwarn.health.silence import RARE, Counts, alive_by_district, least_expected
from riskwarn.periods import Calendar, Period
from riskwarn.store import Store

#: A silence is told where it lasted so many days.
LEAST_DAYS = 56


class Kind(StrEnum):
    """How a feed was absent."""

    LATE = "late"  # it began later than elsewhere
    PAUSED = "paused"
    ENDED = "ended"
    NEVER = "never"  # there is no record at all


@dataclass(frozen=True)
class Absence:
    """Periods in which a feed told of other districts and not of this one."""

    district: int  # its place among the districts
    kind: Kind
    start: int  # the period in which the others had begun, or the silence did
    stop: int  # the one after its last


@dataclass(frozen=True)
class Districts:
    """The districts in force, and how much of the city each is."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    share: Counts  # (districts,) of the grids


NOWHERE = Districts((), (), np.zeros(0))


def districts_at(store: Store, calendar: Calendar, as_of: date) -> Districts:
    """The districts that hold a grid in force at a date, by code."""
    grids = store.versions("grids", ["grid_id", "district", "district_name", "valid_from", "valid_to"])
    rows = in_force(grids, as_of, lineage(store.versions("grid_lineage"), as_of, calendar))
    placed = rows[rows["district"].notna()]
    first = placed.drop_duplicates("district").sort_values("district")
    names = first["district_name"].fillna(first["district"])
    sizes = pd.Series(placed["district"]).value_counts()
    share = np.array([sizes[code] for code in first["district"]], dtype=np.float64) / max(1, len(rows))
    return Districts(tuple(first["district"]), tuple(names), share)


def absences(counts: Counts, share: Counts, days: Sequence[int], period: Period) -> list[Absence]:
    """The longest stretch of each kind in which a district's feed was absent while the others' came; by district.

    `counts` (1 + districts, periods) of records by the period in which they became known, the city's first; `share` (districts,) of its
    grids; `days` (periods + 1,) the edges of the periods.
    """
    if len(counts) < 3:
        return []
    living = alive_by_district(counts, share, period)
    found: list[Absence] = []
    for row in range(1, len(counts)):
        longest: dict[Kind, Absence] = {}
        for start, stop in _stretches(living[row], living[0], counts[0] - counts[row]):
            if days[stop] - days[start] >= LEAST_DAYS and _no_chance(counts, share, living[row], row, start, stop):
                one = Absence(row - 1, _kind(counts[row], start, stop), start, stop)
                longest[one.kind] = max(
                    one, longest.get(one.kind, one), key=lambda told: days[told.stop] - days[told.start]
                )
        found += longest.values()
    return found


def _stretches(living: Flags, city: Flags, others: Counts) -> Iterator[tuple[int, int]]:
    """The stretches [start, stop) in which a district was not alive, without those at their ends in which the city was not either; the
    first begins with the others' first record."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], living, [True]]).astype(np.int8)))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        heard = np.flatnonzero(city[first:last] & ((first > 0) | (others[first:last].cumsum() > 0)))
        if len(heard):
            yield int(first + heard[0]), int(first + heard[-1] + 1)


def _no_chance(counts: Counts, share: Counts, living: Flags, row: int, start: int, stop: int) -> bool:
    """Whether a silence of a district would be as rare as any that is told, by its own records or by the city's."""
    # Loaded here, where something is computed: every load would wait for it.
    from scipy import special

    level = RARE / (len(counts) - 1)
    if not counts[row, :stop].any() and np.exp(-least_expected(counts, share, row, slice(start, stop))) < level:
        return True
    inside = np.zeros(len(living), dtype=bool)
    inside[start:stop] = True
    own, others = counts[row], counts[0] - counts[row]
    asked = living | inside
    every = others[asked].sum()
    if not own[asked].any() or not every:
        return False
    spread = _dispersion(own[living], others[living])
    number, seen = own[asked].sum() / spread, own[inside].sum() / spread
    part = others[inside].sum() / every
    return bool(special.betainc(max(number - seen, 1e-9), seen + 1, 1 - part) < level)


def _dispersion(own: Counts, others: Counts) -> float:
    """By how much more a district's part of the records varies from period to period than by chance: Pearson's statistic, at least 1."""
    together = own + others
    some = together > 0
    if some.sum() < 2 or not own.any() or not others.any():
        return 1.0
    part = own.sum() / together.sum()
    squared = (own[some] - part * together[some]) ** 2 / (part * (1 - part) * together[some])
    return max(1.0, float(squared.sum() / (some.sum() - 1)))


def _kind(own: Counts, start: int, stop: int) -> Kind:
    if not own.any():
        return Kind.NEVER
    if not own[:start].any() and own[stop:].any():
        return Kind.LATE
    return Kind.PAUSED if own[stop:].any() else Kind.ENDED
