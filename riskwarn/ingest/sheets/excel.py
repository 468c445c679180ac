"""Workbooks (Excel, OpenDocument, of XML, and web pages that stand for one): their sheets, and one of them as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from riskwarn.contracts.merging import Merged
from riskwarn.errors import FileEmpty, FileUnreadable
from riskwarn.ingest.redaction import shown_title
from riskwarn.ingest.sheets.content import MAIL, PAGE, XML, kind_of
from riskwarn.ingest.sheets.headings import LOOKED_THROUGH, Cells, Found
from riskwarn.ingest.sheets.held import workbooks
from riskwarn.ingest.sheets.merged import Filling, areas_of
from riskwarn.ingest.sheets.no_table import no_workbook
from riskwarn.ingest.sheets.packing import PASSWORD, in_memory
from riskwarn.ingest.sheets.rows import BATCH, Rows, Sheet, cell_text, no_rows
from riskwarn.ingest.sheets.text_grid import Spelled, TextGrid
from riskwarn.ingest.sheets.workbook_limits import check_workbook, counts_from_1904
from riskwarn.messages import Listed, Message

#: Days from the day 0 of most workbooks to that of those that count from 1904.
DAYS_TO_1904 = 1462


@dataclass(frozen=True)
class Tab:
    """A sheet of a workbook that has rows."""

    title: str
    number: int  # among all sheets of the workbook, from 1
    hidden: bool
    cells: CalamineSheet | TextGrid
    since_1904: bool = False  # whether the workbook counts its days from 1904

    @property
    def shown(self) -> str:
        """How it may be named: a title that may be a person's is told by its number."""
        shown = shown_title(self.title)
        if shown == self.title:
            return repr(shown)
        return f"{shown!r} (no. {self.number})" if shown.strip("… ") else f"no. {self.number}"

    def lines(self) -> Iterator[Sequence[object]]:
        """Its rows, from the first of the sheet."""
        rows: Iterator[Sequence[object]] = iter(self.cells.iter_rows())
        return rows

    @cached_property
    def top(self) -> list[Cells]:
        """The first rows, in which the headings are looked for."""
        return [[cell_text(cell) for cell in row] for row in islice(self.lines(), LOOKED_THROUGH)]

    @property
    def rows(self) -> int:
        """The number of the last row in which something stands."""
        return 0 if self.cells.end is None else self.cells.end[0] + 1


def tabs_of(path: Path) -> list[Tab]:
    """The sheets of a workbook that have rows; raise FileUnreadable where it is none, is locked, or too large unpacked."""
    held = workbooks()
    if held is None:
        return _tabs_of(path)
    if path not in held:
        held[path] = _tabs_of(path)
    tabs: list[Tab] = held[path]
    return tabs


def _tabs_of(path: Path) -> list[Tab]:
    if (spelled := _spelled(path)) is not None:
        return [Tab(one.title, one.number, one.hidden, one.grid) for one in spelled if one.grid.height]
    source = in_memory(path)
    check_workbook(source, path.name)
    later = counts_from_1904(source)
    try:
        workbook = CalamineWorkbook.from_object(_by_content(source))
        tabs = [
            Tab(
                one.name,
                number,
                one.visible is not SheetVisibleEnum.Visible,
                workbook.get_sheet_by_name(one.name),
                later,
            )
            for number, one in enumerate(workbook.sheets_metadata, start=1)
            if one.typ in (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet)
        ]
    except PasswordError as error:
        raise FileUnreadable(file=path.name, problem=PASSWORD) from error
    except CalamineError as error:
        raise no_workbook(path) from error
    except BaseException as error:
        # A panic of the library, which damaged workbooks can cause, is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise FileUnreadable(file=path.name, problem="the workbook is damaged; save it again as .xlsx") from error
    return [tab for tab in tabs if tab.cells.height]


def _spelled(path: Path) -> list[Spelled] | None:
    """The tables of what is no workbook, but stands for one; None of others."""
    kind = kind_of(path)[0]
    if kind == XML:
        from riskwarn.ingest.sheets.xml_workbook import sheets_of_xml

        return sheets_of_xml(path)
    if kind in (PAGE, MAIL):
        from riskwarn.ingest.sheets.web_page import tables_of_mail, tables_of_page

        return tables_of_page(path) if kind == PAGE else tables_of_mail(path)
    return None


def _by_content(source: Path | BinaryIO) -> Path | BinaryIO:
    """A workbook as the library opens it: a path is opened as its ending says, so that one that is called wrongly is read first."""
    if not isinstance(source, Path) or kind_of(source)[0] == source.suffix.lower():
        return source
    return BytesIO(source.read_bytes())


class ExcelSheet(Sheet):
    """One sheet of a workbook; its rows are numbered as the spreadsheet numbers them."""

    def __init__(self, file: str, tab: Tab, found: Found) -> None:
        self._file = file
        self._tab = tab
        self._above = found.rows
        self._named_by = found.named_by
        self._areas = areas_of(tab.cells, found.rows, found.carried)
        self.headings: Sequence[str] = found.headings
        self._late = {at for at, kind in found.carried.items() if kind == Merged.DATE} if tab.since_1904 else set()
        filled = sorted({column for area in self._areas for column in area.columns})
        if filled:
            names = Listed(found.headings[column] for column in filled)
            self.notes = (Message("{file}: merged cells hold for all their rows in {names}", file=file, names=names),)
        if self._late:
            self.notes = (
                *self.notes,
                Message(
                    "{file}: the workbook counts its days from 1904, and so do numbers in columns of dates", file=file
                ),
            )

    def batches(self, positions: Sequence[int]) -> Iterator[Rows]:
        """Read the columns at these positions; empty cells below and beside the table belong to nothing."""
        rows = islice(self._tab.lines(), self._above, None)
        number = self._above + 1
        some = False
        filling = Filling(self._areas, self._named_by)
        while batch := list(islice(rows, BATCH)):
            columns = {
                position: [cell_text(row[position]) if position < len(row) else None for row in batch]
                for position in positions
            }
            for position in self._late.intersection(positions):
                columns[position] = [_since_1900(row, position) for row in batch]
            filling.fill(columns, number - 1, len(batch))
            some = True
            cells = {position: pa.array(column, pa.string()) for position, column in columns.items()}
            yield Rows(cells, np.arange(number, number + len(batch), dtype=np.int64), no_rows())
            number += len(batch)
        if not some:
            raise FileEmpty(file=self._file)


def _since_1900(row: Sequence[object], position: int) -> str | None:
    """A cell of a column of dates, its bare number of days counted as other workbooks count them."""
    cell = row[position] if position < len(row) else None
    return cell_text(cell + DAYS_TO_1904 if isinstance(cell, float) and 0 < cell < 1e5 else cell)
