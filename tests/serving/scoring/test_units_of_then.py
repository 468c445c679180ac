"""What a snapshot before published of a unit stands beside the unit of today only where both hold the same grids."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from experiments.benchmarks import made_snapshot
from experiments.benchmarks.made_snapshot import made_content, publish_made
from riskwarn.home import make_home
from riskwarn.settings import Settings
from riskwarn.words import Unit
from serving.alerts.past import Published
from serving.columns.members import rows_of_then
from serving.columns.places import LevelOfPlaces, Places
from serving.scoring.city import Before
from serving.snapshots.cut import cut, inside_of
from serving.snapshots.files import Content
from serving.snapshots.published import named
from serving.snapshots.snapshot import load_snapshot

BLOCK = ("conflict", 4)
DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 3, tzinfo=UTC)

#: Two grids a community, two communities a town, two towns a district, two districts.
PARTS = {Unit.GRID: 2, Unit.COMMUNITY: 2, Unit.TOWN: 2, Unit.DISTRICT: 2}
GRIDS = 16


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_snapshot, "PARTS", PARTS)


def city(counts: float = 1.0, moved: bool = False) -> Content:
    """Of each grid so much is expected, and a hundred times as much of each unit above, as if it were no sum; the second town of the first
    district in the second district, or not."""
    made = made_content(GRIDS, ("conflict",), (4,))
    if moved:
        made.places[Unit.TOWN].parents[1] = 1
    by_unit = {
        unit: replace(one, expected_count=np.full(len(one.rank), counts * (1 if unit is Unit.GRID else 100)))
        for unit, one in made.scores[BLOCK].items()
    }
    return replace(made, scores={BLOCK: by_unit})


def without_the_last_grid(places: Places) -> Places:
    grids = places[Unit.GRID]
    left = LevelOfPlaces(
        grids.codes[:-1], grids.names[:-1], grids.parents[:-1], grids.residents[:-1], grids.suppressed[:-1]
    )
    return Places({**places.levels, Unit.GRID: left})


def expected(then: Content, now: Places, unit: Unit) -> list[float | None]:
    found = Before(then.places, then.scores).expected(BLOCK, now, unit)
    return [None if np.isnan(one) else float(one) for one in found]


def test_of_a_unit_of_the_same_grids_what_was_published_is_told() -> None:
    then, now = city(), city(moved=True).places
    assert expected(then, now, Unit.TOWN) == [100.0] * 4
    assert expected(then, now, Unit.CITY) == [100.0]
    assert Before(then.places, then.scores).ranks(BLOCK, now, Unit.TOWN).tolist() == then.scores[BLOCK][Unit.TOWN].rank.tolist()  # fmt: skip


def test_of_a_unit_of_other_grids_those_that_it_holds_today_are_summed() -> None:
    then, now = city(), city(moved=True).places
    assert expected(then, now, Unit.DISTRICT) == [4.0, 12.0]
    assert Before(then.places, then.scores).ranks(BLOCK, now, Unit.DISTRICT).tolist() == [-1, -1]


def test_of_a_unit_with_a_grid_that_was_not_there_nothing_is_known() -> None:
    now = city().places
    then = replace(city(), places=without_the_last_grid(now))
    assert expected(then, now, Unit.DISTRICT) == [100.0, None]
    assert expected(then, now, Unit.CITY) == [None]


def test_of_a_unit_that_lost_a_grid_those_that_are_left_are_summed() -> None:
    then = city()
    now = without_the_last_grid(then.places)
    assert expected(then, now, Unit.DISTRICT) == [100.0, 7.0]
    assert expected(then, now, Unit.COMMUNITY) == [*[100.0] * 7, 1.0]


def test_codes_that_changed_hands_are_not_taken_for_the_same() -> None:
    then, now = city().places, city().places
    now.levels[Unit.TOWN].parents[:] = [1, 1, 0, 0]
    assert rows_of_then(then, now, Unit.DISTRICT).tolist() == [-1, -1]
    assert rows_of_then(then, now, Unit.TOWN).tolist() == [0, 1, 2, 3]


def test_the_own_past_of_a_unit_is_that_of_the_grids_that_it_holds(tmp_path: Path) -> None:
    """Twelve quiet weeks with a town that has left the district since would hide a jump of what is left, or make one."""
    home = make_home(tmp_path / "home", Settings(threads=1))
    for weeks, content in ((3, city(2.0)), (2, city(1.0)), (1, city(1.0, moved=True))):
        publish_made(home, content, DAY - timedelta(weeks=weeks), NOW - timedelta(weeks=weeks))
    past = Published(home, DAY, city(moved=True).places)
    values = {unit: [one.tolist() for _, one in past.values(BLOCK, unit, date.min)] for unit in Unit}
    assert values[Unit.DISTRICT] == [[100.0, 100.0], [4.0, 12.0], [8.0, 24.0]]
    assert values[Unit.TOWN] == [[100.0] * 4, [100.0] * 4, [200.0] * 4]
    assert values[Unit.CITY] == [[100.0], [100.0], [200.0]]
    assert [len(one) for one in values[Unit.GRID]] == [GRIDS] * 3


def test_of_a_snapshot_that_compared_by_codes_a_part_is_told_no_change_of_a_unit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path / "home", Settings(threads=1))
    newer = publish_made(home, city(), DAY, NOW)
    monkeypatch.setattr(made_snapshot, "BY_MEMBERS", "codes")
    older = publish_made(home, city(), DAY - timedelta(weeks=1), NOW)
    for one, told in ((newer, True), (older, False)):
        whole = load_snapshot(home, named(home, one))
        part = cut(whole, inside_of(whole.places, [("district", "D0000000")])).scores[BLOCK]
        for unit in Unit:
            own, all_of_it = part[unit], whole.scores[BLOCK][unit]
            shown = told or unit is Unit.GRID
            assert np.isnan(own.change).tolist() == [not shown] * len(own.change)
            assert not np.isnan(all_of_it.change).any()
