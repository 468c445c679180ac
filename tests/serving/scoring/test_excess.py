"""Above the grid an expected count stands beside what is usual of the unit, and a new entry is one that was not there before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features import read_city
from riskwarn.words import Unit
from serving.columns.places import LevelOfPlaces, Places
from serving.columns.scores import Scores, as_arrow, from_arrow
from serving.scoring import usual
from serving.snapshots.frames import scores_frame
from tests.conftest import Town
from training.labels.targets import target_events


def test_usual_is_the_own_mean_of_two_years_and_tells_no_single_event(town: Town) -> None:
    table = scores_frame(town.home, town.published.snapshot)
    city = read_city(town.home)
    calendar, events = city.calendar, target_events(city, "conflict")
    since, until = calendar.instant(calendar.shift(city.as_of, -104)), calendar.instant(city.as_of)
    inside = events.known_before(until) & (events.counted_at >= since)
    own = table[(table.target == "conflict") & (table.horizon == 4)]
    assert own[own.unit == "grid"].usual_count.isna().all()  # a history of one grid is never told
    communities, total = city.geography.units[Unit.COMMUNITY], events.count[inside].sum()
    said = {}
    for unit in (Unit.COMMUNITY, Unit.TOWN, Unit.CITY):
        told = own[own.unit == unit.value].set_index("code").loc[list(city.geography.units[unit].codes)]
        said[unit] = told.usual_count.to_numpy() * 104 / 4
        assert (told.excess_noise > 0).all()
    assert said[Unit.CITY].sum() == pytest.approx(total, rel=0.05)
    # What is told of a unit is the sum of what is told of its parts; none tells what came in one.
    assert said[Unit.TOWN].sum() == pytest.approx(said[Unit.COMMUNITY].sum(), rel=1e-3)
    counts = np.bincount(communities.of_grid[events.grid[inside]], events.count[inside], len(communities.codes))
    assert (np.abs(said[Unit.COMMUNITY] - counts) > 0.1).any()
    assert np.corrcoef(said[Unit.COMMUNITY], counts)[0, 1] > 0.9
    assert own[own.unit == "city"].usual_count.iloc[0] > 0


def test_usual_does_not_tell_one_event_of_a_grid_from_two() -> None:
    rng = np.random.default_rng(7)
    counts = rng.choice([1.0, 2.0, 4.0], 400, p=[0.7, 0.2, 0.1])
    few = np.flatnonzero(counts < 3)
    other = counts.copy()
    other[few] = rng.permutation(counts[few])
    assert (counts != other).any() and (usual._told(counts) == usual._told(other)).all()
    assert usual._told(counts).sum() == pytest.approx(counts.sum(), rel=0.05)
    # Were all of them single, and told as that on the mean, each would be known to be.
    single = np.ones(400)
    assert usual._told(single).sum() == usual._told(np.where(np.arange(400) < 20, 2.0, 1.0)).sum() == pytest.approx(420)
    # Of few there is no number of all beside what each is told as.
    assert usual._told(np.ones(5)).tolist() == usual._told(np.full(5, 2.0)).tolist()


def scores(rank: list[int], previous: list[int]) -> Scores:
    """Four units, of which only ranks are given, and the first has a usual count."""
    size = len(rank)
    nothing, whole = np.full(size, np.nan), np.full(size, -1, dtype=np.int32)
    small = np.full(size, -1, dtype=np.int8)
    usual = np.array([2.0, 0.0] + [np.nan] * (size - 2))
    return Scores(
        score=nothing, expected_count=np.full(size, 3.0), lower=whole, upper=whole, per_10000=nothing,
        rank=np.array(rank, dtype=np.int32), rank_lower=whole, rank_upper=whole, level=small, known=small, change=nothing,
        change_noise=nothing, before=nothing, previous_rank=np.array(previous, dtype=np.int32), usual_count=usual,
        excess_noise=np.full(size, 0.5),
    )  # fmt: skip


def test_new_entries_are_units_that_were_not_among_the_first_before() -> None:
    assert scores([1, 2, 3, 4], [1, 3, 2, -1]).entered(2).tolist() == [False, True, False, False]
    # A unit that the snapshot before did not have is new; where there was no snapshot before, nobody is.
    assert scores([1, 2, 3, 4], [1, -1, 2, 3]).entered(2).tolist() == [False, True, False, False]
    assert not scores([1, 2, 3, 4], [-1] * 4).entered(2).any()


def test_the_stable_share_is_of_the_first_of_before() -> None:
    assert scores([1, 2, 3, 4], [1, 3, 2, -1]).stays(2) == 0.5
    assert scores([1, 2, 3, 4], [2, 1, 3, 4]).stays(2) == 1.0
    # The second of before is gone: of those that are still there the first stays.
    assert scores([1, 2, 3, 4], [1, 3, 4, 5]).stays(2) == 1.0
    assert scores([1, 2, 3, 4], [-1] * 4).stays(2) is None


def test_a_change_is_beyond_its_noise_or_not_and_nothing_is_said_where_either_is_not_known() -> None:
    made = replace(
        scores([1, 2, 3, 4], [1, 2, 3, 4]),
        change=np.array([0.03, -0.03, 0.03, np.nan]), change_noise=np.array([0.02, 0.04, np.nan, 0.02]),
    )  # fmt: skip
    assert made.changed(0) == {"change": 0.03, "change_noise": 0.02, "change_beyond_noise": True}
    assert made.changed(1) == {"change": -0.03, "change_noise": 0.04, "change_beyond_noise": False}
    assert made.changed(2) == {"change": 0.03, "change_noise": None, "change_beyond_noise": None}
    assert made.changed(3) == {"change": None, "change_noise": None, "change_beyond_noise": None}


def test_excess_is_a_difference_a_ratio_and_their_noise() -> None:
    made = scores([1, 2, 3, 4], [1, 2, 3, 4])
    assert made.excess(0) == {"difference": 1.0, "ratio": 1.5, "noise": 0.5}
    assert made.excess(1) == {"difference": 3.0, "ratio": None, "noise": 0.5}  # nothing is no measure of how many times
    assert made.excess(2) is None


def test_the_rank_before_is_the_one_that_was_published(town: Town) -> None:
    """The first snapshot has none, and none of its units is new."""
    table = scores_frame(town.home, town.published.snapshot)
    assert table.previous_rank.isna().all()
    assert table["rank"].min() == pytest.approx(1)


def test_a_snapshot_from_before_these_columns_is_read_as_one_that_does_not_know_them() -> None:
    made = scores([1, 2], [1, 2])
    places = Places(
        {
            unit: LevelOfPlaces(
                ("a", "b"), ("a", "b"), np.zeros(2, dtype=np.int32), np.full(2, np.nan), np.zeros(2, dtype=bool)
            )
            for unit in Unit
        }
    )
    (part, *_) = as_arrow(places, {("conflict", 4): dict.fromkeys(Unit, made)})
    older = from_arrow(part.drop_columns(["previous_rank", "usual_count", "excess_noise"]))
    assert older.previous_rank.tolist() == [-1, -1] and np.isnan(older.usual_count).all()
    assert older.excess(0) is None and not older.entered(1).any()
    assert older.expected_count.tolist() == made.expected_count.tolist()
