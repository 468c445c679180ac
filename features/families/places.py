"""The same signal around a grid: its neighbours, its community, its town and its district."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from features.declaration import Declared
from features.panel import Array, Panel
from riskwarn.words import Quantity, Unit

_UNITS = {
    Unit.COMMUNITY: ("本社区", "its community"),
    Unit.TOWN: ("本镇街", "its town"),
    Unit.DISTRICT: ("本区县", "its district"),
}


def around(declared: Declared) -> Iterator[Declared]:
    """The sum over the neighbours, and the mean per grid of each unit above, of an extensive feature.

    Raises ValueError for a feature that is not extensive: such a sum would mean nothing.
    """
    base = declared.feature
    if base.quantity is not Quantity.EXTENSIVE:
        raise ValueError(f"{base.name} is {base.quantity}: only extensive features are summed over places")
    yield Declared(
        replace(
            base, name=f"{base.name}_near", family="neighbours", zh=f"相邻网格：{base.zh}", en=f"next door: {base.en}"
        ),
        lambda panel: neighbours(panel, declared.compute(panel)),
    )
    for unit, (zh, en) in _UNITS.items():
        yield Declared(
            replace(
                base,
                name=f"{base.name}_{unit.value}",
                family="roll-ups",
                zh=f"{zh}平均每网格：{base.zh}",
                en=f"mean of {en}: {base.en}",
                quantity=Quantity.INTENSIVE,
            ),
            lambda panel, unit=unit: mean_of_unit(panel, unit, declared.compute(panel)),  # type: ignore[misc]
        )


def neighbours(panel: Panel, values: Array) -> Array:
    """(columns, grids) sums over the grids next door."""
    return np.asarray((panel.city.geography.neighbours @ values.T).T)


def mean_of_unit(panel: Panel, unit: Unit, values: Array) -> Array:
    """(columns, grids) the mean over the grids of the unit in which each grid lies."""
    of_grid = panel.city.geography.units[unit].of_grid
    order = np.argsort(of_grid, kind="stable")
    starts = np.searchsorted(of_grid[order], np.arange(int(of_grid.max()) + 1))
    sums = np.add.reduceat(values[:, order], starts, axis=1)
    return np.asarray((sums / np.bincount(of_grid))[:, of_grid])
