"""A second table beneath the first of a sheet: where its headings stand, and its rows as those of a table of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.ingest.columns import holds_dates
from riskwarn.ingest.heading_words import COULD_BE, are_most, bare_heading, is_heading
from riskwarn.ingest.privacy.free_text import is_free_text
from riskwarn.ingest.sheets import Rows, Sheet
from riskwarn.ingest.values.cells import filled, flags, matches, strings

#: Rows right above headings that hold no more than the name of their table.
_TITLES = 2
#: Figures of a day or a moment, and nothing else.
_DATE = r"^(?:[年月日号时点分秒上下午TZ\s:/.+-]*\d){4,}[年月日号时点分秒上下午TZ\s:/.+-]*$"


def other_headings(
    cells: Mapping[str, pa.Array], numbers: npt.NDArray[np.int64], again: Flags, own: Collection[str] = ()
) -> int | None:
    """The number of the first row most of whose filled cells are headings, at least three; None where there is none.

    `cells` are the columns that are read, and `own` their headings, which are some in any order; `again` are the rows that print
    them again. A word that records bear in its column is no heading, and a row with a date where dates stand is a record.
    """
    says = partial(_says, frozenset((*own, *map(bare_heading, own))))
    printed = pa.array(sorted(own), pa.string())
    known, strange = np.zeros(len(numbers), dtype=np.int16), np.zeros(len(numbers), dtype=np.int16)
    maybe = ~again
    # Columns of few words come first: they leave hardly a row over where there are no such headings.
    columns = sorted(cells.items(), key=lambda one: (is_free_text(one[0]), _distinct(one[1])))
    for at, (_, cell) in enumerate(columns):
        left = len(columns) - at
        maybe &= are_most(known + left, strange)
        rows = np.flatnonzero(maybe)
        if not len(rows):
            return None
        some = cell if len(rows) == len(numbers) else cell.take(pa.array(rows))
        found = _headings(some, says, printed)
        known[rows] += found
        strange[rows] += filled(some) & ~found
    maybe &= are_most(known, strange)
    for name, cell in columns:
        if maybe.any() and holds_dates(name):
            maybe[maybe] = ~matches(cell.filter(pa.array(maybe)), _DATE)
    rows, records = np.flatnonzero(maybe), pa.array(~maybe & ~again)
    for _, cell in columns if len(rows) else ():
        some = cell.take(pa.array(rows))
        borne = _headings(some, says, printed) & _borne(some, cell.filter(records))
        known[rows] -= borne
        strange[rows] += borne
    rows = rows[are_most(known[rows], strange[rows])]
    return int(numbers[rows[0]]) if len(rows) else None


def _says(own: Collection[str], text: str) -> bool:
    return text in own or is_heading(text) or bare_heading(text) in own


def _headings(cell: pa.Array, says: Callable[[str], bool], printed: pa.Array) -> Flags:
    """(rows,) which cells are headings; where nearly every row differs, only what could be one, or is `printed` as one, is looked at."""
    if pa.types.is_dictionary(cell.type):
        return flags(cell, says)
    found = np.asarray(matches(cell, COULD_BE.pattern) | np.asarray(pc.is_in(strings(cell), value_set=printed)))
    rows = np.flatnonzero(found)
    found[rows] = flags(cell.take(pa.array(rows)), says)
    return found


def _borne(some: pa.Array, records: pa.Array) -> Flags:
    """(rows,) which of some cells stand in records, too."""
    words, borne = strings(some), strings(pc.unique(records))
    known = pc.is_in(words, value_set=borne.filter(pc.is_in(borne, value_set=words)))
    return np.asarray(known.to_numpy(zero_copy_only=False), dtype=bool) & filled(words)


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
