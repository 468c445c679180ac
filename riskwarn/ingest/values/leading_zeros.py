"""Grid ids that lost the zeros before them: Excel takes 0012 for the number 12.

A row is placed in the one grid whose id its number is with zeros before it, where nothing else that the row says is against
it, and the load says how many were read so. What fits no grid, or several, is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from riskwarn.ingest.values.cells import coded
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


@dataclass
class LostZeros:
    """What is noted of rows whose grid id lost the zeros before it, over all batches of a sheet."""

    unknown: int = 0  # rows whose grid is not known
    meant: Counter[str] = field(
        default_factory=Counter
    )  # grid that is meant -> of these, the rows that only lack zeros
    back: Counter[tuple[str, str]] = field(default_factory=Counter)  # (id, grid as which it was read) -> rows

    def note_unknown(self, ids: pa.Array, known: Collection[str]) -> None:
        """Note the ids of rows (null: none) whose grid is not `known`, and those that only lack zeros before them."""
        rows = _rows_by_word(ids)
        self.unknown += rows.total()
        for word, grid in with_zeros(rows, known).items():
            self.meant[grid] += rows[word]

    def note_put_back(self, ids: pa.Array, known: Collection[str]) -> None:
        """Note the ids of rows (null: none) that are read as the one of `known` which they are with zeros before them."""
        rows = _rows_by_word(ids)
        self.back.update({(word, grid): rows[word] for word, grid in with_zeros(rows, known).items()})

    def notes(self) -> list[str]:
        """What is said of both."""
        return [*self._put_back(), *self._did_you_mean()]

    def _put_back(self) -> list[str]:
        if not self.back:
            return []
        examples = Listed(f"{word} → {grid}" for (word, grid), _ in self.back.most_common(3))
        return [
            Message(
                "{rows} row(s) name a grid without the zeros before its id (Excel takes such ids for numbers), and were placed in it: "
                "{examples}; export the column as text",
                rows=self.back.total(), examples=examples,
            )
        ]  # fmt: skip

    def _did_you_mean(self) -> list[str]:
        """Only where most of the rows whose grid is unknown would be known with zeros."""
        mended = self.meant.total()
        if not mended or 2 * mended <= self.unknown:
            return []
        examples = [grid for grid, _ in self.meant.most_common(3)]
        return [
            Message(
                "did you mean {grids}? {rows} grid ids lost their leading zeros (Excel takes them for numbers): export the column as "
                "text, or put the zeros back",
                grids=Listed(examples), rows=mended,
            )
        ]  # fmt: skip


def _rows_by_word(cells: pa.Array) -> Counter[str]:
    """How many rows bear each word."""
    codes, words = coded(cells)
    rows = np.bincount(codes[codes >= 0], minlength=len(words)).tolist()
    return Counter({word: count for word, count in zip(words, rows, strict=False) if word is not None})
