"""The seventh law: a city that re-draws its grids keeps every total and every grid that nobody touched.

The world is a street of grids: a drawing is a list of stretches, and a re-drawing splits one, joins two or shifts the border
between two. What happened has a place on the street; offices write down the grid of the day, with coordinates or without.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from features import read_city
from features.testing import check_laws
from riskwarn.geography import carrying
from riskwarn.geography.lineage import Lineage
from riskwarn.home import make_home
from riskwarn.settings import Settings
from riskwarn.words import Unit
from tests.features.street import (
    AS_OF,
    FIRST,
    LENGTH,
    START,
    Happening,
    World,
    always_so,
    assert_same_everywhere,
    assert_totals_stay,
    assert_untouched_stay,
    city,
    grid_table,
    never_redrawn,
    redraw,
    untouched,
    worlds,
)
from tests.riskwarn.places.totals import rolled_up
from tests.worlds import load, write_csv


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Gives new folders: one test tries many worlds."""
    return lambda: tmp_path_factory.mktemp("street")


# No shrinking: a world costs a second, and what fails is told by the assertion.
many = settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@many
@given(world=worlds(), coordinates=st.booleans())
@pytest.mark.slow
def test_redrawing_changes_no_total_and_no_untouched_grid(
    fresh: Callable[[], Path], world: World, coordinates: bool
) -> None:
    before = city(fresh(), never_redrawn(world), coordinates=coordinates)
    after = city(fresh(), world, coordinates=coordinates)
    assert_totals_stay(before, after)
    assert_untouched_stay(before, after, untouched(world))


@many
@given(world=worlds())
@pytest.mark.slow
def test_with_coordinates_history_is_as_if_it_had_been_written_in_the_grids_of_today(
    fresh: Callable[[], Path], world: World
) -> None:
    after = city(fresh(), world, coordinates=True, counts=False)
    assert_same_everywhere(after, city(fresh(), always_so(world), coordinates=True, counts=False))


@settings(many, max_examples=3)
@given(world=worlds(), coordinates=st.booleans())
@pytest.mark.slow
def test_every_feature_keeps_the_laws_of_time_where_grids_are_redrawn(
    fresh: Callable[[], Path], world: World, coordinates: bool
) -> None:
    check_laws(city(fresh(), world, coordinates=coordinates))


CUT = World(
    (
        (date(2024, 1, 1), FIRST),
        (date(2025, 3, 3), redraw(FIRST, "split", 2, 3, False, 0)),
        (date(2025, 3, 24), redraw(redraw(FIRST, "split", 2, 3, False, 0), "shift", 0, 4, True, 1)),
    ),
    tuple(
        Happening(n, n * 7 % LENGTH, START + timedelta(days=n), [None, 1, 300][n % 3], n % 2 == 0, n % 9 + 1)
        for n in range(96)
    ),
)


def test_some_units_are_untouched_and_keep_their_totals(fresh: Callable[[], Path]) -> None:
    before = city(fresh(), never_redrawn(CUT), coordinates=False)
    after = city(fresh(), CUT, coordinates=False)
    for name, rows in before.beliefs.items():
        for unit in (Unit.COMMUNITY, Unit.TOWN, Unit.DISTRICT, Unit.CITY):
            sums = [
                rolled_up(one.geography, unit, np.bincount(told["grid"], told["count"], len(one.geography)))
                for one, told in ((before, rows), (after, after.beliefs[name]))
            ]
            # Both the split and the shift stay inside a community, so that none of them is touched.
            assert np.array_equal(*sums), (name, unit)


def test_a_town_that_moves_to_another_district_takes_its_past_along(fresh: Callable[[], Path]) -> None:
    folder = fresh()
    home = make_home(folder / "home", Settings())
    rows = grid_table(never_redrawn(CUT))
    moved = [{**row, "district": "两江新区", "valid_from": "2025-03-01"} for row in rows if row["town"] == "T0"]
    load(home, "grids", write_csv(folder / "grids.csv", rows))
    load(home, "grids", write_csv(folder / "moved.csv", moved))
    told = [
        {"record_id": f"N{n}", "grid_id": f"G{n % 6}", "occurred_at": START + timedelta(days=n)} for n in range(60)
    ]  # fmt: skip
    told += [{"record_id": "U", "grid_id": "", "community": "C0", "occurred_at": START}]
    load(home, "disputes", write_csv(folder / "d.csv", [{"community": "", **row} for row in told]))
    for day, expected in ((date(2025, 2, 24), {"江北区": 50}), (AS_OF, {"两江新区": 41, "江北区": 20})):
        one = read_city(home, day)
        known = one.beliefs["disputes"][one.beliefs["disputes"]["known_at"] < pd.Timestamp(one.calendar.instant(day))]
        grids = np.bincount(known["grid"][known["grid"] >= 0], minlength=len(one.geography))
        above = np.bincount(known["above"][known["above"] >= 0], minlength=len(one.geography.above))
        sums = rolled_up(one.geography, Unit.DISTRICT, grids, above)
        assert dict(zip(one.geography.units[Unit.DISTRICT].codes, sums, strict=True)) == expected
        assert known["grid"].eq(-1).sum() == 1, "what is located above the grid makes no grid's feature"


def lossy(count: np.ndarray, weights: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """Rounds every part by itself."""
    return np.asarray(np.rint(count[:, None] * weights / weights.sum()).astype(np.int64))


def heedless(self: Lineage) -> dict[str, int]:
    """Takes every grid for re-drawn."""
    return {f"G{number}": len(self.past) for number in range(6)}


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["lossy", "heedless", "blind"])
def test_planted_faults_are_found(fresh: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    before = city(fresh(), never_redrawn(CUT), coordinates=True)
    if fault == "lossy":
        monkeypatch.setattr(carrying, "shared_out", lossy)
        with pytest.raises((AssertionError, ValueError)):
            assert_totals_stay(before, city(fresh(), CUT, coordinates=False))
    elif fault == "heedless":
        # Coordinates in the wrong place: an untouched grid must not even look at them.
        monkeypatch.setattr(Lineage, "touched", heedless)
        monkeypatch.setattr(Lineage, "heirs", lambda self, grid, passed: (("G3", 0.5), ("G5", 0.5)))
        with pytest.raises(AssertionError):
            assert_untouched_stay(before, city(fresh(), CUT, coordinates=False), untouched(CUT))
    else:
        monkeypatch.setattr(carrying.Points, "locate", lambda self, x, y: np.full(len(x), -1))
        with pytest.raises(AssertionError):
            assert_same_everywhere(
                city(fresh(), CUT, coordinates=True, counts=False),
                city(fresh(), always_so(CUT), coordinates=True, counts=False),
            )
