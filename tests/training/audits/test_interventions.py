"""Windows in which somebody helped are told apart from those in which nobody did."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.evaluation.forecasts import judged, of_mean
from training.audits.interventions import HEADLINE, interventions


def test_a_level_that_help_made_too_high_is_right_without_the_treated_windows() -> None:
    rng = np.random.default_rng(4)
    mean = rng.gamma(2.0, 0.3, (30, 100))
    treated = rng.random(mean.shape) < 0.3
    came = rng.poisson(np.where(treated, mean / 4, mean)).astype(float)
    came[0, 0] = np.nan
    found = interventions(judged(of_mean(mean), came), treated)
    rows = {str(row["metric"]): row for row in found.rows}
    assert tuple(rows) == HEADLINE
    level = rows["calibration_level"]
    assert level["with"] == pytest.approx(0.78, abs=0.06) and level["without"] == pytest.approx(1, abs=0.06)
    assert level["lower"] is not None and level["lower"] > 0.1, "the difference lies beyond its interval"
    assert found.facts["treated_share"] == pytest.approx(0.3, abs=0.03)
    assert found.facts["treated_calibration_level"] == pytest.approx(0.25, abs=0.05)


def test_few_events_in_treated_windows_are_not_told_of() -> None:
    treated = np.zeros((5, 20), dtype=bool)
    treated[0, :3] = True
    found = interventions(judged(of_mean(np.full((5, 20), 0.5)), np.ones((5, 20))), treated)
    assert found.facts["treated_windows"] == 3
    assert found.facts["treated_share_of_events"] is None and found.facts["treated_calibration_level"] is None
    nobody = interventions(judged(of_mean(np.full((5, 20), 0.5)), np.ones((5, 20))), np.zeros((5, 20), dtype=bool))
    assert nobody.rows == () and nobody.facts["treated_share"] == 0
