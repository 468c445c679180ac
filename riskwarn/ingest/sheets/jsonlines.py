"""JSON lines: one object a line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from riskwarn.errors import FileUnreadable
from riskwarn.ingest.sheets.encoding import encoding_of
from riskwarn.ingest.sheets.packing import DAMAGED, opened
from riskwarn.ingest.sheets.rows import BATCH, Rows, Sheet, cell_text


class JsonLinesSheet(Sheet):
    """A file with one JSON object a line; its headings are the keys, in the order in which they first occur."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._encoding = encoding_of(path)
        keys: dict[str, None] = {}
        for _, row in self._rows():
            keys.update(dict.fromkeys(row or ()))
        if not keys:
            raise FileUnreadable(file=path.name, problem="no line of it is a JSON object")
        self.headings: Sequence[str] = list(keys)

    def batches(self, positions: Sequence[int]) -> Iterator[Rows]:
        """Read the columns at these positions; lists and objects inside a field are read as nothing."""
        rows = self._rows()
        while batch := list(islice(rows, BATCH)):
            sound = [row for _, row in batch if row is not None]
            cells = {p: pa.array([_cell(row.get(self.headings[p])) for row in sound], pa.string()) for p in positions}
            numbers = np.array([number for number, row in batch if row is not None], dtype=np.int64)
            ragged = np.array([number for number, row in batch if row is None], dtype=np.int64)
            yield Rows(cells, numbers, ragged)

    def _rows(self) -> Iterator[tuple[int, dict[str, object] | None]]:
        """Number and object of every line that is not blank; no object where the line is none."""
        with opened(self._path) as stream:
            try:
                for number, line in enumerate(io.TextIOWrapper(stream, self._encoding, errors="replace"), start=1):
                    if line.strip():
                        try:
                            row = json.loads(line)
                        except json.JSONDecodeError:
                            row = None
                        yield number, row if isinstance(row, dict) else None
            except DAMAGED as error:
                problem = "the archive is damaged; export it again"
                raise FileUnreadable(file=self._path.name, problem=problem) from error


def _cell(value: object) -> str | None:
    if isinstance(value, (dict, list)):
        return None
    # JSON keeps the digits of a whole number, however many there are.
    return cell_text(value)
