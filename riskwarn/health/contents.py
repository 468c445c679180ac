"""What a feed's records hold: fields that are filled, categories that are known, places that are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.contracts.schema import FIXED_FIELDS
from riskwarn.health.feeds import Feed
from riskwarn.words import LocatedBy

#: Days whose records are compared, and those before them to which they are compared.
RECENT_DAYS, PAST_DAYS = 56, 365

#: Fields that a department fills when it registers a record; the others may be empty because nothing has happened yet.
REGISTERED = (*(name for name in FIXED_FIELDS if name not in ("known_at", "district", "located_by", "count")), "people", "urgency", "longitude")  # fmt: skip

#: A field is usually filled from this share of the past on, and judged from this many records on.
USUAL_SHARE, LEAST_RECORDS = 0.5, 50

#: A fall of a share is told from this size on, and where it is this many standard errors from none.
LEAST_FALL, LEAST_ERRORS = 0.1, 4.0

#: Share of records of local or other categories from which it is told.
MUCH_LOCAL = 0.1

_EXACT = (LocatedBy.GRID_ID.value, LocatedBy.COORDINATES.value, LocatedBy.PLACES.value, LocatedBy.ADDRESS.value)


@dataclass(frozen=True)
class Filled:
    """How often a field is filled, of late and usually."""

    field: str
    recent: float
    usual: float
    short: bool
    districts: tuple[str, ...]  # where it is filled less than it was there


@dataclass(frozen=True)
class Contents:
    """What the recent records of a feed hold; shares."""

    filled: tuple[Filled, ...]
    local_categories: float  # of a word that no vocabulary knows
    other_categories: float
    located_by: dict[str, float]
    exact_places: float  # located at the grid; where there are no recent records, as usual
    exact_places_usual: float
    places_fell: bool  # fewer than usual are located at the grid
    reopened: float
    withdrawn: float


def contents(feed: Feed, seen: Flags, as_of_day: int, categories: Sequence[str], districts: Sequence[str]) -> Contents:
    """Look into the records that are `seen` (versions,): the recent ones against those of the year before."""
    rows = seen & feed.first
    recent = rows & (feed.day >= as_of_day - RECENT_DAYS)
    past = rows & ~recent & (feed.day >= as_of_day - RECENT_DAYS - PAST_DAYS)
    place = _codes(feed, districts)
    filled = [_filled(feed, name, recent, past, place, districts) for name in REGISTERED]
    (words,) = feed.shares("category", recent)
    located, before = feed.shares("located_by", recent, past)
    last = seen.copy()
    last[feed.earlier] = False
    exact, usual = (sum(found.get(rung, 0.0) for rung in _EXACT) for found in (located, before))
    of, of_before = int(recent.sum()), int(past.sum())
    exact, usual = exact if of else usual, usual if of_before else exact
    return Contents(
        filled=tuple(one for one in filled if one is not None),
        local_categories=sum(share for word, share in words.items() if word and word not in categories),
        other_categories=words.get("other", 0.0),
        located_by=located,
        exact_places=exact,
        exact_places_usual=usual,
        places_fell=min(of, of_before) > 0 and _beyond_chance(exact * of, of, usual * of_before, of_before),
        reopened=_share(feed, "reopened_at", last),
        withdrawn=_share(feed, "withdrawn", last),
    )


def _filled(
    feed: Feed, name: str, recent: Flags, past: Flags, place: npt.NDArray[np.int64], districts: Sequence[str]
) -> Filled | None:
    """None where the source does not usually fill the field, or too little of it is known."""
    if min(past.sum(), recent.sum()) < LEAST_RECORDS:
        return None
    held = feed.filled(name)
    if isinstance(held, bool):
        return Filled(name, 1.0, 1.0, False, ()) if held else None
    usual = float(held[past].mean())
    if usual < USUAL_SHARE:
        return None
    size = len(districts) + 1
    table = [np.bincount(place[rows], minlength=size)[:-1] for rows in (recent & held, recent, past & held, past)]
    fell = [districts[index] for index, cells in enumerate(zip(*table, strict=True)) if _fell(*map(int, cells))]
    now = float(held[recent].mean())
    short = _fell(int((recent & held).sum()), int(recent.sum()), int((past & held).sum()), int(past.sum()))
    return Filled(name, now, usual, short, tuple(fell))


def _fell(held: int, of: int, held_before: int, of_before: int) -> bool:
    """Whether a share fell: a test of two proportions."""
    if min(of, of_before) < LEAST_RECORDS or held_before < USUAL_SHARE * of_before:
        return False
    return _beyond_chance(held, of, held_before, of_before)


def _beyond_chance(held: float, of: int, held_before: float, of_before: int) -> bool:
    """Whether a share is lower than before by more than chance and worth a word."""
    fall, pooled = held_before / of_before - held / of, (held + held_before) / (of + of_before)
    error = np.sqrt(max(pooled * (1 - pooled), 1e-12) * (1 / of + 1 / of_before))
    return bool(fall >= LEAST_FALL and fall >= LEAST_ERRORS * error)


def _codes(feed: Feed, districts: Sequence[str]) -> npt.NDArray[np.int64]:
    """(versions,) index into `districts`, the last index where it is none of them."""
    of_feed = {code: index for index, code in enumerate(districts)}
    places = np.array([of_feed.get(code, len(districts)) for code in feed.districts] + [len(districts)], dtype=np.int64)
    return np.asarray(places[feed.district])


def _share(feed: Feed, name: str, rows: Flags) -> float:
    filled = feed.filled(name)
    if filled is False or not rows.any():
        return 0.0
    column = feed.column(name)
    held = column if pa.types.is_boolean(column.type) else column.is_valid()
    found = np.asarray(pc.fill_null(held, False).to_numpy(), dtype=bool)
    return float(found[rows].mean())
