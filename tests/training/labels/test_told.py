"""What does not count, what was helped and what has ended is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from riskwarn.health import prospects
from riskwarn.home import Home
from riskwarn.periods import Period
from riskwarn.store import Store
from tests.training.tasks import AS_OF, CALENDAR, made_task
from tests.worlds import load, with_grids, write_csv
from training.labels.alive import FeedCounts
from training.labels.interventions import Interventions, without

START = datetime(2024, 1, 1, 9)


def incidents(home: Home, folder: Path, words: list[str]) -> list[str]:
    rows = [
        {"事故编号": f"A{n}", "网格编码": "G1", "发生时间": START + timedelta(days=n), "事故类型": word}
        for n, word in enumerate(words)
    ]
    with_grids(home, folder)
    load(home, "incidents", write_csv(folder / "incidents.csv", rows))
    [one] = prospects(Store(home), home.configuration, targets=["safety"])
    return one.said(date(2025, 12, 1))


def test_words_that_nobody_knows_are_named_with_their_share_and_a_feed_that_ended_is(
    home: Home, tmp_path: Path
) -> None:
    """A word borne by few is counted and not shown; a text and a name were never kept, and count as other."""
    hidden = ["王建国"] * 8 + ["老城墙下面两户人家为排水沟争吵"] * 8 + ["外星人"] * 4
    said = incidents(home, tmp_path, ["火灾"] * 400 + ["打架"] * 40 + hidden)
    assert said[0].startswith(
        "Warning: 44 of 460 incidents (9.6 %) bear a word of category that nobody knows (打架) and 16"
    )
    assert "its feed has ended, and “safety incident” is learnt and judged only by what came before" in said[-1]
    assert "王建国" not in str(said)


def test_few_words_that_nobody_knows_are_no_warning(home: Home, tmp_path: Path) -> None:
    said = incidents(home, tmp_path, ["火灾"] * 495 + ["打架"] * 5)
    assert said[0].startswith("5 of 500 incidents (1.0 %) bear a word of category that nobody knows (打架)")


def test_grids_that_were_helped_within_the_window_are_flagged_as_far_as_was_known() -> None:
    task = made_task({"a": np.zeros((11, 3))}, np.ones((10, 3)), horizon=2)
    origins = task.origins[4:8]
    started = CALENDAR.instants([task.origins[6], task.origins[6]]) + np.timedelta64(3, "h")
    known = started + np.array([np.timedelta64(1, "h"), np.timedelta64(400, "D")])
    helped = Interventions(np.array([1, 2]), started, known)
    flag = helped.within(CALENDAR, origins, 0, task.horizon, task.grids, AS_OF)
    assert flag.tolist() == [[False] * 3, [False, True, False], [False, True, False], [False] * 3]
    kept = without(task.labels(origins, AS_OF), flag)
    assert np.array_equal(np.isnan(kept), flag)
    assert np.nansum(kept) == 2 * (12 - 2)


def test_a_district_that_never_delivered_is_not_alive_and_a_small_one_is() -> None:
    feed = np.full((3, 100), 5.0)
    feed[2] = 0
    place = np.array([0] * 10 + [1] * 10)
    assert not FeedCounts(feed, place, Period.WEEK).alive(100)[2].any()
    assert FeedCounts(feed / 50, place, Period.WEEK).alive(100)[2].all(), (
        "luck would do so at a tenth of the city's rate"
    )


def test_labels_are_unknown_where_the_feed_was_silent() -> None:
    feed = np.full((2, 140), 30.0)
    feed[:, 60:75] = 0
    task = made_task({"a": np.zeros((141, 2))}, np.ones((140, 2)), horizon=4, feed=feed)
    known = task.labels(task.origins[:-4], AS_OF)
    assert np.flatnonzero(np.isnan(known[:, 0])).tolist() == list(range(57, 75))


def test_a_mask_as_of_an_early_origin_knows_nothing_of_a_later_silence() -> None:
    """Labels shifted by half a year would be told by events that stand in a silence; none does where they are dated rightly."""
    feed = np.full((2, 140), 30.0)
    feed[:, 60:86] = 0
    counts = np.ones((140, 2))
    counts[60:86] = 0
    task = made_task({"a": np.zeros((141, 2))}, counts, horizon=1, feed=feed)
    dead = ~task.observed(task.origins[:-1], 0, 1, AS_OF)
    assert np.isnan(task.labels(task.origins[:-1], AS_OF)[dead]).all()
    shifted = np.roll(task.labels(task.origins[:-1], AS_OF), 26, axis=0)
    assert shifted[dead].any()
    assert task.observed(task.origins[:60], 0, 1, task.origins[61]).all()
