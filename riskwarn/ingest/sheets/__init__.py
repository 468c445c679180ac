"""Files and queries as sheets of text: CSV (UTF-8, GB18030, UTF-16, also gzipped), Excel, Parquet, JSON lines, SQL.

A sheet tells its headings first and reads only the columns that are then asked for, a batch of rows at a time: what the
privacy gate drops is never decoded, and a file may be larger than memory. Every cell is text; typed cells are written
as ISO dates and plain numbers.
"""

from __future__ import annotations

from pathlib import Path

from riskwarn.errors import FileEmpty, FileMissing, FileUnreadable, SheetMissing
from riskwarn.ingest.sheets.headings import Finder
from riskwarn.ingest.sheets.rows import ROUNDED, Rows, Sheet, ahead

__all__ = ["ROUNDED", "Finder", "Rows", "Sheet", "ahead", "hidden_sheets", "open_sheet", "sheet_names"]

#: Suffixes of workbooks.
_WORKBOOKS = (".xlsx", ".xls", ".xlsb", ".ods")


def sheet_names(path: Path) -> tuple[str, ...]:
    """The visible sheets of a workbook that have rows, in its order; ("",) for a file of one table.

    Raises FileMissing, FileUnreadable.
    """
    if _kind(path) not in _WORKBOOKS:
        return ("",)
    from riskwarn.ingest.sheets.excel import tabs_of

    return tuple(tab.title for tab in tabs_of(path) if not tab.hidden)


def hidden_sheets(path: Path) -> tuple[str, ...]:
    """The hidden sheets of a workbook that have rows; none of a file of one table.

    Raises FileMissing, FileUnreadable.
    """
    if _kind(path) not in _WORKBOOKS:
        return ()
    from riskwarn.ingest.sheets.excel import tabs_of

    return tuple(tab.title for tab in tabs_of(path) if tab.hidden)


def open_sheet(path: Path, find: Finder, database: str | None = None, *, sheet: str | None = None) -> Sheet:
    """Open a file by the kind that its name says; a ``.sql`` file holds a query to be asked of `database` (a URL).

    Of a workbook `sheet` names one sheet (by its title or number) or is "all". Where it is not given, every visible sheet
    that has the headings needed is read, several with the same headings as one table; the others are told in the notes.

    Raises FileMissing, FileUnreadable, FileEmpty, SettingInvalid (the database), SheetMissing, SheetsDiffer, SheetUnfit.
    """
    kind = _kind(path)
    if path.stat().st_size == 0:
        raise FileEmpty(file=path.name)
    # The libraries of each kind are loaded when a file of the kind is.
    if kind in _WORKBOOKS:
        from riskwarn.ingest.sheets.workbook import open_workbook

        return open_workbook(path, find, sheet)
    if sheet and sheet != "all":
        raise SheetMissing(file=path.name, sheet=sheet, sheets="none, for it is one table")
    if kind in (".csv", ".txt", ".tsv"):
        from riskwarn.ingest.sheets.delimited import CsvSheet

        return CsvSheet(path, find)
    if kind in (".jsonl", ".ndjson"):
        from riskwarn.ingest.sheets.jsonlines import JsonLinesSheet

        return JsonLinesSheet(path)
    if kind == ".parquet":
        from riskwarn.ingest.sheets.columnar import ParquetSheet

        return ParquetSheet(path)
    if kind == ".sql":
        from riskwarn.ingest.sheets.query import QuerySheet

        return QuerySheet(path, database)
    told = f"files that end in {kind or 'nothing'} are not read: save it as CSV, Excel, Parquet or JSON lines"
    raise FileUnreadable(file=path.name, problem=told)


def _kind(path: Path) -> str:
    if not path.is_file():
        raise FileMissing(file=path)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else (suffixes or [""])[-1]
