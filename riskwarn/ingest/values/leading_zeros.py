"""Grid ids that lost the zeros before them: Excel takes 0012 for the number 12.

A row is placed in the one grid whose id its number is with zeros before it, where nothing else that the row says is against
it, and the load says how many were read so. What fits no grid, or several, is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from riskwarn.messages import Listed, Message


def with_zeros(ids: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """Id of digits -> the one known id that it is with zeros before it; ids that are none, or could be several, are left out."""
    lengths = sorted({len(one) for one in known if one.startswith("0") and one.isdecimal()})
    found = {}
    for one in ids:
        if not one.isdecimal():
            continue
        fitting = {padded for length in lengths if length > len(one) and (padded := one.zfill(length)) in known}
        if len(fitting) == 1:
            found[one] = fitting.pop()
    return found


def lost_zeros(ids: Collection[str], known: Collection[str]) -> dict[str, str]:
    """As :func:`with_zeros`, of distinct unknown ids of which most are such: where few fit they are another city's."""
    meant = with_zeros(ids, known)
    longest = max((len(grid) for grid in meant.values()), default=0)
    short = sum(one.isdecimal() and len(one) < longest for one in ids)
    return meant if 2 * len(meant) > short else {}


def did_you_mean(unknown: int, mended: int, examples: Collection[str]) -> list[str]:
    """What is said where most of the rows whose grid is unknown (`unknown`) would be known with zeros (`mended`)."""
    if not mended or 2 * mended <= unknown:
        return []
    return [
        Message(
            "did you mean {grids}? {rows} grid ids lost their leading zeros (Excel takes them for numbers): export the column as "
            "text, or put the zeros back",
            grids=Listed(examples), rows=mended,
        )
    ]  # fmt: skip


def put_back(rows: Counter[tuple[str, str]]) -> list[str]:
    """What is said of the ids, and the grids as which they were read, of so many rows."""
    if not rows:
        return []
    examples = Listed(f"{word} → {grid}" for (word, grid), _ in rows.most_common(3))
    return [
        Message(
            "{rows} row(s) name a grid without the zeros before its id (Excel takes such ids for numbers), and were placed in it: "
            "{examples}; export the column as text",
            rows=rows.total(), examples=examples,
        )
    ]  # fmt: skip
