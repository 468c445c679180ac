"""From what moves a margin to what moves a probability: effects that add up to a grid's score minus the city's mean score.

A grid is compared with a usual one: the mix of the mean grid and of the mean event's grid whose score is the city's mean score. A
horizon's rate is a sum over spans, and a difference of two rates is exactly the sum of each span's differences in the logarithm,
weighed by their logarithmic means (Ang 2004), which are never negative: what raises a margin raises the score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.intervals.counts import Reals

Narrow = npt.NDArray[np.float32]

#: Steps in which the usual grid is looked for: the mix is told to a millionth of a millionth.
_STEPS = 40


@dataclass(frozen=True)
class SpanTerms:
    """What each column adds to the logarithm of one span's rate; the sum differs from it by a constant."""

    rate: Reals  # (grids,)
    terms: Narrow  # (columns, grids)


def effects(spans: Sequence[SpanTerms], probability: Callable[[Reals], Reals]) -> Narrow:
    """(columns, grids) what each column adds to the score; `probability` is the score of a horizon's rates."""
    rate = np.sum([span.rate for span in spans], axis=0)
    score = probability(rate)
    mean = float(score.mean())
    usual = [_usual(span) for span in spans]

    def mixed(share: float) -> list[float]:
        return [float(np.exp((1 - share) * low + share * high)) for (low, _), (high, _) in usual]

    # Of the mean grid the score is too low, of the mean event's grid too high, where grids differ at all.
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        below = float(probability(np.array([sum(mixed(middle))]))[0]) < mean
        low, high = (middle, high) if below else (low, middle)
    share = (low + high) / 2
    rates = mixed(share)
    whole = sum(rates)
    slope = _slope(rate, whole, score, float(probability(np.array([whole]))[0]))
    found = np.zeros(spans[0].terms.shape, dtype=np.float32)
    for span, own, ((_, even), (_, weighed)) in zip(spans, rates, usual, strict=True):
        reference = ((1 - share) * even + share * weighed).astype(np.float32)
        weight = (slope * _logarithmic_mean(span.rate, own)).astype(np.float32)
        for column in range(len(found)):
            found[column] += (span.terms[column] - reference[column]) * weight
    return found


def _usual(span: SpanTerms) -> tuple[tuple[float, Reals], tuple[float, Reals]]:
    """((margin, terms) of the mean grid, (margin, terms) of the mean event's grid)."""
    share = span.rate / span.rate.sum()
    margin = np.log(span.rate)
    even = span.terms.mean(axis=1, dtype=np.float64)
    # Summed here and not by BLAS, whose bits depend on its threads: a replay gives the same bytes.
    weighed = np.array([float((column * share).sum()) for column in span.terms])
    return (float(margin.mean()), even), (float((margin * share).sum()), weighed)


def _slope(rate: Reals, usual: float, score: Reals, usual_score: float) -> Reals:
    """(grids,) how much the score moves with the rate between the usual grid's and each grid's."""
    away = rate - usual
    near = np.abs(away) < 1e-9 * usual
    return np.where(near, 0.0, (score - usual_score) / np.where(near, 1.0, away))


def _logarithmic_mean(rate: Reals, usual: float) -> Reals:
    """(grids,) (a - b) / (log a - log b), which is a where both are equal."""
    away = np.log(rate) - np.log(usual)
    near = np.abs(away) < 1e-9
    return np.where(near, usual, (rate - usual) / np.where(near, 1.0, away))
