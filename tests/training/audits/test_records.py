"""What does not count, and what the record has become since a forecast was first judged."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from riskwarn.health.prospect import Prospect
from tests.training.evaluation.forecasts import judged, of_mean
from tests.training.tasks import noisy_task
from training.audits.not_counted import not_counted
from training.audits.versions import seen_at_maturity, versions


def test_words_that_nobody_knows_are_named_with_their_share_and_many_are_a_warning() -> None:
    prospect = Prospect("safety", "incidents", 200, 90, 10, 30, None, ("电动车", "外卖"), date(2026, 1, 1), (12, 8))
    found = not_counted(prospect)
    assert [(row["kind"], row["word"], row["records"]) for row in found.rows] == [
        ("word", "电动车", 12),
        ("word", "外卖", 8),
        ("other_words", None, 10),
        ("other", "other", 10),
    ]
    assert found.rows[0]["share"] == pytest.approx(0.06)
    assert found.facts["unknown_share"] == pytest.approx(0.15) and found.facts["warning"] == 1
    few = not_counted(Prospect("safety", "incidents", 200, 90, 0, 4, None))
    assert few.facts["warning"] == 0 and len(few.rows) == 1
    assert not_counted(Prospect("safety", "incidents", 0, 0, 0, 0, None)).facts["unknown_share"] is None


def test_a_forecast_that_was_right_by_todays_record_was_judged_too_high_by_that_of_then() -> None:
    rng = np.random.default_rng(3)
    mean = np.full((30, 80), 0.4)
    now = rng.poisson(mean).astype(float)
    then = rng.binomial(now.astype(int), 0.7).astype(float)
    then[0, :5] += 1  # taken back since
    then[1, 0] = np.nan
    origins = [date(2025, 1, 6) + timedelta(weeks=index) for index in range(30)]
    found = versions(judged(of_mean(mean), now), origins, then)
    assert found.facts["level_then"] == pytest.approx(0.7, abs=0.05) and found.facts["level_now"] == pytest.approx(
        1, abs=0.06
    )
    assert found.facts["came_later"] == pytest.approx(0.3, abs=0.04) and 0 < (found.facts["withdrawn"] or 0) < 0.01
    change, lower = found.facts["log_loss_change"], found.facts["log_loss_change_lower"]
    assert isinstance(lower, float) and 0 < lower < change, "more events cost more"
    assert [row["origin"] for row in found.rows] == [origin.isoformat() for origin in origins]
    same = versions(judged(of_mean(mean), now), origins, now)
    assert same.facts["came_later"] == same.facts["withdrawn"] == same.facts["log_loss_change"] == 0


def test_what_was_known_at_maturity_is_what_labels_said_on_that_day() -> None:
    task = noisy_task(horizon=2)
    origins = task.mature(task.as_of)[-4:]
    assert np.array_equal(seen_at_maturity(task, origins), task.labels(origins, task.as_of)), (
        "all is known at once here"
    )
