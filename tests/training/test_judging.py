"""Which horizons a family has, and what is said of those that it has not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from riskwarn.errors import HistoryTooShort, TargetEverywhere
from tests.training.tasks import made_task, noisy_task
from training.evaluation.outcomes import plain_outcomes
from training.routines.judging import judge


def test_a_horizon_that_is_left_out_is_named_with_its_own_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the span up to 4 has too few, 12 is left out first: its reason is told of 12 and of no other."""
    task = noisy_task(grids=20, periods=60)

    def short(*given: Any) -> Any:
        raise HistoryTooShort(origins=30, as_of=task.origins[30], horizon=4, needed=31)

    monkeypatch.setattr("training.routines.judging._evaluations", short)
    judged, skipped = judge(task, [1, 4, 12], 1)
    assert judged is None
    for horizon, error in skipped:
        own = len(task.at_horizon(horizon).mature(task.origins[30]))
        assert str(error).startswith(f"{own} mature origins before {task.origins[30]} for horizon {horizon}, ")
    assert [horizon for horizon, _ in skipped] == [12, 4, 1]


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """What came is judged without a geography."""
    monkeypatch.setattr(
        "training.routines.judging.outcomes_of",
        lambda task, origins, at: plain_outcomes(task.labels(origins, at), task.horizon),
    )


@pytest.mark.usefixtures("plain")
def test_a_horizon_without_enough_events_before_it_is_judged_stops_no_other() -> None:
    """12 is judged from the 33rd origin on, when 19 events were known; 4 from the 38th."""
    rng = np.random.default_rng(3)
    counts = rng.poisson(0.3, (60, 20)).astype(float)
    counts[:33] = 0
    counts[range(10, 29), range(19)] = 1
    task = made_task({"a": rng.normal(size=(61, 20))}, counts, horizon=4)
    judged, skipped = judge(task, [1, 4, 12], 1)
    assert judged is not None and sorted(judged.evaluations) == [1, 4]
    [(horizon, error)] = skipped
    assert horizon == 12
    assert str(error).startswith(
        f"Target 'safety' at horizon 12 has 19 mature events before {task.origins[33]}, each counted once, and at least 20 are needed"
    )


@pytest.mark.usefixtures("plain")
def test_a_horizon_at_which_every_grid_has_an_event_stops_no_shorter_one() -> None:
    rng = np.random.default_rng(3)
    counts = (np.add.outer(np.arange(90), np.arange(20)) % 4 == 0).astype(float)
    judged, skipped = judge(made_task({"a": rng.normal(size=(91, 20))}, counts), [1, 4, 12], 1)
    assert judged is not None and sorted(judged.evaluations) == [1]
    assert [(horizon, type(error)) for horizon, error in skipped] == [(12, TargetEverywhere), (4, TargetEverywhere)]
    assert "at horizon 12: every grid has an event" in str(skipped[0][1])
