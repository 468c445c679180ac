"""The workbook of refused rows for the clerk who can repair them: one sheet a file, and a summary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from riskwarn.contracts import declared
from riskwarn.contracts.reasons import REASONS, REPAIRS_ZH, VALUE_CLASSES_ZH
from riskwarn.files import atomic
from riskwarn.store.ledger import LedgerRow
from riskwarn.store.repairs import NOT_LOADED

#: Heading and width, in characters, of each column of the summary and of a file's sheet.
SUMMARY = (("文件", 34), ("数据", 14), ("载入日期", 12), ("工作表", 24), ("问题", 28), ("行数", 8), ("如何修复", 58))
SHEET = (("行号", 8), ("列名", 24), ("问题", 28), ("内容", 10), ("如何修复", 58))

_MOST_ROWS = 1_048_000  # a sheet of Excel ends at 1,048,576
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FILL = PatternFill("solid", start_color="DDE7F0")


@dataclass(frozen=True)
class _Part:
    """The refused rows of one load, of one sheet of its file, that fit on one sheet."""

    load: LedgerRow
    file_name: str  # with the sheet, where the file has several
    title: str
    rows: Sequence[Mapping[str, Any]]


def write_workbook(path: Path, rows: Iterable[Mapping[str, Any]], loads: Sequence[LedgerRow]) -> None:
    """Write refused rows (as :meth:`riskwarn.store.Store.quarantined` gives them) with what is wrong and how to repair it.

    What by rule is not loaded needs no repair: the summary counts it, no sheet lists it.
    """
    known = {load.load_id: load for load in loads}
    ordered = sorted(rows, key=lambda row: (row["source"], row["load_id"], row["file_name"], row["row"]))
    parts = list(_parts([row for row in ordered if row["reason"] != NOT_LOADED], known))
    book = Workbook(write_only=True)
    _summary(book, ordered, parts, known)
    for part in parts:
        _sheet(book, part.title, SHEET, (_line(row) for row in part.rows))
    with atomic(path) as temporary:
        book.save(temporary)


def _parts(rows: Sequence[Mapping[str, Any]], loads: Mapping[int, LedgerRow]) -> Iterable[_Part]:
    taken: set[str] = {"汇总"}
    for (load_id, name), of_sheet in groupby(rows, key=lambda row: (int(row["load_id"]), str(row["file_name"]))):
        load, lines = loads[load_id], list(of_sheet)
        stem = Path(load.file_name).stem + name.removeprefix(load.file_name)
        for start in range(0, len(lines), _MOST_ROWS):
            yield _Part(load, name, _title(stem, taken), lines[start : start + _MOST_ROWS])


def _title(name: str, taken: set[str]) -> str:
    """A sheet's name: at most 31 characters, without those that Excel forbids, each only once whatever its case."""
    stem = _CONTROL.sub("", _FORBIDDEN.sub(" ", name)).strip()[:31] or "文件"
    title, number = stem, 1
    while title.casefold() in taken:
        number += 1
        ending = f" ({number})"
        title = stem[: 31 - len(ending)] + ending
    taken.add(title.casefold())
    return title


def _summary(
    book: Any, rows: Sequence[Mapping[str, Any]], parts: Sequence[_Part], loads: Mapping[int, LedgerRow]
) -> None:
    titles: dict[tuple[int, str], list[str]] = {}
    for part in parts:
        titles.setdefault((part.load.load_id, part.file_name), []).append(part.title)
    counted = Counter((int(row["load_id"]), str(row["file_name"]), str(row["reason"])) for row in rows)
    lines = []
    for (load_id, name, reason), count in counted.items():
        load = loads[load_id]
        where = "" if reason == NOT_LOADED else "、".join(titles[load_id, name])
        loaded = load.loaded_at.date().isoformat()
        lines.append((name, load.source, loaded, where, REASONS[reason].zh, count, REPAIRS_ZH[reason]))
    lines.append(("合计", "", "", "", "", len(rows), ""))
    _sheet(book, "汇总", SUMMARY, lines)


def _line(row: Mapping[str, Any]) -> tuple[object, ...]:
    reason = str(row["reason"])
    kind = VALUE_CLASSES_ZH.get(str(row["value_class"]), str(row["value_class"]))
    return row["row"], column_zh(str(row["source"]), str(row["column"])), REASONS[reason].zh, kind, REPAIRS_ZH[reason]


def column_zh(source: str, column: str) -> str:
    """A column as the clerk knows it: its heading; where the file has none, the field's Chinese name."""
    return next((field.zh for field in declared(source).fields if field.name == column), column)


def _sheet(book: Any, title: str, columns: Sequence[tuple[str, int]], lines: Iterable[Sequence[object]]) -> None:
    sheet = book.create_sheet(title)
    for index, (_, width) in enumerate(columns):
        sheet.column_dimensions[chr(ord("A") + index)].width = width
    sheet.freeze_panes = "A2"
    header = []
    for heading, _ in columns:
        cell = WriteOnlyCell(sheet, heading)
        cell.font, cell.fill, cell.alignment = Font(bold=True), _FILL, Alignment(vertical="center")
        header.append(cell)
    sheet.append(header)
    last = 1
    for line in lines:
        sheet.append([_cell(sheet, value) for value in line])
        last += 1
    sheet.auto_filter.ref = f"A1:{chr(ord('A') + len(columns) - 1)}{last}"


def _cell(sheet: Any, value: object) -> object:
    """A number as it is; a text as text, also where it begins like a formula: headings come from strangers' files."""
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, _CONTROL.sub("", value))
    cell.data_type = "s"
    return cell
