"""Who lives there and how, in numbers by grid as they were known; counts per head; how much there is to go wrong."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.engine.spans import NEVER
from features.engine.sums import Reals
from features.families.counts import count
from features.families.declaration import Declared, Family, Subject
from features.panel.panel import Panel
from features.panel.partition import GRID, LOCAL
from features.windows import SHORT_AND_LONG, YEAR
from riskwarn.words import Quantity

RESIDENTS = Family("residents", theme="residents")
EXPOSURE = Family("exposure", theme="residents")
PROXIES = Family("proxies", theme="residents")

#: Name: (Chinese, English, quantity, unit).
NUMBERS = {
    "population": ("常住人口", "residents", Quantity.EXTENSIVE, "people"),
    "households": ("户数", "households", Quantity.EXTENSIVE, "households"),
    "share_over_65": ("65岁以上占比", "share over 65", Quantity.INTENSIVE, ""),
    "share_under_15": ("15岁以下占比", "share under 15", Quantity.INTENSIVE, ""),
    "living_alone_over_65": ("独居老人数", "people over 65 living alone", Quantity.EXTENSIVE, "people"),
    "buildings": ("楼栋数", "buildings", Quantity.EXTENSIVE, "buildings"),
    "density": ("人口密度", "residents per km²", Quantity.INTENSIVE, "people per km²"),
    "housing_age": ("房屋平均年限", "mean age of housing in years", Quantity.INTENSIVE, "years"),
    "area_km2": ("网格面积", "area in km²", Quantity.EXTENSIVE, "km²"),
}


def number(panel: Panel, name: str) -> Reals:
    """(columns, grids) the newest number known at each column, NaN where none is."""

    def make() -> Reals:
        rows = panel.records("demographics")
        values = np.full((panel.columns, panel.grids), np.nan)
        if name not in rows:
            return values
        amount = rows[name]
        held = np.flatnonzero(~np.isnan(amount) & (rows["start"] < NEVER))
        # Rows are sorted by grid and time, so that a newer survey overwrites the older one from its column on.
        grid, start = rows["grid"][held], np.maximum(rows["start"][held].astype(np.int64) - panel.begin, 0)
        inside = start < panel.columns
        values[start[inside], grid[inside]] = amount[held][inside]
        surveyed = np.zeros(panel.columns, dtype=bool)
        surveyed[start[inside]] = True
        for column in range(1, panel.columns):
            if surveyed[column]:
                unknown = np.isnan(values[column])
                values[column, unknown] = values[column - 1, unknown]
            else:
                values[column] = values[column - 1]
        return values

    if panel.lens not in (GRID, LOCAL):
        raise ValueError("the numbers of residents are read for grids; sum them over the unit's grids")
    return panel.keep(("number", name), make)


def residents() -> Iterator[Declared]:
    """The numbers themselves, and what follows from them."""
    for name, (zh, en, quantity, unit) in NUMBERS.items():
        yield RESIDENTS.feature(
            "demographics",
            name,
            zh,
            en,
            lambda panel, name=name: number(panel, name),  # type: ignore[misc]
            quantity=quantity,
            transform="newest",
            unit=unit,
        )
    for name, above, below, zh, en, unit in (
        ("residents_per_household", "population", "households", "户均人口", "residents per household", "people"),
        ("residents_per_building", "population", "buildings", "栋均人口", "residents per building", "people"),
        (
            "alone_per_1000",
            "living_alone_over_65",
            "population",
            "每千人独居老人数",
            "over 65 living alone per 1,000",
            "people per 1,000",
        ),
    ):
        yield EXPOSURE.feature(
            "demographics",
            name,
            zh,
            en,
            lambda panel, above=above, below=below, name=name: (  # type: ignore[misc]
                (1000.0 if name.endswith("1000") else 1.0) * number(panel, above) / positive(number(panel, below))
            ),
            quantity=Quantity.INTENSIVE,
            transform="ratio",
            unit=unit,
        )
    yield EXPOSURE.feature(
        "demographics",
        "log_population",
        "常住人口（对数）",
        "logarithm of residents",
        lambda panel: np.log(positive(number(panel, "population"))),
        quantity=Quantity.INTENSIVE,
        transform="log",
        unit="",
    )


def proxies() -> Iterator[Declared]:
    """Shares of migrants and rentals: proxies of origin and poverty. Off by default; audited where they are switched on."""
    for name, above, below, zh, en in (
        ("share_migrant", "migrant_population", "population", "流动人口占比", "share of migrants"),
        ("rentals_per_household", "rental_units", "households", "户均出租房数", "rental units per household"),
    ):
        yield PROXIES.feature(
            "demographics",
            name,
            zh,
            en,
            lambda panel, above=above, below=below: number(panel, above) / positive(number(panel, below)),  # type: ignore[misc]
            quantity=Quantity.INTENSIVE,
            transform="ratio",
            unit="",
        )


def per_head(subject: Subject) -> Iterator[Declared]:
    """Records of the long window and of the year per 1,000 residents."""
    for window in (SHORT_AND_LONG[subject.period][-1], YEAR[subject.period]):
        yield RESIDENTS.feature(
            subject.source,
            f"{subject.source}_per_1000_{window}",
            f"{subject.zh_last(window)}每千人{subject.zh}数",
            f"{subject.en} per 1,000 residents {subject.en_last(window)}",
            lambda panel, window=window: (  # type: ignore[misc]
                count(panel, subject.source, window) * panel.keep("per 1000", lambda: 1000 / residents_of(panel))
            ),
            quantity=Quantity.INTENSIVE,
            transform="ratio",
            unit="records per 1,000",
            window=window,
        )


def residents_of(panel: Panel) -> Reals:
    """(columns, grids) residents, NaN where there are none or nobody knows."""
    return positive(number(panel, "population"))


def positive(values: Reals) -> Reals:
    """The values, NaN where they are not above zero."""
    return np.where(values > 0, values, np.nan)
