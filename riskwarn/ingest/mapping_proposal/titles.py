"""What stands above the headings of a table: titles, who reports, when it was exported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from riskwarn.ingest.heading_finder import HeadingFinder
from riskwarn.ingest.sheets.headings import Cells, Found


@dataclass
class TitlesSeen:
    """Finds headings as another finder does, and remembers what stands above and beside them."""

    finder: HeadingFinder
    _looked: list[tuple[Found, Sequence[Cells]]] = field(default_factory=list)

    @property
    def separator(self) -> str | None:
        """What is known to stand between the cells of a text."""
        return self.finder.separator

    def __call__(self, top: Sequence[Cells]) -> Found:
        """The headings among the first rows."""
        found = self.finder(top)
        self._looked.append((found, top[: found.rows]))
        return found

    def begins_table(self, cells: Sequence[str]) -> bool:
        """Whether most cells of a line are headings of some source: another table begins with it."""
        return self.finder.begins_table(cells)

    def above(self, headings: Sequence[str]) -> tuple[str, ...]:
        """The cells down to the headings of the table that has these."""
        rows = [row for found, top in self._looked if tuple(found.headings) == tuple(headings) for row in top]
        return tuple(cell for row in rows for cell in row if cell)

    def lines(self, headings: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """Of each sheet that has these headings the lines that stand alone above them: titles, and no groups of columns."""
        tops = [top for found, top in self._looked if tuple(found.headings) == tuple(headings)]
        return tuple(tuple(line for at, row in enumerate(top) if (line := _alone(row, at == 0))) for top in tops)


def _alone(row: Cells, first: bool) -> str | None:
    """The only text of a row, where it begins it or the row is the first of its sheet."""
    told = {cell for cell in row if cell}
    return told.pop() if len(told) == 1 and (first or row[0]) else None
