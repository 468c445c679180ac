"""What a forecast leans on: a source that tells and one that is noise are told apart, and a refit without columns is exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.training.tasks import made_task
from training.audits.worth import observers, sources, worth
from training.evaluation.outcomes import plain_outcomes
from training.intervals.dispersion import Dispersion
from training.labels.task import ForecastTask
from training.models.choosing import Choices, outcome
from training.models.design import design, rising
from training.models.ensemble import Calibration
from training.models.poisson import fit_poisson_regression, fit_without

CHOICES = Choices(1e-3, 1, 1, False, Dispersion(), Calibration())

#: Column -> its source, and whether it is one of observers.
OF = {
    "a": ("incidents", False),
    "noise": ("hotline", False),
    "patrols": ("grid_reports", True),
    "delays": ("grid_reports", True),
    "petitions_unanswered": ("petitions", False),
}


def task_of_sources() -> ForecastTask:
    """What comes follows `a` and `patrols`."""
    rng = np.random.default_rng(5)
    columns = {name: rng.gamma(1.0, 2.0, (131, 80)) for name in OF}
    margin = -3.5 + 1.1 * np.log1p(columns["a"][:-1]) + 0.9 * np.log1p(columns["patrols"][:-1])
    task = made_task(columns, rng.poisson(np.exp(margin)).astype(np.float64))
    matrix = task.inputs.matrix
    features = tuple(replace(one, source=OF[one.name][0], observer=OF[one.name][1]) for one in matrix.features)
    return task.with_matrix(replace(matrix, features=features))


@pytest.fixture(scope="module")
def task() -> ForecastTask:
    return task_of_sources()


def test_a_refit_without_columns_is_the_fit_of_the_others(task: ForecastTask) -> None:
    columns = design(task.inputs.matrix)
    learnt = outcome(task, task.mature(task.as_of), 0, 1, task.as_of)
    [whole] = fit_poisson_regression(columns, learnt, [1e-3], rising(columns.features))
    for name in OF:
        left_out = np.array([one == name for one in columns.names])
        [found] = fit_without(columns, learnt, whole, 1e-3, [left_out], rising(columns.features))
        rest = columns.select(~left_out)
        [wanted] = fit_poisson_regression(rest, learnt, [1e-3], rising(rest.features))
        assert found.coefficients[left_out] == 0
        assert found.coefficients[~left_out] == pytest.approx(wanted.coefficients, abs=2e-3)
        assert found.intercept == pytest.approx(wanted.intercept, abs=2e-3)


def test_the_source_that_tells_comes_first_and_noise_is_worth_nothing(task: ForecastTask) -> None:
    origins = task.mature(task.as_of)[-30:]
    outcomes = plain_outcomes(task.labels(origins, task.as_of), 1)
    found = sources(task, design(task.inputs.matrix), CHOICES, outcomes, origins)
    rows = {str(row["source"]): row for row in found.rows}
    assert list(rows)[:2] == ["incidents", "grid_reports"] and found.facts["best"] == "incidents"
    best, noise = rows["incidents"], rows["hotline"]
    assert best["wins"] == 1 and best["lower"] > 0.005  # type: ignore[operator]
    assert best["log_loss_without"] == pytest.approx(found.facts["log_loss"] + best["gain"])  # type: ignore[operator]
    assert noise["wins"] == 0 and abs(noise["gain"]) < 0.001  # type: ignore[arg-type]
    assert rows["grid_reports"]["columns"] == 2


def test_skill_is_told_with_and_without_observers_whether_or_not_the_model_has_them(task: ForecastTask) -> None:
    origins = task.mature(task.as_of)[-30:]
    outcomes = plain_outcomes(task.labels(origins, task.as_of), 1)
    columns = design(task.inputs.matrix)
    found = observers(task, columns, CHOICES, outcomes, origins)
    assert found.facts["columns"] == found.facts["in_model"] == 2
    assert found.facts["lower"] > 0 and found.facts["log_loss_without"] > found.facts["log_loss_with"]  # type: ignore[operator]
    assert [row["family"] for row in found.rows] == ["made"]
    observing = np.array([OF[name][1] for name in columns.names])
    beside = observers(task, columns.select(~observing), CHOICES, outcomes, origins, columns.select(observing))
    assert beside.facts["in_model"] == 0
    assert beside.facts["gain"] == pytest.approx(found.facts["gain"], rel=0.01)
    none = observers(task, columns.select(~observing), CHOICES, outcomes, origins)
    assert none.facts["columns"] == 0 and none.rows == () and "gain" not in none.facts


def test_some_grids_of_a_large_city_say_nearly_the_same(task: ForecastTask, monkeypatch: pytest.MonkeyPatch) -> None:
    origins = task.mature(task.as_of)[-30:]
    outcomes = plain_outcomes(task.labels(origins, task.as_of), 1)
    columns = design(task.inputs.matrix)
    groups = {"a": np.array([name == "a" for name in columns.names]), "none": np.zeros(len(OF), dtype=bool)}
    _, whole = worth(task, [columns], CHOICES, outcomes, origins, groups)
    monkeypatch.setattr("training.audits.worth.MOST_ROWS", 4000)
    _, part = worth(task, [columns], CHOICES, outcomes, origins, groups)
    assert set(part) == {"a"} and part["a"].gain.gain == pytest.approx(whole["a"].gain.gain, rel=0.5)
