"""Sums of a design's rows by the unit in which each grid lies, as one compiled loop."""

from __future__ import annotations

from numba.core import types

from features.engine.compiling import float32, float64, int64, kernel, read, void

#: (columns, rows) of a block, which need not lie side by side.
_COLUMNS = types.Array(float32, 2, "A", readonly=True)


@kernel(void(_COLUMNS, read(float32), read(int64), read(int64), float64[:, ::1]))
def sums_by_unit(columns, weight, order, starts, found):  # type: ignore[no-untyped-def]
    """Add weight times column to `found`, (columns, units). Rows are some origins of all grids; `order` are the grids unit by unit,
    and `starts` where each unit begins among them, its end last."""
    grids = len(order)
    for column in range(len(found)):
        for origin in range(0, len(weight), grids):
            for unit in range(len(starts) - 1):
                total = 0.0
                for place in range(starts[unit], starts[unit + 1]):
                    row = origin + order[place]
                    total += float(columns[column, row]) * float(weight[row])
                found[column, unit] += total
