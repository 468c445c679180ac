"""What the exports allow: for each generator the regression that is given its true form, and nothing but its exports.

The causes and scales of the form are those of the generator (`terms.py`), computed from records that were known at the
as-of; what no office wrote down (unseen cases, latent effects of places) is estimated from what they wrote, by shrinkage
from the city through town and community to the grid. Fitted anew every quarter on all mature origins before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from experiments.skill.exported import Exports, Weekly
from experiments.skill.form import Terms, fit_form
from experiments.skill.known import Known
from experiments.skill.terms import TERMS

#: Weeks between two fits, between the end of a window and its use, and before the first origin that is learnt from.
REFIT, EMBARGO, EARLIEST = 13, 2, 30


def ceiling(
    exports: Exports, counts: Weekly, generator: str, target: str, horizon: int, origins: Sequence[date]
) -> np.ndarray:
    """(origins, grids) probability of some event of `target` within `horizon` weeks of each origin."""
    terms_of = TERMS[generator, target]
    known = Known(exports, counts)
    weeks = [counts.mondays.index(origin) for origin in origins]
    last = max(weeks)
    at = {week: terms_of(known, week, horizon) for week in range(EARLIEST, last + 1)}
    forecasts, form, fitted = [], None, -REFIT
    for week in weeks:
        if form is None or week - fitted >= REFIT:
            learnt = list(range(EARLIEST, week - horizon - EMBARGO + 1))
            alive = np.concatenate([counts.alive[one] > 0 for one in learnt])
            some = np.concatenate([counts.happened[one : one + horizon].sum(axis=0) > 0 for one in learnt])
            rows = Terms(
                np.concatenate([at[one].causes for one in learnt]), np.concatenate([at[one].scales for one in learnt])
            )
            form, fitted = fit_form(rows.rows(alive), some[alive]), week
        forecasts.append(form.probability(at[week]))
    return np.array(forecasts)
