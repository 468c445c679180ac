"""A second table beneath the first of a sheet: where its headings stand, and its rows as those of a table of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from riskwarn.arrays import Flags
from riskwarn.ingest.heading_words import FEWEST_HEADINGS, is_heading
from riskwarn.ingest.privacy.free_text import is_free_text
from riskwarn.ingest.sheets import Rows, Sheet
from riskwarn.ingest.values.cells import filled, flags, strings

#: Rows right above headings that hold no more than the name of their table.
_TITLES = 2


def other_headings(cells: Mapping[str, pa.Array], numbers: npt.NDArray[np.int64], again: Flags) -> int | None:
    """The number of the first row whose filled cells are all headings of some source, at least three; None where there is none.

    `cells` are the columns that are read; `again` are the rows that print the headings of the table again.
    """
    known = np.zeros(len(numbers), dtype=np.int16)
    open_to = ~again
    later: list[pa.Array] = []
    # Columns of few words come first: they leave no row over where there are no such headings.
    for name, cell in sorted(cells.items(), key=lambda one: _distinct(one[1])):
        if not open_to.any():
            return None
        if is_free_text(name):
            later.append(cell)
            continue
        found = flags(cell, is_heading)
        known += found
        open_to &= found | ~filled(cell)
    rows = np.flatnonzero(open_to & (known > 0))
    for row in rows:
        told = [text for cell in later if (text := strings(cell.slice(row, 1))[0].as_py()) is not None and text.strip()]
        if known[row] + len(told) >= FEWEST_HEADINGS and all(map(is_heading, told)):
            return int(numbers[row])
    return None


def _distinct(cell: pa.Array) -> int:
    return len(cell.dictionary) if pa.types.is_dictionary(cell.type) else len(cell)


@dataclass
class Below:
    """The rows of a sheet behind the row `at`, which holds their headings."""

    sheet: Sheet
    at: int
    headings: Sequence[str]
    titles: Sequence[str] = ()
    others: str = ""
    notes: Sequence[str] = ()

    @property
    def title(self) -> str:
        """The title of its sheet."""
        return self.sheet.origin(self.at)[0]

    @property
    def separator(self) -> str | None:
        """What parts the cells of a file of text."""
        return getattr(self.sheet, "separator", None)

    @property
    def widest(self) -> int:
        """Cells of the widest table of the sheet, as far as it was read."""
        return self.sheet.widest

    def batches(self, positions: Sequence[int]) -> Iterator[Rows]:
        """The rows behind the headings."""
        for rows in self.sheet.batches(positions):
            if not len(rows.numbers) or self.sheet.origin(int(rows.numbers[0]))[0] != self.title:
                continue
            behind = rows.numbers > self.at
            kept = pa.array(behind)
            cells = {at: cell.filter(kept) for at, cell in rows.cells.items()}
            ragged = rows.ragged[rows.ragged > self.at]
            if behind.any() or len(ragged):
                passed = rows.passed if behind.all() else 0
                yield Rows(cells, rows.numbers[behind], ragged, passed, rows.begun[rows.begun > self.at])

    def top(self, positions: Sequence[int]) -> Iterator[Rows]:
        """The same rows."""
        return self.batches(positions)

    def origin(self, number: int) -> tuple[str, int]:
        """The title of the sheet of a row, and its number in it."""
        return self.sheet.origin(number)


def filled_rows(table: Below) -> int:
    """How many rows of a table have anything in them."""
    there = [at for at, heading in enumerate(table.headings) if heading]
    return sum(
        int(np.logical_or.reduce([filled(cell) for cell in rows.cells.values()]).sum()) for rows in table.batches(there)
    )


def below(sheet: Sheet, at: int) -> Below:
    """The table whose headings stand in the row `at` of a sheet."""
    everywhere = range(sheet.widest)
    for rows in sheet.batches(list(everywhere)):
        found = np.flatnonzero(rows.numbers == at)
        if len(found):
            row = int(found[0])
            headings = [strings(rows.cells[one].slice(row, 1))[0].as_py() or "" for one in everywhere]
            return Below(sheet, at, headings, sheet.titles)
    return Below(sheet, at, [""] * sheet.widest, sheet.titles)


def above(rows: Rows, cells: Mapping[str, pa.Array], at: int) -> Rows:
    """The rows before the headings in row `at`, without those right above them that only name what follows."""
    count = np.sum([filled(cell).astype(np.int16) for cell in cells.values()], axis=0)
    kept = rows.numbers < at
    for row in np.flatnonzero(kept)[::-1][:_TITLES]:
        if count[row] > 1:
            break
        kept[row] = count[row] == 0
    some = pa.array(kept)
    return replace(
        rows,
        cells={place: cell.filter(some) for place, cell in rows.cells.items()},
        numbers=rows.numbers[kept],
        ragged=rows.ragged[rows.ragged < at],
    )
