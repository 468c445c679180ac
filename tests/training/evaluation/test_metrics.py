"""The table of metrics: names that are known, each made once, each with an interval."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest

from riskwarn.errors import UnknownMetric
from tests.training.evaluation.forecasts import of_chance, places
from training.evaluation import losses
from training.evaluation.comparison import evaluate
from training.evaluation.judged import Judged
from training.evaluation.metrics import METRICS, Better, measure, metric
from training.evaluation.outcomes import Outcomes, plain_outcomes
from training.evaluation.ranked import ranked
from training.evaluation.views import view
from training.models.forecast import Forecast


def city(origins: int = 60, grids: int = 200) -> tuple[dict[str, Forecast], Outcomes]:
    rng = np.random.default_rng(6)
    chance = np.clip(rng.gamma(1.0, 0.15, (1, grids)) + 0.02 * rng.random((origins, grids)), 0.01, 0.9)
    observed = rng.poisson(-np.log1p(-chance)).astype(float)
    town = np.arange(grids) // 20
    there = places(
        np.arange(grids) // 5, town, town // 5, residents=rng.uniform(100, 900, grids), area_km2=np.ones(grids)
    )
    hard = np.broadcast_to(chance.mean(axis=0) < 0.1, chance.shape)
    outcomes = Outcomes(observed, 4, there, hard, rng.random(chance.shape) < 0.1, observed, np.arange(origins))
    flat = np.full_like(chance, (observed > 0).mean())
    return {"model": of_chance(chance), "climatology": of_chance(flat)}, outcomes


def test_a_misspelt_metric_fails_loudly() -> None:
    forecasts, outcomes = city(4)
    for ask in (
        lambda: metric("log_los"),
        lambda: measure(Judged(forecasts["model"], outcomes), ("log_loss", "log_los")),
        lambda: evaluate(forecasts, outcomes, "climatology", ("log_los",)),
    ):
        with pytest.raises(UnknownMetric, match=r"'log_los' is not a metric \(did you mean log_loss"):
            ask()


def test_every_metric_is_told_with_an_interval_around_it() -> None:
    forecasts, outcomes = city()
    found = evaluate(forecasts, outcomes, "climatology")
    assert set(found.metrics["model"]) == set(METRICS)
    for name in METRICS:
        value, interval = found.metrics["model"][name], found.intervals["model"][name]
        assert value is not None and interval is not None, name
        assert interval[0] <= value <= interval[1], name
    assert found.metrics["climatology"]["calibration_slope"] is None
    for name in ("calibration", "calibration_slope", "calibration_level", "pit_inside", "pit_inside_town"):
        lower, upper = found.intervals["model"][name] or (1, 0)
        assert lower <= (METRICS[name].at or 0) <= upper, f"the truth is calibrated: {name}"


def test_a_metric_whose_right_value_is_one_gains_by_coming_nearer() -> None:
    forecasts, outcomes = city()
    too_high = of_chance(np.minimum(1.5 * forecasts["model"].probability, 0.95))
    own, other = (measure(Judged(one, outcomes), ("calibration",)) for one in (forecasts["model"], too_high))
    gain, origins = own.gain("calibration", other)
    value = {name: float(one.by_origin["calibration"].mean()) for name, one in (("own", own), ("other", other))}
    assert gain.mean == pytest.approx(abs(value["other"] - 1) - abs(value["own"] - 1))
    assert gain.lower > 0 and origins == 60


def test_each_forecast_is_asked_for_and_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    forecasts, outcomes = city(30)
    made: list[int] = []
    old = METRICS["log_loss"]
    counted = replace(old, of=lambda judged: made.append(1) or losses.log_loss(judged))  # type: ignore[func-returns-value]
    monkeypatch.setitem(METRICS, "log_loss", counted)
    evaluate({**forecasts, "third": forecasts["model"]}, outcomes, "climatology")
    assert len(made) == 3


def test_hard_and_new_places_are_told_apart() -> None:
    forecasts, outcomes = city()
    whole = measure(Judged(forecasts["model"], outcomes), tuple(METRICS))
    assert outcomes.hard is not None
    apart = measure(Judged(forecasts["model"], outcomes.only(outcomes.hard)), ("log_loss", "capture_5"))
    for name in ("log_loss", "capture_5"):
        assert whole.by_origin[f"{name}_hard"].tolist() == pytest.approx(apart.by_origin[name].tolist(), nan_ok=True)
    assert whole.by_origin["log_loss_hard"].mean() < whole.by_origin["log_loss"].mean()
    without = measure(Judged(forecasts["model"], plain_outcomes(outcomes.observed, 4)), tuple(METRICS))
    for name in ("log_loss_hard", "log_loss_new", "lead_time", "capture_5_residents", "capture_5_area"):
        assert np.isnan(without.by_origin[name]).all()


def test_what_was_measured_is_gone_with_the_last_who_asks() -> None:
    """Without Python's search for circles: of a large city a forecast that is judged takes a gigabyte, and there are many."""
    forecasts, outcomes = city(12)
    judged = Judged(forecasts["model"], outcomes)
    measure(judged, tuple(METRICS)), view(judged), ranked(judged)
    held = weakref.ref(judged)
    gc.disable()
    try:
        del judged
        assert held() is None
    finally:
        gc.enable()


def test_every_metric_says_which_way_is_better() -> None:
    for one in METRICS.values():
        assert (one.better is Better.NEARER) is (one.at is not None), one.name
