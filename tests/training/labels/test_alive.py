"""Where a feed was not alive nothing is known: a late, a paused and an ended feed make no false zeros."""

from __future__ import annotations

import numpy as np
import pytest

from riskwarn.periods import Period
from tests.training.tasks import AS_OF, made_task
from training.labels.alive import FeedCounts
from training.models.baselines import fit_baselines

GRIDS, PERIODS, RATE = 20, 140, 0.8


def task_of(alive: np.ndarray, district_of_grid: list[int] | None = None):  # type: ignore[no-untyped-def]
    """Events at one rate wherever a district's feed is alive; `alive` (districts, periods)."""
    rng = np.random.default_rng(5)
    place = np.zeros(GRIDS, dtype=int) if district_of_grid is None else np.array(district_of_grid)
    counts = rng.poisson(RATE, (PERIODS, GRIDS)) * alive[place].T
    feed = rng.poisson(30.0, alive.shape) * alive
    every = np.vstack([feed.sum(axis=0), feed]).astype(float)
    columns = {"a": rng.normal(size=(PERIODS + 1, GRIDS))}
    return made_task(columns, counts.astype(float), horizon=4, feed=every, district_of_grid=place.tolist())


def test_a_feed_that_starts_late_leaves_no_false_zeros() -> None:
    alive = np.ones((1, PERIODS), dtype=int)
    alive[:, :100] = 0
    task = task_of(alive)
    mature = task.mature(AS_OF)
    assert (mature[0], len(mature)) == (task.origins[100], PERIODS - 100 - 3)
    history = {one.name: one for one in fit_baselines(task, AS_OF, mature)}["all_history"]
    assert history.predict(task.inputs, [AS_OF]).expected_count.mean() / 4 == pytest.approx(RATE, rel=0.1)


def test_a_pause_of_one_district_censors_its_windows_alone() -> None:
    alive = np.ones((2, PERIODS), dtype=int)
    alive[1, 60:75] = 0
    task = task_of(alive, [0] * 10 + [1] * 10)
    known = task.observed(task.origins[:-4], 0, 4, AS_OF)
    assert known[:, :10].all()
    assert np.flatnonzero(~known[:, 10]).tolist() == list(range(57, 75))
    assert len(task.mature(AS_OF)) == PERIODS - 3, "the other district still tells"


def test_the_last_records_of_a_feed_that_dies_do_not_make_a_quiet_week() -> None:
    feed = np.random.default_rng(3).poisson(60.0, PERIODS).astype(float)
    feed[58:67] = (1, 2, 0, 0, 0, 0, 0, 3, 40)
    found = FeedCounts(np.vstack([feed, feed]), np.zeros(GRIDS, dtype=np.int64), Period.WEEK).alive(PERIODS)
    assert np.flatnonzero(~found[0]).tolist() == list(range(58, 66))
    feed[58:67] = (1, 2, 30, 30, 30, 30, 30, 3, 40)  # no silence: weeks of the city, however odd
    assert FeedCounts(np.vstack([feed, feed]), np.zeros(GRIDS, dtype=np.int64), Period.WEEK).alive(PERIODS).all()


def test_a_feed_that_ended_makes_no_labels_after_its_end() -> None:
    alive = np.ones((1, PERIODS), dtype=int)
    alive[:, 110:] = 0
    assert task_of(alive).mature(AS_OF)[-1] == task_of(alive).origins[106]


def test_what_was_not_known_yet_does_not_censor() -> None:
    alive = np.ones((1, PERIODS), dtype=int)
    alive[:, 110:] = 0
    task = task_of(alive)
    assert task.observed([task.origins[108]], 0, 4, task.origins[112]).all(), "two quiet weeks are no silence yet"


def test_a_rare_feed_is_not_called_silent_for_its_luck() -> None:
    counts = np.random.default_rng(1).poisson(0.3, (1, 200)).astype(float)
    feed = FeedCounts(np.vstack([counts, counts]), np.zeros(1, dtype=np.int64), Period.WEEK)
    assert feed.alive(200).all()


def test_a_monthly_feed_is_alive_between_its_deliveries() -> None:
    counts = np.zeros((1, 120))
    counts[0, ::5] = 200
    feed = FeedCounts(np.vstack([counts, counts]), np.zeros(1, dtype=np.int64), Period.WEEK)
    assert feed.alive(120).all()
