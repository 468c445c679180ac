"""The same signal around a grid: its neighbours, its community, its town and its district, and the grid against them."""

from __future__ import annotations

from collections.abc import Iterator

from features.families.declaration import Declared, Family
from features.transforms.transform import Transform
from features.transforms.units import AgainstUnit, MeanOfUnit, SumOverNeighbours
from riskwarn.words import Quantity, Unit

NEIGHBOURS = Family("neighbours", theme="neighbours")
ROLL_UPS = Family("roll-ups", theme="roll-ups")
POSITION = Family("position", theme="position")

#: What the units above a grid are called, seen from it.
UNITS = {
    Unit.COMMUNITY: ("本社区", "its community"),
    Unit.TOWN: ("本镇街", "its town"),
    Unit.DISTRICT: ("本区县", "its district"),
}


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
    if declared.feature.quantity is not Quantity.EXTENSIVE:
        raise NotExtensive(declared)
    summed = SumOverNeighbours(declared.transform)
    yield _seen(declared, NEIGHBOURS, "near", summed, "相邻网格：{}", "next door: {}")
    for unit in UNITS:
        yield of_unit(declared, unit, ROLL_UPS)


def against_units(declared: Declared) -> Iterator[Declared]:
    """The grid against the mean of its town and district, as log ratios; raises NotExtensive like `around`."""
    if declared.feature.quantity is not Quantity.EXTENSIVE:
        raise NotExtensive(declared)
    for unit in (Unit.TOWN, Unit.DISTRICT):
        zh, en = UNITS[unit]
        compared = AgainstUnit(declared.transform, unit)
        words = f"与{zh}平均相比：{{}}", f"against the mean of {en}: {{}}"
        yield _seen(declared, POSITION, f"against_{unit.value}", compared, *words)


def of_unit(declared: Declared, unit: Unit, family: Family) -> Declared:
    """The mean per grid of the unit in which a grid lies, as a feature of the family."""
    zh, en = UNITS[unit]
    mean = MeanOfUnit(declared.transform, unit)
    return _seen(declared, family, unit.value, mean, f"{zh}平均每网格：{{}}", f"mean of {en}: {{}}")


def _seen(declared: Declared, family: Family, name: str, transform: Transform, zh: str, en: str) -> Declared:
    """The feature as it is seen from elsewhere, under a name of its own."""
    base = declared.feature
    return family.declare(
        base.source,
        f"{base.name}_{name}",
        transform,
        zh.format(base.zh),
        en.format(base.en),
        observer=base.observer,
    )
