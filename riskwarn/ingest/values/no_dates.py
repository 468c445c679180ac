"""What the cells of a column of dates look like in which no date could be read: their shape, and nothing of what they say."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.arrays import Flags
from riskwarn.ingest.values.cells import strings
from riskwarn.messages import Joined, Message

#: So many cells of a batch are looked at, and so many shapes told.
_LOOKED_AT, _TOLD = 1_000, 3
_LONGEST = 30
#: Forms that show what is read.
_READ = ("2024-03-01 08:05", "2024年3月1日 8时5分", "2024.3.1 上午8点半", "20240301 0805", "01-Mar-2024")
_HIDDEN = re.compile(r"[^0-9A-Za-z\s年月日号时点分秒上下午\-/.:,+()第季周]+")


class NoDates:
    """Columns of dates, and the shapes of those of their cells that are none."""

    def __init__(self) -> None:
        self._read: Counter[str] = Counter()
        self._shapes: dict[str, Counter[str]] = {}

    def count(self, name: str, found: npt.NDArray[np.datetime64]) -> None:
        """Note how many cells of a column were read."""
        self._read[name] += int((~np.isnat(found)).sum())

    def add(self, name: str, cells: pa.Array, rows: Flags) -> None:
        """Note the shapes of some cells of a column; none is looked at where others of it were read."""
        if rows.any() and not self._read[name]:
            some = strings(cells.filter(pa.array(rows)).slice(0, _LOOKED_AT))
            self._shapes.setdefault(name, Counter()).update(map(shape_of, pc.drop_null(some).to_pylist()))

    def notes(self) -> list[str]:
        """What is said of each column of which no cell was read."""
        said = "{field}: none of its cells could be read as a date; they look like {shapes} (9 a digit, … other words). Read are {read}"
        return [
            Message(said, field=name, shapes=_joined([one for one, _ in found.most_common(_TOLD)]), read=_joined(_READ))
            for name, found in self._shapes.items()
            if found and not self._read[name]
        ]


def shape_of(text: str) -> str:
    """A cell with 9 for digits, A for letters and … for words that are none of dates.

    >>> shape_of("2024.7.1 8时61分"), shape_of("王建国 2024")
    ('9999.9.9 9时99分', '… 9999')
    """
    shape = re.sub(r"[A-Za-z]", "A", re.sub(r"[0-9]", "9", _HIDDEN.sub("…", text)))
    return shape if len(shape) <= _LONGEST else f"{shape[:_LONGEST]}…"


def _joined(texts: list[str] | tuple[str, ...]) -> str:
    return Joined("; ", list(texts))
