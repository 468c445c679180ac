"""What stands above the headings of a table: titles, who reports, when it was exported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from riskwarn.contracts import declared
from riskwarn.ingest.columns import HeadingFinder, heading_finder
from riskwarn.ingest.sheets import open_sheet
from riskwarn.ingest.sheets.headings import Cells, Found
from riskwarn.mapping import Mapping as Rules


@dataclass
class _TitlesSeen:
    """Finds headings as the loader does, and remembers what stands above those of one table."""

    finder: HeadingFinder
    headings: Sequence[str]
    above: list[str] = field(default_factory=list)

    @property
    def separator(self) -> str | None:
        """What is known to stand between the cells of a text."""
        return self.finder.separator

    def __call__(self, top: Sequence[Cells]) -> Found:
        """The headings among the first rows."""
        found = self.finder(top)
        if tuple(found.headings) == tuple(self.headings):
            self.above += [cell for row in top[: found.rows] for cell in row if cell]
        return found


def titles_above(
    file: Path, source: str, sheet: str | None, database: str | None, headings: Sequence[str]
) -> list[str]:
    """What stands above the headings of a table."""
    seen = _TitlesSeen(heading_finder(declared(source).kind, Rules()), headings)
    if file.suffix.lower() != ".sql":
        open_sheet(file, seen, database, sheet=sheet)
    return seen.above
