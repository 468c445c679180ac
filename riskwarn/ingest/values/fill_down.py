"""Blanks that merged cells left in a file that does not tell of merging: filled where the mapping says so, or where the column
of places is clearly written so; else hinted at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from riskwarn.contracts.merging import Merged, merged_as, row_id
from riskwarn.ingest.values.blocks import UNITS_DOWN, blocks
from riskwarn.ingest.values.cells import plain
from riskwarn.messages import Listed, Message

Flags = npt.NDArray[np.bool_]

#: From so great a share of blanks below a filled first cell, in so many rows, a column of units looks merged.
MOSTLY, ROWS = 0.6, 5


@dataclass
class FillDown:
    """Fills the columns of one table, batch by batch, each sheet for itself.

    A row is filled where it is a row of its own: where it has an id, or, if there is no such column, anything else. Which
    columns of places are filled that no mapping names is decided by the first batch of each sheet.
    """

    fields: tuple[str, ...]  # to be filled
    kind: str  # `events`, or the name of a table
    settled: bool = False  # whether the mapping has said which columns are to be filled, and no others are
    title: str | None = None  # of the sheet
    last: dict[str, str | None] = field(default_factory=dict)  # field -> what is carried on
    found: tuple[str, ...] = ()  # what the sheet is filled in, beside `fields`
    rows: int = 0
    blank: dict[str, int] = field(default_factory=dict)  # field of a unit whose first cell is filled -> blank ones
    filled: dict[str, None] = field(default_factory=dict)  # fields that were filled and that no mapping names

    def fill(
        self, cells: dict[str, pa.Array], full: Mapping[str, Flags], title: str, records: Flags
    ) -> dict[str, pa.Array]:
        """The same cells, filled. Batches come in order.

        `full` tells in which something stands, `records` which rows are no totals or signatures: these are never carried on.
        """
        begins = title != self.title
        if begins:
            self.title, self.last, self.found = title, {}, ()
        own = self._own(full) & records
        if begins and not self.settled:
            self.found = tuple(name for name in blocks(cells, full, own) if name not in self.fields)
            self.filled.update(dict.fromkeys(self.found))
        self._count(full)
        wanted = [name for name in (*self.fields, *self.found) if name in cells]
        return {**cells, **{name: self._filled(name, plain(cells[name]), own, records) for name in wanted}}

    def notes(self) -> list[str]:
        """Which blanks were filled without a mapping; what looks as if it had been merged, and how to say so."""
        found = [name for name, blank in self.blank.items() if self.rows >= ROWS and blank >= MOSTLY * self.rows]
        hints = [hint(name, self.blank[name] / self.rows) for name in found if name not in self.filled]
        return [*([carried(tuple(self.filled))] if self.filled else []), *hints]

    def _own(self, full: Mapping[str, Flags]) -> Flags:
        ids = [flags for name, flags in full.items() if name == row_id(self.kind)]
        return np.asarray(np.logical_or.reduce(ids or list(full.values())))

    def _filled(self, name: str, column: pa.Array, own: Flags, records: Flags) -> pa.Array:
        before = self.last.get(name)
        said = column if records.all() else pc.if_else(pa.array(records), column, pa.scalar(None, pa.string()))
        carried_on = pc.fill_null_forward(said)
        if before is not None:
            carried_on = carried_on.fill_null(before)
        if len(carried_on):
            self.last[name] = carried_on[-1].as_py()
        return pc.if_else(pa.array(own), carried_on, column)

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


def carried(names: Sequence[str]) -> Message:
    """What is said of columns of units whose blanks are filled though no mapping says so."""
    said = (
        "{fields}: each value stands once, above the rows that it holds for, and was filled down over the blanks below it "
        "(fill_down: [] in a mapping leaves them blank)"
    )
    return Message(said, fields=Listed(sorted(names, key=UNITS_DOWN.index)))
