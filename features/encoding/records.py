"""Records as numbers: what is believed of one source, as small integer columns that a panel reads at the speed of memory.

Instants become the period into which they fall, dates become days, words become codes of the shipped vocabularies.
Everything is encoded once for all columns and shards; a shard takes rows of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

#: The last column that sees a record which was taken out: before any.
GONE = np.int32(-1)


Column = npt.NDArray[Any]


class Records:
    """The encoded rows of one source. `records["severity"]` is a column; rows may be a choice of a longer table's.

    A choice shares the table's memory until a column is asked for; the chosen column is then kept.
    """

    def __init__(
        self,
        columns: Mapping[str, Column],
        rows: npt.NDArray[np.int64] | None = None,
        cells: npt.NDArray[np.int64] | None = None,
    ) -> None:
        self._columns = columns
        self._rows = rows
        self._cached: dict[str, Column] = {} if cells is None else {"grid": cells}

    def __len__(self) -> int:
        return len(self._columns["grid"]) if self._rows is None else len(self._rows)

    def __getitem__(self, name: str) -> Column:
        if name not in self._cached:
            column = self._columns[name]
            self._cached[name] = column if self._rows is None else column[self._rows]
        return self._cached[name]

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._columns)

    @cached_property
    def nbytes(self) -> int:
        """Bytes of the columns."""
        return sum(self._columns[name].nbytes for name in self._columns)

    def choose(self, rows: npt.NDArray[np.int64], cells: npt.NDArray[np.int64] | None = None) -> Records:
        """The rows at these places, in cells of another geography where such are given."""
        if self._rows is None:
            return Records(self._columns, rows, cells)
        return Records(self._columns, self._rows[rows], self["grid"][rows] if cells is None else cells)

    def only(self, names: Iterable[str]) -> Records:
        """The same rows with these columns alone."""
        cells = None if self._rows is None else self._cached.get("grid")
        return Records({name: self._columns[name] for name in names}, self._rows, cells)

    def in_order(self) -> Records:
        """The rows that were not taken out, by grid, time and identity: in whatever order they came, sums of them are equal in
        every bit."""
        if len(self) == 0:
            return self
        late = np.int64(2**16 - 1)
        moment = [np.clip(self[name].astype(np.int64) + 1, 0, late) for name in ("known", "start")]
        key = (self["grid"].astype(np.int64) << 32) + (moment[0] << 16) + moment[1]
        held = np.flatnonzero(self["stop"] != GONE)
        record = self["record"] if "record" in self else np.arange(len(self))
        rising = len(held) == len(self) and bool((np.diff(key) > 0).all())
        return self if rising else Records(self.choose(held[_ordered(key[held], record[held])]).solid())

    def by_grid(self) -> Records:
        """The rows in the order of their grids, each grid's as they were: what is near on the ground is near in memory."""
        grid = self["grid"]
        if (np.diff(grid) >= 0).all():
            return self
        return Records(self.choose(np.argsort(grid, kind="stable")).solid())

    def joined(self, other: Records, weight: npt.NDArray[np.float64]) -> Records:
        """These rows and those of another table of the same columns, whose counts weigh so much."""
        columns = {name: np.concatenate([self[name], other[name]]) for name in self._columns}
        if not (weight == 1).all():
            columns["count"] = np.concatenate([self["count"], other["count"] * weight])
        return Records(columns)

    def __reduce__(self) -> tuple[type[Records], tuple[dict[str, Column]]]:
        """To another process go the chosen rows only."""
        return Records, (self.solid(),)

    def solid(self) -> dict[str, Column]:
        """All columns as plain arrays: what is sent to another process."""
        return {name: np.ascontiguousarray(self[name]) for name in self._columns}


def _ordered(key: npt.NDArray[np.int64], record: Column) -> npt.NDArray[np.int64]:
    """``np.lexsort((record, key))``, soon done where most rows lie in order already.

    A stable sort takes what is in order as it finds it; rows of one key whose records are not are then sorted alone.
    """
    order = np.argsort(key, kind="stable")
    key, record = key[order], record[order]
    tied = key[1:] == key[:-1]
    wrong = tied & (record[1:] < record[:-1])
    if wrong.any():
        group = np.concatenate([[0], np.cumsum(~tied)])
        again = np.zeros(group[-1] + 1, dtype=bool)
        again[group[1:][wrong]] = True
        rows = np.flatnonzero(again[group])
        order[rows] = order[rows][np.lexsort((record[rows], key[rows]))]
    return order
