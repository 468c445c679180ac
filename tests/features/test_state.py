"""The second law: a state that is brought up to the store gives the numbers of building from scratch, or is not used."""

from __future__ import annotations

import gc
import json
import weakref
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from features import build_features, read_city
from features.incremental import files as kept
from features.incremental import incremental, state
from features.incremental.incremental import known_city, newest_features
from features.testing import assert_same
from riskwarn.home import Home
from tests.features.test_laws import START, Case, cases, exported, with_a_source_of_its_own
from tests.worlds import load, write_csv


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Gives new folders: one test tries many worlds."""
    return lambda: tmp_path_factory.mktemp("world")


def exports(home: Home, folder: Path, world: list[Case], weeks: int) -> None:
    """Load what the departments hand over after so many weeks."""
    until = START + timedelta(weeks=weeks)
    for source, rows in exported(world, until).items():
        if rows:
            load(home, source, write_csv(folder / f"{source}{weeks}.csv", rows), exported_at=until.astimezone())


def same_as_from_scratch(home: Home, weeks: int) -> incremental.Newest:
    as_of = (START + timedelta(weeks=weeks)).date()
    newest = newest_features(home, as_of)
    city = read_city(home, as_of)
    assert_same(newest.matrix, build_features(city, [as_of]))
    assert newest.matrix.provenance == build_features(city, [as_of]).provenance
    return newest


@settings(max_examples=4, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
@given(world=cases(), weeks=st.integers(9, 14), renewed=st.booleans(), young=st.sampled_from([0, 28]))
@pytest.mark.slow
def test_bringing_up_to_date_is_building_anew(
    fresh: Any, world: list[Case], weeks: int, renewed: bool, young: int
) -> None:
    """Whether the state is kept anew each time or never, and wherever the older versions of a record are found."""
    folder = fresh()
    if not any(case.registered < START + timedelta(weeks=weeks) for case in world):
        return
    home = with_a_source_of_its_own(folder)
    with (
        patch.object(incremental, "_RENEWED", 0.0 if renewed else 100.0),
        patch.object(state, "_YOUNG", np.timedelta64(young, "D")),
    ):
        for step, at in enumerate((weeks, weeks + 1, weeks + 4)):
            exports(home, folder, world, at)
            assert same_as_from_scratch(home, at).from_state == (step > 0)


def test_a_record_that_is_forgotten_is_found_out(fresh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The law is worth something: a correction that is only added, and not put in its record's place, counts twice."""
    folder = fresh()
    home = with_a_source_of_its_own(folder)
    world = [Case(n, n % 4, START + timedelta(weeks=3), START + timedelta(weeks=3), START + timedelta(weeks=9), n == 1, "邻里", "一般", False) for n in range(4)]  # fmt: skip
    exports(home, folder, world, 8)
    same_as_from_scratch(home, 8)
    exports(home, folder, world, 10)
    nothing = np.empty(0, dtype=np.int64)
    monkeypatch.setattr(kept, "places_among", lambda ids, sought: nothing)
    with pytest.raises(AssertionError):
        same_as_from_scratch(home, 10)


@pytest.mark.slow
def test_a_state_is_used_only_where_it_holds(fresh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fresh()
    home = with_a_source_of_its_own(folder)
    world = [Case(n, n % 4, START + timedelta(weeks=n), START + timedelta(weeks=n), None, False, "邻里", "一般", False) for n in range(8)]  # fmt: skip
    exports(home, folder, world, 8)
    assert not same_as_from_scratch(home, 8).from_state
    assert same_as_from_scratch(home, 9).from_state
    described = home.features / "state" / "state.json"
    before = described.read_text()
    # Another phase of the week.
    as_of = (START + timedelta(weeks=9, days=2)).date()
    assert not newest_features(home, as_of).from_state
    described.write_text(before)
    # Another definition: the code that makes the numbers is part of the state's name.
    monkeypatch.setattr(state, "encoding_version", lambda configuration: "another")
    assert not newest_features(home, as_of).from_state
    monkeypatch.undo()
    # A load that was taken back.
    described.write_text(before)
    told = json.loads(before)
    told["files"]["disputes"].append("disputes/gone.parquet")
    described.write_text(json.dumps(told))
    assert not same_as_from_scratch(home, 9).from_state
    # Half a file is no state.
    described.write_text(before[:40])
    assert not same_as_from_scratch(home, 9).from_state
    assert same_as_from_scratch(home, 9).from_state
    cut = next(described.parent.glob("*.records"))
    cut.write_bytes(cut.read_bytes()[:-1])
    assert not same_as_from_scratch(home, 9).from_state


def test_what_is_believed_of_a_large_source_is_held_until_the_next_is_asked_for(fresh: Any) -> None:
    folder = fresh()
    home = with_a_source_of_its_own(folder)
    world = [Case(n, n % 4, START + timedelta(weeks=n), START + timedelta(weeks=n), None, False, "邻里", "一般", False) for n in range(8)]  # fmt: skip
    exports(home, folder, world, 8)
    city, _ = known_city(home, (START + timedelta(weeks=8)).date())
    first, second, *_ = city.beliefs
    held = weakref.ref(city.beliefs[first])
    assert city.beliefs[first] is held()
    assert len(city.beliefs[second])
    gc.collect()
    assert held() is None
