"""Where the records of a load landed, in words: the share on each rung of the ladder, and what would bring more to a grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from riskwarn.messages import Joined, Message
from riskwarn.words import LocatedBy

#: Rungs that lead to a grid, and those that lead to what lies above it, as people call them. The ledger keeps texts: each has words of its
#: own, by which it is recognised there.
_OF_A_GRID = {
    LocatedBy.GRID_ID: "grid id {share}",
    LocatedBy.COORDINATES: "coordinates {share}",
    LocatedBy.PLACES: "names of places {share}",
    LocatedBy.ADDRESS: "grids in addresses {share}",
    LocatedBy.PATH: "paths {share}",
}
_ABOVE = {
    LocatedBy.COMMUNITY: "by community {share}",
    LocatedBy.TOWN: "by town {share}",
    LocatedBy.SERVICE_AREA: "by service area {share}",
}

#: Above this share in grids nothing is advised.
_ENOUGH = 0.95


def by_rung(rungs: Mapping[tuple[str, bool], int]) -> dict[str, int]:
    """Rung -> records, whether they reached a grid or not; the largest first."""
    total: Counter[str] = Counter()
    for (rung, _), rows in rungs.items():
        total[rung] += rows
    return dict(total.most_common())


def landed(rungs: Mapping[tuple[str, bool], int], fields: Collection[str], places: bool) -> list[str]:
    """What the account says of where records lie; nothing where there are none.

    Parameters
    ----------
    rungs : (rung, whether it led to a grid) -> records.
    fields : the fields for which the export has a column.
    places : whether a table of places is loaded.
    """
    total = sum(rungs.values())
    if not total:
        return []
    inside = {rung: rows for (rung, grid), rows in rungs.items() if grid}
    above = {rung: rows for (rung, grid), rows in rungs.items() if not grid}
    by = [Message(_OF_A_GRID[LocatedBy(rung)], share=_percent(rows, total)) for rung, rows in _largest(inside)]
    above_it = [Message(_ABOVE[LocatedBy(rung)], share=_percent(rows, total)) for rung, rows in _largest(above)]
    share, inner, outer = _percent(sum(inside.values()), total), Joined(", ", by), Joined(", ", above_it)
    if above and len(inside) > 1:
        said = "placed: in a grid {share} ({rungs}); above the grid: {rungs_above}"
        placed = Message(said, share=share, rungs=inner, rungs_above=outer)
    elif above:
        placed = Message("placed: in a grid {share}; above the grid: {rungs_above}", share=share, rungs_above=outer)
    elif len(inside) > 1:
        placed = Message("placed: in a grid {share} ({rungs})", share=share, rungs=inner)
    else:
        placed = Message("placed: in a grid {share}", share=share)
    notes = [placed]
    means = _missing(fields, places)
    if sum(inside.values()) < _ENOUGH * total and means:
        advice = "records above the grid count for their unit, and label no grid; more would reach a grid with {means}"
        notes.append(Message(advice, means=Joined(", or ", means)))
    return [*notes]


def _missing(fields: Collection[str], places: bool) -> list[str]:
    means = []
    if "grid_id" not in fields:
        means.append("a column of grid ids")
    if not {"longitude", "coordinates"} & set(fields):
        means.append("coordinates")
    if not any(name == "address" or name.startswith("address_") for name in fields):
        means.append("the addresses (they are used for this alone, and not kept)")
    if not places:
        means.append("a table of residential quarters and their grids (riskwarn ingest places FILE)")
    return means


def _largest(rungs: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(rungs.items(), key=lambda one: -one[1])


def _percent(rows: int, total: int) -> str:
    """A whole percentage; what is not nothing and not all is never rounded to it."""
    share = 100 * rows / total
    if 0 < share < 1:
        return Message("under 1 %")
    return Message("over 99 %") if 99 < share < 100 else f"{share:.0f} %"
