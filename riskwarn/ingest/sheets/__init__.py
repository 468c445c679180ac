"""Files and queries as sheets of text: CSV (UTF-8, GB18030, UTF-16, also gzipped), Excel, Parquet, JSON lines, SQL.

A sheet tells its headings first and reads only the columns that are then asked for, a batch of rows at a time: what the
privacy gate drops is never decoded, and a file may be larger than memory. Every cell is text; typed cells are written
as ISO dates and plain numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from riskwarn.errors import FileEmpty, FileMissing, FileUnreadable
from riskwarn.ingest.sheets.headings import Cells, Found
from riskwarn.ingest.sheets.rows import ROUNDED, Rows, Sheet, ahead

__all__ = ["ROUNDED", "Finder", "Rows", "Sheet", "ahead", "open_sheet"]

#: Tells the headings of a table from the titles above them.
Finder = Callable[[Sequence[Cells]], Found]


def open_sheet(path: Path, find: Finder, database: str | None = None) -> Sheet:
    """Open a file by the kind that its name says; a ``.sql`` file holds a query to be asked of `database` (a URL).

    Raises FileMissing, FileUnreadable, FileEmpty, SettingInvalid (the database).
    """
    if not path.is_file():
        raise FileMissing(file=path)
    if path.stat().st_size == 0:
        raise FileEmpty(file=path.name)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else (suffixes or [""])[-1]
    # The libraries of each kind are loaded when a file of the kind is.
    if kind in (".csv", ".txt", ".tsv"):
        from riskwarn.ingest.sheets.delimited import CsvSheet

        return CsvSheet(path, find)
    if kind in (".xlsx", ".xls", ".xlsb", ".ods"):
        from riskwarn.ingest.sheets.excel import ExcelSheet

        return ExcelSheet(path, find)
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
