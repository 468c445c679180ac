"""What nobody knows, and what is withheld, is told as no number: not as nought, and not by the parts of what is withheld."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from features import City, FeatureMatrix, build_features, read_city
from features.catalogue.plain import plain_numbers
from features.incremental.incremental import known_city
from features.panel.panel import Encoded, encoded
from riskwarn.words import Unit
from serving.scoring.numbers import Numbers, numbers_of_levels
from serving.scoring.places import Placed, placed
from serving.scoring.reasons import begun
from serving.scoring.sentences import theme_of
from serving.scoring.shown import UNKNOWN
from serving.scoring.statements import said_of
from tests.conftest import Town

NAME = "plain_demographics_population"


@pytest.fixture(scope="module")
def city(town: Town) -> City:
    return read_city(town.home)


@pytest.fixture(scope="module")
def names(city: City) -> list[str]:
    return [row.feature.name for row in plain_numbers(city.configuration)]


def surveyed(city: City, people: dict[int, float | None]) -> City:
    """The city with other residents of some grids; None where nobody counted them."""
    rows = city.demographics
    kept = rows[~rows["grid"].isin([grid for grid, number in people.items() if number is None])].copy()
    for grid, number in people.items():
        kept.loc[kept["grid"] == grid, "population"] = number
    return replace(city, demographics=kept)


def told_of(city: City, names: list[str]) -> tuple[FeatureMatrix, Placed, dict[Unit, Numbers]]:
    matrix, where = build_features(city, [city.as_of], names=names), placed(city)
    return matrix, where, numbers_of_levels(city, matrix, names, where)


def test_residents_whom_nobody_counted_are_told_as_no_number(city: City, names: list[str]) -> None:
    where, numbers = told_of(surveyed(city, {3: None}), names)[1:]
    theme = theme_of(("residents", "demographics"), "conflict", city.configuration)
    for unit in (Unit.GRID, Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT):
        parts = np.array([3]) if unit is Unit.GRID else city.geography.units[unit].of_grid[[3]]
        row = int(np.flatnonzero(where.order[unit] == parts[0])[0])
        codes = numbers[unit].codes(NAME, "population")
        assert codes[row] == UNKNOWN and (codes == UNKNOWN).sum() == 1, unit
        said = said_of(theme, np.arange(len(codes)), np.zeros(len(codes), dtype=bool), numbers[unit])
        assert "常住人口" not in said.words(row, up=False)["zh"], unit
        others = [said.words(other, up=False)["zh"] for other in range(len(codes)) if other != row]
        assert all("常住人口" in one for one in others), unit


def test_what_is_withheld_of_a_community_is_told_by_none_of_its_grids(city: City, names: list[str]) -> None:
    units = city.geography.units[Unit.COMMUNITY]
    few = int(np.bincount(units.of_grid).argmax())
    inside = np.flatnonzero(units.of_grid == few)
    changed = surveyed(city, {int(grid): 30.0 for grid in inside})
    where, numbers = told_of(changed, names)[1:]
    communities = where.places[Unit.COMMUNITY]
    hidden = set(where.order[Unit.COMMUNITY][communities.suppressed].tolist())
    assert few in hidden and len(hidden) > 1, "another beside it"
    of_grid = units.of_grid[where.order[Unit.GRID]]
    withheld = np.isin(of_grid, sorted(hidden))
    around = [name for name in numbers[Unit.GRID].values if name.endswith(("_open_community", "_recent_community"))]
    assert around
    for name in around:
        told = numbers[Unit.GRID].told(name, name.rpartition("_community")[0].rpartition("_")[2] + "_community")
        assert (told[withheld] == UNKNOWN).all() and (told[~withheld] != UNKNOWN).all(), name


def test_records_that_begin_lately_are_told_from_their_beginning(city: City) -> None:
    first = begun(city, encoded(city))
    assert set(first) == set(city.beliefs), "the simulated record is shorter than five years"
    incidents = city.beliefs["incidents"]
    placed_days = np.sort(city.calendar.local_days(incidents["occurred_at"].to_numpy(dtype="datetime64[us]")))
    assert first["incidents"] == date(1970, 1, 1) + timedelta(days=int(placed_days[1 + len(placed_days) // 1000]))
    stray = incidents.copy()
    stray.loc[stray.index[0], "occurred_at"] = pd.Timestamp("1998-01-01")
    assert begun(city, _with_incidents(city, stray))["incidents"] > date(2010, 1, 1)
    long = incidents.assign(occurred_at=incidents["occurred_at"] - pd.DateOffset(years=5))
    assert "incidents" not in begun(city, _with_incidents(city, long))


def _with_incidents(city: City, incidents: pd.DataFrame) -> Encoded:
    return encoded(replace(city, beliefs={**city.beliefs, "incidents": incidents}))


def test_when_records_begin_is_told_from_the_kept_state_without_a_look_at_the_store(town: Town, city: City) -> None:
    known, numbers = known_city(town.home)

    class Unread(dict[str, pd.DataFrame]):
        def __getitem__(self, name: str) -> pd.DataFrame:
            raise AssertionError(f"{name} is read")

        items = values = None  # type: ignore[assignment]

    assert begun(replace(known, beliefs=Unread()), numbers) == begun(city, encoded(city))
