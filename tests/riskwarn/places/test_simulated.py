"""The simulated city was re-drawn half-way, and one of its towns moved: its exports lead back to where things happened."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features import City, read_city
from riskwarn.home import make_home
from riskwarn.settings import Settings
from riskwarn.simulate import SimulatedCity, simulate_city, write_exports
from riskwarn.simulate.exports import grid_ids
from riskwarn.simulate.redrawing import former_grids
from riskwarn.store import Store
from riskwarn.words import Unit
from tests.riskwarn.places.totals import rolled_up
from tests.worlds import load

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def simulated() -> SimulatedCity:
    return simulate_city(110, 40, 3)


@pytest.fixture(scope="module")
def told(simulated: SimulatedCity, tmp_path_factory: pytest.TempPathFactory) -> tuple[City, Store]:
    folder = tmp_path_factory.mktemp("city")
    home = make_home(folder / "home", Settings())
    for export in write_exports(simulated, folder / "exports", simulated.as_of):
        account = load(home, export.source, folder / "exports" / export.file)
        assert set(account.reasons) <= {"not_loaded"}, (export.file, account.reasons)
    return read_city(home, simulated.as_of), Store(home)


def test_the_grids_of_today_are_those_of_the_truth(simulated: SimulatedCity, told: tuple[City, Store]) -> None:
    assert set(told[0].geography.grid_ids) == set(grid_ids(simulated.world))
    assert all(day >= simulated.redrawing.day for day in simulated.states)


def test_cases_of_redrawn_grids_come_to_where_they_happened(simulated: SimulatedCity, told: tuple[City, Store]) -> None:
    """Hazards have coordinates; disputes go by weight, whole, and none gets lost."""
    city, _ = told
    former = former_grids(simulated.world, simulated.redrawing)
    touched = {grid_ids(simulated.world)[part] for one in former for part, _ in one.parts}
    assert {len(one.parts) for one in former} == {1, 2}
    for source, exact in (("hazards", True), ("disputes", False)):
        cases = getattr(simulated, source)
        known = cases[cases["registered"] < pd.Timestamp(simulated.as_of)]
        happened = known["grid"].map(pd.Series(grid_ids(simulated.world))).value_counts()
        found = pd.Series([city.geography.grid_ids[grid] for grid in city.beliefs[source]["grid"]]).value_counts()
        if exact:
            assert all(found.get(grid, 0) == happened.get(grid, 0) for grid in touched)
        else:
            believed = city.beliefs[source]
            now = believed[believed["believed_to"] > pd.Timestamp("2200-01-01")]
            assert (now["grid"] >= 0).all()
            assert abs(len(now) - len(known)) <= 0.02 * len(known), "some were declared void"


def test_the_town_that_moved_is_in_its_new_district_and_was_in_its_old_one(
    simulated: SimulatedCity, told: tuple[City, Store]
) -> None:
    drawn = simulated.redrawing
    assert drawn.moved_town is not None
    town = f"ZJ{drawn.moved_town:04d}"
    for day, district in ((drawn.moved_on - timedelta(days=1), "QX000"), (simulated.as_of, "QX001")):
        places = _geography(told[1], day)
        towns, districts = places.units[Unit.TOWN], places.units[Unit.DISTRICT]
        grid = int(np.flatnonzero(towns.of_grid == towns.codes.index(town))[0])
        assert districts.codes[districts.of_grid[grid]] == district
        assert dict(zip(towns.codes, towns.parents, strict=True))[town] == district


def _geography(store: Store, day: date):  # type: ignore[no-untyped-def]
    from riskwarn.configuration import Configuration
    from riskwarn.geography import geography, lineage

    redrawn = lineage(store.versions("grid_lineage"), day, Configuration().calendar)
    return geography(store.versions("grids"), day, "x", redrawn, store.versions("service_areas"))


def test_calls_find_their_place_on_four_rungs(told: tuple[City, Store]) -> None:
    city, store = told
    rungs = store.versions("hotline", ["located_by"])["located_by"].value_counts(normalize=True)
    assert set(rungs.index) == {"places", "coordinates", "community", "service_area"}
    believed = city.beliefs["hotline"]
    grids = np.bincount(believed.loc[believed["grid"] >= 0, "grid"], minlength=len(city.geography))
    above = np.bincount(believed.loc[believed["above"] >= 0, "above"], minlength=len(city.geography.above))
    for unit in (Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT, Unit.CITY):
        assert rolled_up(city.geography, unit, grids, above).sum() == pytest.approx(len(believed)), unit


def test_residents_were_counted_in_the_old_grids_and_all_live_on(
    simulated: SimulatedCity, told: tuple[City, Store]
) -> None:
    city, store = told
    counted = store.versions("demographics")["population"].sum()
    assert city.demographics["population"].sum() == pytest.approx(counted)
    assert len(city.demographics) == simulated.world.grids


def test_before_the_redrawing_the_offices_knew_nothing_of_it(simulated: SimulatedCity, tmp_path: Path) -> None:
    day = simulated.redrawing.day - timedelta(days=7)
    files = {export.source for export in write_exports(simulated, tmp_path, day)}
    assert "grid_lineage" not in files
