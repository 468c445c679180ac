"""For whom a forecast is right: a planted district in which it is too low, and whose places never reach the list."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.evaluation.forecasts import judged, of_mean, places
from training.evaluation.groups import UNKNOWN, Groups, by_group, group_labels
from training.evaluation.judged import Judged


@pytest.fixture(scope="module")
def made() -> tuple[Judged, Groups]:
    """Three districts alike, the forecast of the last a third of the truth."""
    rng = np.random.default_rng(9)
    mean = rng.gamma(2.0, 0.15, (40, 120))
    observed = rng.poisson(mean).astype(float)
    district = np.arange(120) // 40
    told = np.where(district == 2, mean / 3, mean)
    there = places(np.arange(120) // 4, district, district, kinds=("old town", None) * 60)
    found = judged(of_mean(told), observed, horizon=4, places=there)
    age = np.where(np.arange(120) % 10 == 0, np.nan, np.arange(120) % 40)
    return found, by_group(found, group_labels(there, {"share_over_65": age, "flat": np.ones(120)}), 0.1)


def test_a_district_that_is_forecast_too_low_is_found_and_its_people_are_not_helped(
    made: tuple[Judged, Groups],
) -> None:
    rows = {(row.by, row.group): row for row in made[1].rows}
    low, other = rows["district", "2"], rows["district", "0"]
    assert low.calibration_level == pytest.approx(3, rel=0.1) and other.calibration_level == pytest.approx(1, rel=0.1)
    assert low.level_interval is not None and low.level_interval[0] > 2
    assert low.missed is not None and other.missed is not None
    assert low.missed > 0.99 > 0.85 > other.missed
    assert low.missed_interval is not None and low.missed_interval[0] <= low.missed <= low.missed_interval[1]
    assert low.selected < 0.01 < other.selected
    assert (low.pit_above or 0) > 0.15 > (other.pit_above or 0)
    difference, quotient = made[1].spread("district") or (0, 0)
    assert difference > 0.15 and quotient > 2.5


def test_missed_is_the_share_of_places_with_an_event_that_no_list_had(made: tuple[Judged, Groups]) -> None:
    found, groups = made
    listed = np.zeros(found.observed.shape, dtype=bool)
    np.put_along_axis(listed, found.order[:, :12], True, axis=1)
    for group in range(3):
        part = found.outcomes.places.units["district"] == group  # type: ignore[index]
        expected = 1 - listed[:, part][found.happened[:, part]].mean()
        [row] = [row for row in groups.rows if (row.by, row.group) == ("district", str(group))]
        assert row.missed == pytest.approx(expected)
        assert row.events == found.counts[:, part].sum()


def test_groups_are_kinds_and_quartiles_and_what_is_unknown_stands_apart(made: tuple[Judged, Groups]) -> None:
    named = {(row.by, row.group): row.grids for row in made[1].rows}
    assert named["kind", "old town"] == named["kind", UNKNOWN] == 60
    assert named["share_over_65", UNKNOWN] == 12
    assert {group for by, group in named if by == "share_over_65"} == {"q1", "q2", "q3", "q4", UNKNOWN}
    assert sum(grids for (by, _), grids in named.items() if by == "share_over_65") == 120
    assert not any(by == "flat" for by, _ in named), "a number that is the same everywhere has no quartiles"


def test_a_group_without_events_has_no_share_of_missed_ones() -> None:
    there = places([0, 1, 2, 3], [0, 0, 1, 1], [0, 0, 1, 1])
    found = judged(of_mean(np.full((3, 4), 0.2)), [[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0]], places=there)
    one, other = by_group(found, group_labels(there, {}), 0.25).rows
    assert one.missed is not None and other.missed is None and other.calibration_level == 0
    assert not other.enough
