"""A world that moved is found; one that did not raises no alarm, however badly it is forecast."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from tests.training.evaluation.forecasts import of_mean, places
from training.audits.audit import Audit
from training.audits.drift import LIMIT, capital, drift, ranks, recommendation
from training.audits.rates import rate_evidence
from training.evaluation.outcomes import plain_outcomes

ORIGINS = [date(2025, 1, 6) + timedelta(weeks=index) for index in range(52)]
DISTRICT = np.arange(80) // 20


def audited(factor: np.ndarray, seed: int = 1, horizon: int = 1, told: float = 1.0) -> Audit:
    """A year of weekly origins; what comes is `factor` (origins, grids) times what was forecast, and that `told` times the truth."""
    rng = np.random.default_rng(seed)
    mean = rng.gamma(2.0, 0.15, (52, 80)) * horizon
    first = rng.poisson(mean / horizon * factor).astype(float)
    there = places(np.arange(80) // 4, DISTRICT, DISTRICT)
    outcomes = plain_outcomes(rng.poisson(mean * factor).astype(float), horizon, there)
    return drift(of_mean(mean * told), horizon, replace(outcomes, next_period=first), ORIGINS)


def half_year(more: float, where: np.ndarray | bool = True) -> np.ndarray:
    factor = np.ones((52, 80))
    factor[26:, where] *= more
    return factor


@pytest.mark.parametrize("more", [1.6, 0.55])
def test_a_shift_of_half_a_year_is_found_with_its_begin_and_direction(more: float) -> None:
    found = audited(half_year(more))
    assert found.facts["moved"] == 1 and found.facts["evidence"] > LIMIT  # type: ignore[operator]
    since = date.fromisoformat(str(found.facts["since"]))
    assert abs((since - ORIGINS[26]).days) <= 28
    assert found.facts["more"] == int(more > 1)
    said = recommendation(found, "safety", "safety-4-v1")
    assert (
        said is not None
        and f"come {'more' if more > 1 else 'less'} often than safety-4-v1 forecast since about" in said
    )
    assert "riskwarn retrain" in said


def test_a_shift_of_one_district_is_found_where_it_is() -> None:
    found = audited(half_year(3.0, DISTRICT == 2))
    assert found.facts["moved"] == 1 and found.facts["strongest"] == "2"
    assert {str(row["unit"]) for row in found.rows} == {"all", "city", "0", "1", "2", "3"}


def followed(more: float, rng: np.random.Generator, origins: int = 33, shifted: int = 22) -> Audit:
    """11 events a week in two districts after 70 weeks of history, `more` of them in the newest; the forecast is the mean of all
    counts before, so that it follows a change."""
    rate = np.where(np.arange(70 + origins) < 70 + origins - shifted, 1.0, more)[:, None] * np.full(40, 11 / 40)
    came = rng.poisson(rate).astype(float)
    unit = np.arange(40) // 20
    mean = np.array([came[:week].mean() for week in range(70, 70 + origins)])[:, None] * np.ones(40)
    outcomes = plain_outcomes(came[70:], 1, places(np.arange(40), unit, unit))
    return drift(of_mean(mean, 0.05), 1, replace(outcomes, next_period=came[70:]), ORIGINS[:origins])


def test_what_doubles_is_found_though_the_forecast_follows_it_and_what_does_not_change_raises_no_alarm() -> None:
    rng = np.random.default_rng(5)
    doubled, still = ([followed(more, rng).facts for _ in range(200)] for more in (2.0, 1.0))
    assert np.mean([one["moved"] for one in still]) <= 0.05, "false alarms"  # type: ignore[misc]
    assert np.mean([one["moved"] for one in doubled]) >= 0.8  # type: ignore[misc]
    last = np.mean([float(one["evidence_last"] or 0) > LIMIT for one in doubled])
    assert last < np.mean([one["moved"] for one in doubled]), "the highest is told, not what is left of it"  # type: ignore[misc]


def seasonal(rate: float, begun: int, rng: np.random.Generator) -> Audit:
    """A year of `rate` events a week, a quarter more or less by the season, after two such years; the forecast is the mean of all counts
    before, and knows no season. `begun` is the week of the season in which it begins."""
    season = 1 + 0.25 * np.sin(2 * np.pi * (np.arange(156) + begun) / 52)
    came = rng.poisson(rate * season[:, None] * np.full(40, 1 / 40)).astype(float)
    unit = np.arange(40) // 20
    mean = np.array([came[:week].mean() for week in range(104, 156)])[:, None] * np.ones(40)
    outcomes = plain_outcomes(came[104:], 1, places(np.arange(40), unit, unit))
    return drift(of_mean(mean), 1, replace(outcomes, next_period=came[104:]), ORIGINS)


@pytest.mark.parametrize(("rate", "least", "most"), [(11.0, 0.15, 0.45), (40.0, 0.9, 1.0)])
def test_a_season_that_the_forecast_does_not_know_is_told_as_drift_the_more_events_the_surer(
    rate: float, least: float, most: float
) -> None:
    rng = np.random.default_rng(6)
    assert least <= np.mean([seasonal(rate, begun, rng).facts["moved"] for begun in range(52)]) <= most  # type: ignore[misc]


def quarterly(more: float, begun: int, rng: np.random.Generator, periods: int = 12) -> Audit:
    """A year of 40 events a week, a third more or less by the season; the forecast is of a quarter as a whole, and knows the season. In the
    newest half `more` come than forecast."""
    rate = 40 * (1 + 0.35 * np.sin(2 * np.pi * (np.arange(52 + periods) + begun) / 52))
    change = np.where(np.arange(52) < 26, 1.0, more)
    came = rng.poisson((rate[:52] * change)[:, None] * np.full(40, 1 / 40)).astype(float)
    mean = np.array([rate[week : week + periods].sum() for week in range(52)])[:, None] * np.full(40, 1 / 40)
    unit = np.arange(40) // 20
    outcomes = plain_outcomes(came, periods, places(np.arange(40), unit, unit))
    return drift(of_mean(mean), periods, replace(outcomes, next_period=came), ORIGINS)


def test_a_season_that_rises_within_the_window_of_a_forecast_is_no_drift_and_a_change_is() -> None:
    rng = np.random.default_rng(8)
    still, moved = ([quarterly(more, begun, rng).facts["moved"] for begun in range(52)] for more in (1.0, 1.5))
    assert np.mean(still) <= 0.04 and np.mean(moved) >= 0.9  # type: ignore[arg-type]


def test_where_no_whole_window_is_known_nothing_is_told() -> None:
    rng = np.random.default_rng(9)
    came = rng.poisson(1.0, (5, 40)).astype(float)
    outcomes = plain_outcomes(came, 12, places(np.arange(40), np.arange(40) // 20, np.arange(40) // 20))
    found = drift(of_mean(np.full((5, 40), 12.0)), 12, replace(outcomes, next_period=came), ORIGINS[:5])
    assert (found.facts["evidence"], found.facts["moved"]) == (1.0, 0)


def test_the_evidence_is_told_in_parts_that_compare_with_the_limit() -> None:
    found = audited(half_year(3.0, DISTRICT == 2))
    facts = {name: float(value) for name, value in found.facts.items() if isinstance(value, float)}
    assert facts["evidence_city"] + facts["evidence_districts"] == pytest.approx(facts["evidence"])
    together = {str(row["origin"]): row["evidence"] for row in found.rows if row["unit"] == "all"}
    assert list(together) == [origin.isoformat() for origin in ORIGINS]
    assert together[str(found.facts["highest_at"])] == max(together.values()) == facts["evidence"]  # type: ignore[type-var]
    own = {str(row["origin"]): row["evidence"] for row in found.rows if row["unit"] == "2"}
    assert facts["strongest_evidence"] == pytest.approx(own[str(found.facts["highest_at"])] / 8), "a quarter of a half"  # type: ignore[operator]


def test_without_a_change_there_is_no_alarm_even_of_a_forecast_that_is_always_a_quarter_too_low() -> None:
    for seed in range(8):
        found = audited(np.ones((52, 80)), seed, told=0.75)
        assert found.facts["moved"] == 0 and recommendation(found, "safety", "safety-4-v1") is None


def test_without_a_change_at_most_one_in_a_hundred_exceeds_the_limit() -> None:
    rng = np.random.default_rng(7)
    draws = [capital(ranks(rng.normal(size=52), rng)) for _ in range(1000)]
    assert np.mean([one.max() > LIMIT for one in draws]) <= 0.01
    assert np.mean([one[4] for one in draws]) == pytest.approx(1, abs=0.2), "betting on nothing gains nothing"


def test_ranks_are_uniform_and_ties_are_broken_at_random() -> None:
    rng = np.random.default_rng(1)
    found = ranks(np.zeros(4000), rng)
    assert np.quantile(found, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.03)


def test_where_nothing_is_known_nothing_moved() -> None:
    nothing = plain_outcomes(np.full((3, 4), np.nan), 1, places([0] * 4, [0] * 4, [0] * 4))
    found = drift(of_mean(np.full((3, 4), 0.2)), 1, replace(nothing, next_period=np.zeros((3, 4))), ORIGINS[:3])
    assert [(row["unit"], row["evidence"]) for row in found.rows] == [("all", 1.0)] * 3
    assert found.facts["evidence"] == 1 and found.facts["since"] is None


def both(seen: np.ndarray, mean: float, told: float, rng: np.random.Generator) -> np.ndarray:
    """The evidence of a unit whose counts are forecast by a mean with a dispersion."""
    number = len(seen)
    ranked = ranks(seen + rng.random(number) * 1e-6, rng)
    return np.asarray((capital(ranked) + rate_evidence(seen, np.full(number, mean), np.full(number, told))) / 2)


@pytest.mark.parametrize(
    ("mean", "level", "scatter", "told"),
    [(5.0, 1.0, 0.0, 0.0), (5.0, 0.7, 0.0, 0.0), (5.0, 1.4, 0.0, 0.0), (0.5, 1.0, 0.0, 0.0), (50.0, 1.2, 0.0, 0.0), (5.0, 1.0, 0.1, 0.0), (50.0, 1.0, 0.1, 0.1)],
)  # fmt: skip
def test_a_rate_that_does_not_change_exceeds_the_limit_in_one_of_a_hundred_cases_at_most(
    mean: float, level: float, scatter: float, told: float
) -> None:
    rng = np.random.default_rng(3)
    found = []
    for _ in range(300):
        weather = rng.gamma(1 / scatter, scatter, 52) if scatter else np.ones(52)
        found.append(both(rng.poisson(mean * level * weather).astype(float), mean, told, rng))
    assert np.mean([one.max() > LIMIT for one in found]) <= 0.015


def test_five_events_a_week_that_become_nine_are_found_within_half_a_year() -> None:
    rng = np.random.default_rng(4)
    rate = np.where(np.arange(52) < 26, 5.0, 9.0)
    found = [both(rng.poisson(rate).astype(float), 5.0, 0.0, rng) for _ in range(200)]
    assert np.mean([one.max() > LIMIT for one in found]) >= 0.85
    first = [int(np.argmax(one > LIMIT)) - 26 for one in found if one.max() > LIMIT]
    assert np.median(first) <= 13
