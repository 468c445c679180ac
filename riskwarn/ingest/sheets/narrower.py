"""A table of text beneath another that has more cells: its lines are filled up, as a workbook would hold them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass
class Narrower:
    """The lines of a file of text, a piece after the other."""

    width: int  # cells of a line of the first table
    separator: str
    encoding: str
    begins_table: Callable[[Sequence[str]], bool]  # whether a line holds nothing but headings
    cells: int | None = None  # those of a line of the narrower table that began last

    def filled_up(self, lines: Iterator[bytes]) -> bytes:
        """A piece with the lines of narrower tables filled up with empty cells; `lines` are its lines with their ends."""
        found: list[bytes] = []
        for line in lines:
            bare = line.rstrip(b"\r\n")
            # Between quotation marks a separator parts no cells.
            if b'"' in bare or 0 < bare.count(self.separator.encode()) < self.width - 1:
                row = next(csv.reader([bare.decode(self.encoding, "replace")], delimiter=self.separator), [])
                if len(row) < self.width and self.begins_table(row):
                    self.cells = len(row)
                if len(row) == self.cells:
                    line = bare + self.separator.encode() * (self.width - len(row)) + line[len(bare) :]
            found.append(line)
        return b"".join(found)


def lines_of(piece: bytes, ends: npt.NDArray[np.int64]) -> Iterator[bytes]:
    """The lines of a piece that end where these line breaks are."""
    begin = 0
    for end in [*(ends + 1).tolist(), len(piece)]:
        if end > begin:
            yield piece[begin:end]
        begin = end
