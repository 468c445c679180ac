"""Excel workbooks (also .xls, .xlsb and OpenDocument): the first sheet that has rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from riskwarn.errors import FileEmpty, FileUnreadable
from riskwarn.ingest.privacy.redaction import shown_title
from riskwarn.ingest.sheets.headings import LOOKED_THROUGH
from riskwarn.ingest.sheets.rows import BATCH, Rows, cell_text, no_rows

if TYPE_CHECKING:
    from riskwarn.ingest.sheets import Finder


class ExcelSheet:
    """The first sheet of a workbook that has rows."""

    def __init__(self, path: Path, find: Finder) -> None:
        self._name = path.name
        try:
            workbook = CalamineWorkbook.from_path(path)
            sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
        except CalamineError as error:
            raise FileUnreadable(
                file=path.name, problem="it is not an Excel workbook; save it again as .xlsx"
            ) from error
        filled = [sheet for sheet in sheets if sheet.height]
        if not filled:
            raise FileEmpty(file=path.name)
        self._sheet: CalamineSheet = filled[0]
        found = find([[cell_text(cell) for cell in row] for row in islice(self._sheet.iter_rows(), LOOKED_THROUGH)])
        self.headings: Sequence[str] = found.headings
        self._above = found.rows
        self.notes: Sequence[str] = [
            f"{path.name}: only the sheet {shown_title(self._sheet.name)!r} was read, not {shown_title(sheet.name)!r}"
            for sheet in filled[1:]
        ]

    def batches(self, positions: Sequence[int]) -> Iterator[Rows]:
        """Read the columns at these positions; empty cells below and beside the table belong to nothing."""
        rows = islice(self._sheet.iter_rows(), self._above, None)
        number = self._above + 1
        some = False
        while batch := list(islice(rows, BATCH)):
            cells = {
                position: pa.array(
                    [cell_text(row[position]) if position < len(row) else None for row in batch], pa.string()
                )
                for position in positions
            }
            some = True
            yield Rows(cells, np.arange(number, number + len(batch), dtype=np.int64), no_rows())
            number += len(batch)
        if not some:
            raise FileEmpty(file=self._name)
