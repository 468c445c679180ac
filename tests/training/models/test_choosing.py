"""What a fit settles before it learns, and from how much."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.tasks import AS_OF, made_task
from training.models.choosing import LEAST_EVENTS, choose
from training.models.design import design


@pytest.mark.parametrize(("events", "asked"), [(LEAST_EVENTS - 1, False), (LEAST_EVENTS, True)])
@pytest.mark.parametrize("horizon", [1, 4])
def test_a_quarter_is_asked_where_enough_different_events_lie_before_it(events: int, asked: bool, horizon: int) -> None:
    """Windows overlap, so that they hold an event several times, which tells no more."""
    rng = np.random.default_rng(1)
    counts = np.zeros((130, 30))
    counts[30 + np.arange(events), rng.integers(0, 30, events)] = 1
    counts[93:, 0] = 1  # before the third and fourth quarter
    task = made_task({"a": rng.gamma(1.0, 2.0, (131, 30))}, counts, horizon=horizon)
    choices = choose(task, design(task.inputs.matrix), AS_OF)
    assert len(choices.told.get("regression", ())) == (4 if asked else 2)


def test_of_some_grids_only_their_events_count() -> None:
    counts = np.zeros((60, 6))
    counts[10:40:3] = np.arange(6)
    task = made_task({"a": np.zeros((61, 6))}, counts, horizon=4)
    origins = task.mature(AS_OF)
    assert [task.distinct_events(origins, AS_OF, every=every) for every in (1, 2, 3)] == [150, 60, 30]
