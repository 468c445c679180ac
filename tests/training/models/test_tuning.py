"""The search: it sees nothing of the stretch that is judged, goes on where it ended, and is taken only where it gains."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from riskwarn.errors import AsOfInvalid, TunerMissing
from riskwarn.health.history import JUDGED_ORIGINS
from tests.training.tasks import AS_OF, CALENDAR, made_task
from training.labels.cut import cut_before
from training.labels.task import ForecastTask
from training.models.baselines import fit_baselines
from training.models.family import Fits, fit_family
from training.models.trees import RESIDUAL
from training.models.tuning import Budget, Tuned, check_tuner, tune
from training.routines.judging import judge


class SearchedError(Exception):
    """Enough was seen: the rest of a training takes long."""


def task_of(poisoned_after: int | None = None, *, periods: int = 130, grids: int = 40) -> ForecastTask:
    """Counts that follow a column; from a period on, another world: labels, columns and feed are turned over."""
    rng = np.random.default_rng(3)
    columns = {name: rng.gamma(1.0, 2.0, (periods + 1, grids)) for name in ("a", "b", "c")}
    counts = rng.poisson(np.exp(-2.5 + 0.9 * np.log1p(columns["a"][:-1]))).astype(np.float64)
    feed = np.full((2, periods), 1000.0)
    if poisoned_after is not None:
        counts[poisoned_after:] = 50 - np.minimum(counts[poisoned_after:], 50)
        columns = {name: np.concatenate([one[: poisoned_after + 1], 99 + one[poisoned_after + 1 :]]) for name, one in columns.items()}  # fmt: skip
        feed[:, poisoned_after:] = 1.0
    return made_task(columns, counts, horizon=4, feed=feed)


def tried(file: Path) -> list[tuple[Any, ...]]:
    """What each complete trial of the only study tried, and what came of it."""
    [summary] = optuna.get_all_study_summaries(f"sqlite:///{file}")
    study = optuna.load_study(study_name=summary.study_name, storage=f"sqlite:///{file}")
    done = study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))
    return [(tuple(sorted(one.params.items())), one.value, tuple(one.user_attrs["losses"])) for one in done]


def test_a_cut_task_learns_what_the_whole_one_learnt_on_that_day_and_knows_nothing_more() -> None:
    task = task_of()
    day = CALENDAR.shift(AS_OF, -40)
    cut = cut_before(task, day)
    assert cut.as_of == cut.origins[-1] == day and cut.mature(day) == task.mature(day)
    whole, again = (fit_family(one, [1, 4], day).served(4) for one in (task, cut))
    assert np.array_equal(whole.predict(task.inputs, [day]).probability, again.predict(cut.inputs, [day]).probability)
    for one, other in zip(
        fit_baselines(task, day, task.mature(day)), fit_baselines(cut, day, cut.mature(day)), strict=True
    ):
        left, right = one.predict(task.inputs, [day]), other.predict(cut.inputs, [day])
        assert np.array_equal(left.expected_count, right.expected_count), one.name
    instant = CALENDAR.instant(day)
    assert (cut.events.known_at < instant).all() and len(cut.inputs.history.spans) < len(task.inputs.history.spans)
    assert cut.inputs.matrix.values.shape[1] == len(cut.origins)
    with pytest.raises(AsOfInvalid):
        cut_before(task, AS_OF.replace(day=6))


def test_what_comes_after_the_first_judged_origin_changes_nothing_in_the_study(tmp_path: Path) -> None:
    """Labels, columns and feed of the judged stretch are poisoned: the same trials, the same losses in every bit."""
    mature = task_of().mature(AS_OF)
    first = mature[-min(JUDGED_ORIGINS, len(mature) // 3)]
    poisoned = task_of(poisoned_after=task_of().origins.index(first))
    handed: list[ForecastTask] = []
    found: list[Tuned | None] = []
    for name, task in (("clean", task_of()), ("poisoned", poisoned)):

        def search(cut: ForecastTask, name: str = name) -> Tuned | None:
            handed.append(cut)
            found.append(tune(cut, tmp_path / f"{name}.db", Budget(trials=3)))
            raise SearchedError

        with pytest.raises(SearchedError):
            judge(task, [1, 4], 1, tuner=search)
    assert handed[0].as_of == handed[1].as_of == first
    assert tried(tmp_path / "clean.db") == tried(tmp_path / "poisoned.db")
    assert found[0] == found[1] and found[0] is not None and found[0].trials == 3


@pytest.mark.slow
def test_a_search_that_was_killed_tries_what_one_at_a_stretch_tries(tmp_path: Path) -> None:
    task = cut_before(task_of(), CALENDAR.shift(AS_OF, -40))
    whole = tune(task, tmp_path / "whole.db", Budget(trials=12))
    tune(task, tmp_path / "parts.db", Budget(trials=5))
    # As a run leaves it that is killed while it tries: one trial that never ended.
    [summary] = optuna.get_all_study_summaries(f"sqlite:///{tmp_path / 'parts.db'}")
    optuna.load_study(study_name=summary.study_name, storage=f"sqlite:///{tmp_path / 'parts.db'}").ask()
    parts = tune(task, tmp_path / "parts.db", Budget(trials=12), threads=2)
    assert whole == parts and whole is not None and whole.trials == 12
    assert tried(tmp_path / "whole.db") == tried(tmp_path / "parts.db")
    assert tune(task, tmp_path / "parts.db", Budget(trials=12)) == parts, "nothing is left to try"


def test_the_first_trial_is_what_is_learnt_with_anyway_and_seconds_end_a_search(tmp_path: Path) -> None:
    task = cut_before(task_of(), CALENDAR.shift(AS_OF, -40))
    ticks = iter(range(0, 1000, 60))
    found = tune(task, tmp_path / "study.db", Budget(trials=50, seconds=150), clock=lambda: float(next(ticks)))
    assert found is not None and found.trials == 3
    first = dict(tried(tmp_path / "study.db")[0][0])
    assert (first["leaves"], first["rate"], first["least_rows"]) == (RESIDUAL.leaves, RESIDUAL.rate, 100)
    assert found.taken or found.growth == RESIDUAL
    assert ("usual settings" in found.note) == (not found.taken) and "3 trials" in found.note


def test_what_was_found_is_what_is_fitted_only_where_it_gains() -> None:
    task = task_of()
    growth = replace(RESIDUAL, leaves=7, rate=0.05, least_rows=40, rounds=30)
    tuned = Tuned(0.0123, growth, "made", 9, (0.1, 0.1, 0.1, 0.1), True)
    choices = Fits(task, [4], tuned=tuned).at(AS_OF).choices
    assert (choices.penalty, choices.growth) == (0.0123, growth)
    assert {"leaves": 7, "least_rows": 40}.items() <= choices.as_parameters().items()
    usual = Fits(task, [4]).at(AS_OF).choices
    assert Fits(task, [4], tuned=replace(tuned, taken=False)).at(AS_OF).choices == usual


def test_too_short_a_history_is_not_searched(tmp_path: Path) -> None:
    assert tune(task_of(periods=20), tmp_path / "study.db", Budget(trials=2)) is None


def test_without_optuna_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(TunerMissing, match=r"pip install 'riskwarn\[tune\]'"):
        check_tuner()
