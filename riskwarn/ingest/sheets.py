"""Files as sheets of text: CSV (UTF-8, GB18030, also gzipped), Excel, Parquet and JSON lines.

A sheet tells its headings first and reads only the columns that are then asked for: what the privacy gate drops is
never parsed. Every cell is text; typed cells of Excel and Parquet are written as ISO dates and plain numbers.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from riskwarn.errors import FileEmpty, FileMissing, FileUnreadable
from riskwarn.ingest.headings import LOOKED_THROUGH, Cells, Found

#: Stands for a number of 16 digits or more in an Excel cell: Excel has rounded it, so that it names nothing any more.
ROUNDED = "\x00rounded"

_ROUNDED_FROM = 1e15


@dataclass(frozen=True)
class Rows:
    """The rows of a sheet."""

    cells: pd.DataFrame  # text; one column for each that was asked for, named by its position in the sheet
    numbers: npt.NDArray[
        np.int64
    ]  # row of the file as a spreadsheet numbers it: the headings are row 1 (Parquet has none)
    ragged: npt.NDArray[np.int64]  # numbers of rows that have more or fewer cells than there are headings


class Sheet(Protocol):
    """One table of a file."""

    headings: Sequence[str]
    notes: Sequence[str]

    def read(self, positions: Sequence[int]) -> Rows:
        """Read the columns at these positions."""


def open_sheet(path: Path, find: Callable[[Sequence[Cells]], Found]) -> Sheet:
    """Open a file by the kind that its name says; `find` tells the headings from the titles above them.

    Raises FileMissing, FileUnreadable, FileEmpty.
    """
    if not path.is_file():
        raise FileMissing(file=path)
    if path.stat().st_size == 0:
        raise FileEmpty(file=path.name)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else (suffixes or [""])[-1]
    readers: dict[str, Any] = {
        **dict.fromkeys((".csv", ".txt", ".tsv"), lambda path: CsvSheet(path, find)),
        **dict.fromkeys((".xlsx", ".xls"), lambda path: ExcelSheet(path, find)),
        **dict.fromkeys((".jsonl", ".ndjson"), JsonLinesSheet),
        ".parquet": ParquetSheet,
    }
    if kind not in readers:
        raise FileUnreadable(
            file=path.name,
            problem=f"files that end in {kind or 'nothing'} are not read: save it as CSV, Excel, Parquet or JSON lines",
        )
    sheet: Sheet = readers[kind](path)
    return sheet


class CsvSheet:
    """A CSV file, its encoding and delimiter detected."""

    notes: Sequence[str] = ()

    def __init__(self, path: Path, find: Callable[[Sequence[Cells]], Found]) -> None:
        self._name = path.name
        try:
            content = gzip.decompress(path.read_bytes()) if path.suffix.lower() == ".gz" else path.read_bytes()
        except (gzip.BadGzipFile, EOFError) as error:
            raise FileUnreadable(file=path.name, problem="the archive is damaged; export it again") from error
        self._text = _decoded(content, path.name).encode()
        head = self._text[:65_536].decode(errors="ignore")
        self._delimiter = max(",\t;|", key=head.count)
        reader = csv.reader(io.StringIO(self._text.decode()), delimiter=self._delimiter)
        found = find(list(islice(reader, LOOKED_THROUGH)))
        self.headings: Sequence[str] = found.headings
        self._above = found.rows

    def read(self, positions: Sequence[int]) -> Rows:
        """Read the columns at these positions."""
        names = [str(index) for index in range(len(self.headings))]
        ragged: list[int] = []

        def skip(row: Any) -> str:
            ragged.append(row.number)
            return "skip"

        options = {
            "read_options": pacsv.ReadOptions(use_threads=False, skip_rows=0, column_names=names, block_size=1 << 26),
            "parse_options": pacsv.ParseOptions(
                delimiter=self._delimiter, newlines_in_values=True, invalid_row_handler=skip
            ),
            "convert_options": pacsv.ConvertOptions(
                include_columns=[str(index) for index in positions],
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
            ),
        }
        try:
            table = pacsv.read_csv(io.BytesIO(self._text), **options)
        except pa.ArrowInvalid as error:
            raise FileUnreadable(file=self._name, problem=f"it is not a table ({error})") from error
        # Titles and headings were read as rows, as a spreadsheet numbers them; titles may have been too short to be read.
        lost = np.array([number for number in ragged if number > self._above], dtype=np.int64)
        cells = table.slice(self._above - (len(ragged) - len(lost))).to_pandas()
        cells.columns = pd.Index(positions)
        first = self._above + 1
        numbers = np.setdiff1d(np.arange(first, first + len(cells) + len(lost), dtype=np.int64), lost)
        return Rows(_not_blank(cells, numbers, len(lost), self._name), numbers, lost)


def _decoded(content: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileUnreadable(file=name, problem="its characters are neither UTF-8 nor GB18030; save it again as CSV UTF-8")


class ExcelSheet:
    """The first sheet of a workbook that has rows."""

    def __init__(self, path: Path, find: Callable[[Sequence[Cells]], Found]) -> None:
        self._name = path.name
        try:
            workbook = CalamineWorkbook.from_path(path)
            sheets = [(name, workbook.get_sheet_by_name(name).to_python()) for name in workbook.sheet_names]
        except CalamineError as error:
            raise FileUnreadable(
                file=path.name, problem="it is not an Excel workbook; save it again as .xlsx"
            ) from error
        filled = [(name, rows) for name, rows in sheets if rows]
        if not filled:
            raise FileEmpty(file=path.name)
        chosen, rows = filled[0]
        found = find([[_text(cell) for cell in row] for row in rows[:LOOKED_THROUGH]])
        self.headings: Sequence[str] = found.headings
        self._above = found.rows
        self._rows = rows[found.rows :]
        self.notes: Sequence[str] = [
            f"{path.name}: only the sheet {chosen!r} was read, not {name!r}" for name, _ in filled[1:]
        ]

    def read(self, positions: Sequence[int]) -> Rows:
        """Read the columns at these positions."""
        cells = pd.DataFrame(
            {position: pd.Series([_text(row[position]) for row in self._rows], dtype="str") for position in positions}
        )
        numbers = np.arange(self._above + 1, self._above + 1 + len(cells), dtype=np.int64)
        return Rows(_not_blank(cells, numbers, 0, self._name), numbers, numbers[:0])


def _text(cell: object) -> str | None:
    """The text of a typed cell."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        if abs(cell) >= _ROUNDED_FROM:
            return ROUNDED
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()
    if isinstance(cell, (time, timedelta)):
        return str(cell)
    return str(cell)


