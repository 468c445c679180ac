"""A table of texts as a page or an XML workbook spells it out: cell after cell, some over several rows or columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from riskwarn.errors import FileUnreadable
from riskwarn.ingest.sheets.packing import size_of
from riskwarn.ingest.sheets.workbook_limits import CELLS
from riskwarn.messages import Message

#: Columns of a table, rows of all tables of a file, tables of a file, and bytes of a file unpacked.
WIDEST, ROWS, TABLES, BYTES = 1 << 14, 1 << 23, 500, 1 << 30

#: Stands between the cells of a row; all texts are free of it, for it is a blank.
_BETWEEN = "\x1f"

#: ((top, left), (bottom, right)), counted from 0.
Merge = tuple[tuple[int, int], tuple[int, int]]


class TextGrid:
    """The rows of one table, each kept as one text; what is read of it is what is read of a sheet of a workbook."""

    def __init__(self, rows: list[str], width: int, merged: list[Merge]) -> None:
        self._rows = rows
        self.merged_cell_ranges = merged
        self.start = (0, 0) if rows else None
        self.end = (len(rows) - 1, max(width - 1, 0)) if rows else None
        self.height = len(rows)

    def iter_rows(self) -> Iterator[list[str | None]]:
        """Row after row."""
        for row in self._rows:
            yield [cell or None for cell in row.split(_BETWEEN)]


@dataclass(frozen=True)
class Spelled:
    """One table of a file."""

    title: str
    number: int  # among the tables of the file, from 1
    hidden: bool
    grid: TextGrid


class Bounds:
    """How much a file may hold: counted over all of its tables."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._rows = self._cells = self._tables = 0

    def row(self, rows: int, cells: int) -> None:
        """Count rows and cells; raise FileUnreadable where they are too many."""
        self._rows += rows
        self._cells += cells
        if self._rows > ROWS or self._cells > CELLS:
            said = "its tables span more than {rows:,} rows or {cells:,} cells; export it in parts, or as CSV"
            raise FileUnreadable(file=self.file, problem=Message(said, rows=ROWS, cells=CELLS))

    def table(self) -> None:
        """Count a table; raise FileUnreadable where they are too many."""
        self._tables += 1
        if self._tables > TABLES:
            said = "it holds more than {tables} tables; export it as one table"
            raise FileUnreadable(file=self.file, problem=Message(said, tables=TABLES))

    def size(self, count: int) -> None:
        """Raise FileUnreadable where a file has too many bytes."""
        if count > BYTES:
            said = "it has more than {size}; export it in parts, or as CSV"
            raise FileUnreadable(file=self.file, problem=Message(said, size=size_of(BYTES)))


class GridBuilder:
    """Puts cells into a grid as they come; what a cell from above or from the left covers is passed over."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._rows: list[str] = []
        self._cells: list[str] = []
        self._merged: list[Merge] = []
        self._covered: dict[int, int] = {}  # column -> the last row that a cell from above covers
        self._width = 0
        self._last = 0  # rows up to the last one in which something stands
        self.full = 0  # rows in which two cells or more stand
        self.most = 0  # cells that stand in one row

    def cell(self, text: str, down: int = 1, across: int = 1, at: int | None = None) -> None:
        """The next cell of the row, over so many rows and columns; `at` is its column where that is told."""
        column = len(self._cells) if at is None else max(at, 0)
        row = len(self._rows)
        if at is None and self._covered:
            while self._covered.get(column, -1) >= row:
                column += 1
        if column + across > WIDEST:
            said = "a row of it has more than {columns:,} columns; export it again"
            raise FileUnreadable(file=self._bounds.file, problem=Message(said, columns=WIDEST))
        gap = column - len(self._cells)
        if gap < 0:
            # Told to stand where something stands already: that was written first, and stays.
            return
        if gap:
            self._cells += [""] * gap
        self._cells.append(text)
        if across > 1:
            self._cells += [""] * (across - 1)
        if down > 1 or across > 1:
            self._merged.append(((row, column), (row + down - 1, column + across - 1)))
        if down > 1:
            self._covered.update(dict.fromkeys(range(column, column + across), row + down - 1))

    def end_row(self) -> None:
        """The row is complete."""
        some = sum(map(bool, self._cells))
        self._bounds.row(1, len(self._cells))
        if some:
            self._last = len(self._rows) + 1
            self._width = max(self._width, len(self._cells))
        self.full += some > 1
        self.most = max(self.most, some)
        self._rows.append(_BETWEEN.join(self._cells) if some else "")
        self._cells = []

    @property
    def rows(self) -> int:
        """Rows that are complete."""
        return len(self._rows)

    def go_to(self, row: int) -> None:
        """Leave rows empty up to the one of this number, counted from 0."""
        gap = row - len(self._rows)
        if gap > 0:
            self._bounds.row(gap, 0)
            self._rows += [""] * gap

    def grid(self) -> TextGrid:
        """The grid without the empty rows below it."""
        bottom = self._last - 1
        merged = [(first, (min(last[0], bottom), last[1])) for first, last in self._merged if first[0] <= bottom]
        return TextGrid(self._rows[: self._last], self._width, merged)
