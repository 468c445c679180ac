"""The first places, by hand: the published order, ties, budgets of residents and area, lead time."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score

from serving.scoring.city import DIGITS as PUBLISHED_DIGITS
from tests.training.evaluation.forecasts import judged, of_chance, of_mean
from training.evaluation import ranking
from training.evaluation.judged import Judged
from training.evaluation.lead import lead_time
from training.evaluation.outcomes import Outcomes, Places
from training.intervals.counts import CountDistribution
from training.models.forecast import DIGITS, Forecast
from training.models.members import ranks_of

OBSERVED = [[2, 0, 1, 0], [0, 0, 0, 0]]


def test_capture_is_the_share_of_events_in_the_first_places() -> None:
    found = judged(of_chance([[0.9, 0.5, 0.1, 0.0]] * 2), OBSERVED)
    assert ranking.capture(found, 0.1)[0] == pytest.approx(2 / 3), "one place of four holds two of three events"
    assert np.isnan(ranking.capture(found, 0.1)[1]), "an origin without events has no share"
    assert ranking.pai(found, 0.1)[0] == pytest.approx(2 / 3 / 0.25)
    assert ranking.pei(found, 0.1)[0] == 1
    assert ranking.precision(found, 0.1).tolist() == [1, 0]
    assert ranking.capture(found, 0.75)[0] == 1


def test_capture_goes_by_the_published_order_and_not_by_the_count() -> None:
    """A grid of few but widely scattered counts has the higher mean and the lower score."""
    counts = CountDistribution(np.array([[0.6, 0.5]]), np.array([[5.0, 0.0]]))
    made = Forecast(counts)
    assert made.expected_count[0, 0] > made.expected_count[0, 1]
    assert made.probability[0, 0] < made.probability[0, 1]
    published = np.argsort(ranks_of(made.probability[0], ["g0", "g1"]))
    found = judged(made, [[0, 1]])
    assert found.order[0].tolist() == published.tolist() == [1, 0]
    assert ranking.capture(found, 0.5)[0] == 1
    assert DIGITS == PUBLISHED_DIGITS


def test_ties_go_by_the_order_of_grids_after_the_digits_that_are_published() -> None:
    assert ranking.capture(judged(of_chance([[0.2] * 4] * 2), OBSERVED), 0.05)[0] == pytest.approx(2 / 3)
    assert judged(of_chance([[0.2, 0.2 + 1e-9]]), [[1, 0]]).order[0].tolist() == [0, 1]


def test_average_precision_is_that_of_scikit_learn_with_and_without_ties() -> None:
    rng = np.random.default_rng(2)
    for digits in (1, 6):
        score = np.round(rng.random((3, 200)), digits)
        observed = (rng.random((3, 200)) < score / 2).astype(float)
        expected = [average_precision_score(row, one) for row, one in zip(observed, score, strict=True)]
        assert ranking.average_precision(judged(of_chance(score), observed)).tolist() == pytest.approx(expected)


def test_what_is_not_known_is_not_judged() -> None:
    rng = np.random.default_rng(5)
    score, observed = rng.random((1, 60)), (rng.random((1, 60)) < 0.3).astype(float)
    hidden = observed.copy()
    hidden[:, ::3] = np.nan
    kept = np.ones(60, dtype=bool)
    kept[::3] = False
    some, part = judged(of_chance(score), hidden), judged(of_chance(score[:, kept]), observed[:, kept])
    for metric in (ranking.average_precision, lambda one: ranking.capture(one, 0.1), lambda one: ranking.pei(one, 0.1)):
        assert metric(some) == pytest.approx(metric(part))
    nothing = judged(of_chance(score), np.full((1, 60), np.nan))
    assert np.isnan(ranking.capture(nothing, 0.1)[0]) and np.isnan(ranking.average_precision(nothing)[0])


def test_a_budget_of_residents_ends_within_a_grid() -> None:
    size = np.array([100.0, 300.0, np.nan, 600.0])
    there = replace(Places.plain(4), residents=size, area_km2=size[::-1])
    found = judged(of_chance([[0.9, 0.8, 0.7, 0.1]]), [[1, 2, 0, 1]], places=there)
    assert ranking.capture_by_residents(found, 0.25)[0] == pytest.approx((1 + 2 * 150 / 300) / 4)
    assert ranking.capture_by_area(found, 1.0)[0] == pytest.approx(1)
    assert np.isnan(ranking.capture_by_residents(judged(of_chance([[0.9, 0.8]]), [[1, 2]]), 0.25)[0])


def test_ranks_that_stay_have_a_correlation_of_one() -> None:
    found = ranking.rank_stability(judged(of_mean([[1, 2, 3], [2, 4, 9], [3, 2, 1], [1, 1, 1]]), np.ones((4, 3))))
    assert np.isnan(found[[0, 3]]).all()
    assert found[1:3].tolist() == pytest.approx([1, -1])


def test_lead_time_is_counted_from_the_first_list_with_the_place() -> None:
    """Horizon 3, one place a list: grid 0 is on the lists of origins 0 and 2, grid 1 on that of origin 1."""
    chance = np.full((4, 20), 0.1)
    chance[[0, 2, 3], 0] = 0.9
    chance[1, 1] = 0.9
    came = np.zeros((4, 20))
    came[2, 0], came[2, 1], came[3, 5] = 1, 1, 2
    made = Outcomes(came, 3, Places.plain(20), next_period=came, positions=np.arange(4))
    found = lead_time(Judged(of_chance(chance), made), 0.05)
    assert np.isnan(found[:2]).all(), "not all lists of the window are at hand"
    assert found[2] == pytest.approx((3 + 2) / 2), "three periods for grid 0, two for grid 1"
    assert found[3] == 0, "no list had it"


def test_stability_is_the_correlation_of_mean_ranks() -> None:
    """Ties have the mean of their ranks, whether the ranks come of the order at hand or not."""
    scores = np.round(np.random.default_rng(2).beta(1, 6, (3, 200)), 2)
    observed = np.zeros((3, 200))
    told = [np.corrcoef(rankdata(before), rankdata(after))[0, 1] for before, after in pairwise(scores)]
    found = ranking.rank_stability(judged(of_chance(scores), observed))
    assert np.isnan(found[0]) and found[1:] == pytest.approx(told, abs=1e-12)
    observed[1, :9] = np.nan
    assert np.array_equal(ranking.rank_stability(judged(of_chance(scores), observed)), found, equal_nan=True)


def test_the_order_is_that_of_a_stable_sort_of_rounded_scores_with_what_is_not_judged_last() -> None:
    rng = np.random.default_rng(4)
    scores = np.concatenate([rng.beta(1, 9, (2, 3000)), np.round(rng.random((1, 3000)), 1), np.zeros((1, 3000))])
    scores[0, :2] = 0.0, 1.0
    observed = np.zeros(scores.shape)
    whole = judged(of_chance(scores), observed)
    rounded = np.round(whole.forecast.probability, DIGITS)
    assert np.array_equal(whole.order, np.argsort(-rounded, axis=1, kind="stable"))
    observed[rng.random(scores.shape) < 0.2] = np.nan
    observed[3] = np.nan
    some = judged(of_chance(scores), observed)
    last = np.where(np.isnan(observed), np.inf, -rounded)
    assert np.array_equal(some.order, np.argsort(last, axis=1, kind="stable"))
    part = whole.only(~np.isnan(observed))
    assert np.array_equal(part.order, some.order), "a part of the cells is put in order as they alone would be"
    for metric in (ranking.average_precision, partial(ranking.capture, share=0.05)):
        assert np.array_equal(metric(part), metric(some), equal_nan=True)
