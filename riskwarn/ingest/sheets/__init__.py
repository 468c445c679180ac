"""Files and queries as sheets of text: CSV (UTF-8, GB18030, UTF-16, also gzipped), Excel, web pages, Parquet, JSON lines, SQL.

A sheet tells its headings first and reads only the columns that are then asked for, a batch of rows at a time: what the
privacy gate drops is never decoded, and a file may be larger than memory. Every cell is text; typed cells are written
as ISO dates and plain numbers.
"""

from __future__ import annotations

from pathlib import Path

from riskwarn.errors import FileEmpty, SheetMissing
from riskwarn.ingest.sheets.content import LINES, MAIL, NO_TABLE, PAGE, PARQUET, QUERY, SHEETS, kind_of
from riskwarn.ingest.sheets.headings import Finder
from riskwarn.ingest.sheets.held import held_open
from riskwarn.ingest.sheets.rows import ROUNDED, Rows, Sheet, ahead
from riskwarn.messages import Message

__all__ = [
    "NO_TABLE", "ROUNDED", "Finder", "Rows", "Sheet", "ahead", "held_open", "hidden_sheets", "is_page", "open_sheet", "other_sheets", "sheet_names",
]  # fmt: skip


def sheet_names(path: Path) -> tuple[str, ...]:
    """The visible sheets of a workbook that have rows, in its order; ("",) for a file of one table.

    Raises FileMissing, FileUnreadable.
    """
    if kind_of(path)[0] not in SHEETS:
        return ("",)
    from riskwarn.ingest.sheets.excel import tabs_of

    return tuple(tab.title for tab in tabs_of(path) if not tab.hidden)


def hidden_sheets(path: Path) -> tuple[str, ...]:
    """The hidden sheets of a workbook that have rows; none of a file of one table.

    Raises FileMissing, FileUnreadable.
    """
    if kind_of(path)[0] not in SHEETS:
        return ()
    from riskwarn.ingest.sheets.excel import tabs_of

    return tuple(tab.title for tab in tabs_of(path) if tab.hidden)


def is_page(path: Path) -> bool:
    """Whether a file is a web page, whatever its name. Raises FileMissing, FileUnreadable."""
    return kind_of(path)[0] in (PAGE, MAIL)


def other_sheets(path: Path, sheet: str) -> list[str]:
    """What the first rows of the other visible sheets of a workbook say: covers, explanations.

    Raises FileMissing, FileUnreadable.
    """
    if kind_of(path)[0] not in SHEETS:
        return []
    from riskwarn.ingest.sheets.excel import tabs_of

    others = [tab for tab in tabs_of(path) if not tab.hidden and tab.title != sheet]
    return [cell for tab in others for row in tab.top for cell in row if cell]


def open_sheet(path: Path, find: Finder, database: str | None = None, *, sheet: str | None = None) -> Sheet:
    """Open a file by what it holds; a ``.sql`` file holds a query to be asked of `database` (a URL).

    Of a workbook `sheet` names one sheet (by its title or number) or is "all". Where it is not given, every visible sheet
    that has the headings needed is read, several with the same headings as one table; the others are told in the notes.

    Raises FileMissing, FileUnreadable, FileEmpty, SettingInvalid (the database), SheetMissing, SheetsDiffer, SheetUnfit.
    """
    kind, notes = kind_of(path)
    if path.stat().st_size == 0:
        raise FileEmpty(file=path.name)
    if sheet and sheet != "all" and kind not in SHEETS:
        raise SheetMissing(file=path.name, sheet=sheet, sheets=Message("none, for it is one table"))
    opened = _opened(path, kind, find, database, sheet)
    opened.notes = (*notes, *opened.notes)
    return opened


def _opened(path: Path, kind: str, find: Finder, database: str | None, sheet: str | None) -> Sheet:
    # The libraries of each kind are loaded when a file of the kind is.
    if kind in SHEETS:
        from riskwarn.ingest.sheets.workbook import open_workbook

        return open_workbook(path, find, sheet)
    if kind in LINES:
        from riskwarn.ingest.sheets.jsonlines import JsonLinesSheet

        return JsonLinesSheet(path)
    if kind == PARQUET:
        from riskwarn.ingest.sheets.columnar import ParquetSheet

        return ParquetSheet(path)
    if kind == QUERY:
        from riskwarn.ingest.sheets.query import QuerySheet

        return QuerySheet(path, database)
    from riskwarn.ingest.sheets.delimited import CsvSheet

    return CsvSheet(path, find)
