"""Grid ids that lost the zeros before them: Excel takes 0012 for the number 12."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from riskwarn.messages import Message


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


def did_you_mean(unknown: int, mended: int, examples: Collection[str]) -> list[str]:
    """What is said where most of the rows whose grid is unknown (`unknown`) would be known with zeros (`mended`)."""
    if not mended or 2 * mended <= unknown:
        return []
    return [
        Message(
            "did you mean {grids}? {rows} grid ids lost their leading zeros (Excel takes them for numbers): export the column as "
            "text, or put the zeros back",
            grids=", ".join(examples), rows=mended,
        )
    ]  # fmt: skip
