"""Forecasters of one's own in `rw.backtest`: what is no forecaster, no forecast or another's name is told in a sentence."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.linear_model import LinearRegression, LogisticRegression

import riskwarn as rw
from riskwarn.errors import ArgumentInvalid, ForecasterInvalid, ForecasterNameTaken, ForecastInvalid
from riskwarn.workspace import City, Task
from tests.training.tasks import noisy_task
from training.evaluation.outcomes import plain_outcomes
from training.models.baselines import fit_baselines
from training.reports.words import FORECASTERS

MADE = noisy_task(grids=30, periods=60)


@pytest.fixture(autouse=True)
def without_a_city(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task of arrays has no geography: what came is told without it."""
    monkeypatch.setattr(
        "training.routines.comparing.outcomes_of",
        lambda task, origins, before: plain_outcomes(task.labels(origins, before), task.horizon),
    )


def asked(models: Any, **named: Any) -> rw.workspace.Backtest:
    home = SimpleNamespace(settings=SimpleNamespace(threads=1))
    return rw.backtest(Task(cast(Any, home), MADE), models, **{"origins": 4, "own": False} | named)


class Classifier(ClassifierMixin, BaseEstimator):
    def __init__(self, value: float = 0.5, rows: int | None = None) -> None:
        self.value, self.rows = value, rows

    def fit(self, X: Any, y: Any) -> Classifier:  # noqa: N803
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X: Any) -> np.ndarray:  # noqa: N803
        made = np.full((self.rows or len(X), 2), 0.5)
        made[3:8] = self.value
        return made


class Regressor(RegressorMixin, BaseEstimator):
    def fit(self, X: Any, y: Any) -> Regressor:  # noqa: N803
        return self

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        return np.full(len(X), np.inf)


@pytest.mark.parametrize(
    "name", ["model", "regression", "lightgbm", "climatology", "poisson_regression", "observed", "zero_count"]
)
def test_a_name_that_is_taken_replaces_nothing(name: str) -> None:
    with pytest.raises(ForecasterNameTaken, match=f"cannot be called '{name}'.*choose another"):
        asked({name: LogisticRegression()})


def test_every_row_of_riskwarn_has_its_name_reserved() -> None:
    made = {one.name for one in fit_baselines(MADE, MADE.as_of, MADE.mature(MADE.as_of))}
    assert {*made, "model", "regression", "lightgbm"} == set(FORECASTERS)


@pytest.mark.parametrize("value", [np.nan, 2.0, -1.0])
def test_a_probability_that_is_none_is_told_with_model_number_and_origin(value: float) -> None:
    first = MADE.mature(MADE.as_of)[-4]
    with pytest.raises(
        ForecastInvalid, match=f"'mine' gave no forecast as of {first}: for 5 of 30 grids its probability"
    ):
        asked({"mine": Classifier(value)})


def test_a_forecast_of_another_shape_or_without_end_is_told() -> None:
    with pytest.raises(ForecastInvalid, match=r"'mine' .* has shape \(9, 2\), and \(120, 2\) is needed"):
        asked({"mine": Classifier(0.5, 9)})
    with pytest.raises(ForecastInvalid, match="for 30 of 30 grids its count is not a finite number"):
        asked({"mine": Regressor()})


@pytest.mark.parametrize(
    ("models", "told"),
    [
        ([LogisticRegression()], "models cannot be of type list: give a mapping from name to estimator"),
        ({3: LogisticRegression()}, "models cannot be named by 3"),
    ],
)
def test_models_of_another_kind_are_told(models: Any, told: str) -> None:
    with pytest.raises(ArgumentInvalid, match=told):
        asked(models)


@pytest.mark.parametrize(
    ("one", "told"),
    [(LogisticRegression, "the class LogisticRegression"), (3, "of type int"), (BaseEstimator(), "it has no fit")],
)
def test_what_is_no_estimator_is_told(one: Any, told: str) -> None:
    with pytest.raises(ForecasterInvalid, match=f"'mine' is .*{told}"):
        asked({"mine": one})


def test_wrong_tasks_features_and_numbers_are_told() -> None:
    with pytest.raises(ArgumentInvalid, match=r"task cannot be of type str: give what city.task\(…\) returns"):
        rw.backtest(cast(Any, "conflict"))
    with pytest.raises(ArgumentInvalid, match="origins cannot be 0: give a whole number from 1"):
        asked({}, origins=0)
    city = City(cast(Any, None), cast(Any, None))
    with pytest.raises(ArgumentInvalid, match=r"X cannot be of type DataFrame: give what city.features\(…\) returns"):
        city.task("conflict", X=cast(Any, pd.DataFrame()))
    with pytest.raises(ArgumentInvalid, match="target cannot be of type NoneType"):
        city.task(cast(Any, None))
    with pytest.raises(ArgumentInvalid, match="horizon cannot be 0"):
        city.task("conflict", 0)


def test_a_back_test_that_is_typed_alone_is_a_short_table() -> None:
    done = asked({"mine": LinearRegression()})
    assert {"mine", "climatology"} <= set(done.table().index)
    shown = repr(done)
    assert len(shown) < 2_000 and "horizon 1, 4 origins" in shown and "mine" in shown and "log_loss" in shown
    assert len(done._repr_html_()) < 6_000
