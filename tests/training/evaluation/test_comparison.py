"""A comparison that holds its size: without a difference hardly anybody wins, with one the better does."""

from __future__ import annotations

import numpy as np
import pytest

from riskwarn.words import Unit
from tests.training.evaluation.forecasts import of_chance
from training.evaluation.comparison import evaluate
from training.evaluation.intervals import cosines, over_communities, over_origins
from training.evaluation.outcomes import Places, plain_outcomes
from training.intervals.counts import Reals


def false_wins(horizon: int, origins: int, draws: int) -> float:
    """The share of draws in which a difference of overlapping windows, zero on the mean, is taken for a gain."""
    rng = np.random.default_rng(horizon * 1000 + origins)
    wins = 0
    for _ in range(draws):
        difference = np.convolve(rng.normal(size=origins + horizon - 1), np.ones(horizon), "valid")
        wins += over_origins(difference, horizon).lower > 0
    return wins / draws


@pytest.mark.parametrize("horizon", [1, 4, 12])
def test_under_the_null_hardly_any_overlapping_window_wins(horizon: int) -> None:
    assert np.mean([false_wins(horizon, origins, 150) for origins in (26, 52, 104)]) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("horizon", [1, 4, 12])
@pytest.mark.parametrize("origins", [26, 52, 104])
def test_under_the_null_at_most_one_in_twenty_wins(horizon: int, origins: int) -> None:
    assert false_wins(horizon, origins, 400) <= 0.05


def test_a_gain_is_at_the_middle_of_its_interval_and_grows_with_its_noise() -> None:
    noise = np.random.default_rng(3).normal(size=60)
    narrow, broad = over_origins(1 + 0.1 * noise, 4), over_origins(1 + noise, 4)
    assert narrow.mean == pytest.approx((narrow.lower + narrow.upper) / 2)
    assert broad.width == pytest.approx(10 * narrow.width)
    assert [cosines(*one) for one in ((26, 12), (52, 4), (104, 1), (4, 12))] == [2, 5, 8, 2]


def test_differences_that_hang_together_in_a_community_have_the_wider_interval() -> None:
    rng = np.random.default_rng(4)
    shared = rng.normal(size=40)
    cells = np.full(40, 50.0)
    together = over_communities(50 * shared, cells)
    alone = over_communities(rng.normal(size=(40, 50)).sum(axis=1), cells)
    assert together.width > 3 * alone.width
    assert np.isnan(over_communities(np.array([3.0]), np.array([5.0])).width), "one community tells no spread"


def world(origins: int, communities: int = 12) -> tuple[Reals, Reals, Places]:
    rng = np.random.default_rng(1)
    chance = rng.uniform(0.02, 0.6, (origins, 48))
    plain = Places.plain(48)
    units = {**plain.units, Unit.COMMUNITY: np.arange(48) % communities}
    places = Places(units, plain.residents, plain.area_km2)
    return chance, (rng.random(chance.shape) < chance).astype(float), places


def test_a_better_model_wins_and_its_equal_does_not() -> None:
    chance, observed, places = world(40)
    forecasts = {"model": of_chance(chance), "climatology": of_chance(np.full_like(chance, observed.mean()))}
    outcomes = plain_outcomes(observed, 4, places)
    better = evaluate(forecasts, outcomes, "climatology")
    gain = better.gains["climatology"]["log_loss"]
    assert better.model_wins and 0 < gain.lower < gain.gain < gain.upper
    assert gain.gain == pytest.approx(better.metrics["climatology"]["log_loss"] - better.metrics["model"]["log_loss"])  # type: ignore[operator]
    assert (better.n_events, better.n_origins, better.effective_origins) == (int(observed.sum()), 40, 10)
    assert not evaluate({**forecasts, "model": forecasts["climatology"]}, outcomes, "climatology").model_wins
    told = better.as_dict()
    assert told["model"]["gains"]["climatology"]["log_loss"]["lower"] == gain.lower
    assert told["climatology"]["intervals"]["log_loss"][0] < told["climatology"]["log_loss"]


@pytest.mark.parametrize(("horizon", "enough"), [(4, True), (6, True), (7, False), (12, False)])
def test_few_origins_without_overlap_are_no_evidence_however_clear_they_look(horizon: int, enough: bool) -> None:
    chance, observed, places = world(36)
    forecasts = {"model": of_chance(chance), "climatology": of_chance(np.full_like(chance, observed.mean()))}
    found = evaluate(forecasts, plain_outcomes(observed, horizon, places), "climatology", ("log_loss",))
    assert found.decisive.lower > 0
    assert (found.decisive.enough, found.model_wins) == (enough, enough)
    assert found.decisive.effective == 36 / horizon


def test_the_wider_of_both_intervals_decides() -> None:
    """A gain that all comes from one of twelve communities holds over time, and yet not over places."""
    _, observed, places = world(60)
    own = np.full(observed.shape, 0.3)
    lucky = places.units[Unit.COMMUNITY] == 0
    own[:, lucky] = np.clip(observed[:, lucky], 0.05, 0.95)
    forecasts = {"model": of_chance(own), "climatology": of_chance(np.full(observed.shape, 0.3))}
    found = evaluate(forecasts, plain_outcomes(observed, 1, places), "climatology", ("log_loss", "capture_5"))
    series = found.series["climatology"]["log_loss"] - found.series["model"]["log_loss"]
    assert over_origins(series, 1).lower > 0
    assert not found.model_wins
    assert found.decisive.gain > 0
