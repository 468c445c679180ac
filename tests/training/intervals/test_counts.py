"""Distributions of counts by hand and by law."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.intervals import counts
from training.intervals.counts import CountDistribution


@given(mean=st.floats(1e-4, 50), dispersion=st.sampled_from([0.0, 0.1, 1.0]), level=st.sampled_from([0.1, 0.5, 0.9]))
def test_quantiles_turn_the_distribution_around(mean: float, dispersion: float, level: float) -> None:
    made = CountDistribution(np.array([mean]), np.array([dispersion]))
    quantile = made.quantile(level)
    assert made.cdf(quantile)[0] >= level - 1e-9
    if quantile[0] >= 1:
        assert made.cdf(quantile - 1)[0] < level


@given(
    mean=st.floats(1e-6, 400),
    dispersion=st.sampled_from([0.0, 2e-4, 0.1, 1.0, 5.0]),
    seen=st.integers(0, 1200),
)
def test_crps_is_the_area_between_the_distribution_and_what_was_seen(mean: float, dispersion: float, seen: int) -> None:
    counts = np.arange(int(20 * mean * (1 + 3 * dispersion)) + 2 * seen + 100, dtype=float)
    spread = np.full_like(counts, dispersion)
    below = CountDistribution(np.full_like(counts, mean), spread).cdf(counts)
    found = CountDistribution(np.array([mean]), np.array([dispersion])).crps(np.array([float(seen)]))[0]
    assert found == pytest.approx(((below - (seen <= counts)) ** 2).sum(), rel=1e-3, abs=1e-6)


@given(mean=st.floats(0, 50), more=st.floats(0, 5), dispersion=st.sampled_from([0.0, 2e-4, 0.1, 1.0, 5.0]))
def test_a_score_is_the_chance_of_any_and_never_above_the_expected_count(
    mean: float, more: float, dispersion: float
) -> None:
    made = CountDistribution(np.array([mean, mean + more]), np.full(2, dispersion))
    assert (made.probability <= made.mean + 1e-12).all()
    assert made.probability[1] >= made.probability[0]
    assert made.probability == pytest.approx(1 - made.cdf(np.zeros(2)), abs=1e-3)


@given(
    mean=st.floats(0, 30),
    dispersion=st.sampled_from([0.0, 2e-4, 0.1, 1.0, 5.0]),
    seen=st.integers(0, 60),
)
def test_the_sum_that_defines_crps_ends_at_its_closed_form(mean: float, dispersion: float, seen: int) -> None:
    given = CountDistribution(np.full((1, 2), mean), np.full((1, 2), dispersion))
    with patch.object(counts, "MOST_MEAN", -1.0):
        closed = given.crps(np.full((1, 2), float(seen)))
    assert given.crps(np.full((1, 2), float(seen))) == pytest.approx(closed, rel=1e-6, abs=1e-8)
