"""Cells that a workbook merges: the text of the first stands for all of them, where it can be of several rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from python_calamine import CalamineSheet

from riskwarn.ingest.sheets.text_grid import TextGrid

#: A column of texts, from the row `first` of the sheet (counted from 0).
Column = list[str | None]


@dataclass(frozen=True)
class Area:
    """A merged area below the headings, as far as its text stands for more than one cell."""

    top: int  # row, counted from 0
    bottom: int
    left: int  # position of the column in which the text stands
    columns: tuple[int, ...]  # those that the text holds for


def areas_of(sheet: CalamineSheet | TextGrid, above: int, carried: Mapping[int, str]) -> list[Area]:
    """The merged areas below the `above` rows of headings; `carried` are the columns that are carried on, by their kind.

    Across it holds for columns of the same kind. Formats that do not tell what is merged have none.
    """
    if sheet.start is None or sheet.end is None:
        return []
    found = []
    for (top, first), (bottom, last) in sheet.merged_cell_ranges or ():
        left = first - sheet.start[1]
        kind = carried.get(left)
        if top < above or kind is None:
            continue
        right = min(last, sheet.end[1]) - sheet.start[1]
        columns = tuple(column for column in range(left, right + 1) if carried.get(column) == kind)
        found.append(Area(top, min(bottom, sheet.end[0]), left, columns))
    return sorted(found, key=lambda area: area.top)


class Filling:
    """Fills the areas of a sheet, a batch of rows at a time and in order.

    A row is filled where it is a row of its own: where something stands in its id, or, if the sheet has none, in any column
    that is read. So a case that is merged over the lines of its parties stays one row, and a line of totals is not made
    to look like a record.
    """

    def __init__(self, areas: Sequence[Area], named_by: int | None) -> None:
        self._areas = areas
        self._named_by = named_by
        self._texts: dict[Area, str | None] = {}

    def fill(self, columns: Mapping[int, Column], first: int, rows: int) -> None:
        """Fill a batch that begins with the row `first`; `columns` by their position."""
        touched = [area for area in self._areas if area.top < first + rows and area.bottom >= first]
        own = [column for position, column in columns.items() if position == self._named_by] or list(columns.values())
        alone = {row for area in touched for row in _rows(area, first, rows) if any(column[row] for column in own)}
        for area in touched:
            if area.top >= first and area.left in columns:
                self._texts[area] = columns[area.left][area.top - first]
            for position in area.columns:
                column = columns.get(position)
                for row in _rows(area, first, rows) if column is not None else ():
                    if column is not None and column[row] is None and row in alone:
                        column[row] = self._texts.get(area)


def _rows(area: Area, first: int, rows: int) -> Iterator[int]:
    """The rows of a batch that an area covers."""
    return iter(range(max(area.top - first, 0), min(area.bottom - first + 1, rows)))
