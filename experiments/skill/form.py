"""The form that both generators share: things that may cause an event, each with a weight, times what scales the place.

    mean = (causes @ weights) * exp(scales @ slopes),   P(some event) = 1 - exp(-mean)

with weights that are not negative, fitted by penalised likelihood of "some event or none".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize


@dataclass(frozen=True)
class Terms:
    """Rows of causes (rows, causes) that are not negative, and of scales (rows, scales)."""

    causes: np.ndarray
    scales: np.ndarray

    def rows(self, chosen: np.ndarray) -> Terms:
        """The rows that are chosen."""
        return Terms(self.causes[chosen], self.scales[chosen])


@dataclass(frozen=True)
class Form:
    """A fitted form."""

    log_weights: np.ndarray
    slopes: np.ndarray
    centre: np.ndarray

    def probability(self, terms: Terms) -> np.ndarray:
        """(rows,) of some event."""
        return 1 - np.exp(-self.mean(terms))

    def mean(self, terms: Terms) -> np.ndarray:
        """(rows,) expected events."""
        scale = np.exp(np.clip((terms.scales - self.centre) @ self.slopes, -8, 8))
        return np.maximum((terms.causes @ np.exp(self.log_weights)) * scale, 1e-9)


def fit_form(terms: Terms, some: np.ndarray, penalty: float = 1.0) -> Form:
    """Fit to whether there was `some` event (rows,). The penalty is on the slopes, in units of a row's log likelihood."""
    causes, centre = terms.causes, terms.scales.mean(axis=0)
    scales = terms.scales - centre
    number = causes.shape[1]
    level = some.mean() / max(causes.mean(axis=0).sum(), 1e-12)
    start = np.concatenate([np.full(number, np.log(level)), np.zeros(scales.shape[1])])

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        weights, slopes = np.exp(values[:number]), values[number:]
        scale = np.exp(np.clip(scales @ slopes, -8, 8))
        mean = np.maximum((causes @ weights) * scale, 1e-9)
        missed = np.exp(-mean)
        value = np.where(some, -np.log1p(-missed), mean).sum()
        by_mean = np.where(some, -missed / (1 - missed), 1.0)
        of_weights = (causes.T @ (by_mean * scale)) * weights
        of_slopes = scales.T @ (by_mean * mean)
        # A cause that hardly occurs stays near the common weight.
        drift = values[:number] - start[:number]
        value += 0.5 * penalty * ((slopes**2).sum() + 0.2 * (drift**2).sum())
        gradient = np.concatenate([of_weights + 0.2 * penalty * drift, of_slopes + penalty * slopes])
        return value / len(some), gradient / len(some)

    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(-20, 6)] * number + [(-6, 6)] * scales.shape[1],
                     options={"maxiter": 400, "maxfun": 600})  # fmt: skip
    return Form(found.x[:number], found.x[number:], centre)
