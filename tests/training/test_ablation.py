"""What a family of features is worth: one that knows the future very much, one of noise hardly anything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.ablation.run import Ablation, ablated, lines
from features import Feature, read_city
from riskwarn.words import Quantity
from tests.conftest import Town
from training import make_task
from training.routines.backtest import build_features

ADDED = ("foresight", "noise")


@pytest.fixture(scope="module")
def found(town: Town) -> Ablation:
    """The town's escalations, what will happen, and noise, each left out in turn."""
    city = read_city(town.home)
    task = make_task(city, "conflict", 4, build_features(city))
    own = task.inputs.matrix.select([one.name for one in task.inputs.matrix.features if one.family == "escalation"])
    future = task.labels(own.origins, city.as_of).astype(np.float32)
    noise = np.random.default_rng(1).random(future.shape, dtype=np.float32)
    added = tuple(Feature(name, name, name, name, name, Quantity.INTENSIVE) for name in ADDED)
    values = np.concatenate([own.values, future[None], noise[None]])
    task = task.with_matrix(replace(own, features=(*own.features, *added), values=values))
    return ablated(task, task.mature(city.as_of)[-13:], 13, 2, draws=1)


def test_each_family_is_left_out_once_and_the_rest_stays(found: Ablation) -> None:
    assert {one.family: one.features for one in found.families}.items() >= {"foresight": 1, "noise": 1}.items()
    assert sum(one.features for one in found.families) == found.features
    assert (len(found.origins), found.horizon, found.anew.features) == (13, 4, 0)


def test_a_gain_is_what_the_model_has_over_itself_without_the_family(found: Ablation) -> None:
    for one in (*found.families, found.anew):
        loss, precision = one.gains["log_loss"], one.gains["average_precision"]
        assert loss.gain == pytest.approx(one.metrics["log_loss"] - found.metrics["log_loss"])
        assert precision.gain == pytest.approx(found.metrics["average_precision"] - one.metrics["average_precision"])
        assert loss.lower <= loss.gain <= loss.upper


def test_foresight_is_worth_much_and_noise_nothing(found: Ablation) -> None:
    worth = {one.family: one.gains["log_loss"] for one in found.families}
    assert worth["foresight"].gain > 0.2 and worth["foresight"].lower > 0, "thirteen origins leave the interval wide"
    assert abs(worth["noise"].gain) < worth["foresight"].gain / 20


def test_the_table_begins_with_everything_and_ends_with_other_draws(found: Ablation) -> None:
    rows = [line.split("  ")[0] for line in lines(found)[2:]]
    assert rows == ["(nothing)", "foresight", *rows[2:4], "(nothing, drawn anew)"]
