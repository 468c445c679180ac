"""Who polls a share while notices are judged one by one learns of none of them whether its grid had an event."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from riskwarn.disclosure.shares import in_whole_groups, share_told
from riskwarn.disclosure.steps import LEAST_OF_GROUP

Polled = tuple[int, float | None]


def by_the_rule(hits: np.ndarray) -> Polled:
    grids, had = in_whole_groups(hits)
    return grids, share_told(had / grids if grids else None, grids)


def as_it_stands(hits: np.ndarray) -> Polled:
    return len(hits), round(float(hits.mean()), 3)


@pytest.mark.parametrize(("telling", "finds"), [(by_the_rule, False), (as_it_stands, True)])
def test_two_polls_around_one_judged_notice_do_not_say_whether_its_grid_had_an_event(
    telling: Callable[[np.ndarray], Polled], finds: bool
) -> None:
    hits = np.random.default_rng(3).random(400) < 0.15
    found = 0
    for judged in range(60, 400):
        (before, was), (after, now) = telling(hits[: judged - 1]), telling(hits[:judged])
        if after == before + 1 and was is not None and now is not None:
            had = round(now * after) - round(was * before)
            found += had == hits[judged - 1]
    assert (found > 0) == finds


def test_between_two_polls_that_differ_a_whole_group_was_judged() -> None:
    hits = np.random.default_rng(4).random(1000) < 0.2
    told = [by_the_rule(hits[:judged]) for judged in range(1000)]
    changed = [judged for judged in range(1, 1000) if told[judged] != told[judged - 1]]
    assert changed == list(range(LEAST_OF_GROUP, 1000, LEAST_OF_GROUP))


@pytest.mark.parametrize("grids", [50, 100, 200, 1000])
def test_a_step_spans_three_events(grids: int) -> None:
    values = {share_told(hits / grids, grids) for hits in range(grids + 1)}
    assert len(values) <= grids / 3 + 1
