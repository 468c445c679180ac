"""How much of what can be known a forecast knows: log losses in expectation over an oracle's probabilities.

The oracle's probability of a row is a mean over Monte-Carlo futures. An outcome drawn from it would add its own luck to
every loss; the loss expected under it does not. It is linear in the oracle's probability, so that the futures' noise leaves
the loss of a forecast unbiased; the oracle's own loss, its entropy, comes out too low by 1 / (2 futures) nats a row (the
second-order term of the entropy of a mean of draws; Miller 1955), which is put back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: As riskwarn clips probabilities in its own log loss.
LEAST = 1e-6
#: Periods of the city's mean that the history of a grid is mixed with.
PRIOR_PERIODS = 20.0


@dataclass(frozen=True)
class Skill:
    """A forecast against an oracle. Losses are nats a row."""

    loss: float
    share_closed: float  # of the gap from shrunk history to the oracle; 1 is the oracle, negative is below history
    slope: float  # of the oracle on the forecast's margin (logits); 1 is right, below 1 is too sharp
    level: float  # mean of the oracle / mean of the forecast


def expected_loss(oracle: np.ndarray, forecast: np.ndarray) -> float:
    """Mean log loss of a forecast, with outcomes averaged over the oracle's probabilities."""
    clipped = np.clip(forecast, LEAST, 1 - LEAST)
    return float(-np.mean(oracle * np.log(clipped) + (1 - oracle) * np.log1p(-clipped)))


def oracle_loss(oracle: np.ndarray, futures: int) -> float:
    """The loss of the true probabilities, of which the oracle's are means over `futures` draws."""
    certain = (oracle <= 0) | (oracle >= 1)
    inside = np.where(certain, 0.5, oracle)
    entropy = np.where(certain, 0.0, -(inside * np.log(inside) + (1 - inside) * np.log1p(-inside)))
    return float(entropy.mean() + 1 / (2 * futures))


def skill(oracle: np.ndarray, futures: int, history: np.ndarray, forecast: np.ndarray) -> Skill:
    """Judge a forecast. All are probabilities of the same rows."""
    worst, best, loss = expected_loss(oracle, history), oracle_loss(oracle, futures), expected_loss(oracle, forecast)
    return Skill(
        loss=loss,
        share_closed=(worst - loss) / (worst - best),
        slope=calibration_slope(oracle, forecast),
        level=float(oracle.mean() / np.clip(forecast, LEAST, 1 - LEAST).mean()),
    )


def calibration_slope(oracle: np.ndarray, forecast: np.ndarray) -> float:
    """Slope of a logistic regression of the oracle's probabilities on the forecast's margin; NaN for a constant forecast."""
    clipped = np.clip(forecast, LEAST, 1 - LEAST)
    margin = np.log(clipped) - np.log1p(-clipped)
    if np.ptp(margin) < 1e-9:
        return float("nan")
    spread = margin.std()
    columns = np.stack([np.ones_like(margin), (margin - margin.mean()) / spread], axis=1)

    def loss(weights: np.ndarray) -> float:
        linear = columns @ weights
        return float(np.mean(np.logaddexp(0, linear) - oracle * linear))

    weights = np.zeros(2)
    for _ in range(100):
        fitted = 1 / (1 + np.exp(-columns @ weights))
        curvature = columns.T @ (columns * (fitted * (1 - fitted))[:, None])
        move = np.linalg.solve(curvature + 1e-12 * np.eye(2), columns.T @ (oracle - fitted))
        while loss(weights + move) > loss(weights) + 1e-12:  # Newton's step may go too far
            move = move / 2
        weights = weights + move
        if np.abs(move).max() < 1e-9:
            break
    return float(weights[1] / spread)


def shrunk_history(counts: np.ndarray, periods: np.ndarray, horizon: int, prior: float = PRIOR_PERIODS) -> np.ndarray:
    """Probability of an event within `horizon` periods from a grid's own past rate, shrunk to the city's mean.

    `counts` are events (grids,) over `periods` periods (grids,) in which the feed of the grid was alive. The rate is
    the posterior mean of a gamma-Poisson whose prior is worth `prior` periods of the city's mean.
    """
    mean = counts.sum() / max(periods.sum(), 1)
    return 1 - np.exp(-horizon * (counts + prior * mean) / (periods + prior))