class ParquetSheet:
    """A Parquet file."""

    notes: Sequence[str] = ()

    def __init__(self, path: Path) -> None:
        self._name = path.name
        try:
            self._file = pq.ParquetFile(path)
        except pa.ArrowException as error:
            raise FileUnreadable(file=path.name, problem="it is not a Parquet file, or it is damaged") from error
        self.headings: Sequence[str] = self._file.schema_arrow.names

    def read(self, positions: Sequence[int]) -> Rows:
        """Read the columns at these positions."""
        table = self._file.read(columns=[self.headings[position] for position in positions])
        cells = pd.DataFrame({p: _column_text(table.column(self.headings[p])) for p in positions})
        numbers = np.arange(1, len(cells) + 1, dtype=np.int64)
        return Rows(_not_blank(cells, numbers, 0, self._name), numbers, numbers[:0])


class JsonLinesSheet:
    """A file with one JSON object a line; its headings are the keys, in the order in which they first occur."""

    notes: Sequence[str] = ()

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._rows: list[dict[str, object]] = []
        lost, numbers = [], []
        lines = _decoded(path.read_bytes(), path.name).splitlines()
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                row = None
            if isinstance(row, dict):
                self._rows.append(row)
                numbers.append(number)
            else:
                lost.append(number)
        if not self._rows:
            raise FileUnreadable(file=path.name, problem="no line of it is a JSON object")
        self._lost = np.array(lost, dtype=np.int64)
        self._numbers = np.array(numbers, dtype=np.int64)
        self.headings: Sequence[str] = list(dict.fromkeys(key for row in self._rows for key in row))

    def read(self, positions: Sequence[int]) -> Rows:
        """Read the columns at these positions; lists and objects inside a field are read as nothing."""
        cells = pd.DataFrame(
            {
                position: pd.Series(
                    [
                        None if isinstance(cell := row.get(self.headings[position]), (dict, list)) else _text(cell)
                        for row in self._rows
                    ],
                    dtype="str",
                )
                for position in positions
            }
        )
        return Rows(_not_blank(cells, self._numbers, len(self._lost), self._name), self._numbers, self._lost)


def _column_text(column: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = column.cast(pa.timestamp("us", "UTC"))
    if pa.types.is_floating(column.type):
        values = [None if value is None else _plain(value) for value in column.to_pylist()]
        return pd.Series(values, dtype="str")
    if pa.types.is_boolean(column.type):
        return pd.Series([None if value is None else str(int(value)) for value in column.to_pylist()], dtype="str")
    return pd.Series(column.cast(pa.string()).to_pandas(), dtype="str")


def _plain(value: float) -> str | None:
    if np.isnan(value):
        return None
    return str(int(value)) if value.is_integer() else repr(value)


def _not_blank(cells: pd.DataFrame, numbers: npt.NDArray[np.int64], lost: int, name: str) -> pd.DataFrame:
    if len(cells) == 0 and lost == 0:
        raise FileEmpty(file=name)
    cells.index = pd.Index(numbers)
    return cells
