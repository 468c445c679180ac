"""Who lives there and how, in numbers by grid as they were known; and counts per head."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.declaration import SHORT_AND_LONG, Declared, Subject
from features.families.counts import count
from features.matrix import Feature
from features.panel import Array, Panel, column
from riskwarn.words import Quantity

#: Proxies of origin and poverty (migrants, registration, rentals) are left out on purpose.
NUMBERS = {
    "population": ("常住人口", "residents", Quantity.EXTENSIVE),
    "households": ("户数", "households", Quantity.EXTENSIVE),
    "share_over_65": ("65岁以上占比", "share over 65", Quantity.INTENSIVE),
    "share_under_15": ("15岁以下占比", "share under 15", Quantity.INTENSIVE),
    "living_alone_over_65": ("独居老人数", "people over 65 living alone", Quantity.EXTENSIVE),
    "buildings": ("楼栋数", "buildings", Quantity.EXTENSIVE),
    "density": ("人口密度", "residents per km²", Quantity.INTENSIVE),
    "housing_age": ("房屋平均年限", "mean age of housing in years", Quantity.INTENSIVE),
    "area_km2": ("网格面积", "area in km²", Quantity.EXTENSIVE),
}


def number(panel: Panel, name: str) -> Array:
    """(columns, grids) the newest number known at each column, NaN where none is."""

    def make() -> Array:
        rows = panel.city.demographics
        values = np.full((panel.columns, panel.grids), np.nan)
        if len(rows) == 0:
            return values
        rows = rows[rows[name].notna()]
        known = column(rows, "known_at")
        first = np.where(np.isnat(known), 0, np.searchsorted(panel.edges, known, side="right"))
        # Rows are sorted by grid and time, so that a newer survey overwrites the older one from its column on.
        for grid, start, value in zip(rows["grid"], first, rows[name], strict=True):
            values[start:, grid] = value
        return values

    return panel.keep(("number", name), make)


def residents() -> Iterator[Declared]:
    """The numbers themselves."""
    for name, (zh, en, quantity) in NUMBERS.items():
        yield Declared(
            Feature(name, "residents", "demographics", zh, en, quantity),
            lambda panel, name=name: number(panel, name),  # type: ignore[misc]
        )


def per_head(subject: Subject) -> Iterator[Declared]:
    """Records of the long window per 1,000 residents."""
    window = SHORT_AND_LONG[subject.period][-1]

    def compute(panel: Panel) -> Array:
        population = number(panel, "population")
        return 1000 * count(panel, subject.source, window) / np.where(population > 0, population, np.nan)

    yield Declared(
        Feature(
            f"{subject.source}_per_1000_{window}",
            "residents",
            subject.source,
            f"近{window}{subject.zh_period}每千人{subject.zh}数",
            f"{subject.en} per 1,000 residents in the last {subject.en_time(window)}",
            Quantity.INTENSIVE,
        ),
        compute,
    )
