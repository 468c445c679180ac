"""What later versions of records changed: fields that were declared fixed, and times that moved or were emptied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.contracts.schema import FIXED_FIELDS, OWN_TIME_FIELDS
from riskwarn.health.feeds import Feed
from riskwarn.mapping import Mapping

#: The claim that a field is fixed is withdrawn where later versions of this share of the records say otherwise (fewer are
#: corrections, which every register has) …
WITHDRAWN_FROM = 0.03
#: … in this many records at least.
LEAST_CHANGED = 5

#: Derived from the place, so that they change with it.
_DERIVED = ("unit", "located_by", "district")


@dataclass(frozen=True)
class Changed:
    """A field declared fixed that later versions changed."""

    field: str
    changed: int
    share: float  # of the records
    withdrawn: bool  # the claim does not hold


@dataclass(frozen=True)
class Moved:
    """A time of its own that a later version moved, or emptied: the newest holds, and the past is seen through it."""

    field: str
    moved: int
    emptied: int


def fixed_fields(mapping: Mapping) -> list[str]:
    """The fields that are declared fixed: those of the contracts, as the mapping adds to them or withdraws."""
    held = [name for name in FIXED_FIELDS if name not in _DERIVED]
    added = [name for name, fixed in mapping.fixed.items() if fixed and name not in held]
    return [name for name in (*held, *added) if mapping.fixed.get(name, True)]


def fixed_that_changed(feed: Feed, mapping: Mapping) -> list[Changed]:
    """The fixed fields that differ between two versions of a record."""
    found, records = [], int(feed.first.sum())
    for name in fixed_fields(mapping) if len(feed.later) else []:
        differs = _moved(feed) if name == "grid_id" else _differs(*_pairs(feed, name))
        # A record that was changed twice counts once: pairs of one record stand together.
        changed = len(np.unique(feed.chain[differs]))
        share = changed / records
        if changed:
            found.append(Changed(name, changed, share, share >= WITHDRAWN_FROM and changed >= LEAST_CHANGED))
    return found


def own_times_that_moved(feed: Feed) -> list[Moved]:
    """The own-time fields that a later version of a record moved or emptied."""
    found = []
    for name in OWN_TIME_FIELDS if len(feed.later) else ():
        before, after, were, are = _pairs(feed, name)
        moved = int((were & are & _unequal(before, after)).sum())
        emptied = int((were & ~are).sum())
        if moved or emptied:
            found.append(Moved(name, moved, emptied))
    return found


def _moved(feed: Feed) -> Flags:
    """(changes,) whether a record went to another place: not where it was located better or worse within one unit."""
    changes, moved = pd.DataFrame(index=range(len(feed.later))), np.zeros(len(feed.later), dtype=bool)
    for when, rows in (("was", feed.earlier), ("now", feed.later)):
        grid, unit = (feed.of(name, rows).cast(pa.string()).to_pandas() for name in ("grid_id", "unit"))
        changes[when] = grid.where(grid.notna(), unit)
    pairs = changes.dropna()
    pairs = pairs[pairs["was"] != pairs["now"]]
    if pairs.empty:
        # Mostly, and then nobody need know in which unit each of a city's grids lies.
        return moved
    grids = feed.store.versions("grids", ["grid_id", "community", "town"])
    units = [
        dict(zip(grids["grid_id"], grids["community"], strict=True)),
        {
            **dict(zip(grids["community"], grids["town"], strict=True)),
            **dict(zip(grids["grid_id"], grids["town"], strict=True)),
        },
    ]
    within = [
        (pairs[inner].map(above) == pairs[outer]).to_numpy(dtype=bool)
        for above in units
        for inner, outer in (("was", "now"), ("now", "was"))
    ]
    # A service area is no community or town: nothing tells whether a grid lies in it.
    known = {place for above in units for pair in above.items() for place in pair if isinstance(place, str)}
    told = np.array([was in known and now in known for was, now in zip(pairs["was"], pairs["now"], strict=True)])
    moved[pairs.index.to_numpy()] = told & ~np.logical_or.reduce(within)
    return moved


def _pairs(feed: Feed, name: str) -> tuple[pa.ChunkedArray, pa.ChunkedArray, Flags, Flags]:
    """The values of a field before and after, and where there are any."""
    both, pairs = feed.of(name, np.concatenate([feed.earlier, feed.later])), len(feed.later)
    before, after = both[:pairs], both[pairs:]
    were, are = (np.asarray(one.is_valid().to_numpy(), dtype=bool) for one in (before, after))
    return before, after, were, are


def _differs(before: pa.ChunkedArray, after: pa.ChunkedArray, were: Flags, are: Flags) -> Flags:
    """(changes,) whether a field was filled or emptied, or has another value."""
    return np.asarray((were != are) | (were & are & _unequal(before, after)))


def _unequal(before: pa.ChunkedArray, after: pa.ChunkedArray) -> Flags:
    return np.asarray(pc.fill_null(pc.not_equal(before, after), False).to_numpy(), dtype=bool)
