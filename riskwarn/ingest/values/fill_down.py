"""Blanks that merged cells left in a file that does not tell of merging: filled where the mapping says so, else hinted at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.contracts.merging import Merged, merged_as, row_id
from riskwarn.ingest.values.cells import plain
from riskwarn.messages import Message

Flags = npt.NDArray[np.bool_]

#: From so great a share of blanks below a filled first cell, in so many rows, a column of units looks merged.
MOSTLY, ROWS = 0.6, 5


@dataclass
class FillDown:
    """Fills the columns of one table, batch by batch, each sheet for itself.

    A row is filled where it is a row of its own: where it has an id, or, if there is no such column, anything else.
    """

    fields: tuple[str, ...]  # to be filled
    kind: str  # `events`, or the name of a table
    title: str = ""  # of the sheet
    last: dict[str, str | None] = field(default_factory=dict)  # field -> what is carried on
    rows: int = 0
    blank: dict[str, int] = field(default_factory=dict)  # field of a unit whose first cell is filled -> blank ones

    def fill(self, cells: dict[str, pa.Array], full: Mapping[str, Flags], title: str) -> dict[str, pa.Array]:
        """The same cells, filled; `full` tells in which something stands. Batches come in order."""
        if title != self.title:
            self.title, self.last = title, {}
        self._count(full)
        wanted = [name for name in self.fields if name in cells]
        if not wanted:
            return cells
        ids = [flags for name, flags in full.items() if name == row_id(self.kind)]
        own = np.logical_or.reduce(ids or list(full.values()))
        return {**cells, **{name: self._filled(name, plain(cells[name]), own) for name in wanted}}

    def hints(self) -> list[str]:
        """What looks as if it had been merged, and how to say so."""
        found = [name for name, blank in self.blank.items() if self.rows >= ROWS and blank >= MOSTLY * self.rows]
        return [hint(name, self.blank[name] / self.rows) for name in found]

    def _filled(self, name: str, column: pa.Array, own: Flags) -> pa.Array:
        before = self.last.get(name)
        carried = pc.fill_null_forward(column)
        if before is not None:
            carried = carried.fill_null(before)
        if len(carried):
            self.last[name] = carried[-1].as_py()
        return pc.if_else(pa.array(own), carried, column)

    def _count(self, full: Mapping[str, Flags]) -> None:
        for name, flags in full.items():
            if name in self.fields or merged_as(self.kind, name) is not Merged.UNIT or len(flags) == 0:
                continue
            if self.rows == 0 and flags[0]:
                self.blank[name] = 0
            if name in self.blank:
                self.blank[name] += int(len(flags) - np.count_nonzero(flags))
        self.rows += len(next(iter(full.values()), ()))


def hint(name: str, blank: float) -> str:
    """What is said of a column of units that is mostly blank below a filled first cell."""
    said = (
        "{field} is blank in {blank:.0%} of the rows: if cells had been merged, say fill_down: [{field}] in a mapping"
    )
    return Message(said, field=name, blank=blank)
