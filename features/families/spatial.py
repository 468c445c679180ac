"""The same signal around a grid: its neighbours, its community, its town and its district, and the grid against them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from features.engine.sums import Reals, log_against_units, spread_over_cells
from features.families.declaration import Declared
from features.panel.distances import NEAR
from features.panel.panel import Array, Panel
from features.panel.partition import LOCAL, WIDE
from riskwarn.words import Quantity, Unit

_UNITS = {
    Unit.COMMUNITY: ("本社区", "its community"),
    Unit.TOWN: ("本镇街", "its town"),
    Unit.DISTRICT: ("本区县", "its district"),
}

#: Added to both sides of a comparison, so that a first event in a quiet place does not look like a disaster.
_PRIOR = 0.5


class NotExtensive(ValueError):
    """A sum over places of what is no amount would mean nothing."""

    def __init__(self, declared: Declared) -> None:
        feature = declared.feature
        super().__init__(
            f"{feature.name} is {feature.quantity}: only extensive features are summed over places. Roll up the amounts it is made of."
        )


def around(declared: Declared) -> Iterator[Declared]:
    """The sum over the neighbours, and the mean per grid of each unit above, of an extensive feature.

    Raises NotExtensive for any other.
    """
    base = declared.feature
    if base.quantity is not Quantity.EXTENSIVE:
        raise NotExtensive(declared)
    yield Declared(
        replace(
            base,
            name=f"{base.name}_near",
            family="neighbours",
            theme="neighbours",
            zh=f"相邻网格：{base.zh}",
            en=f"next door: {base.en}",
            quantity=Quantity.INTENSIVE,  # a grid is next door to several: no sum over grids
        ),
        lambda panel: panel.piece.seen(NEAR, declared.compute(panel.through(LOCAL))),
    )
    for unit, (zh, en) in _UNITS.items():
        yield Declared(
            replace(
                base,
                name=f"{base.name}_{unit.value}",
                family="roll-ups",
                theme="roll-ups",
                zh=f"{zh}平均每网格：{base.zh}",
                en=f"mean of {en}: {base.en}",
                quantity=Quantity.INTENSIVE,
                transform=f"mean of {base.transform}",
            ),
            lambda panel, unit=unit: mean_of_unit(panel, declared, unit),  # type: ignore[misc]
            total=declared if unit in WIDE else None,
        )


def against_units(declared: Declared) -> Iterator[Declared]:
    """The grid against the mean of its town and district, as log ratios."""
    base = declared.feature
    if base.quantity is not Quantity.EXTENSIVE:
        raise NotExtensive(declared)
    for unit in (Unit.TOWN, Unit.DISTRICT):
        zh, en = _UNITS[unit]

        def compare(panel: Panel, unit: Unit = unit) -> Array:
            usual = np.log(means_of_units(panel, declared, unit) + _PRIOR)
            return log_against_units(declared.compute(panel), usual, panel.piece.levels[unit].of_core, _PRIOR)

        yield Declared(
            replace(
                base,
                name=f"{base.name}_against_{unit.value}",
                family="position",
                theme="position",
                zh=f"与{zh}平均相比：{base.zh}",
                en=f"against the mean of {en}: {base.en}",
                quantity=Quantity.INTENSIVE,
                transform="log ratio",
                unit="",
            ),
            compare,
            total=declared if unit in WIDE else None,
        )


def mean_of_unit(panel: Panel, declared: Declared, unit: Unit) -> Array:
    """(columns, grids) the mean over the grids of the unit in which each grid lies."""
    return spread_over_cells(means_of_units(panel, declared, unit), panel.piece.levels[unit].of_core)


def means_of_units(panel: Panel, declared: Declared, unit: Unit) -> Reals:
    """(columns, units) the mean over the grids of each unit."""

    def means() -> Reals:
        sizes = panel.piece.levels[unit].sizes
        if panel.totals is not None and unit in WIDE:
            return panel.totals[declared.feature.name, unit] / sizes
        return np.asarray(panel.summed(unit, declared.compute) / sizes)

    return panel.keep(("mean", declared.feature.name, unit), means)
