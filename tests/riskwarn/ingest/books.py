"""Workbooks as offices write them: several sheets, hidden ones, merged cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

Cells = Sequence[Sequence[Any]]

#: Files of the public world that once did not load.
CASES = Path(__file__).with_name("cases")


def table(rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Headings and rows."""
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def book(
    path: Path, sheets: Mapping[str, Cells], *, hidden: Sequence[str] = (), merged: Mapping[str, Sequence[str]] = {}
) -> Path:
    """Write a workbook: title -> rows; `merged` has the areas of a sheet."""
    written = openpyxl.Workbook()
    assert written.active is not None
    written.remove(written.active)
    for title, rows in sheets.items():
        sheet = written.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        for area in merged.get(title, ()):
            sheet.merge_cells(area)
        if title in hidden:
            sheet.sheet_state = "hidden"
    written.save(path)
    return path
