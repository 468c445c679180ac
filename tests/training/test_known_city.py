"""Training reads the kept state: all that it learns from is, in every bit, what the store would have told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features import City, read_city
from features.encoding.encoded_city import Encoded, encoded
from features.incremental import incremental
from features.incremental.incremental import known_city, newest_features
from features.incremental.state import State
from riskwarn.errors import NothingKnown
from riskwarn.home import Home
from tests.conftest import Town
from tests.features.test_laws import START, Case, with_a_source_of_its_own
from tests.features.test_state import exports
from training import train
from training.labels.task import make_task
from training.routines.backtest import features_for

WEEKS = 40


def world(weeks: int) -> list[Case]:
    """Disputes of which some escalate, some are corrected and some withdrawn."""
    draw = np.random.default_rng(3)
    found = []
    for number in range(120):
        at = START + timedelta(hours=float(draw.integers(0, weeks * 168)))
        closed = at + timedelta(days=float(draw.integers(1, 40))) if number % 3 else None
        words = ("邻里", "一般") if number % 5 else ("劳资", "较大")
        found.append(Case(number, number % 4, at, at, closed, number % 7 == 0, *words, number % 11 == 0))
    return found


def same_task(home: Home, found: tuple[City, Encoded], city: City) -> None:
    """Features, labels and all that a fit asks of a task are equal in every bit."""
    known, numbers = found
    store = encoded(city)
    assert known.first_known == city.first_known
    assert list(numbers.sources) == list(store.sources)
    for name, rows in store.sources.items():
        for column in rows.names:
            assert np.array_equal(numbers.sources[name][column], rows[column], equal_nan=column == "hours"), (
                name,
                column,
            )
    assert numbers.first_answers == store.first_answers
    assert numbers.first_seen == store.first_seen
    for target in home.configuration.targets:
        if city.configuration.targets[target].source not in city.beliefs:
            continue
        own, other = (features_for(*one) for one in ((known, target), (city, target)))
        left, right = (
            make_task(one, target, 2, matrix, at_hand)
            for one, matrix, at_hand in ((known, own, numbers), (city, other, store))
        )
        assert np.array_equal(own.values, other.values, equal_nan=True)
        assert left.as_of == right.as_of and left.store_version == right.store_version
        for day in left.origins[::7]:
            assert left.embargo(day) == right.embargo(day)
            assert np.array_equal(left.labels(left.origins, day), right.labels(left.origins, day), equal_nan=True)
        for one in ("known", "within", "decayed"):
            given = () if one == "known" else (4,)
            asked, told = (getattr(task.inputs.history, one)(*given) for task in (left, right))
            assert np.array_equal(asked, told), one
        assert np.array_equal(left.feed.counts, right.feed.counts)
        assert left.mature(left.as_of) == right.mature(right.as_of)


@pytest.mark.slow
def test_what_is_learnt_from_the_state_is_what_the_store_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = with_a_source_of_its_own(tmp_path)
    told: list[str] = []

    def progress(what: str, *_: Any) -> None:
        told.append(what)

    exports(home, tmp_path, world(WEEKS + 4), WEEKS)
    as_of = (START + timedelta(weeks=WEEKS)).date()
    same_task(home, known_city(home, as_of, progress=progress), read_city(home, as_of))
    assert "building the state" in told
    # A later export corrects, closes and withdraws; the state is brought up to it, kept anew, and found again.
    exports(home, tmp_path, world(WEEKS + 4), WEEKS + 4)
    later = (START + timedelta(weeks=WEEKS + 4)).date()
    for share, expected in ((100.0, "reading what is new"), (0.0, "keeping the state"), (0.0, "reading what is new")):
        told.clear()
        monkeypatch.setattr(incremental, "_RENEWED", share)
        city, numbers = known_city(home, later, progress=progress)
        assert told[-1] == expected and "building the state" not in told
        same_task(home, (city, numbers), read_city(home, later))
    for source, frame in read_city(home, later).beliefs.items():
        pd.testing.assert_frame_equal(city.beliefs[source], frame)
    assert "petitions" not in city.beliefs or len(city.beliefs["petitions"])


def test_a_look_back_builds_its_numbers_and_leaves_the_state_of_the_newest_as_of(tmp_path: Path) -> None:
    home = with_a_source_of_its_own(tmp_path)
    exports(home, tmp_path, world(WEEKS), WEEKS)
    newest = (START + timedelta(weeks=WEEKS)).date()
    newest_features(home, newest)
    kept = State.read(home)
    assert kept is not None
    # Another day of the week: periods begin on other days.
    back = newest - timedelta(days=17)
    same_task(home, known_city(home, back), read_city(home, back))
    assert State.read(home) == kept
    with pytest.raises(NothingKnown):
        known_city(home, START.date() - timedelta(weeks=3))


@pytest.mark.slow
def test_a_version_trained_from_the_state_is_the_one_trained_from_the_store(town: Town, tmp_path: Path) -> None:
    from training.registry.loading import load_forecaster

    saved = []
    for city in (None, read_city(town.home)):
        [made], _ = train(town.home, target="safety", horizon=4, city=city)
        folder = tmp_path / made.version
        folder.mkdir()
        load_forecaster(town.home, made.version).save(folder)
        saved.append({path.name: path.read_bytes() for path in sorted(folder.iterdir())})
    assert saved[0] == saved[1]
