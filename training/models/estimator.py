"""The model on plain arrays, so that scikit-learn's tools apply: cross-validation, permutation importance, fairness, cards.

A Poisson regression on drawn-in columns, and LightGBM from its margin: one span of :mod:`training.models.ensemble`, without the
choices that need a calendar.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from features import Feature
from riskwarn.words import Quantity
from training.intervals.counts import CountDistribution, Reals
from training.models.design import Design, Scale, drawn_in
from training.models.ensemble import SpanModel
from training.models.poisson import Outcome, fit_poisson_regression
from training.models.trees import Growth, binned, grow

#: The one origin of rows that have none.
_ORIGIN = date.min


class RiskForecaster(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Counts of events of rows that have columns; ``predict`` gives means, ``predict_proba`` the chance of none and of any.

    Parameters
    ----------
    penalty : of the regression's standardised coefficients, as scikit-learn's ``PoissonRegressor`` has it.
    rounds, leaves, rate : of the trees that are boosted from the regression's margin.
    rising : places of columns that may only raise a forecast (petitions that wait for an answer).

    Attributes
    ----------
    span_ : the fitted regression and trees.
    n_features_in_, feature_names_in_ : as scikit-learn has them.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> X = rng.gamma(1.0, 2.0, (2000, 2))
    >>> y = rng.poisson(0.2 * X[:, 0])
    >>> model = RiskForecaster().fit(X, y)
    >>> bool(model.predict([[9.0, 1.0]])[0] > model.predict([[1.0, 1.0]])[0])
    True
    """

    def __init__(
        self, penalty: float = 1e-3, rounds: int = 40, leaves: int = 4, rate: float = 0.08, rising: Sequence[int] = ()
    ) -> None:
        self.penalty = penalty
        self.rounds = rounds
        self.leaves = leaves
        self.rate = rate
        self.rising = rising

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> RiskForecaster:  # noqa: N803
        """Learn from (rows, columns), where NaN is unknown, and (rows,) counts; raise ValueError for negative ones."""
        rows, counts = validate_data(
            self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", y_numeric=True, ensure_min_samples=2
        )
        if (counts < 0).any():
            raise ValueError("y holds counts: none is negative")
        weight = _check_sample_weight(sample_weight, rows, dtype=np.float32, ensure_non_negative=True)
        columns = _columns(rows)
        learnt = Outcome((_ORIGIN,), counts[None].astype(np.float64), weight[None])
        flags = np.zeros(rows.shape[1], dtype=bool)
        flags[list(self.rising)] = True
        [linear] = fit_poisson_regression(columns, learnt, [self.penalty], flags)
        growth = Growth(self.leaves, self.rounds, self.rate, 1.0)
        known = binned(columns, learnt, flags, linear)
        trees = grow(known, learnt, known.margin, growth, flags)
        self.span_ = SpanModel(0, 1, linear, trees, None)
        return self

    def predict(self, X: Any) -> Reals:  # noqa: N803
        """(rows,) expected counts."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        return np.asarray(np.exp(self.span_.margin(lambda: _columns(rows), [_ORIGIN], 1)[0]))

    def predict_proba(self, X: Any) -> Reals:  # noqa: N803
        """(rows, 2) the chance of no event, and of at least one."""
        any_event = CountDistribution.poisson(self.predict(X)).probability
        return np.column_stack([1 - any_event, any_event])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.positive_only = True
        tags.regressor_tags.poor_score = True  # of the toy problems, whose targets are no counts
        return tags


def _columns(rows: npt.NDArray[np.float64]) -> Design:
    """(rows, columns) as a design of one origin."""
    values = np.empty((rows.shape[1], 1, rows.shape[0]), dtype=np.float32)
    for index in range(rows.shape[1]):
        drawn_in(rows[:, index].astype(np.float32)[None], Scale(), out=values[index])
    features = tuple(Feature(f"x{index}", "column", "", "", "", Quantity.EXTENSIVE) for index in range(rows.shape[1]))
    return Design(features, cast(Any, (_ORIGIN,)), values)
