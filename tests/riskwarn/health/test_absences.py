"""A district of which a feed says nothing while it tells of others is told, and a district that is only small is not."""

from __future__ import annotations

import numpy as np
import pytest

from riskwarn.health.absences import Absence, Kind, absences
from riskwarn.periods import Period

WEEKS = 120
THIRDS = np.full(3, 1 / 3)
DAYS = list(range(0, 7 * (WEEKS + 1), 7))


def feed(*rates: float, seed: int = 1, spread: float = 0.0) -> np.ndarray:
    """(districts, WEEKS) counts at a rate each; with `spread` they vary more than by chance."""
    rng = np.random.default_rng(seed)
    mean = np.array(rates)[:, None] * np.ones(WEEKS)
    return rng.poisson(mean * rng.gamma(1 / spread, spread, mean.shape) if spread else mean).astype(float)


def found(own: np.ndarray, share: np.ndarray = THIRDS) -> list[Absence]:
    return absences(np.vstack([own.sum(axis=0), own]), share, DAYS, Period.WEEK)


@pytest.mark.parametrize(
    ("silent", "told"),
    [
        (slice(0, 60), Absence(2, Kind.LATE, 0, 60)),
        (slice(50, 65), Absence(2, Kind.PAUSED, 50, 65)),
        (slice(100, None), Absence(2, Kind.ENDED, 100, WEEKS)),
        (slice(None), Absence(2, Kind.NEVER, 0, WEEKS)),
    ],
)
def test_what_one_district_lacks_is_told_with_its_place_and_time(silent: slice, told: Absence) -> None:
    own = feed(4, 4, 4)
    assert found(own) == []
    own[2, silent] = 0
    assert found(own) == [told]


def test_a_district_that_began_late_and_paused_is_told_of_both() -> None:
    own = feed(4, 4, 4)
    own[1, :40], own[1, 80:92] = 0, 0
    assert found(own) == [Absence(1, Kind.LATE, 0, 40), Absence(1, Kind.PAUSED, 80, 92)]


def test_what_the_whole_city_lacks_is_no_matter_of_a_district() -> None:
    own = feed(4, 4, 4)
    own[:, :30], own[:, 60:75] = 0, 0
    assert found(own) == []
    own[2, 30:50] = 0
    assert found(own) == [Absence(2, Kind.LATE, 30, 50)], "later than the others, who began late themselves"


def test_seven_weeks_are_not_told_and_eight_are() -> None:
    own = feed(9, 9, 9)
    own[0, 50:57] = 0
    assert found(own) == []
    own[0, 57] = 0
    assert found(own) == [Absence(0, Kind.PAUSED, 50, 58)]


def test_a_district_that_is_only_small_is_hardly_ever_told() -> None:
    """Of 300 cities in which nothing is absent, with districts of a record in ten weeks to ten a week that vary by half of their mean."""
    rng = np.random.default_rng(0)
    told = sum(bool(found(feed(*10 ** rng.uniform(-1, 1, 3), seed=seed, spread=0.25))) for seed in range(300))
    assert told <= 1


def test_a_small_district_that_began_late_is_told_once_it_has_as_many_as_others() -> None:
    own = feed(20, 20, 0)
    own[2, -2:] = 6
    assert found(own) == [Absence(2, Kind.LATE, 0, WEEKS - 2)], (
        "too few to tell by themselves, but 40 were to be expected a fortnight"
    )
    own[2, -2:] = 0
    own[2, [70, 90, 110]] = 1
    assert found(own) == [], "so few in all that it may be a place where nothing happens"


def test_a_city_of_one_district_is_not_asked() -> None:
    assert absences(np.vstack([feed(4), feed(4)]), np.ones(1), DAYS, Period.WEEK) == []
