"""Tables of text beneath each other that have more or fewer cells: their lines are filled up, as a workbook would hold them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


@dataclass
class Widths:
    """How many cells the lines of a file of text have, a piece after the other."""

    first: int  # cells of a line of the first table
    separator: str
    encoding: str
    begins_table: Callable[[Sequence[str]], bool]  # whether most cells of a line are headings
    cells: int = field(init=False)  # of a line of the table that began last
    widest: int = field(init=False)  # of a line of the widest table: so many has each line of a piece that is filled up

    def __post_init__(self) -> None:
        self.cells = self.widest = self.first

    def filled_up(self, lines: Iterator[bytes]) -> tuple[bytes, npt.NDArray[np.int64]]:
        """A piece with its lines filled up with empty cells, and which of them begin a table of another width.

        `lines` are its lines with their ends. One that has more or fewer cells than its own table is ragged afterwards, too.
        """
        told: list[tuple[bytes, int, int]] = []  # line, its cells, those of its table
        begun: list[int] = []
        for number, line in enumerate(lines):
            count = self._count(line)
            if count not in (1, self.cells) and self.begins_table(self._row(line)):
                self.cells = count
                self.widest = max(self.widest, count)
                begun.append(number)
            told.append((line, count, self.cells))
        return b"".join(self._filled(*one) for one in told), np.array(begun, dtype=np.int64)

    def _filled(self, line: bytes, count: int, cells: int) -> bytes:
        missing = self.widest - count if count == cells else int(count == self.widest)
        bare = line.rstrip(b"\r\n")
        return bare + self.separator.encode() * missing + line[len(bare) :] if bare else line

    def _count(self, line: bytes) -> int:
        # Between quotation marks a separator parts no cells.
        return len(self._row(line)) if b'"' in line else line.count(self.separator.encode()) + 1

    def _row(self, line: bytes) -> list[str]:
        text = line.rstrip(b"\r\n").decode(self.encoding, "replace")
        try:
            return next(csv.reader([text], delimiter=self.separator), [])
        except csv.Error:
            return []  # broken within, so no headings; whoever reads its cells says what is wrong
