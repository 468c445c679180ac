"""What every kind of sheet gives: batches of rows whose cells are text."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

#: Stands for a number of 16 digits or more in an Excel cell: Excel has rounded it, so that it names nothing any more.
ROUNDED = "\x00rounded"

#: Rows of a batch, where the kind of sheet leaves the choice.
BATCH = 1 << 17

_ROUNDED_FROM = 1e15

T = TypeVar("T")


@dataclass(frozen=True)
class Rows:
    """A batch of rows of a sheet."""

    cells: Mapping[int, pa.Array]  # position -> (rows,) text, either plain or dictionary encoded; null: empty
    numbers: npt.NDArray[np.int64]  # (rows,) row of the file as a spreadsheet numbers it: the headings are row 1
    ragged: npt.NDArray[np.int64]  # numbers of rows that have more or fewer cells than there are headings
    passed: int = 0  # lines of totals and signatures that are too short for a row
    begun: npt.NDArray[np.int64] = field(
        default_factory=lambda: no_rows()
    )  # numbers of rows of headings of another width


class Sheet(Protocol):
    """One table of a file, or several with the same headings.

    The rows of several sheets are numbered on from one to the next, so that a number is one row; `origin` leads back.
    """

    headings: Sequence[str]
    notes: Sequence[str] = ()
    titles: Sequence[str] = ()  # of the sheets that are read, where the file has several
    others: str = ""  # what other sheets there are, for who has to choose

    @abstractmethod
    def batches(self, positions: Sequence[int]) -> Iterator[Rows]:
        """Read the columns at these positions, a batch of rows at a time; a batch is of one sheet."""

    def top(self, positions: Sequence[int]) -> Iterator[Rows]:
        """The same rows for who looks at the first of them and leaves off, where that costs less by smaller batches."""
        return self.batches(positions)

    @property
    def widest(self) -> int:
        """Cells of the widest of its tables, as far as it was read."""
        return len(self.headings)

    def origin(self, number: int) -> tuple[str, int]:
        """The title of the sheet of a row ("" where the file is one table), and its number in it."""
        return "", number


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, each made by a second thread while the one before is worked on."""
    nothing = object()
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, nothing)
        while (item := coming.result()) is not nothing:
            coming = pool.submit(next, items, nothing)
            yield item  # type: ignore[misc]


def cell_text(cell: object) -> str | None:
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


def no_rows() -> npt.NDArray[np.int64]:
    """No numbers of rows."""
    return np.zeros(0, dtype=np.int64)
