"""Which horizons a family has, and what is said of those that it has not."""

from __future__ import annotations

from typing import Any

import pytest

from riskwarn.errors import HistoryTooShort
from tests.training.tasks import noisy_task
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
