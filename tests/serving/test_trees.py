"""What was kept of a unit is told to who sees a part of the city where the unit, as it was then, lies wholly inside that part today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from experiments.benchmarks import made_snapshot
from experiments.benchmarks.made_snapshot import made_content, publish_made
from riskwarn.home import Home, make_home
from riskwarn.settings import Settings
from riskwarn.words import Unit
from serving.snapshots import published
from serving.snapshots.cut import inside_of
from serving.snapshots.tables import TREES
from serving.snapshots.trees import Trees
from serving.snapshots.units import places_today
from tests.serving.access.cities import AS_OF, GRIDS, NOW, PARTS

#: Publish a city on a day, of whose nine towns each lies in the district of such a number.
Publish = Callable[[int, list[int]], str]

#: The fourth town lies in the first district before, and then in the second.
BEFORE, AFTER = [0, 0, 0, 0, 1, 1, 2, 2, 2], [0, 0, 0, 1, 1, 1, 2, 2, 2]

FIRST, SECOND, THIRD = (("district", f"D000000{number}") for number in range(3))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "home", Settings(threads=1))


@pytest.fixture
def publish(home: Home, monkeypatch: pytest.MonkeyPatch) -> Publish:
    monkeypatch.setattr(made_snapshot, "PARTS", PARTS)

    def publish(day: int, districts: list[int]) -> str:
        made = made_content(GRIDS, ("conflict",), (1,))
        made.places[Unit.TOWN].parents[:] = districts
        return publish_made(home, made, AS_OF + timedelta(days=day), NOW, salt=f"{day}")

    return publish


def inside(home: Home, snapshot: str, *units: tuple[str, str]) -> set[str]:
    """The towns, districts and the city of then that lie inside some units of today."""
    places = places_today(home)
    assert places is not None
    found = Trees(home).inside(snapshot, inside_of(places, units))
    return {code for unit, code in found if unit in ("town", "district", "city")}


def towns(*numbers: int) -> set[str]:
    return {f"T{number:07}" for number in numbers}


def test_a_unit_of_then_is_told_where_all_its_grids_lie_inside_today(home: Home, publish: Publish) -> None:
    older, newer = publish(0, BEFORE), publish(7, AFTER)
    assert inside(home, newer, FIRST) == {"D0000000", *towns(0, 1, 2)}
    assert inside(home, older, FIRST) == towns(0, 1, 2), "a town that left it was in the district"
    assert inside(home, older, SECOND) == {"D0000001", *towns(3, 4, 5)}, "it has grown: what it was lies inside"
    assert inside(home, older, FIRST, SECOND) == {"D0000000", "D0000001", *towns(*range(6))}
    every = inside(home, older, FIRST, SECOND, THIRD)
    assert every >= {"D0000002", *towns(*range(9))} and len(every) == 9 + 3 + 1, "all of it is the city"


def test_a_district_that_merged_follows_into_the_one_that_took_it_in(home: Home, publish: Publish) -> None:
    older, _ = publish(0, AFTER), publish(7, [0, 0, 0, 0, 0, 0, 2, 2, 2])
    assert inside(home, older, FIRST) == {"D0000000", "D0000001", *towns(*range(6))}


def test_a_tree_is_kept_once(home: Home, publish: Publish) -> None:
    ids = [publish(0, BEFORE), publish(7, AFTER), publish(14, AFTER)]
    digests = [published.named(home, one).manifest["tree"] for one in ids]
    assert digests[1] == digests[2] != digests[0]
    with home.database.connect() as connection:
        assert connection.execute(select(func.count()).select_from(TREES)).scalar_one() == 2
    before, after, same = (Trees(home).extents(one) for one in ids)
    assert {unit for unit in before if before[unit] != after[unit]} == {FIRST, SECOND} and after == same
    trees = Trees(home)
    assert trees.extents(ids[1]) is trees.extents(ids[2])


def test_of_a_tree_that_nobody_knows_or_somebody_changed_nothing_is_told(home: Home, publish: Publish) -> None:
    newer = publish(0, AFTER)
    assert inside(home, newer, FIRST) and inside(home, "2026-01-01-nowhere", FIRST) == set()
    with home.database.begin() as connection:
        [(city, districts)] = connection.execute(select(TREES.c.tree)).scalar_one().items()
        changed = {**districts, "D0000000": {"T0000000": districts["D0000000"]["T0000000"]}}
        connection.execute(update(TREES).values(tree={city: changed}))
    assert inside(home, newer, FIRST) == set()
