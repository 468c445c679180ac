"""The exact test holds its size at the odds ratio that is supposed, and finds a larger one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from training.audits.odds import STEPS, Tables, ratios


def drawn(rng: np.random.Generator, odds: float, tables: int = 40) -> Tables:
    """Sparse tables with this odds ratio, whose margins are anything."""
    inside, outside, events = rng.integers(0, 6, tables), rng.integers(0, 30, tables), rng.integers(0, 5, tables)
    events = np.minimum(events, inside + outside)
    own = [
        int(stats.nchypergeom_fisher.rvs(one + other, one, number, odds, random_state=rng)) if number and one else 0
        for one, other, number in zip(inside, outside, events, strict=True)
    ]
    held = np.array(own)
    return Tables(held, inside - held, events - held, outside - (events - held))


def evidence(tables: Tables, odds: float) -> float:
    return float(ratios(tables, odds).sum(axis=1).max())


def test_a_likelihood_is_that_of_fishers_noncentral_distribution() -> None:
    tables = Tables(*(np.array([one]) for one in (4, 3, 5, 20)))
    against = [stats.nchypergeom_fisher.logpmf(4, 32, 7, 9, 10 * step) for step in (1, *STEPS[:-1])]
    assert ratios(tables, 10)[:-1, 0] == pytest.approx(np.array(against[1:]) - against[0], abs=1e-6)


@pytest.mark.parametrize("odds", [10.0, 0.1])
def test_where_the_odds_are_no_larger_it_exceeds_the_limit_as_seldom_as_it_says(odds: float) -> None:
    rng = np.random.default_rng(1)
    found = np.array([evidence(drawn(rng, odds, 15), odds) for _ in range(120)])
    assert (found > np.log(1 / 0.05)).mean() <= 0.05 and (found > np.log(1 / 0.01)).mean() <= 0.01
    assert (found > 0).any()


@pytest.mark.parametrize(("odds", "true"), [(10.0, 300.0), (0.1, 0.002)])
def test_larger_odds_are_found_on_their_side_alone(odds: float, true: float) -> None:
    rng = np.random.default_rng(2)
    found = np.array([evidence(drawn(rng, true, 200), odds) for _ in range(5)])
    assert (found > np.log(100)).all()
    assert evidence(drawn(rng, true), 1 / odds) < 0


def test_tables_without_events_others_or_an_outside_say_nothing() -> None:
    tables = Tables(*(np.array(one) for one in ([0, 3, 3], [4, 0, 2], [0, 4, 0], [9, 0, 0])))
    assert not ratios(tables, 10).any()
    assert ratios(Tables(*(np.zeros(0, dtype=np.int64),) * 4), 10).shape == (len(STEPS), 0)
