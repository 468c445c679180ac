"""Effects on a probability: they add up to the score minus the mean score, and go the way of the margin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.intervals.counts import CountDistribution
from training.models.effects import SpanTerms, effects


def score(rate: np.ndarray) -> np.ndarray:
    return CountDistribution(rate, np.full_like(rate, 0.3)).probability


def spans_of(seed: int, spans: int, grids: int, spread: float) -> list[SpanTerms]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(spans):
        terms = rng.normal(0, spread, (4, grids))
        found.append(SpanTerms(np.exp(-2 + terms.sum(axis=0)), terms.astype(np.float32)))
    return found


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**16),
    spans=st.integers(1, 3),
    grids=st.integers(1, 60),
    spread=st.sampled_from([0.0, 1e-6, 0.3, 1.2]),
)
def test_effects_add_up_to_the_score_minus_the_mean_score(seed: int, spans: int, grids: int, spread: float) -> None:
    held = spans_of(seed, spans, grids, spread)
    found = effects(held, score)
    own = score(np.sum([span.rate for span in held], axis=0))
    assert np.abs(found.sum(axis=0) - (own - own.mean())).max() < 1e-6


def test_what_is_alike_everywhere_moves_nothing_and_what_raises_a_margin_raises_the_score() -> None:
    rng = np.random.default_rng(0)
    terms = np.stack([np.full(50, 0.7), rng.normal(0, 1, 50), np.zeros(50)])
    [span] = [SpanTerms(np.exp(-1.5 + terms.sum(axis=0)), terms.astype(np.float32))]
    found = effects([span], score)
    assert np.abs(found[[0, 2]]).max() < 1e-7
    assert (np.diff(found[1][np.argsort(terms[1])]) > 0).all()
    usual = np.abs(found[1]).argmin()
    assert score(span.rate)[usual] == pytest.approx(score(span.rate).mean(), abs=0.02)
