"""Columns of places in which each value stands once, in the first of the rows that it holds for, and the others are blank.

Sheets of inspections are printed so, sorted by town and community, and exported without their merged cells. Blanks at random
look alike in a few rows, and mean a place that is not known. So a column is taken to be written so where no value comes back,
where each of its values begins in a row in which a finer or a coarser column of places begins another value, too (blanks at
random would do that with a chance of less than one in a hundred), and where the rows do not go by the time of their events.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from riskwarn.arrays import Flags
from riskwarn.ingest.values.cells import coded
from riskwarn.ingest.values.dates import instants

Codes = npt.NDArray[np.int64]

#: The columns of units from the top down; the names of grids are never carried on, and tell where units begin.
_LEVELS = (("district", "district_name"), ("town", "town_name"), ("community", "community_name"))
UNITS_DOWN = tuple(name for level in _LEVELS for name in level)
_FINEST = ("grid_name",)
#: What else tells where a row was: its unit may be blank because nobody knows it.
_ELSEWHERE = ("grid_id", "longitude", "latitude", "coordinates", "place", "address", "path", "service_area")

#: A column shows so many values at least before it is compared with another.
_FEWEST = 3
#: The chance with which blanks at random may look so.
_CHANCE = 0.01
#: Of two columns that are filled together more than one value must stand in the finer for each of the coarser: else both are
#: blank where no place is known at all.
_FINER = 1.5
#: The times by which a register may go, and such a share of its rows may step back in them.
_TIMES, _FEW_BACK = ("occurred_at", "known_at"), 0.02
_ANY_ZONE = ZoneInfo("UTC")
#: So many values stand above blanks, and another follows them.
_HEADS = 2
#: A column alone is taken so from so many values and rows on, and such a share of blanks.
_ALONE, _ALONE_ROWS, _ALONE_BLANK = 5, 20, 0.6


def blocks(cells: Mapping[str, pa.Array], full: Mapping[str, Flags], records: Flags) -> list[str]:
    """The fields of units that are written so in the rows that are `records`; `full` tells where something stands."""
    units = [name for name in UNITS_DOWN if name in cells and full[name].any()]
    first = int(np.argmax(records)) if records.any() else -1
    open_ = [name for name in units if first >= 0 and full[name][first] and (~full[name] & records).any()]
    if not open_:
        return []
    there = {name: coded(cells[name])[0][records] for name in (*units, *(name for name in _FINEST if name in cells))}
    found: dict[str, None] = {}
    for coarse, fine in _pairs(list(there)):
        if coarse in open_ and _tells(there[coarse], there[fine]):
            found[coarse] = None
            if fine in open_ and _heads(there[fine], _carried(there[coarse])):
                found[fine] = None
        elif fine in open_ and _within(there[coarse], there[fine]):
            found[fine] = None
    for coarse, fine in reversed(_pairs(units)):
        # A district that stands in the first row alone begins where its first community does.
        if coarse in open_ and fine in found and _begins_with(there[coarse], there[fine]) and _once(there[coarse]):
            found[coarse] = None
    if len(units) == 1 and not any(name in cells and full[name].any() for name in _ELSEWHERE):
        only = there[units[0]]
        many = (only >= 0).sum() >= _ALONE and len(only) >= _ALONE_ROWS and (only < 0).mean() >= _ALONE_BLANK
        found.update(dict.fromkeys(units if many and _heads(only) else ()))
    begins = np.any([there[name] >= 0 for name in found], axis=0) if found else np.zeros(0, dtype=bool)
    return [] if found and _by_time(cells, records, begins) else list(found)


def _by_time(cells: Mapping[str, pa.Array], records: Flags, begins: Flags) -> bool:
    """Whether the rows go by the time of their events, also where a place begins: then they do not go by places."""
    name = next((name for name in _TIMES if name in cells), None)
    if name is None:
        return False
    moments = instants(cells[name], _ANY_ZONE)[0][records]
    told = ~np.isnat(moments)
    steps, begins = np.diff(moments[told].astype(np.int64)), begins[told][1:]
    some, there = steps[steps != 0] > 0, steps[(steps != 0) & begins] > 0
    ways = [(one.mean() if len(one) else None) for one in (some, there)]
    return any(
        all(way is None or abs(way - straight) <= _FEW_BACK for way in ways) for straight in (0.0, 1.0)
    ) and bool(len(some))


def _pairs(names: list[str]) -> list[tuple[str, str]]:
    """Columns of one level with those of the next that there is, from the top down."""
    levels = [[name for name in level if name in names] for level in (*_LEVELS, _FINEST)]
    return [(coarse, fine) for above, below in pairwise(filter(None, levels)) for coarse in above for fine in below]


def _tells(coarse: Codes, fine: Codes) -> bool:
    """Whether each value of a column with blanks stands once, and where the finer column begins one of its own."""
    begins, below = coarse >= 0, _begins(fine)
    values, rows = int(begins.sum()), len(coarse)
    if values < _FEWEST or not _heads(coarse) or not _begins_with(coarse, fine) or below.sum() < _FINER * values:
        return False
    together = (int(below.sum()) - 1) / (rows - 1)
    return bool(together ** (values - 1) * values / rows <= _CHANCE)


def _within(coarse: Codes, fine: Codes) -> bool:
    """Whether each value of a column with blanks stands once in its unit above, which is told in every row and comes once."""
    if (coarse < 0).any() or not _heads(fine, coarse):
        return False
    begins = _begins(coarse)
    values = int(begins.sum())
    together = float((fine >= 0).mean())
    sorted_so = _once(np.where(begins, coarse, -1)) and not (begins & (fine < 0)).any()
    return values >= _FEWEST and sorted_so and together**values <= _CHANCE


def _begins(codes: Codes) -> Flags:
    """Where a column begins a value: where it is filled, or, if it has no blanks, where another stands than in the row before."""
    if (codes < 0).any():
        return np.asarray(codes >= 0)
    return np.append(True, codes[1:] != codes[:-1])


def _begins_with(coarse: Codes, fine: Codes) -> bool:
    return not bool(((coarse >= 0) & ~_begins(fine)).any())


def _heads(codes: Codes, within: Codes | None = None) -> bool:
    """Whether the values of a column stand once, and blanks not only below the last: a list sorted by a column ends in its blanks."""
    if not _once(codes, within):
        return False
    at = np.flatnonzero(codes >= 0)[:-1]
    above = np.zeros(len(codes), dtype=np.int64) if within is None else within
    following = np.flatnonzero(codes >= 0)[1:]
    return int((codes[at + 1] < 0)[above[at] == above[following]].sum()) >= _HEADS


def _once(codes: Codes, within: Codes | None = None) -> bool:
    """Whether no value stands twice, within one value of a coarser column."""
    told = codes >= 0
    values = pd.DataFrame({"value": codes[told], "within": 0 if within is None else within[told]})
    return not bool(values.duplicated().any())


def _carried(codes: Codes) -> Codes:
    """The code of the value that holds in each row."""
    at = np.maximum.accumulate(np.where(codes >= 0, np.arange(len(codes)), 0))
    return np.asarray(codes[at])
