"""Which horizons a family has, and what is said of those that it has not."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from riskwarn.errors import HistoryTooShort, TargetEverywhere
from tests.training.tasks import made_task, noisy_task
from training.evaluation.comparison import Evaluation, Gain
from training.evaluation.outcomes import plain_outcomes
from training.models.family import fit_family
from training.routines.judging import Judged, judge


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


def judged_so(losses: dict[int, dict[str, float]], inner: dict[str, tuple[float, float]]) -> Judged:
    """A family whose model beats the best baseline at each horizon as far as the gains tell, with these log losses."""
    gain = {"climatology": {"log_loss": Gain(0.1, 0.05, 0.15, 13.0, True)}}
    evaluations = {
        horizon: Evaluation({name: {"log_loss": loss} for name, loss in some.items()}, {}, gain, {}, 9, 52, 13.0, "climatology")
        for horizon, some in losses.items()
    }  # fmt: skip
    family = SimpleNamespace(choices=SimpleNamespace(inner=inner))
    fits = SimpleNamespace(task=SimpleNamespace(as_of=None), at=lambda day: family)
    return Judged(cast(Any, fits), {}, evaluations, {}, {})


SOUND = {"model": 0.2, "regression": 0.21, "lightgbm": 0.22, "climatology": 0.25, "zero": 3.0}


def test_a_fit_that_blew_up_is_told_and_never_scores() -> None:
    assert judged_so({1: SOUND, 4: SOUND}, {"model": (0.2, 0.25)}).why_not is None
    one = judged_so({1: SOUND | {"model": 2.9}, 4: SOUND | {"lightgbm": 0.4}}, {})
    assert one.why_not is not None and not one.model_wins
    assert one.why_not.startswith(
        "the fit of model blew up at horizon 1: its log loss is 2.9, and that of the city's mean 0.25; look for a column that jumped"
    )
    assert list(one.blown_up(1)) == ["model"] and list(one.blown_up(4)) == ["lightgbm"], "baselines are what they are"
    inner = judged_so({4: SOUND}, {"model": (0.6, 0.25), "regression": (float("nan"), 0.25)})
    assert list(inner.blown_up(4)) == ["model", "regression"] and not inner.model_wins


def test_a_model_that_is_worse_beyond_its_interval_is_said_to_be_worse_and_no_figure_is_a_power_of_ten() -> None:
    worse = Gain(-0.00393, -0.0078, -4.152e-05, 13.0, True)
    one = judged_so({4: SOUND}, {})
    one = replace(one, evaluations={4: replace(one.evaluations[4], gains={"climatology": {"log_loss": worse}})})
    assert one.why_not == (
        "the model is worse than climatology beyond its interval at horizon 4 (log loss gain over climatology -0.00393 "
        "[-0.0078, -0.00004152]): climatology scores"
    )
    few = replace(one.evaluations[4], gains={"climatology": {"log_loss": replace(worse, enough=False)}})
    assert "there is not enough evidence" in (replace(one, evaluations={4: few}).why_not or "")
    assert Gain(float("nan"), float("-inf"), 12345678.0, 1.0, False).shown == "nan [-inf, 12350000]"


def test_inner_losses_are_told_beside_that_of_the_citys_mean() -> None:
    task = noisy_task()
    inner = fit_family(task, [1], task.as_of).choices.inner
    assert list(inner) == ["model", "regression", "lightgbm"]
    assert all(loss < base for loss, base in inner.values()) and len({base for _, base in inner.values()}) == 1
