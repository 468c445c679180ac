"""Who lives there and how, in numbers by grid as they were known; counts per head; how much there is to go wrong."""

from __future__ import annotations

from collections.abc import Iterator

from features.families.declaration import Declared, Family, Subject
from features.transforms.amounts import Count
from features.transforms.residents import SOURCE, LogNumber, Per, PerThousandResidents, Surveyed
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


def residents() -> Iterator[Declared]:
    """The numbers themselves, and what follows from them."""
    for name, (zh, en, quantity, unit) in NUMBERS.items():
        yield RESIDENTS.declare(SOURCE, name, Surveyed(name, quantity, unit), zh, en)
    for name, transform, zh, en in (
        (
            "residents_per_household",
            Per("population", "households", "people"),
            "户均人口",
            "residents per household",
        ),
        ("residents_per_building", Per("population", "buildings", "people"), "栋均人口", "residents per building"),
        (
            "alone_per_1000",
            Per("living_alone_over_65", "population", "people per 1,000", 1000.0),
            "每千人独居老人数",
            "over 65 living alone per 1,000",
        ),
    ):
        yield EXPOSURE.declare(SOURCE, name, transform, zh, en)
    yield EXPOSURE.declare(
        SOURCE, "log_population", LogNumber("population"), "常住人口（对数）", "logarithm of residents"
    )


def proxies() -> Iterator[Declared]:
    """Shares of migrants and rentals: proxies of origin and poverty. Off by default; audited where they are switched on."""
    for name, above, below, zh, en in (
        ("share_migrant", "migrant_population", "population", "流动人口占比", "share of migrants"),
        ("rentals_per_household", "rental_units", "households", "户均出租房数", "rental units per household"),
    ):
        yield PROXIES.declare(SOURCE, name, Per(above, below), zh, en)


def per_head(subject: Subject) -> Iterator[Declared]:
    """Records of the long window and of the year per 1,000 residents."""
    for window in (SHORT_AND_LONG[subject.period][-1], YEAR[subject.period]):
        yield RESIDENTS.declare(
            subject.source,
            f"{subject.source}_per_1000_{window}",
            PerThousandResidents(Count(subject.source, window)),
            f"{subject.zh_last(window)}每千人{subject.zh}数",
            f"{subject.en} per 1,000 residents {subject.en_last(window)}",
        )
