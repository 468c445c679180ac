"""Who is not helped is found where it is planted, and nothing is shown of groups so small that it tells of somebody."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.training.evaluation.forecasts import judged, of_mean, places
from training.audits.groups import LEAST_GRIDS, groups, resident_numbers
from training.evaluation.groups import group_labels
from training.evaluation.judged import Judged


def made(district: np.ndarray, low: int, mean: float = 0.3, horizon: int = 4) -> Judged:
    """Grids alike, those of one district forecast at a third of what comes."""
    rng = np.random.default_rng(2)
    rate = rng.gamma(2.0, mean / 2, (40, len(district)))
    there = places(np.arange(len(district)) // 4, district, district)
    told = np.where(district == low, rate / 3, rate)
    return judged(of_mean(told), rng.poisson(rate).astype(float), horizon=horizon, places=there)


def rows_of(found: Any) -> dict[str, dict[str, Any]]:
    return {row["group"]: row for row in found.rows}


def test_a_district_that_is_forecast_too_low_stands_out_with_its_interval() -> None:
    one = made(np.arange(120) // 40, low=2)
    found = groups(one, group_labels(one.outcomes.places, {}))
    low, other = rows_of(found)["2"], rows_of(found)["0"]
    assert low["calibration_level"] == pytest.approx(3, rel=0.1) and low["level_lower"] > 2
    assert low["missed"] > 0.99 > 0.9 > other["missed"] and low["missed_lower"] <= low["missed"] <= low["missed_upper"]
    assert found.facts["level_quotient_district"] > 2.5 and found.facts["withheld"] == 0


def test_small_groups_are_withheld_and_none_can_be_told_from_the_rest() -> None:
    district = np.repeat([0, 1, 2], [60, 40, LEAST_GRIDS - 1])
    one = made(district, low=2)
    found = rows_of(groups(one, group_labels(one.outcomes.places, {})))
    assert [name for name, row in found.items() if row["withheld"]] == ["1", "2"], (
        "the smaller of the others goes with it"
    )
    for name in ("1", "2"):
        assert {one for key, one in found[name].items() if key not in ("by", "group", "withheld")} == {None}
    assert found["0"]["events"] > 0


def test_events_are_counted_once_where_windows_overlap() -> None:
    """Of 12 windows each that hold them, 10 events are 120 in the table."""
    observed = np.zeros((40, 40))
    observed[:, :20], observed[:12, 20:22] = 1.0, 4.0  # 96 in the table of the second district: 8 events
    there = places(np.arange(40), np.arange(40) // 20, np.arange(40) // 20)
    one = judged(of_mean(np.full((40, 40), 0.5)), observed, horizon=12, places=there)
    assert groups(one, group_labels(there, {})).facts["withheld"] == 2


def test_numbers_of_residents_are_the_newest_that_were_known() -> None:
    instant = np.datetime64("2026-01-01", "us")
    survey = pd.DataFrame(
        {
            "grid": [0, 0, 0, 1, 2],
            "known_at": pd.to_datetime(["2024-01-01", "2025-01-01", "2026-02-01", None, "2025-01-01"]),
            "population": [100.0, np.nan, 900.0, 50.0, 0.0],
            "migrant_population": [10.0, 40.0, 900.0, 25.0, 0.0],
        }
    )
    found = resident_numbers(survey, 4, instant)
    assert found["population"] == pytest.approx([100, 50, 0, np.nan], nan_ok=True)
    assert found["share_migrant"] == pytest.approx([0.4, 0.5, np.nan, np.nan], nan_ok=True)
    assert "housing_age" not in found, "what nobody surveyed has no quartiles"
