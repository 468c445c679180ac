"""Several sheets with the same headings as one table: a register with a sheet a month."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from riskwarn.errors import FileEmpty
from riskwarn.ingest.sheets.rows import Rows, Sheet


@dataclass(frozen=True)
class Part:
    """One sheet of a table that several make."""

    title: str
    sheet: Sheet
    rows: int  # the number of its last row


class JoinedSheets(Sheet):
    """Sheets one below the other; a column that one lacks is empty in its rows.

    Row numbers run on from one sheet to the next, so that each is one row of the file.
    """

    def __init__(self, file: str, parts: Sequence[Part], notes: Sequence[str] = (), others: str = "") -> None:
        self._file = file
        self._parts = parts
        self.titles: Sequence[str] = tuple(part.title for part in parts)
        self.notes: Sequence[str] = notes
        self.others = others
        # Where each part starts counting.
        self._before = np.cumsum([0, *(part.rows for part in parts)])[:-1]
        places: dict[tuple[str, int], int] = {}
        headings: list[str] = []
        self._places: list[dict[int, int]] = []  # of each part: position in the whole -> position in the part
        for part in parts:
            own = {}
            for position, key in enumerate(_keys(part.sheet.headings)):
                if key not in places:
                    places[key] = len(headings)
                    headings.append(part.sheet.headings[position])
                own[places[key]] = position
            self._places.append(own)
        self.headings: Sequence[str] = tuple(headings)

    def batches(self, positions: Sequence[int]) -> Iterator[Rows]:
        """Read the columns at these positions, sheet by sheet."""
        some = False
        for part, before, own in zip(self._parts, self._before, self._places, strict=True):
            try:
                for rows in part.sheet.batches([own[position] for position in positions if position in own]):
                    some = True
                    cells = {
                        position: rows.cells[own[position]]
                        if position in own
                        else pa.nulls(len(rows.numbers), pa.string())
                        for position in positions
                    }
                    yield Rows(cells, rows.numbers + before, rows.ragged + before)
            except FileEmpty:
                continue  # a month in which nothing has been written yet
        if not some:
            raise FileEmpty(file=self._file)

    def origin(self, number: int) -> tuple[str, int]:
        """The title of the sheet of a row, and its number in it."""
        part = int(np.searchsorted(self._before, number, side="left")) - 1
        return self.titles[part], number - int(self._before[part])


def _keys(headings: Sequence[str]) -> list[tuple[str, int]]:
    """Each heading without blanks and widths, and the how-manieth of its kind it is."""
    seen: Counter[str] = Counter()
    keys = []
    for heading in headings:
        plain = "".join(unicodedata.normalize("NFKC", heading).split())
        keys.append((plain, seen[plain]))
        seen[plain] += 1
    return keys
