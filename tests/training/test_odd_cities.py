"""Targets that happen everywhere or too late, and cities of a grid or two: a sentence or a fit, never a fault or a raw warning."""

from __future__ import annotations

import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from features import Feature
from riskwarn.errors import TargetEverywhere
from riskwarn.health import prospects
from riskwarn.home import Home
from riskwarn.store import Store
from riskwarn.words import Quantity
from tests.worlds import load
from training import train
from training.models.design import Design
from training.models.poisson import Outcome, fit_poisson_regression, margins

CASES = Path(__file__).parent / "cases"


def test_a_target_that_happens_everywhere_is_told_as_such(home: Home) -> None:
    load(home, "grids", CASES / "g14_grids.csv")
    load(home, "incidents", CASES / "g14_events.csv")
    with pytest.raises(TargetEverywhere, match=r"nothing to tell apart\. Choose a shorter horizon"):
        train(home, target="safety", horizon=4)


def test_events_of_the_last_months_are_learnt_from_without_a_stretch_of_calibration(home: Home) -> None:
    load(home, "grids", CASES / "g14_grids.csv")
    account = load(home, "incidents", CASES / "g15_late_events.csv")
    [one] = prospects(Store(home), home.configuration, targets=["safety"])
    assert one.obstacle is None and account.targets == ()
    trained, _ = train(home, target="safety", horizon=1)
    assert trained[0].champion, "train leaves a champion wherever it leaves a version"


def test_few_rows_of_many_features_are_fitted_without_a_remark() -> None:
    rng = np.random.default_rng(2)
    rows, counts = rng.normal(size=(12, 80)), rng.integers(0, 2, 12).astype(float)
    rows[:, 40:] = rows[:, :40]
    origins, one = (date(2026, 1, 5),), np.ones((1, 12), dtype=np.float32)
    features = tuple(Feature(f"x{n}", "made", "", "", "", Quantity.EXTENSIVE) for n in range(80))
    columns = Design(features, origins, rows.T[:, None].astype(np.float32))
    learnt = Outcome(origins, counts[None], one)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        [linear] = fit_poisson_regression(columns, learnt, [1e-6])
        assert np.isfinite(margins(columns, origins, linear)).all()
